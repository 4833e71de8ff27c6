"""A district whose functions call AWS over the wire, and what its people and its SIS see."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.domain.errors import RegistrationSyncError
from tests.functional.random_day.faults import expire_announcement, expire_lease
from tests.functional.support.district import ENROLL, call, context, registration
from tests.support.sftp_servers import PASSWORD, AsyncSftpServer
from tests.torture.support.wire import Call, Fault, Wire

EXPORTS = "/connections/{connection_id}/exports"
REGISTRATIONS = "/connections/{connection_id}/registrations"
FOREVER = 1_000
API_SECONDS, EXPORT_SECONDS = 29, 900
"""The time of an invocation."""

type Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Ended:
    """How an invocation of the export function ended: with a run, or with an error."""

    run: dict[str, Any]
    error: RegistrationSyncError | None

    @property
    def codes(self) -> set[str]:
        """The codes of all errors."""
        found = [self.run.get("error"), *(year["error"] for year in self.run.get("years", ()))]
        codes = {one["code"] for one in found if one}
        return codes | ({self.error.code} if self.error else set())


@dataclass
class WiredDistrict:
    """`imported` has what the SIS has by year and student, `secrets` what no log may say."""

    wire: Wire
    server: AsyncSftpServer
    log: Callable[[], str]
    connection_id: str = "north"
    imported: dict[Key, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=lambda: {PASSWORD})
    broken: list[str] = field(default_factory=list)
    logged: str = ""

    def registrations(self, trial: int) -> list[dict[str, Any]]:
        """Of two students in one year and one in another, and of one who is held."""
        sent = [(2025, "a"), (2025, "b"), (2024, "c")]
        names = {f"Zo\u00eb{trial}x{letter}" for _, letter in sent}
        self.secrets |= names | {f"s{trial}x{letter}" for _, letter in sent} | {"held-1x"}
        return [
            *(registration(f"s{trial}x{one}", f"Zo\u00eb{trial}x{one}", year=y) for y, one in sent),
            registration("held-1x", "Zo\u00eb-held", grade="unknown"),
        ]

    def send(self, registrations: list[dict[str, Any]]) -> tuple[int, dict[Key, str]]:
        """The status, and the result of each registration."""
        body = {"registrations": registrations}
        status, answer = self.ask(sync, "POST", REGISTRATIONS, body, claims=ENROLL)
        results = answer.get("registrations", ())
        return status, {(one["school_year"], one["student_id"]): one["result"] for one in results}

    def ask(self, app: Any, method: str, resource: str, body: Any = None, **more: Any) -> Any:
        running = self._context(API_SECONDS)
        status, answer = call(
            app, method, resource, body, running=running, connection_id=self.connection_id, **more
        )
        if status == 500:
            self.broken.append(f"{method} {resource} answered 500: {answer}")
        return status, answer

    def request(self) -> dict[str, Any]:
        """The event of an export that a person has requested."""
        self.wire.started.clear()
        status, answer = self.ask(configuration, "POST", EXPORTS, {})
        if status == 503:
            status, answer = self.ask(configuration, "POST", EXPORTS, {})
        assert status == 202, answer
        return self.wire.started[-1]

    def invoke(self, event: dict[str, Any]) -> Ended:
        """Invokes the export function, as Lambda does."""
        try:
            run = export.handler(event, self._context(EXPORT_SECONDS))
        except RegistrationSyncError as error:
            return Ended({}, error)
        return Ended(run if "kind" in run else {}, None)

    def _context(self, seconds: float) -> Any:
        """A Lambda context of which slow answers take time."""
        running, clock = context(), self.wire.clock
        running.get_remaining_time_in_millis = lambda: int((seconds - clock.ahead_seconds) * 1000)
        return running

    def retry(self, event: dict[str, Any]) -> Ended:
        """Invokes it again, a minute later or more, when a lease that was left has expired."""
        expire_lease(self.connection_id)
        expire_announcement(self.connection_id, str(event["run_id"]))
        return self.invoke(event)

    def export(self) -> Ended:
        ended = self.invoke(self.request())
        self.collect()
        return ended

    def collect(self) -> None:
        """The SIS reads every file, which must be whole."""
        for path in self.server.root.glob(f"{self.connection_id}/*/*.csv"):
            text = path.read_bytes().decode()
            if not text.endswith("\r\n"):
                self.broken.append(f"half a file: {path.name}")
            for row in csv.DictReader(StringIO(text)):
                self.imported[int(path.parent.name), row["ID"]] = row["First"]

    def missing(self, registrations: list[dict[str, Any]]) -> list[str]:
        """The students that the SIS should have and does not have."""
        return [
            one["student_id"]
            for one in registrations
            if one["student_id"] != "held-1x"
            and self.imported.get((one["school_year"], one["student_id"]))
            != one["data"]["students"]["fname"]
        ]

    @contextmanager
    def under(self, fault: Fault, planned: Call, times: int) -> Iterator[None]:
        """A fault, and then a look at what was logged meanwhile."""
        self.log()
        with self.wire.faulty(fault, planned, times):
            yield
        text = self.logged = self.log()
        if "unexpected error" in text:
            lines = [json.loads(line) for line in text.splitlines() if "unexpected error" in line]
            self.broken.append(f"an unexpected error: {lines[0]['raised']}")
        said = [secret for secret in self.secrets if secret in text]
        if said:
            self.broken.append(f"the log says {said}")
