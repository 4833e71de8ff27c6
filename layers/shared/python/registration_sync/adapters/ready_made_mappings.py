"""The ready-made mappings, files of this package (a link to the project's folder mappings/)."""

from functools import cache
from importlib.resources import files

from registration_sync.domain.mapping.definition.ready_made import ReadyMade, ready_made_of

_SUFFIX = ".yaml"


class PackagedMappings:
    """Implements the port ReadyMadeMappings."""

    def all(self) -> tuple[ReadyMade, ...]:
        return _all()


@cache
def _all() -> tuple[ReadyMade, ...]:
    folder = files("registration_sync") / "mappings"
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(_SUFFIX)),
        key=lambda file: file.name,
    )
    return tuple(
        ready_made_of(file.name.removesuffix(_SUFFIX), file.read_text(encoding="utf-8"))
        for file in found
    )
