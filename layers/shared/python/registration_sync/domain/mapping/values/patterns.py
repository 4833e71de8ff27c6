"""Regular expressions in linear time (RE2), as no pattern or value may stall an export.

Import it only when a mapping has a pattern: loading RE2 takes 30 ms.
"""

from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped]  # has no stubs

MAX_PATTERN_CHARACTERS = 500
_MAX_MEMORY_BYTES = 4 << 20
"""Memory limit for one expression. The largest one allowed takes 0.1 s to compile."""


@cache
def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY_BYTES
    return options


def compile_pattern(pattern: str) -> Any:
    """Compiles a pattern; ValueError says what to write instead."""
    if not pattern or len(pattern) > MAX_PATTERN_CHARACTERS:
        raise ValueError(f"Write a regular expression of 1 to {MAX_PATTERN_CHARACTERS} characters.")
    try:
        return re2.compile(pattern, _options())
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "not understood"
        raise ValueError(
            f"This regular expression cannot be used ({reason}). Lookarounds and backreferences "
            "are not supported."
        ) from None
