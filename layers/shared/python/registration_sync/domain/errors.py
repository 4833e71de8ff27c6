"""Every error that this package raises on purpose.

RegistrationSyncError
├── InvalidRequest            the request is not valid; `problems` lists each path and correction
│   ├── TooLarge              the request exceeds a size limit
│   └── StudentsSuggested     (access_log) the problems name students who may be meant
├── AccessDenied              the caller is signed in and lacks the permission
├── NotFound
├── Conflict                  contradicts the stored state (id taken, two files on one path)
│   ├── AlreadyRunning        another run of this connection is in progress
│   ├── BeingDeleted          the connection is being deleted: nothing may change it
│   ├── AttemptEnded          the run has a newer attempt, or has ended
│   │   └── RunCancelled      the run was cancelled before it began
│   └── VersionMismatch       another change was saved in the meantime
├── TooManyAttempts           a limit of attempts is reached; `retry_after_seconds` says how long
├── Unavailable               AWS did not respond in time; a retry may succeed
├── ServiceRefused            AWS refused a request; only an operator can remove the cause
├── InternalError             none of these: a bug, which was logged
├── NotConfigured             (settings) an environment variable of the function is missing
├── IncompleteFullFile        (exporting) a full file would lack a student
├── MarkerLost                the export marker is missing; an operator can rebuild it
├── RunUnreadable             a stored run record is damaged, or of a newer version
├── LeaseLost                 this run no longer holds the connection's lease and must stop
├── DiskFull                  the function's disk is full
└── DeliveryError             the SFTP server refused or failed
    ├── TerminalDeliveryError     a retry fails again, or does harm
    │   ├── AddressRefused        the service may not connect to the host's address
    │   ├── HostKeyMismatch
    │   ├── NoCommonAlgorithm
    │   ├── SignInRefused
    │   │   └── KeyRefused        the server does not accept the private key
    │   ├── PasswordOfAnotherServer
    │   ├── DestinationTaken      another connection delivers to the same file
    │   ├── PermissionRefused
    │   ├── FolderMissing
    │   ├── ReplaceUnsupported    the server cannot replace a file in one step
    │   ├── UploadIncomplete      a write failed (often a full disk), or the size differs
    │   ├── UploadTooSlow         the server is too slow for the file: a run has 15 minutes
    │   └── NameRefused           the server refuses a temporary name, or hides the file
    └── TransientDeliveryError
        ├── HostNotFound
        ├── ConnectionFailed      refused, reset, lost, timed out
        └── NotUploadedHere       this connection did not upload the file that it should replace

A message is one printable line that says how to fix the error. It holds no student data and no
secrets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from registration_sync.domain.printable import MAX_MESSAGE_CHARACTERS, printable


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a request: its path, such as `files[0].fields[3].to`, and a sentence."""

    path: str
    message: str

    def __post_init__(self) -> None:
        """Both may have names from the request."""
        for name in ("path", "message"):
            line = printable(getattr(self, name), MAX_MESSAGE_CHARACTERS)
            object.__setattr__(self, name, line)


MAX_PROBLEMS = 100
"""Listed for one request: nobody corrects more at a time."""


def listed_problems(problems: Sequence[Problem]) -> list[Problem]:
    """The first 100 problems, and one that counts the others."""
    more = len(problems) - MAX_PROBLEMS
    return [*problems[:MAX_PROBLEMS], *([Problem("", f"And {more:,} more.")] if more > 0 else [])]


class RegistrationSyncError(Exception):
    """Base of all errors; `code` is stable and for programs, the message is for people."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        self.message = printable(message, MAX_MESSAGE_CHARACTERS)
        super().__init__(self.message)
        self.problems = tuple(problems)


class InvalidRequest(RegistrationSyncError):
    code = "invalid_request"


class TooLarge(InvalidRequest):
    code = "too_large"


class AccessDenied(RegistrationSyncError):
    code = "access_denied"


class NotFound(RegistrationSyncError):
    code = "not_found"


class Conflict(RegistrationSyncError):
    code = "conflict"


class AlreadyRunning(Conflict):
    """`run_id` is the run that is in progress, empty if not known."""

    code = "already_running"

    def __init__(self, message: str, *, run_id: str = "") -> None:
        super().__init__(message)
        self.run_id = run_id


class BeingDeleted(Conflict):
    code = "being_deleted"

    def __init__(
        self,
        message: str = "This connection is being deleted, so nothing is synced, exported or "
        "changed. A person with Full Access can cancel the deletion.",
    ) -> None:
        super().__init__(message)


class AttemptEnded(Conflict):
    code = "attempt_ended"


class RunCancelled(AttemptEnded):
    code = "cancelled"


class VersionMismatch(Conflict):
    code = "version_mismatch"


class TooManyAttempts(RegistrationSyncError):
    """A limit of attempts is reached; one after this time may succeed."""

    code = "too_many_attempts"

    def __init__(self, message: str, retry_after_seconds: int = 60) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(RegistrationSyncError):
    code = "unavailable"


class ServiceRefused(RegistrationSyncError):
    """`reason` is the code of AWS, such as AccessDeniedException."""

    code = "service_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"AWS refused a request: {reason}. Ask your operations engineer to look at the "
            "function's log, permissions and quotas."
        )
        self.reason = reason


class InternalError(RegistrationSyncError):
    code = "internal_error"


class DiskFull(RegistrationSyncError):
    code = "disk_full"


class MarkerLost(RegistrationSyncError):
    code = "marker_lost"


class RunUnreadable(RegistrationSyncError):
    code = "run_unreadable"


class LeaseLost(RegistrationSyncError):
    code = "lease_lost"


def is_transient(error: RegistrationSyncError) -> bool:
    """Whether a retry may succeed without any other change."""
    return isinstance(error, Unavailable | LeaseLost | TransientDeliveryError)


class DeliveryError(RegistrationSyncError):
    code = "delivery_failed"


class TerminalDeliveryError(DeliveryError):
    """Trying again fails again, or does harm."""


class AddressRefused(TerminalDeliveryError):
    code = "address_refused"


class HostKeyMismatch(TerminalDeliveryError):
    code = "host_key_mismatch"


class NoCommonAlgorithm(TerminalDeliveryError):
    code = "no_common_algorithm"


class SignInRefused(TerminalDeliveryError):
    code = "sign_in_refused"


class KeyRefused(SignInRefused):
    """Has the code of SignInRefused."""


class PasswordOfAnotherServer(TerminalDeliveryError):
    code = "password_of_another_server"


class DestinationTaken(TerminalDeliveryError):
    code = "destination_taken"


class PermissionRefused(TerminalDeliveryError):
    code = "permission_refused"


class FolderMissing(TerminalDeliveryError):
    code = "folder_missing"


class ReplaceUnsupported(TerminalDeliveryError):
    code = "replace_unsupported"


class TransientDeliveryError(DeliveryError):
    """Trying again may succeed."""


class HostNotFound(TransientDeliveryError):
    code = "host_not_found"


class ConnectionFailed(TransientDeliveryError):
    code = "connection_failed"


class NotUploadedHere(TransientDeliveryError):
    """Writing in place needs the file that this connection uploaded: upload it again."""


class UploadIncomplete(TerminalDeliveryError):
    code = "upload_incomplete"


class UploadTooSlow(TerminalDeliveryError):
    code = "upload_too_slow"


class NameRefused(TerminalDeliveryError):
    """The server refuses a temporary name, or hides the file (`is_hidden`); `reason` is the error
    to report if it accepts no form of the name."""

    def __init__(
        self, message: str, *, reason: DeliveryError | None = None, is_hidden: bool = False
    ) -> None:
        super().__init__(message)
        self.reason = reason or TerminalDeliveryError(message)
        self.is_hidden = is_hidden
