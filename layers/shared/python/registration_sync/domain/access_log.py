"""The access log of a connection: who read student data, when, and of how many students.

An entry names no student: not the id that was asked for, nor a text that was searched for. Does not
import pydantic, so that the sync function starts fast.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem


class StudentData(StrEnum):
    """What an answer shows of students; REFUSED: nothing, because the caller may not read it."""

    RECEIPT = "receipt"
    LIST = "list"
    SEARCH = "search"
    FIELDS = "fields"
    PREVIEW = "preview"
    FILE = "file"
    RUN = "run"
    DRY_RUN = "dry_run"
    TEST_RECORD = "test_record"
    RUNS = "runs"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Shown:
    """The student data in an answer, of so many students; of a link, that in its file."""

    kind: StudentData
    students: int


class StudentsSuggested(InvalidRequest):
    """The problems name students who may be meant, so many as `shown` says."""

    def __init__(self, message: str, *, problems: Sequence[Problem], shown: Shown) -> None:
        super().__init__(message, problems=problems)
        self.shown = shown


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEntry:
    """One answer with student data, or one refusal (`students` is 0).

    `sub` is the caller's id of the user pool, which is never given to anyone else; `route` has
    the method and the resource, without the values in its path.
    """

    at: dt.datetime
    by: str
    sub: str
    caller: str
    kind: StudentData
    students: int
    route: str
    run_id: str
    request_id: str

    def to_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "by": self.by,
            "sub": self.sub,
            "caller": self.caller,
            "kind": self.kind.value,
            "students": self.students,
            "route": self.route,
            "run_id": self.run_id or None,
            "request_id": self.request_id,
        }
