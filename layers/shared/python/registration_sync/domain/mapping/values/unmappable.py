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
