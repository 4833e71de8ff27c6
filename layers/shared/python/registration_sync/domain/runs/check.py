"""The connection doctor's findings: one step after the other, each in plain words."""

import base64
import hashlib
from dataclasses import dataclass
from enum import StrEnum

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
"""In the order in which they are tried; after one that failed the others are skipped."""


class StepResult(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """A step of a check. `host_key` is the line that the server shows, to be confirmed by a person
    and then pinned; only in the step of that name."""

    step: str
    result: StepResult
    seconds: float
    message: str
    host_key: str | None = None


def fingerprint_of(host_key: str) -> str:
    """Type and fingerprint of a line `ssh-ed25519 AAAA…`, as `ssh-keygen -l` prints them."""
    kind, blob, *_ = host_key.split()
    digest = base64.b64encode(hashlib.sha256(base64.b64decode(blob)).digest()).decode()
    return f"{kind} SHA256:{digest.rstrip('=')}"
