"""The steps of a connection check and their results."""

from dataclasses import dataclass
from enum import StrEnum

from registration_sync.domain.printable import MAX_MESSAGE_CHARACTERS, printable

STEPS = (
    "name",
    "connection",
    "algorithms",
    "host_key",
    "sign_in",
    "folder",
    "write",
    "replace",
    "delete",
)
"""In the order in which they are tried; after a failed step the others are skipped."""


class StepResult(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """A step of a check. `host_key`, only in the step of that name, is the line that the server
    shows; a person confirms and pins it."""

    step: str
    result: StepResult
    seconds: float
    message: str
    host_key: str | None = None

    def __post_init__(self) -> None:
        """Names of files on the server may have any character."""
        object.__setattr__(self, "message", printable(self.message, MAX_MESSAGE_CHARACTERS))
