"""Keeps answers within the size that AWS carries: ends a page early, or shortens what is shown."""

import json
from collections.abc import Sequence
from typing import Any

MAX_PAGE_BYTES = 3_000_000
"""Of the items of a page as JSON; an answer holds 5 MB (`api.MAX_ANSWER_BYTES`)."""

SHORTENED = "The answer is shortened: some texts and lists are longer than shown."

_LIMITS = ((20_000, 5_000), (2_000, 1_000), (500, 200), (200, 50), (80, 20), (80, 5))
"""Characters of a text and items of a list, tried in this order."""


def count_that_fits(items: Sequence[Any]) -> int:
    """How many of the items, at least one, fit into a page."""
    size = 0
    for count, item in enumerate(items):
        size += len(json.dumps(item))
        if size > MAX_PAGE_BYTES and count:
            return count
    return len(items)


def shortened(body: dict[str, Any]) -> dict[str, Any]:
    """The body, with cut texts and lists if it is too large, and then with `message` saying so. For
    what people read only: programs send some bodies back."""
    if len(json.dumps(body)) <= MAX_PAGE_BYTES:
        return body
    for characters, items in _LIMITS:
        shorter: dict[str, Any] = _cut(body, characters, items)
        if len(json.dumps(shorter)) <= MAX_PAGE_BYTES:
            break
    message = f"{shorter.get('message') or ''} {SHORTENED}".strip()
    return {**shorter, "message": message}


def _cut(value: Any, characters: int, items: int) -> Any:
    match value:
        case str():
            return value if len(value) <= characters else f"{value[:characters]}…"
        case dict():
            return {name: _cut(each, characters, items) for name, each in value.items()}
        case list() | tuple():
            return [_cut(each, characters, items) for each in value[:items]]
    return value
