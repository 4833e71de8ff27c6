"""A district in memory whose real exports deliver to a server of the table: who is still due?"""

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import replace
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.domain.connections.connection import Connection, SavedMapping
from registration_sync.domain.errors import NotFound
from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    ExportMarker,
    Lease,
    Stored,
    YearMarker,
    version_of,
)
from registration_sync.domain.registrations.ledger import LedgerEntry
from registration_sync.domain.registrations.registration import (
    APPROVED,
    Registration,
    encode_snapshot,
)
from registration_sync.domain.runs.findings import UnreportedFinding
from registration_sync.domain.runs.run import Run, RunTrigger, YearOutcome
from registration_sync.domain.runs.uploads import Habits, LastUpload
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Mappings
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.ports.runs import Runs
from registration_sync.ports.sftp import Deliveries
from registration_sync.use_cases.delivery.deliver_files import RunConnection
from registration_sync.use_cases.exporting.export_year import ExportResources
from registration_sync.use_cases.ledger.due_students import with_current
from registration_sync.use_cases.mappings.known_fields import RecentFields
from registration_sync.use_cases.run_kinds.export import run_export
from registration_sync.use_cases.run_kinds.lifecycle import Attempt
from registration_sync.use_cases.runs.lease import HeldLease
from tests.servers.scenario import LIMITS, account, connection_to
from tests.servers.table import Kind

C, Y = "north", 2025
NOW = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
MAPPING: dict[str, Any] = {
    "files": [
        {
            "name": "students",
            "fields": [{"from": "students.id", "mapping_type": "direct", "to": "ID"}],
        }
    ]
}


def unused(*_: Any, **__: Any) -> Any:
    """A method of a port that these exports never call."""
    raise NotImplementedError


class Table(RegistrationsTable):
    """The port RegistrationsTable for one school year, without shards."""

    add_year = put_unknown = raise_batch = newest_mark = set_settled = release_lease = unused
    set_carried = unused

    def __init__(self) -> None:
        self._year = YearMarker(open=1, exported=0)
        self._marks: dict[int, dict[str, DueMark]] = {}
        self._students: dict[str, Current] = {}
        self._ledger: list[LedgerEntry] = []

    def sync(self, number: int, *student_ids: str) -> None:
        batch = self._year.open
        for student_id in student_ids:
            data: Any = {"students": {"id": student_id}}
            registration = Registration(0, "r", student_id, Y, APPROVED, data)
            snapshot = encode_snapshot(registration, "2026-03-02T10:00:00.000Z")
            assert isinstance(snapshot, bytes)
            self.put_marks(C, Y, batch, [DueMark(student_id)])
            self.put_current(
                C, Y, [Current(student_id, version_of(number, "sync", 0), batch, snapshot)]
            )

    def marker(self, _c: str) -> ExportMarker:
        return ExportMarker(None, {Y: self._year})

    def take_lease(self, _c: str, _lease: Lease, _now_ms: int) -> None: ...

    def renew_lease(self, _c: str, _lease: Lease) -> None: ...

    def close_batch(self, _c: str, _y: int, batch: int, _token: str) -> None:
        self._year = replace(self._year, open=batch + 1)

    def commit(self, _c: str, _y: int, batch: int, _token: str) -> None:
        self._year = replace(self._year, exported=batch)

    def set_retired(self, _c: str, _y: int, batch: int) -> None:
        self._year = replace(self._year, retired=batch)

    def put_marks(self, _c: str, _y: int, batch: int, marks: Sequence[DueMark]) -> set[str]:
        self._marks.setdefault(batch, {}).update({mark.student_id: mark for mark in marks})
        return {mark.student_id for mark in marks}

    def clear_marks(self, _c: str, _y: int, batch: int, go_on: Callable[[], bool]) -> bool:
        self._marks.pop(batch, None)
        return go_on()

    def set_first(self, _c: str, _y: int, _token: str, _now_ms: int) -> None: ...

    def marks(self, _c: str, _y: int, batches: range, after: str = "") -> Iterator[DueMark]:
        newest: dict[str, DueMark] = {}
        for batch in batches:
            newest |= self._marks.get(batch, {})
        yield from (newest[student_id] for student_id in sorted(newest) if student_id > after)

    def put_current(self, _c: str, _y: int, snapshots: Sequence[Current]) -> Mapping[str, Stored]:
        self._students |= {current.student_id: current for current in snapshots}
        return {current.student_id: Stored.WRITTEN for current in snapshots}

    def current(
        self, _c: str, _y: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        yield from ((student_id, self._students.get(student_id)) for student_id in student_ids)

    def all_current(self, _c: str, _y: int, _after: str = "") -> Iterator[Current]:
        yield from (self._students[student_id] for student_id in sorted(self._students))

    def settle(
        self, _c: str, _y: int, batch: int, outcomes: Mapping[str, str], _expires_at: int
    ) -> None:
        for student_id, outcome in outcomes.items():
            self._students[student_id] = replace(
                self._students[student_id], outcome=outcome, settled_in=batch
            )

    def put_ledger(self, _c: str, _y: int, entry: LedgerEntry) -> None:
        self._ledger.append(entry)

    def ledger(self, _c: str, _y: int, batch: int) -> LedgerEntry | None:
        found = [entry for entry in self._ledger if entry.first <= batch <= entry.last]
        return found[-1] if found else None


class FolderArchive(Archive):
    """The port Archive, as an export uses it."""

    read = kept = remove = require_exists = link = unused

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def store(self, _c: str, run_id: str, name: str, source: Path) -> None:
        target = self._folder / run_id / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)

    def fetch(self, _c: str, run_id: str, name: str, target: Path) -> None:
        try:
            shutil.copyfile(self._folder / run_id / name, target)
        except FileNotFoundError as error:
            raise NotFound("not kept") from error


class NoDeliveries(Deliveries):
    """The port Deliveries without records of earlier files."""

    note = forget = unused

    def last(self, _c: str, _account: str, _path: str) -> None: ...

    def remember(
        self, _c: str, _account: str, _upload: LastUpload, _lease_token: str | None
    ) -> None: ...

    def habits(self, _c: str, _account: str) -> Habits:
        return Habits()

    def record_habits(self, _c: str, _account: str, _habits: Habits) -> None: ...

    def unreported(self, _c: str) -> list[UnreportedFinding]:
        return []


class OneMapping(Mappings):
    """The port Mappings with one saved version."""

    version = versions = save = unused

    def latest(self, _c: str) -> SavedMapping:
        return SavedMapping(1, MAPPING, "test", NOW)


class NoRuns(Runs):
    """The port Runs, which stores no run."""

    request = begin = cancel = confirm = free_slot = change = unused
    claim_announcement = mark_announced = last_exports = newest = all = unused

    def awaiting(self, _c: str) -> None: ...

    def find(self, _c: str, _run_id: str) -> None: ...

    def save(self, _run: Run) -> None: ...


@dataclass(frozen=True)
class Result:
    """The outcome of the year in the run, and the students that are due afterwards."""

    year: YearOutcome
    due: set[str]

    @property
    def code(self) -> str:
        """The code of the error, if the run failed."""
        return self.year.error.code if self.year.error else ""

    @property
    def way(self) -> str:
        """How the file was put in place, or the code of the error."""
        return self.code or str(self.year.files[0].replaced_by)


class District:
    """Syncs students and exports them by the code of a run; `folder` is its archive."""

    def __init__(self, kind: Kind, server: Any, folder: Path) -> None:
        self._kind = kind
        self._server = server
        self._table = Table()
        self._archive = FolderArchive(folder)
        self._runs = 0

    def export(self, *student_ids: str) -> Result:
        self._runs += 1
        run_id, table = f"20260302T210000Z-{self._runs:04}", self._table
        table.sync(self._runs, *student_ids)
        connection = connection_to(self._kind, self._server)
        lease = HeldLease(C, run_id, f"{self._runs:016x}", table, lambda: NOW)
        lease.take()
        with tempfile.TemporaryDirectory() as workspace:
            run = run_export(
                Attempt(_run(run_id), connection, Path(workspace)),
                lease,
                mappings=OneMapping(),
                runs=NoRuns(),
                table=table,
                archive=self._archive,
                deliveries=NoDeliveries(),
                server_of=self._connect,
                resources_of=self._resources,
                recent_fields=RecentFields(table, lambda: 0.0),
                now=lambda: NOW,
                retention_days=400,
            )
        (year,) = run.years
        return Result(year, set(self.due()))

    def due(self) -> list[str]:
        """By the table's marks and marker, as every reader finds them."""
        batches = self._table.marker(C).years[Y].due_batches
        marks = self._table.marks(C, Y, batches)
        return [mark.student_id for mark, _ in with_current(C, Y, marks, self._table)]

    def _resources(self, server: RunConnection, lease: HeldLease) -> ExportResources:
        return ExportResources(
            table=self._table,
            archive=self._archive,
            server=server,
            lease=lease,
            pause=lambda _: None,
            now=lambda: NOW,
            seconds_left=lambda: 900.0,
        )

    def _connect(self, _connection: Connection) -> RunConnection:
        servers = ParamikoSftpServers([ip_network("127.0.0.1/32")], limits=LIMITS)
        return RunConnection(servers, lambda: account(self._kind, self._server))


def file_of(*student_ids: str) -> bytes:
    """The content of the file with these students."""
    return "".join(f"{line}\r\n" for line in ("ID", *sorted(student_ids))).encode()


def _run(run_id: str) -> Run:
    return Run(
        connection_id=C,
        run_id=run_id,
        trigger=RunTrigger.API,
        requested_at=NOW,
        started_at=NOW,
        attempt=1,
    )
