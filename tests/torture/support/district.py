"""A district of the trials: its connection, what Enroll synced, and what was answered."""

import datetime as dt
import itertools
import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from registration_sync.domain.school_year import current_school_year
from tests.functional.support.events import api_event, person, program
from tests.support.sftp_servers import OpenSshServer
from tests.torture.support.cloud import Cloud
from tests.torture.support.importer import GUARDIANS, STUDENTS, Importer, Student
from tests.torture.support.invocations import Invocation
from tests.torture.support.operations import Kill

ENROLL = program("enroll", "sync/registrations.write", "sync/read")
CONNECTION, EXPORTS = "/connections/{connection_id}", "/connections/{connection_id}/exports"
NO_CODE = "X"
"""A grade without a code: the student is held."""

_numbers = itertools.count(1)


def _direct(source: str, to: str) -> dict[str, Any]:
    return {"from": source, "mapping_type": "direct", "to": to}


COMMON = [_direct("registration.student_id", "ID"), _direct("students.fname", "Version")]
TIMES = [_direct("registration.synced_at", "At"), _direct("run.started_at", "Run")]


def mapping(*, unmatched: str = "hold") -> dict[str, Any]:
    """A file of students, with a row for a removed one, and one of their guardians; `unmatched`
    says what becomes of a student whose grade has no code."""
    grade = {
        "from": "students.grade",
        "mapping_type": "match_codes",
        "codes": {"K": "0", "1": "1"},
        "unmatched": unmatched,
        "to": "Grade",
    }
    students = {
        "name": "students",
        "removals": "row",
        "fields": [*COMMON, grade, *TIMES, _direct("registration.removed_at", "Removed")],
    }
    guardians = {
        "name": "guardians",
        "rows": {"each": "contacts"},
        "fields": [*COMMON, _direct("entry.name", "Name"), *TIMES],
    }
    return {"files": [students, guardians]}


@dataclass
class District:
    """`ahead_seconds` is the time of all its functions, from now. `acknowledged` has the newest
    version of each student that was answered, `unanswered` those of later syncs that were not. A
    version is the number of a sync or a removal; its order is that of the times of their arrival.
    """

    cloud: Cloud
    server: OpenSshServer
    connection_id: str
    ahead_seconds: float = 0
    notes: str = ""
    """In the data of each student, which it makes large; no file has it."""
    holds: bool = True
    """Whether the mapping holds students without a code."""
    acknowledged: dict[Student, int] = field(default_factory=dict)
    unanswered: dict[Student, set[int]] = field(default_factory=dict)
    grades: dict[int, str] = field(default_factory=dict)
    """By version; "" for a removal."""
    _arrived_ms: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def years(self) -> tuple[int, int]:
        current = current_school_year(dt.datetime.now(dt.UTC).date())
        return current, current + 1

    def importer(self, *, removes: bool = False) -> Importer:
        """A new one, which has read nothing yet."""
        return Importer(self.server.root / self.connection_id, removes)

    def later(self, *, minutes: float) -> None:
        self.ahead_seconds += minutes * 60

    def ask(
        self,
        method: str,
        resource: str,
        body: object = None,
        *,
        query: dict[str, str] | None = None,
        **path: str,
    ) -> tuple[int, Any]:
        """Calls the API as a person with full access."""
        administrator = person("full-access", f"district:{self.connection_id}")
        event = self._event(method, resource, body, administrator, **path)
        event["queryStringParameters"] = query
        return _answered(self.invoke("configuration", event))

    def invoke(self, function: str, event: dict[str, Any], kill: Kill | None = None) -> Invocation:
        return self.cloud.functions.invoke(
            function, event, ahead_seconds=self.ahead_seconds, kill=kill
        )

    def sync(self, students: dict[Student, str], kill: Kill | None = None) -> Invocation:
        """Syncs the students with these grades, as Enroll does, each in a new version."""
        versions, arrived_ms = self._new_versions(students)
        body = {
            "registrations": [
                registration(student, versions[student], grade, self.notes)
                for student, grade in students.items()
            ]
        }
        event = self._event("POST", f"{CONNECTION}/registrations", body, ENROLL)
        event["requestContext"]["requestTimeEpoch"] = arrived_ms
        invocation = self.invoke("sync", event, kill)
        if invocation.answer is not None:
            for one in _answered(invocation)[1].get("registrations", ()):
                if one["result"] in {"synced", "superseded"}:
                    student = one["school_year"], one["student_id"]
                    self._answered(student, versions[student])
        return invocation

    def remove(self, student: Student, kill: Kill | None = None) -> Invocation:
        """Removes the student's registration, as Enroll does."""
        versions, arrived_ms = self._new_versions({student: ""})
        year, student_id = student
        resource = f"{CONNECTION}/registrations/{{school_year}}/{{student_id}}"
        path = {"school_year": str(year), "student_id": student_id}
        event = self._event("DELETE", resource, None, ENROLL, **path)
        event["requestContext"]["requestTimeEpoch"] = arrived_ms
        invocation = self.invoke("sync", event, kill)
        if invocation.answer is not None and _answered(invocation)[0] in {200, 204}:
            self._answered(student, versions[student])
        return invocation

    def _new_versions(self, grades: dict[Student, str]) -> tuple[dict[Student, int], int]:
        """The students' versions, and the time at which they arrive: no two requests at once."""
        with self._lock:
            self._arrived_ms = max(self._arrived_ms + 1, self._now_ms())
            versions = {student: len(self.grades) + n for n, student in enumerate(grades, 1)}
            self.grades |= {versions[student]: grade for student, grade in grades.items()}
            for student, version in versions.items():
                self.unanswered.setdefault(student, set()).add(version)
            return versions, self._arrived_ms

    def _answered(self, student: Student, version: int) -> None:
        """A superseded sync was answered, too: a newer one is stored."""
        with self._lock:
            self.acknowledged[student] = max(version, self.acknowledged.get(student, 0))
            self.unanswered[student].discard(version)

    def _now_ms(self) -> int:
        now = dt.datetime.now(dt.UTC).timestamp() + self.ahead_seconds
        return int(now * 1000)

    def request(self, resource: str = EXPORTS, body: object = None, **path: str) -> dict[str, Any]:
        """The event of a run that a person requests."""
        status, answer = self.ask("POST", resource, body, **path)
        assert status == 202, answer
        return {"connection_id": self.connection_id, "run_id": answer["run_id"]}

    def run(self, run_id: str) -> dict[str, Any]:
        status, run = self.ask("GET", f"{EXPORTS}/{{run_id}}", run_id=run_id)
        assert status == 200, run
        return dict(run)

    def listed_runs(self, after: str = "") -> list[dict[str, Any]]:
        """A page of runs: the newest, or those before `after`; the last one first."""
        query = {"after": after} if after else None
        status, answer = self.ask("GET", EXPORTS, query=query)
        assert status == 200, answer
        return list(answer["items"])

    def all_runs(self) -> Iterator[dict[str, Any]]:
        page = self.listed_runs()
        while page:
            yield from page
            page = self.listed_runs(after=page[-1]["run_id"])

    def held_in(self, year: int) -> int:
        """The students whose last version has no code."""
        return sum(self.is_held(student) for student in self.acknowledged if student[0] == year)

    def status(self) -> dict[int, dict[str, Any]]:
        """The counts of each year."""
        status, answer = self.ask("GET", f"{CONNECTION}/status")
        assert status == 200, answer
        return {year["school_year"]: year for year in answer["years"]}

    def missing(self, importer: Importer) -> list[str]:
        """Students whose last answered version, or a later one, is neither in the importer's view
        nor held."""
        return [
            f"{name}: {student} is {importer.version(name, student)}, not {known}"
            for student, known in self.acknowledged.items()
            if not self.is_held(student)
            for name in self._files_of(student, importer)
            if importer.version(name, student) not in self._allowed(student, known)
        ]

    def _files_of(self, student: Student, importer: Importer) -> tuple[str, ...]:
        """The files to compare: a removed student has a row in the file of students only."""
        may_be_removed = None in self._allowed(student, self.acknowledged[student])
        is_removed = may_be_removed and importer.version(STUDENTS, student) is None
        return (STUDENTS,) if is_removed else (STUDENTS, GUARDIANS)

    def _allowed(self, student: Student, known: int) -> set[int | None]:
        later = {one for one in self.unanswered[student] if one > known}
        return {one if self.grades[one] else None for one in (known, *later)}

    def is_held(self, student: Student) -> bool:
        """Whether the student's version has no code, so that it is held."""
        return self.holds and self.grades[self.acknowledged[student]] == NO_CODE

    def _event(
        self, method: str, resource: str, body: object, claims: dict[str, str], **path: str
    ) -> dict[str, Any]:
        if "{connection_id}" in resource:
            path = {"connection_id": self.connection_id, **path}
        event = api_event(method, resource, claims=claims, body=body, **path)
        about = {"requestId": str(uuid.uuid4()), "requestTimeEpoch": self._now_ms()}
        event["requestContext"] |= about
        return event


def registration(
    student: Student, version: int, grade: str = "K", notes: str = ""
) -> dict[str, Any]:
    """As Enroll sends it: a student with one guardian."""
    year, student_id = student
    return {
        "registration_id": f"r-{student_id}",
        "student_id": student_id,
        "school_year": year,
        "status": "Registration Approved",
        "data": {
            "students": {
                "id": student_id,
                "fname": str(version),
                "grade": grade,
                "notes": notes,
            },
            "contacts": [{"name": f"Guardian of {student_id}"}],
        },
    }


def new_district(cloud: Cloud, server: OpenSshServer, **changes: Any) -> District:
    """Creates the connection and its mapping; `changes` are settings of the connection."""
    district = District(cloud, server, f"district-{next(_numbers)}")
    account = server.account()
    connection = {
        "connection_id": district.connection_id,
        "name": "North",
        "host": account.host,
        "port": account.port,
        "username": account.username,
        "private_key": account.credentials.private_key,
        "host_keys": list(account.host_keys),
        "folder": f"{district.connection_id}/{{school_year}}",
        "district": district.connection_id,  # it may try to reach a server 60 times in an hour
        "time_zone": "America/Chicago",
        "importer": "leaves",
        "programs": ["enroll"],
    }
    status, answer = district.ask("POST", "/connections", connection | changes)
    assert status == 201, answer
    status, answer = district.ask("PUT", f"{CONNECTION}/mapping", mapping())
    assert status == 200, answer
    return district


def _answered(invocation: Invocation) -> tuple[int, Any]:
    assert invocation.answer is not None, invocation
    return invocation.answer["statusCode"], json.loads(invocation.answer["body"] or "null")
