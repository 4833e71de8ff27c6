"""The receipt of a student: the status of the last sync, as a sentence and as fields."""

import datetime as dt
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    arrived_at_ms,
    request_id,
)


class StudentStatus(StrEnum):
    DUE = "due"
    HELD = "held"
    EXPORTED = "exported"
    LEFT_OUT = "left_out"
    REMOVED = "removed"
    UNCONFIRMED = "unconfirmed"


MESSAGES = {
    StudentStatus.DUE: "The next export includes this student.",
    StudentStatus.HELD: "The last export held this student for the reasons given; every export "
    "tries again.",
    StudentStatus.EXPORTED: "Exported as last synced.",
    StudentStatus.LEFT_OUT: "No row: the conditions of the mapping leave this student "
    "out of every file.",
    StudentStatus.REMOVED: "Removed: exports no longer include this student.",
    StudentStatus.UNCONFIRMED: "The last sync was not confirmed, so exports may not include it: "
    "sync this student again in SchoolMint Enroll.",
}

NO_LONGER_KEPT = (
    "The archived files of the run that last exported this student are no longer kept, so the rows "
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


def receipt_of_due(school_year: int, current: Current, mark: DueMark) -> dict[str, Any]:
    """The short receipt, for lists."""
    status = status_of_due(current, mark)
    return {
        **_summary(school_year, current, status),
        "reasons": reasons_of(mark) if status is StudentStatus.HELD else [],
    }


def receipt(
    school_year: int,
    current: Current,
    status: StudentStatus,
    mark: DueMark | None,
    exported: ReceiptDelivery | None,
) -> dict[str, Any]:
    """The full receipt, in the shape of the API."""
    held = None
    if mark and status is StudentStatus.HELD:
        held = {"since": mark.since or None, "reasons": reasons_of(mark)}
    message = MESSAGES[status]
    if exported and not exported.kept:
        message = f"{message} {NO_LONGER_KEPT}"
    return {
        **_summary(school_year, current, status),
        "message": message,
        "request_id": request_id(current.version),
        "held": held,
        "exported": json.loads(json.dumps(asdict(exported))) if exported else None,
    }


def reasons_of(mark: DueMark) -> list[dict[str, str]]:
    reasons: list[dict[str, str]] = json.loads(mark.reasons)
    return reasons


def _summary(school_year: int, current: Current, status: StudentStatus) -> dict[str, Any]:
    synced_at = dt.datetime.fromtimestamp(arrived_at_ms(current.version) / 1000, dt.UTC)
    return {
        "student_id": current.student_id,
        "school_year": school_year,
        "status": status,
        "synced_at": synced_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "exported_before": current.exported_in > 0,
    }
