"""Finds the name that a misspelled one most likely means."""

import re
from collections.abc import Iterable, Iterator

from registration_sync.domain.errors import MAX_PROBLEMS, Problem


def similar_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most similar, if one is: `as_of` for `asOf` or `AS-OF`."""
    import difflib  # noqa: PLC0415  # only for a mistake: the sync function must start fast

    by_letters = {_letters(one): one for one in known}
    nearest = difflib.get_close_matches(_letters(name[:100]), by_letters, n=1)
    return by_letters[nearest[0]] if nearest else None


def unknown_field(name: str, known: Iterable[str], noun: str = "field") -> str:
    """The message about a field that does not exist, with the most similar one."""
    nearest = similar_name(name, known := tuple(known))
    if nearest:
        return f"There is no such {noun}: did you mean {nearest}?"
    return f"There is no such {noun}. Known {noun}s: {', '.join(known)}."


def unknown_fields(
    names: Iterable[str], known: Iterable[str], noun: str = "field"
) -> Iterator[Problem]:
    """A problem for each name that is not known. Only those that are listed have the most similar
    name: searching for it takes long."""
    known, count = tuple(known), 0
    for name in names:
        if name not in known:
            count += 1
            is_listed = count <= MAX_PROBLEMS
            yield Problem(name, unknown_field(name, known, noun) if is_listed else "")


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())
