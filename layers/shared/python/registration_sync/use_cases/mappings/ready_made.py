"""Start from a ready-made mapping: which there are, and what one of them says."""

from collections.abc import Mapping
from typing import Any

from registration_sync.domain.errors import InvalidRequest, NotFound, Problem
from registration_sync.domain.mapping.definition.ready_made import ReadyMade
from registration_sync.domain.mapping.definition.yaml_text import read_mapping_text
from registration_sync.ports.connections import ReadyMadeMappings


def list_ready_made(ready_made: ReadyMadeMappings) -> dict[str, Any]:
    """`{"items": [{"name", "title", "description"}], "next": None}`."""
    items = [
        {"name": one.name, "title": one.title, "description": one.description}
        for one in ready_made.all()
    ]
    return {"items": items, "next": None}


def read_ready_made(name: str, ready_made: ReadyMadeMappings) -> dict[str, Any]:
    """`{"name", "title", "description", "mapping", "yaml"}`; raises NotFound."""
    one = _find(name, ready_made)
    if one is None:
        raise NotFound(f"There is no such mapping: there are {_names(ready_made)}.")
    return {
        "name": one.name,
        "title": one.title,
        "description": one.description,
        "mapping": read_mapping_text(one.text),
        "yaml": one.text,
    }


def definition_to_save(body: object, ready_made: ReadyMadeMappings) -> object:
    """The mapping that a request brings, or names in `{"start_from": NAME}`; InvalidRequest if
    there is none of the name."""
    if not isinstance(body, Mapping) or "start_from" not in body:
        return body
    one = _find(body["start_from"], ready_made)
    others = sorted(str(name) for name in body if name != "start_from")
    if one is None or others:
        message = f"Write one of {_names(ready_made)}, and nothing else beside it."
        raise InvalidRequest(
            "The mapping was not saved.", problems=[Problem("start_from", message)]
        )
    return read_mapping_text(one.text)


def _find(name: object, ready_made: ReadyMadeMappings) -> ReadyMade | None:
    return next((one for one in ready_made.all() if one.name == name), None)


def _names(ready_made: ReadyMadeMappings) -> str:
    return ", ".join(one.name for one in ready_made.all())
