"""The receipt of a student: the status of the last sync, as fields and as a message."""

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum

from registration_sync.domain.registrations.batches import Current, DueMark, arrived_at, request_id


class StudentStatus(StrEnum):
    DUE = "due"
    HELD = "held"
    EXPORTED = "exported"
    LEFT_OUT = "left_out"
    REMOVED = "removed"
    UNCONFIRMED = "unconfirmed"


MESSAGES = {
    StudentStatus.DUE: "Ready to send: the next export includes this student.",
    StudentStatus.HELD: "Needs attention: the last export did not send this student, for the "
    "reasons given. Every export tries again.",
    StudentStatus.EXPORTED: "Sent as last synced.",
    StudentStatus.LEFT_OUT: "Filtered out: the conditions of the mapping leave this student out of "
    "every file.",
    StudentStatus.REMOVED: "Removed: exports no longer include this student.",
    StudentStatus.UNCONFIRMED: "The last sync was not confirmed, so exports may not include it: "
    "sync this student again in SchoolMint Enroll.",
}

DELIVERED_BEFORE = (
    "No row: an earlier export sent this student, and the files have only new students or the "
    "conditions of the mapping filter the student out."
)

NO_LONGER_KEPT = (
    "The archived files of the run that last sent this student are no longer kept, so the rows "
    "cannot be shown."
)


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A delivered row of the student: `row` counts from 1 after the header, `line` has no line
    ending, `sha256` is that of the file."""

    name: str
    path: str
    row: int
    line: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ReceiptDelivery:
    """The last run that exported the student; `kept` is false once its archive has expired."""

    run_id: str
    exported_at: str
    files: tuple[ReceiptFile, ...] = ()
    kept: bool = True


def status_of_due(current: Current, mark: DueMark) -> StudentStatus:
    """The status of a student with a mark. A removal is held if its row could not be written."""
    if mark.holds(current):
        return StudentStatus.HELD
    return StudentStatus.REMOVED if current.snapshot is None else StudentStatus.DUE


def status_of_settled(current: Current) -> StudentStatus:
    """The status of a student without a mark, by the last outcome."""
    if current.settled_in < current.batch:
        return StudentStatus.UNCONFIRMED
    return StudentStatus(current.outcome or StudentStatus.REMOVED)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The status of a student's last sync of a school year. `mark` is the due mark of a student
    who is due or held, `exported` the last run that exported the student."""

    school_year: int
    current: Current
    status: StudentStatus
    mark: DueMark | None = None
    exported: ReceiptDelivery | None = None

    @property
    def synced_at(self) -> dt.datetime:
        """In UTC."""
        return arrived_at(self.current.version)

    @property
    def request_id(self) -> str:
        """The id of the request that synced the student."""
        return request_id(self.current.version)

    @property
    def exported_before(self) -> bool:
        return self.current.exported_in > 0

    @property
    def is_held(self) -> bool:
        return self.mark is not None and self.status is StudentStatus.HELD

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The reasons why the student is held, else empty."""
        return list(json.loads(self.mark.reasons)) if self.mark and self.is_held else []

    @property
    def message(self) -> str:
        message = MESSAGES[self.status]
        if self.status is StudentStatus.LEFT_OUT and self.exported_before:
            message = DELIVERED_BEFORE
        if self.exported and not self.exported.kept:
            return f"{message} {NO_LONGER_KEPT}"
        return message
