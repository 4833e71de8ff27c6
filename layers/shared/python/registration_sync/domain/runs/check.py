"""The steps of a connection check and their results."""

import base64
import hashlib
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


def fingerprint_of(host_key: str) -> str:
    """Type and fingerprint of a line `ssh-ed25519 AAAA…`, as `ssh-keygen -l` prints them."""
    kind, blob, *_ = host_key.split()
    digest = base64.b64encode(hashlib.sha256(base64.b64decode(blob)).digest()).decode()
    return f"{kind} SHA256:{digest.rstrip('=')}"
