"""The export of one school year in memory: what is stored, sent and marked, in which order."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from registration_sync.domain.connections.sftp import ServerTraits
from registration_sync.domain.errors import LeaseLost, Unavailable
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.registrations.batches import DueMark, YearMarker
from registration_sync.domain.registrations.ledger import LedgerEntry, Outcome
from registration_sync.domain.runs.run import DeliveredFile, Finding, RunStatus, YearOutcome
from registration_sync.use_cases.delivery.deliver_files import RunConnection
from registration_sync.use_cases.exporting.export_year import (
    MAX_REASONS,
    MAX_REASONS_BYTES,
    Collection,
    ExportResources,
    NoCollection,
    export_year,
    reasons_of_mark,
)
from registration_sync.use_cases.exporting.year import IncompleteFullFile, YearToExport
from tests.servers.district import FolderArchive
from tests.servers.district import Table as DistrictTable
from tests.unit.test_deliver_files import ACCOUNT, Folder, LeaseTable, held_lease
from tests.unit.test_write_files import compiled, removed, snapshot

NOW = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
UNUSUAL = Finding("row_count", "hold", "students.csv", "There are few rows.")
NOTED = Finding("row_count", "warn", "students.csv", "There are few rows.")


class Table(DistrictTable):
    """Logs what moves the marker, and drops the marks of students in `unconfirmed`."""

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self.log = log
        self.unconfirmed: set[str] = set()
        self.raised: dict[str, int] = {}
        self.held: dict[int, dict[str, DueMark]] = {}

    def sync(self, *students: Any) -> None:
        batch = self.numbers.open
        super().put_marks("c", 2025, batch, [DueMark(one.student_id) for one in students])
        self.put_current("c", 2025, [one._replace(batch=batch) for one in students])

    @property
    def numbers(self) -> YearMarker:
        return self.marker("c").years[2025]

    def outcome(self, student_id: str) -> str:
        ((_, current),) = self.current("c", 2025, iter([student_id]))
        return current.outcome if current else ""

    def put_marks(self, c: str, y: int, batch: int, marks: Sequence[DueMark]) -> set[str]:
        self.held.setdefault(batch, {}).update({one.student_id: one for one in marks})
        return super().put_marks(c, y, batch, marks) - self.unconfirmed

    def raise_batch(self, _c: str, _y: int, batch: int, versions: Mapping[str, str]) -> None:
        self.raised |= dict.fromkeys(versions, batch)

    def close_batch(self, c: str, y: int, batch: int, token: str) -> None:
        self.log.append(f"close batch {batch}")
        super().close_batch(c, y, batch, token)

    def put_ledger(self, c: str, y: int, entry: LedgerEntry) -> None:
        self.log.append("ledger")
        super().put_ledger(c, y, entry)

    def commit(self, c: str, y: int, batch: int, token: str) -> None:
        self.log.append(f"commit batch {batch}")
        super().commit(c, y, batch, token)


class Archive(FolderArchive):
    def __init__(self, folder: Path, log: list[str]) -> None:
        super().__init__(folder)
        self.log = log

    def store(self, c: str, run_id: str, name: str, source: Path) -> None:
        self.log.append(f"archive {name}")
        super().store(c, run_id, name, source)


class Year:
    """A school year with its table, archive and server; `log` has what happened, in order. It
    implements the protocol Collection."""

    def __init__(self, tmp_path: Path) -> None:
        self.log: list[str] = []
        self.table = Table(self.log)
        self.server = Folder()
        self.server.log = self.log
        self.archive = Archive(tmp_path / "archive", self.log)
        self.lease_table = LeaseTable()
        self.lease = held_lease(self.lease_table)
        self.is_due = True
        self.recorded: list[str] = []
        self.reported: list[str] = []
        self.seconds_left = 900.0
        self._tmp_path = tmp_path
        self._runs = 0

    def carry_over(self, _workspace: Path) -> bool:
        self.log.append("carry over")
        return self.is_due

    def record(self, delivered: Sequence[DeliveredFile]) -> None:
        self.log.append("record")
        self.recorded += [file.name for file in delivered]

    def lose_the_lease(self) -> None:
        self.lease_table.is_lost = True
        self.lease.renew()

    def export(
        self,
        mapping: CompiledMapping | None = None,
        *,
        findings: Sequence[Finding] = (),
        before_archiving: Callable[[], None] = lambda: None,
        collection: Collection | None = None,
        **changes: Any,
    ) -> YearOutcome:
        self._runs += 1
        workspace = self._tmp_path / f"{self._runs}"
        year = YearToExport(
            **{
                "connection_id": "c",
                "run_id": f"run{self._runs}",
                "school_year": 2025,
                "marker": self.table.numbers,
                "compiled": mapping or compiled(),
                "mapping_version": 1,
                "folder": "f",
                "send": True,
                "expires_at": 0,
                **changes,
            }
        )
        resources = ExportResources(
            table=self.table,
            archive=self.archive,
            server=RunConnection(self.server, lambda: ACCOUNT),  # type: ignore[arg-type]
            lease=self.lease,
            pause=lambda _: None,
            now=lambda: NOW,
            seconds_left=lambda: self.seconds_left,
        )

        def evaluate(*_: Any) -> Sequence[Finding]:
            before_archiving()
            return findings

        return export_year(
            year,
            resources,
            workspace=workspace,
            report=self.reported.append,
            evaluate=evaluate,
            choose_header_only=lambda written, _: written.header_only,
            collection=collection or self,
        )


@pytest.fixture
def year(tmp_path: Path) -> Year:
    return Year(tmp_path)


def rows(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in ("ID,G", *lines)).encode()


HELD = snapshot("2", grade="X")
"""A student whose grade has no code."""


# In order


def test_a_year_is_closed_archived_delivered_recorded_and_then_committed(year: Year) -> None:
    year.table.sync(snapshot("1"), snapshot("2"))

    outcome = year.export()

    archived = ["files/students.csv", "index-000001.jsonl", "held.jsonl", "manifest.json"]
    assert [line for line in year.log if "index" not in line] == [
        "close batch 1",
        "carry over",
        *[f"archive 2025/{name}" for name in archived if "index" not in name],
        "connect",
        "upload",
        "names",
        "replace",
        "record",
        "ledger",
        "commit batch 1",
    ]
    assert year.reported == ["archiving", "delivering"]
    assert year.server.files == {"f/students.csv": rows("1,0", "2,0")}
    assert (outcome.status, outcome.rows) == (RunStatus.SUCCEEDED, 2)
    assert [(file.path, file.replaced_by) for file in outcome.files] == [
        ("f/students.csv", "posix_rename")
    ]
    assert (year.table.numbers.open, year.table.numbers.exported) == (2, 1)


@pytest.mark.parametrize("is_due", [True, False])
def test_if_nothing_is_due_the_marker_moves_and_nothing_is_archived_or_sent(
    is_due: bool, year: Year
) -> None:
    if not is_due:
        year.table.sync(snapshot("1"))
        year.is_due = False

    outcome = year.export()

    moved = ["close batch 1", "carry over", "record", "ledger", "commit batch 1"]
    assert (outcome.status, year.log, year.reported) == (RunStatus.NOTHING_TO_EXPORT, moved, [])
    assert year.recorded == []


def test_an_export_that_replaces_nothing_delivers_what_is_due(year: Year) -> None:
    year.table.sync(snapshot("1"))

    assert year.export(collection=NoCollection()).rows == 1


def test_students_without_a_row_are_archived_because_their_outcome_is_kept(year: Year) -> None:
    year.table.sync(removed("1"), snapshot("2"))
    year.export()
    year.table.sync(removed("2"))

    year.export()

    assert year.log.count("archive 2025/manifest.json") == 2
    assert year.log.count("upload") == 1


def test_a_file_of_a_header_replaces_the_last_one_and_is_no_file_of_the_outcome(
    year: Year,
) -> None:
    mapping = compiled(when_nothing_due="header_only")

    outcome = year.export(mapping)

    assert year.server.files == {"f/students.csv": rows()}
    assert (outcome.files, outcome.header_only) == ((), ("f/students.csv",))
    assert year.recorded == ["students.csv"]


def test_a_year_for_download_is_archived_and_sent_nowhere(year: Year) -> None:
    year.table.sync(snapshot("1"))

    outcome = year.export(send=False)

    assert [file.replaced_by for file in outcome.files] == ["download"]
    assert "archive 2025/files/students.csv" in year.log
    assert "connect" not in year.log
    assert year.table.numbers.exported == 1


def test_a_done_file_follows_the_files_and_is_no_file_of_the_outcome(year: Year) -> None:
    year.table.sync(snapshot("1"))

    outcome = year.export(done_file=True)

    assert year.server.files == {"f/students.csv": rows("1,0"), "f/students.csv.done": b""}
    assert [file.name for file in outcome.files] == ["students.csv"]


def packaged() -> CompiledMapping:
    fields = [{"from": "students.id", "mapping_type": "direct", "to": "ID"}]
    definition = {"files": [{"name": "students", "fields": fields}], "package": {"name": "all"}}
    context = RunContext(started_at=NOW, time_zone=dt.UTC, school_year=2025)  # type: ignore[arg-type]
    return compile_mapping(parse_mapping(definition), context)


def test_a_package_is_sent_in_place_of_its_files_unless_there_are_none(year: Year) -> None:
    empty = year.export(packaged())
    year.table.sync(snapshot("1"))

    full = year.export(packaged())

    assert empty.files == ()
    assert [file.path for file in full.files] == ["f/all.zip"]
    assert year.server.files.keys() == {"f/all.zip"}


def test_what_the_server_does_not_show_is_a_warning(year: Year) -> None:
    year.table.sync(snapshot("1"))
    year.server.traits = ServerTraits(reads=False)

    assert len(year.export().warnings) == 1


# Held students


def test_held_students_are_marked_in_the_next_batch_since_when_and_why(year: Year) -> None:
    year.table.sync(snapshot("1"), HELD)

    outcome = year.export()
    (first,) = year.table.held[2].values()
    year.table.put_marks("c", 2025, 2, [first._replace(since="2026-01-01T00:00:00Z")])
    year.export()

    assert (outcome.status, outcome.rows, outcome.held_count) == (RunStatus.PARTIAL, 1, 1)
    assert (first.student_id, first.version) == ("2", HELD.version)
    assert first.since == "2026-03-02T21:00:00Z"
    assert [reason["field"] for reason in json.loads(first.reasons)] == ["G"]
    assert year.table.held[3]["2"].since == "2026-01-01T00:00:00Z"
    assert year.table.held.keys() == {2, 3}
    assert year.table.raised == {"2": 3}


def test_a_held_student_whose_mark_is_not_confirmed_stops_the_export(year: Year) -> None:
    year.table.sync(snapshot("1"), HELD)
    year.table.unconfirmed = {"2"}

    with pytest.raises(Unavailable, match="could not be stored"):
        year.export()

    assert (year.table.numbers.exported, year.server.files) == (0, {})


def test_a_full_file_waits_for_every_student_unless_a_person_decides(year: Year) -> None:
    """The students that a full file leaves out are held, even if they were not due."""
    full = compiled(is_full=True)
    year.table.sync(HELD)
    year.table.held.clear()
    year.export(compiled(fields=[{"from": "students.id", "mapping_type": "direct", "to": "ID"}]))
    year.table.sync(snapshot("1"))

    with pytest.raises(IncompleteFullFile):
        year.export(full)
    refused = dict(year.server.files), year.table.numbers.exported, dict(year.table.held)
    sent = year.export(full, held_overridden_by="Ann")

    assert refused == ({"f/students.csv": b"ID\r\n2\r\n"}, 1, {})
    assert (sent.status, sent.rows) == (RunStatus.PARTIAL, 1)
    assert year.server.files == {"f/students.csv": rows("1,0")}
    assert {batch: set(marks) for batch, marks in year.table.held.items()} == {4: {"2"}}


def test_a_complete_full_file_needs_nobody(year: Year) -> None:
    year.table.sync(snapshot("1"))

    assert year.export(compiled(is_full=True)).status is RunStatus.SUCCEEDED


def test_a_mark_has_the_first_reasons_as_many_as_fit() -> None:
    reasons = [{"file": "f", "field": f"{number}", "message": "m"} for number in range(60)]
    long = [{**reason, "message": "m" * 6000} for reason in reasons]

    kept, some = reasons_of_mark(reasons), reasons_of_mark(long)

    assert json.loads(kept) == reasons[:MAX_REASONS]
    assert json.loads(some) == long[: MAX_REASONS // 2]
    assert len(some) < MAX_REASONS_BYTES


# Guards


def test_an_unusual_file_waits_for_a_person_and_a_warning_does_not(year: Year) -> None:
    year.table.sync(snapshot("1"))

    waiting = year.export(findings=[UNUSUAL])
    after_waiting = year.table.numbers, dict(year.server.files)
    warned = year.export(findings=[NOTED])

    assert (waiting.status, waiting.rows) == (RunStatus.AWAITING_CONFIRMATION, 0)
    assert (after_waiting[0].exported, after_waiting[1]) == (0, {})
    assert warned.status is RunStatus.SUCCEEDED
    assert year.server.files == {"f/students.csv": rows("1,0")}


def test_a_finding_does_not_hold_back_a_year_without_a_file(year: Year) -> None:
    outcome = year.export(findings=[UNUSUAL])

    assert (outcome.status, year.table.numbers.exported) == (RunStatus.NOTHING_TO_EXPORT, 1)


# Earlier exports, and the lease


def test_an_export_first_settles_the_students_of_the_export_before(year: Year) -> None:
    year.table.sync(snapshot("1"))
    year.export()
    before = year.table.outcome("1")

    year.export()

    assert (before, year.table.outcome("1")) == ("", Outcome.EXPORTED)
    assert year.table.numbers.retired == 1


def test_an_export_without_time_for_itself_leaves_the_rest_to_the_next_run(year: Year) -> None:
    year.table.sync(snapshot("1"))
    year.export()
    year.table.sync(snapshot("2"))
    year.seconds_left = 299.0

    with pytest.raises(Unavailable, match="next run continues"):
        year.export()

    assert (year.table.outcome("1"), year.table.numbers.open) == ("", 2)


def test_a_run_that_lost_the_lease_settles_nothing(year: Year) -> None:
    year.table.sync(snapshot("1"))
    year.export()
    year.lose_the_lease()

    with pytest.raises(LeaseLost):
        year.export()

    assert (year.table.outcome("1"), year.table.numbers.open) == ("", 2)


def test_a_run_that_lost_the_lease_archives_nothing(year: Year) -> None:
    """A successor may be erasing a student: what is archived now would survive the erasure."""
    year.table.sync(snapshot("1"))

    with pytest.raises(LeaseLost):
        year.export(before_archiving=year.lose_the_lease)

    assert [line for line in year.log if "archive" in line] == []
    assert year.table.numbers.exported == 0
