"""The error for a value that a transformation or the file's format cannot handle."""

from typing import Literal

OnError = Literal["hold", "blank", "keep", "default"]
"""What to do with a field whose value cannot be mapped; `hold` holds the student."""


class Unmappable(Exception):
    """Raised inside the engine, which holds the student or applies the field's `on_error`.

    `rule` is a stable code. `message` is for the administrator: it may quote the mapping but never
    the student's value. `on_error` overrides the field's own setting.
    """

    def __init__(self, rule: str, message: str, *, on_error: OnError | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.on_error = on_error


MAX_VALUE_CHARACTERS = 1_000_000
"""Bounds memory: each step of a chain may multiply the length of a value."""


def require_bounded(rule: str, characters: int) -> None:
    """Raises Unmappable if a step would make a value longer than MAX_VALUE_CHARACTERS."""
    if characters > MAX_VALUE_CHARACTERS:
        raise Unmappable(
            rule,
            f"The value would become longer than {MAX_VALUE_CHARACTERS:,} characters: shorten it "
            "first with Character Limit.",
        )


def is_blank(value: str) -> bool:
    """Whether a text is empty or only white space; raises AttributeError if it is not text."""
    return value == "" or value.isspace()
