"""A district of the trials: its connection, what Enroll synced, and what was answered."""

import datetime as dt
import itertools
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from registration_sync.domain.school_year import current_school_year
from tests.functional.support.events import ADMINISTRATOR, api_event, program
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


GRADE = {
    "from": "students.grade",
    "mapping_type": "match_codes",
    "codes": {"K": "0", "1": "1"},
    "unmatched": "hold",
    "to": "Grade",
}
COMMON = [_direct("registration.student_id", "ID"), _direct("students.fname", "Version")]
RUN = _direct("run.started_at", "Run")
MAPPING: dict[str, Any] = {
    "files": [
        {
            "name": "students",
            "removals": "row",
            "fields": [*COMMON, GRADE, RUN, _direct("registration.removed_at", "Removed")],
        },
        {
            "name": "guardians",
            "rows": {"each": "contacts"},
            "fields": [*COMMON, _direct("entry.name", "Name"), RUN],
        },
    ]
}


@dataclass
class District:
    """`ahead_seconds` is the time of all its functions, from now. `acknowledged` has the version of
    each student's last sync that was answered (None for a removal), `unanswered` those of later
    syncs that were not."""

    cloud: Cloud
    server: OpenSshServer
    connection_id: str
    ahead_seconds: float = 0
    acknowledged: dict[Student, int | None] = field(default_factory=dict)
    unanswered: dict[Student, list[int | None]] = field(default_factory=dict)
    grades: dict[int, str] = field(default_factory=dict)
    """By version."""
    _versions: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def years(self) -> tuple[int, int]:
        current = current_school_year(dt.datetime.now(dt.UTC).date())
        return current, current + 1

    @property
    def importer(self) -> Importer:
        """A new one, which has read nothing yet."""
        return Importer(self.server.root / self.connection_id)

    def later(self, *, minutes: float) -> None:
        self.ahead_seconds += minutes * 60

    def ask(self, method: str, resource: str, body: object = None, **path: str) -> tuple[int, Any]:
        """Calls the API as a person with full access."""
        event = self._event(method, resource, body, ADMINISTRATOR, **path)
        return _answered(self.invoke("configuration", event))

    def invoke(self, function: str, event: dict[str, Any], kill: Kill | None = None) -> Invocation:
        return self.cloud.functions.invoke(
            function, event, ahead_seconds=self.ahead_seconds, kill=kill
        )

    def sync(self, students: dict[Student, str], kill: Kill | None = None) -> Invocation:
        """Syncs the students with these grades, as Enroll does, each in a new version."""
        versions = {student: next(self._versions) for student in students}
        registrations = [
            registration(student, versions[student], grade) for student, grade in students.items()
        ]
        for student, version in versions.items():
            self.grades[version] = students[student]
            self.unanswered.setdefault(student, []).append(version)
        resource, body = f"{CONNECTION}/registrations", {"registrations": registrations}
        invocation = self.invoke("sync", self._event("POST", resource, body, ENROLL), kill)
        if invocation.answer is not None:
            for one in _answered(invocation)[1]["registrations"]:
                student = one["school_year"], one["student_id"]
                if one["result"] == "synced":
                    self._acknowledge(student, versions[student])
        return invocation

    def remove(self, student: Student) -> None:
        year, student_id = student
        resource = f"{CONNECTION}/registrations/{{school_year}}/{{student_id}}"
        path = {"school_year": str(year), "student_id": student_id}
        event = self._event("DELETE", resource, None, ENROLL, **path)
        status, answer = _answered(self.invoke("sync", event))
        assert status in {200, 204}, answer
        self._acknowledge(student, None)

    def _acknowledge(self, student: Student, version: int | None) -> None:
        self.acknowledged[student] = version
        self.unanswered.pop(student, None)

    def request(self, resource: str = EXPORTS, body: object = None, **path: str) -> dict[str, Any]:
        """The event of a run that a person requests."""
        status, answer = self.ask("POST", resource, body, **path)
        assert status == 202, answer
        return {"connection_id": self.connection_id, "run_id": answer["run_id"]}

    def run(self, run_id: str) -> dict[str, Any]:
        status, run = self.ask("GET", f"{EXPORTS}/{{run_id}}", run_id=run_id)
        assert status == 200, run
        return dict(run)

    def status(self) -> dict[int, dict[str, Any]]:
        """The counts of each year."""
        status, answer = self.ask("GET", f"{CONNECTION}/status")
        assert status == 200, answer
        return {year["school_year"]: year for year in answer["years"]}

    def missing(self, importer: Importer) -> list[str]:
        """Students whose last answered version, or a later one, is neither in the importer's view
        nor held. A removed student has a row in the file of students only."""
        return [
            f"{name}: {student} is {importer.versions[name].get(student)}, not {known}"
            for student, known in self.acknowledged.items()
            for name in (STUDENTS, GUARDIANS)
            if not self.is_held(student)
            and (known is not None or name == STUDENTS)
            and importer.versions[name].get(student)
            not in {known, *self.unanswered.get(student, ())}
        ]

    def is_held(self, student: Student) -> bool:
        """Whether the student's version has no code, so that it is held."""
        known = self.acknowledged[student]
        return known is not None and self.grades[known] == NO_CODE

    def _event(
        self, method: str, resource: str, body: object, claims: dict[str, str], **path: str
    ) -> dict[str, Any]:
        if "{connection_id}" in resource:
            path = {"connection_id": self.connection_id, **path}
        event = api_event(method, resource, claims=claims, body=body, **path)
        now = dt.datetime.now(dt.UTC).timestamp() + self.ahead_seconds
        event["requestContext"] |= {
            "requestId": str(uuid.uuid4()),
            "requestTimeEpoch": int(now * 1000),
        }
        return event


def registration(student: Student, version: int, grade: str = "K") -> dict[str, Any]:
    """As Enroll sends it: a student with one guardian."""
    year, student_id = student
    return {
        "registration_id": f"r-{student_id}",
        "student_id": student_id,
        "school_year": year,
        "status": "Registration Approved",
        "data": {
            "students": {"id": student_id, "fname": str(version), "grade": grade},
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
        "district": "north",
        "time_zone": "America/Chicago",
        "importer": "leaves",
        "programs": ["enroll"],
    }
    status, answer = district.ask("POST", "/connections", connection | changes)
    assert status == 201, answer
    status, answer = district.ask("PUT", f"{CONNECTION}/mapping", MAPPING)
    assert status == 200, answer
    return district


def _answered(invocation: Invocation) -> tuple[int, Any]:
    assert invocation.answer is not None, invocation
    return invocation.answer["statusCode"], json.loads(invocation.answer["body"] or "null")
