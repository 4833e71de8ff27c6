"""Regular expressions that no pattern and no value can stall: RE2, linear in the value's length.

Imported only where a mapping has one: it takes 30 ms to load.
"""

from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped]  # has no stubs

PATTERN_CHARACTERS = 500
_MEMORY = 4 << 20
"""Bytes for one expression; one that needs more is refused. The largest takes 0.1 s to compile."""


@cache
def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


def compile_pattern(pattern: str) -> Any:
    """An expression with `fullmatch` and `sub`; ValueError says what to write instead."""
    if not pattern or len(pattern) > PATTERN_CHARACTERS:
        raise ValueError(f"Write a regular expression of 1 to {PATTERN_CHARACTERS} characters.")
    try:
        return re2.compile(pattern, _options())
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "not understood"
        raise ValueError(
            f"This is not a regular expression that can be used ({reason}). There are no look-"
            "arounds and no references to what was found before."
        ) from None
