"""Why a value cannot go into a file: what a transformation or the file's format says."""

from typing import Literal

Way = Literal["hold", "blank", "keep", "default"]
"""What becomes of a field whose value cannot be mapped; `hold` leaves the student out."""


class Unmappable(Exception):
    """Raised inside the mapping, and turned there into a held row or the field's `on_error`.

    `rule` is stable, for programs. `message` is for the administrator: it may quote the mapping,
    never the student's value. `way` overrides the field's `on_error`, where a step has its own.
    """

    def __init__(self, rule: str, message: str, *, way: Way | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.way = way


MADE_CHARACTERS = 1_000_000
"""Far more than any file wants: a chain of steps that grow a value would take all memory."""


def require_bounded(rule: str, characters: int) -> None:
    """Raises Unmappable for a value that a step would make longer than any file wants."""
    if characters > MADE_CHARACTERS:
        raise Unmappable(
            rule,
            f"The value would become longer than {MADE_CHARACTERS:,} characters: shorten it "
            "first, by Character Limit.",
        )


def is_blank(value: str) -> bool:
    """Whether there is nothing in it; what is not text at all raises AttributeError."""
    return value == "" or value.isspace()
