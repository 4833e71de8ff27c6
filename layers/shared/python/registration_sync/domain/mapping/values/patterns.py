"""Regular expressions in linear time (RE2), as no pattern or value may stall an export.

RE2's own `\\w`, `\\s` and their opposites know ASCII only; here they know every script, as in
Python. `\\d` is 0 to 9, the digits that an SIS reads. `\\b` stays ASCII: see `ascii_parts`.

Import it only when a mapping has a pattern: loading RE2 takes 30 ms.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped]  # has no stubs

from registration_sync.domain.mapping.values.budget import (
    MAX_VALUE_CHARACTERS,
    Budget,
    require_searchable,
)
from registration_sync.domain.mapping.values.characters import compose

MAX_PATTERN_CHARACTERS = 500
_MAX_MEMORY_BYTES = 4 << 20
"""Memory limit for one expression. The largest one allowed takes 0.1 s to compile."""

_WORD = r"\pL\pM\pN_"
_SPACE = r"\s\x0b\x1c-\x1f\x{85}\pZ"
_NO_WORD = r"\pC\pS\pZ\p{Pd}\p{Pe}\p{Pf}\p{Pi}\p{Po}\p{Ps}"
_NO_SPACE = (
    r"\x00-\x08\x0e-\x1b!-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}"
)
_NO_SPACE += r"\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff}"

_IN_CLASS = {r"\w": _WORD, r"\s": _SPACE, r"\W": _NO_WORD, r"\S": _NO_SPACE}
_OUTSIDE = {
    r"\w": f"[{_WORD}]",
    r"\W": f"[^{_WORD}]",
    r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
}

_PIECE = re.compile(
    r"\\Q.*?(?:\\E|\Z)|\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\.|\[:\^?\w+:\]|\[\^?\]?|.", re.DOTALL
)
"""A quoted passage, an escape, the start of a class, a POSIX class, or any other character."""


def compile_pattern(pattern: str) -> Any:
    """Compiles a pattern for composed text; ValueError says what to write instead."""
    pattern = compose(pattern)
    if not pattern or len(pattern) > MAX_PATTERN_CHARACTERS:
        raise ValueError(f"Enter a regular expression of 1 to {MAX_PATTERN_CHARACTERS} characters.")
    try:
        return re2.compile(_for_every_script(pattern), _options())
    except re2.error:
        pass  # too large with the letters of every script, or wrong
    try:
        return re2.compile(pattern, _options())
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "not understood"
        raise ValueError(
            f"This regular expression cannot be used ({reason}). Lookarounds and backreferences "
            "are not supported."
        ) from None


def substitution(pattern: str, replace: str, budget: Budget) -> Callable[[str], str]:
    """Builds the function that replaces each match, as Python's re.sub does.

    In `replace`, `\\1` is a group and two backslashes are one. Lazy patterns that match nothing
    differ. The library's own templates damage characters outside ASCII.
    """
    compiled = compile_pattern(pattern)
    pieces = re.split(r"\\([1-9][0-9]?|\\)", replace)
    template = [
        piece if index % 2 == 0 or piece == "\\" else int(piece)
        for index, piece in enumerate(pieces)
    ]

    def expand(match: Any) -> str:
        return "".join(
            piece if isinstance(piece, str) else match[piece] or "" for piece in template
        )

    def replaced(original: str) -> str:
        require_searchable(original)
        value = compose(original)
        parts, end, last_empty, size = [], 0, -1, len(value)
        budget.search()
        for match in compiled.finditer(value):
            budget.search()  # each match may read the whole value
            start, stop = match.start(), match.end()
            if start == stop == last_empty:
                continue  # the library finds an empty match at the end twice
            text = expand(match)
            size += len(text)
            if size > MAX_VALUE_CHARACTERS:
                break
            parts += [value[end:start], text]
            end, last_empty = stop, stop if start == stop else -1
        budget.make(size)
        return "".join([*parts, value[end:]]) if parts else original

    return replaced


def ascii_parts(pattern: str) -> list[str]:
    """The parts of a valid pattern that know the letters of English only, such as `\\b`."""
    found = [
        piece
        for piece, in_class in _pieces(pattern)
        if piece.startswith("[:") or (piece in {r"\b", r"\B"} and not in_class)
    ]
    try:
        re2.compile(_for_every_script(pattern), _options())
    except re2.error:
        found += [piece for piece, _ in _pieces(pattern) if piece in _OUTSIDE]
    for letters in _classes(pattern):
        found += _ascii_ranges(letters)
    return list(dict.fromkeys(found))


def _classes(pattern: str) -> list[list[str]]:
    """The pieces inside each class."""
    classes: list[list[str]] = []
    was_in_class = False
    for piece, in_class in _pieces(pattern):
        if in_class and not was_in_class:
            classes.append([])
        if in_class:
            classes[-1].append(piece)
        was_in_class = in_class
    return classes


def _ascii_ranges(pieces: list[str]) -> list[str]:
    """The ranges of English letters in a class without other letters. Not in a class with digits
    and without a blank, as codes have English letters only."""
    other = any(
        not one.isascii() or one.startswith((r"\p", r"\P", r"\x{", r"\w", r"\W")) for one in pieces
    )
    ranges = ["".join(three) for three in zip(pieces, pieces[1:], pieces[2:], strict=False)]
    is_for_codes = ("0-9" in ranges or r"\d" in pieces) and not {" ", r"\s"} & set(pieces)
    if other or is_for_codes:
        return []
    return [one for one in ranges if one in {"A-Z", "a-z", "A-z"}]


def _for_every_script(pattern: str) -> str:
    return "".join(
        (_IN_CLASS if in_class else _OUTSIDE).get(piece, piece)
        for piece, in_class in _pieces(pattern)
    )


def _pieces(pattern: str) -> list[tuple[str, bool]]:
    """The pattern's pieces, each with whether it is inside a class."""
    pieces, in_class = [], False
    for found in _PIECE.finditer(pattern):
        piece = found[0]
        pieces.append((piece, in_class))
        if not in_class:
            in_class = piece.startswith("[") and not piece.startswith("[:")
        elif piece.endswith("]") and not piece.startswith(("\\", "[:")):
            in_class = False  # also by the ] of [], as a [ inside a class is literal
    return pieces


@cache
def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY_BYTES
    return options
