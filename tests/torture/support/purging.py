"""Kills the purge of a deleted connection, and looks at what is left of the connection."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.support.sftp_servers import OpenSshServer
from tests.torture.support.cloud import Cloud
from tests.torture.support.district import CONNECTION, NO_CODE, District, new_district
from tests.torture.support.killing import CALLS, FIRST_RETRY, SECOND_RETRY, changing, points_of
from tests.torture.support.operations import Kill
from tests.torture.support.trials import Trials

GRACE_MINUTES, SCHEDULE_MINUTES = 21, 15.1
"""After the deletion until its purge, and from each invocation by the schedule to the next."""

STAYS = re.compile("^((AUDIT|ACCESS|ATTEMPTS)#|CONNECTIONS/)")
"""The audit entries and the access log stay until they expire, counts of sign-ins for a day, and of
the connection that it was deleted."""


@dataclass
class Purging:
    """The trials; each is of a connection of its own, beside the `neighbor`, which stays."""

    cloud: Cloud
    server: OpenSshServer
    neighbor: District
    points: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    survived: int = 0
    problems: list[str] = field(default_factory=list)

    def find_points(self) -> list[Kill]:
        """Where a purge can be killed; before reads only where something has changed."""
        district = self.deleted()
        counted = district.invoke("export", purge_of(district))
        self.problems += self._wrong(district, counted.answer)
        assert self.problems == []
        found = points_of(changing(counted.operations))
        self.points = len(found)
        return found

    def deleted(self) -> District:
        """A connection with everything that is kept of one, which is to be purged now."""
        district = filled(self.cloud, self.server)
        status, _ = district.ask("DELETE", CONNECTION, query={"grace_days": "0"})
        assert status == 204
        district.later(minutes=GRACE_MINUTES)
        return district

    def kill(self, kill: Kill) -> None:
        """One trial: after the kill, Lambda's retries and the schedule, which go on with it."""
        district = self.deleted()
        files = district.importer().files()
        untouched = self._of(self.neighbor)
        event = purge_of(district)
        invocation = district.invoke("export", event, kill)
        if not invocation.was_killed:
            return
        operation = invocation.operations[-1]
        self.killed[operation.kind] += 1
        for minutes in (FIRST_RETRY, SECOND_RETRY, SCHEDULE_MINUTES):
            district.later(minutes=minutes)
            again = district.invoke("export", event)
            if again.answer and again.answer["status"] == "purged":
                break
        wrong = self._wrong(district, again.answer)
        if district.importer().files() != files:
            wrong.append("files on the server have changed")
        if self._of(self.neighbor) != untouched:
            wrong.append("another connection has changed")
        about = f"killed {kill.edge} {operation.number} {operation.name}"
        self.problems += [f"{about}: {one}" for one in wrong]
        self.survived += not wrong

    def _wrong(self, district: District, record: Any) -> list[str]:
        name, of_it = district.connection_id, self._of(district)
        audited = [text for text in of_it.values() if b"connection_purged" in text]
        found = [f"{one} is kept" for one in of_it if not STAYS.match(one)]
        student = f"{name}-student".encode()
        found += [f"a student is in {one}" for one, text in of_it.items() if student in text]
        found += [f"{one} is kept" for one in self._schedules_and_secrets(name)]
        if not record or record["status"] != "purged":
            found.append(f"the record is {record}")
        if len(audited) != 1:
            found.append(f"the audit has the purge {len(audited)} times")
        return found

    def _of(self, district: District) -> dict[str, bytes]:
        """What is kept of a connection in tables and the archive."""
        named = re.compile(rf"(?<![\w-]){district.connection_id}(?![\w-])")
        found = self.cloud.stored(district.connection_id)
        return {name: text for name, text in found.items() if named.search(name)}

    def _schedules_and_secrets(self, name: str) -> list[str]:
        schedules = self.cloud.client("scheduler").get_paginator("list_schedules").paginate()
        listing = self.cloud.client("secretsmanager").get_paginator("list_secrets")
        secrets = listing.paginate(IncludePlannedDeletion=True)
        names = [one["Name"] for page in schedules for one in page["Schedules"]]
        names += [one["Name"] for page in secrets for one in page["SecretList"]]
        return [one for one in names if re.search(rf"(^|/){name}(\.purge|/|$)", one)]

    def record(self, trials: Trials) -> None:
        tried = sum(self.killed.values())
        trials.record(
            fault="The purge of a deleted connection is killed",
            outcome="Lambda's retries and the schedule go on with it. Nothing of the connection is "
            "kept but its audit and access log; the purge is recorded once; no other connection "
            "has changed.",
            tried=tried,
            survived=self.survived,
            detail="; ".join(self.problems[:5]) or "Killed at calls of",
            of=self.points,
            counts={CALLS[kind]: count for kind, count in self.killed.items()},
        )


def filled(cloud: Cloud, server: OpenSshServer) -> District:
    """A connection with due, held and exported students, an archive, a schedule and a secret."""
    district = new_district(cloud, server)
    status, answer = district.ask(
        "PUT", f"{CONNECTION}/schedule", {"enabled": True, "time": "21:00"}
    )
    assert status == 200, answer
    names = [f"{district.connection_id}-student-{number}" for number in range(3)]
    grades = dict(zip(names, ["K", "1", NO_CODE], strict=True))
    students = {(year, name): grade for year in district.years for name, grade in grades.items()}
    district.sync(students)
    assert district.invoke("export", district.request()).answer["status"] == "partial"
    district.later(minutes=1)
    district.sync(students)
    return district


def purge_of(district: District) -> dict[str, Any]:
    """The event of the schedule."""
    return {"action": "purge", "connection_id": district.connection_id}
