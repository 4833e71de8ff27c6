"""Every error that this package raises on purpose.

RegistrationSyncError
├── InvalidRequest            what was sent is not usable; `problems` says where and what to write
│   └── TooLarge              more than the service takes at once
├── AccessDenied              signed in, but not entitled
├── NotFound
├── Conflict                  contradicts what is there (name taken, two files on one path)
│   ├── AlreadyRunning        another export of this connection runs
│   ├── RunCancelled          somebody cancelled the run before it began
│   └── VersionMismatch       saved by someone else in between
├── Unavailable               AWS did not take it in time; the same again may work
├── NotConfigured             (settings) the environment of a function lacks something
├── IncompleteFullFile            (year_to_export) a file of all students may not lack one
├── MarkerLost                (registrations) what says who is due is gone; it can be rebuilt
├── LeaseLost                 this run no longer holds the connection's lease and must stop
└── DeliveryError             the SFTP server; `terminal` is the one thing that retry code asks
    ├── TerminalDeliveryError     the same try again fails again, or does harm
    │   ├── AddressRefused        the host name leads where the service may not connect
    │   ├── HostKeyMismatch
    │   ├── NoCommonAlgorithm
    │   ├── SignInRefused
    │   ├── PermissionRefused
    │   ├── FolderMissing
    │   ├── ReplaceUnsupported    the server has no way to put a file in place as a whole
    │   └── UploadIncomplete      a write failed (a full disk, mostly), or the size is not ours
    └── TransientDeliveryError
        ├── HostNotFound
        └── ConnectionFailed      refused, reset, lost, timed out

Messages are for the person who will fix it: no student data, no secrets, and what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in what was sent: `path` as in `files[0].fields[3].to`, and a sentence."""

    path: str
    message: str


class RegistrationSyncError(Exception):
    """Base of all; `code` is stable and for programs, the message for people."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
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
    """Holds the id of the run in the way, where it is known."""

    code = "already_running"

    def __init__(self, message: str, *, run_id: str = "") -> None:
        super().__init__(message)
        self.run_id = run_id


class RunCancelled(Conflict):
    code = "cancelled"


class VersionMismatch(Conflict):
    code = "version_mismatch"


class Unavailable(RegistrationSyncError):
    code = "unavailable"


class DiskFull(RegistrationSyncError):
    code = "disk_full"


class MarkerLost(RegistrationSyncError):
    code = "marker_lost"


class LeaseLost(RegistrationSyncError):
    code = "lease_lost"


def is_transient(error: RegistrationSyncError) -> bool:
    """Whether the same again, a little later, may well succeed without anybody's help."""
    return isinstance(error, Unavailable | LeaseLost | TransientDeliveryError)


class DeliveryError(RegistrationSyncError):
    code = "delivery_failed"
    terminal: ClassVar[bool] = False


class TerminalDeliveryError(DeliveryError):
    terminal = True


class AddressRefused(TerminalDeliveryError):
    code = "address_refused"


class HostKeyMismatch(TerminalDeliveryError):
    code = "host_key_mismatch"


class NoCommonAlgorithm(TerminalDeliveryError):
    code = "no_common_algorithm"


class SignInRefused(TerminalDeliveryError):
    code = "sign_in_refused"


class PermissionRefused(TerminalDeliveryError):
    code = "permission_refused"


class FolderMissing(TerminalDeliveryError):
    code = "folder_missing"


class ReplaceUnsupported(TerminalDeliveryError):
    code = "replace_unsupported"


class TransientDeliveryError(DeliveryError):
    terminal = False


class HostNotFound(TransientDeliveryError):
    code = "host_not_found"


class ConnectionFailed(TransientDeliveryError):
    code = "connection_failed"


class NotUploadedHere(TransientDeliveryError):
    """Writing in place wants the file to be uploaded by this connection: upload it again."""


class UploadIncomplete(TerminalDeliveryError):
    code = "upload_incomplete"


class NameRefused(TerminalDeliveryError):
    """The server refuses a temporary name, or hides the file (`is_hidden`); `reason` is the error
    to report if it accepts no form of the name."""

    def __init__(
        self, message: str, *, reason: DeliveryError | None = None, is_hidden: bool = False
    ) -> None:
        super().__init__(message)
        self.reason = reason or TerminalDeliveryError(message)
        self.is_hidden = is_hidden
