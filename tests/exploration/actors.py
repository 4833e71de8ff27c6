"""Use cases as actors that stop before each operation.

An actor is a function of its results so far: it runs with those results, until it needs one more.
Thus the real code runs unchanged, and the state of an actor is its history of results. There it is
paused: with one more result it goes on, and only for a second one it runs again from the start.
"""

import datetime as dt
import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from greenlet import getcurrent, greenlet

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.sftp import (
    Credentials,
    RemoteFile,
    ReplacedBy,
    ServerTraits,
    SftpAccount,
)
from registration_sync.domain.errors import ConnectionFailed, RegistrationSyncError, Unavailable
from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    ExportMarker,
    Lease,
    Stored,
    YearMarker,
)
from registration_sync.domain.registrations.ledger import LedgerEntry, Outcome
from registration_sync.domain.registrations.registration import APPROVED, Registration
from registration_sync.domain.registrations.sync_request import SyncRequest
from registration_sync.domain.runs.run import Finding, Run, RunRequest, RunStatus, RunTrigger
from registration_sync.domain.runs.uploads import LastUpload
from registration_sync.use_cases.ledger.run_index import index_text, settled_students
from tests.exploration.world import YEAR, Operation, Refused, label_at, time_of

ACCOUNT = SftpAccount("sftp.example.org", 22, "district", (), Credentials())
NOW = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
CONNECTION = Connection(
    connection_id="c",
    name="C",
    host="sftp.example.org",
    username="district",
    folder="f",
    district="d",
    time_zone="UTC",
    importer="leaves",  # whether it has collected a file shows only on the server
)


class Wanted(BaseException):
    """An actor that needs a result ends here. Not an Exception, so no code handles it."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The result of an operation with a lost answer: it may still take effect, or never."""


@dataclass(frozen=True, slots=True)
class Late:
    """A result after the lease has expired; from here on, the clock is late, too."""

    result: Any


class Replay:
    """Returns the recorded results, then stores the next operation in `wanted`."""

    def __init__(self, results: Iterable[Any]) -> None:
        self._results = iter(results)
        self.wanted: Operation | None = None
        self.late = False

    def now(self) -> dt.datetime:
        return NOW + dt.timedelta(hours=self.late)

    def do(self, *operation: Any) -> Any:
        if self.wanted is not None:
            raise Wanted
        for recorded in self._results:
            return self._taken(recorded)
        self.wanted = operation
        return self._taken(self._next_result())

    def _next_result(self) -> Any:
        raise Wanted

    def _taken(self, result: Any) -> Any:
        if isinstance(result, Late):
            self.late, result = True, result.result
        if isinstance(result, Refused):
            raise result.error(result.message)
        return result


class PausedReplay(Replay):
    """Runs an actor with these results, pauses it in the operation that it wants, and goes on with
    its result. `outcome` is that of an actor that wants no more."""

    def __init__(self, run: Callable[[Replay], Any], results: Iterable[Any]) -> None:
        super().__init__(results)
        self.outcome: Any = None
        self._coroutine = greenlet(run)
        self.go_on(self)

    def go_on(self, result: Any) -> None:
        returned = self._coroutine.switch(result)
        if self._coroutine.dead:
            self.outcome = returned

    def close(self) -> None:
        """Ends a paused actor, which closes its files."""
        with suppress(Wanted):
            self._coroutine.throw(Wanted)

    def _next_result(self) -> Any:
        result = getcurrent().parent.switch()
        self.wanted = None
        return result


class ReplayTable:
    """Implements the port RegistrationsTable for one school year, with one operation at a time."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def _do(self, *operation: Any) -> Any:
        result = self._replay.do(*operation)
        if isinstance(result, NoAnswer):
            raise Unavailable("no answer")
        return result

    def marker(self, connection_id: str) -> ExportMarker:
        numbers = YearMarker(*self._marker())
        return ExportMarker(None, {YEAR: numbers} if numbers.open else {})

    def _marker(self) -> tuple[int, ...]:
        numbers: tuple[int, ...] = self._do("marker")
        return numbers

    def add_year(self, connection_id: str, school_year: int) -> None:
        self._do("add_year")

    def put_marks(self, _c: str, _y: int, batch: int, marks: Sequence[DueMark]) -> set[str]:
        results = {mark.student_id: self._replay.do("put_mark", batch, mark) for mark in marks}
        return {student for student, done in results.items() if done is True}

    def put_current(self, _c: str, _y: int, snapshots: Sequence[Current]) -> Mapping[str, Stored]:
        results = {new.student_id: self._replay.do("put_current", new) for new in snapshots}
        return {
            student: Stored.UNCONFIRMED if isinstance(stored, NoAnswer) else stored
            for student, stored in results.items()
        }

    def put_unknown(
        self, _c: str, _y: int, tombstones: Sequence[Current], _expires_at: int
    ) -> set[str]:
        return {one.student_id for one in tombstones if self._do("put_unknown", one)}

    def delete_current(self, student_ids: Sequence[str]) -> Mapping[str, Stored]:
        """Used only by a mutant."""
        return {student: self._do("delete_current", student) for student in student_ids}

    def take_lease(self, _c: str, lease: Lease, now_ms: int) -> None:
        self._do("take_lease", lease.token)

    def renew_lease(self, _c: str, lease: Lease) -> None:
        self._do("renew_lease", lease.token)

    def release_lease(self, _c: str, token: str) -> None:
        self._do("release_lease", token)

    def close_batch(self, _c: str, _y: int, batch: int, token: str) -> None:
        self._do("close_batch", batch, token)

    def commit(self, _c: str, _y: int, batch: int, token: str | None) -> None:
        self._do("commit", batch, token)

    def marks(self, _c: str, _y: int, batches: range, _after: str = "") -> Iterator[DueMark]:
        found: set[str] = set()
        for batch in batches:
            found |= set(self._do("marked", batch))
        yield from (DueMark(student) for student in sorted(found))

    def current(
        self, _c: str, _y: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        for student in student_ids:
            yield student, self._do("current", student)

    def all_current(self, _c: str, _y: int, _after: str = "") -> Iterator[Current]:
        yield from self._do("everyone")

    def raise_batch(self, _c: str, _y: int, batch: int, versions: Mapping[str, str]) -> None:
        for student, version in versions.items():
            self._do("raise_batch", batch, student, version)

    def set_carried(self, _c: str, _y: int, batch: int, student_ids: Sequence[str]) -> None:
        for student in student_ids:
            self._do("set_carried", batch, student)

    def put_ledger(self, _c: str, _y: int, entry: LedgerEntry) -> None:
        self._do("put_ledger", replace(entry, files=(), last_export=None))

    def ledger(self, _c: str, _y: int, batch: int) -> LedgerEntry | None:
        found: LedgerEntry | None = self._do("ledger", batch)
        return found

    def settle(
        self, _c: str, _y: int, batch: int, outcomes: Mapping[str, str], expires_at: int
    ) -> None:
        for student, outcome in outcomes.items():
            self._do("settle", batch, student, outcome)

    def set_settled(self, _c: str, _y: int, batch: int, student: str) -> None:
        self._do("set_settled", batch, student)

    def clear_marks(self, _c: str, _y: int, _batch: int, go_on: Callable[[], bool]) -> bool:
        """Only checks whether to go on: the world has no marks of exported batches."""
        return go_on()

    def set_retired(self, _c: str, _y: int, batch: int) -> None:
        self._do("set_retired", batch)


class SyncTable(ReplayTable):
    """The table for a sync, which reads only the open batch of the marker."""

    def _marker(self) -> tuple[int, ...]:
        return self._do("open"), 0


class PagedTable(ReplayTable):
    """Reads lists by pages of one item, between which others write."""

    def marks(self, _c: str, _y: int, batches: range, _after: str = "") -> Iterator[DueMark]:
        pages = [self._marked(batch) for batch in reversed(batches)]
        for student, _ in itertools.groupby(heapq.merge(*pages)):
            yield DueMark(student)

    def _marked(self, batch: int) -> Iterator[str]:
        after = ""
        while after := self._do("next_marked", batch, after) or "":
            yield after

    def all_current(self, _c: str, _y: int, _after: str = "") -> Iterator[Current]:
        found = self._do("next_current", "")
        while found:
            yield found
            found = self._do("next_current", found.student_id)


class ForgetfulTable(SyncTable):
    """The table for the mutant that replaces the whole item in a sync."""

    def put_current(self, _c: str, _y: int, snapshots: Sequence[Current]) -> Mapping[str, Stored]:
        return {new.student_id: self._do("forget_current", new) for new in snapshots}


class MarkReadingTable(ReplayTable):
    """The table for the mutant that stores snapshots in the marks."""

    def marks(self, _c: str, _y: int, batches: range, _after: str = "") -> Iterator[DueMark]:
        found: dict[str, DueMark] = {}
        for batch in batches:
            found |= {mark.student_id: mark for mark in self._do("marks", batch)}
        yield from (found[student] for student in sorted(found))


class Listing(Enum):
    """What a list of a folder has of the names that come and go while it is read."""

    AT_ONCE = "it takes no time"
    WITH_CHANGES = "all"
    WITHOUT_CHANGES = "none"
    EMPTY = "it never has temporary names"


class ReplayServer:
    """Implements SftpServers and SftpSession. A lost connection may leave a rename in flight."""

    def __init__(
        self, replay: Replay, floor: tuple[tuple[str, int], ...], listing: Listing
    ) -> None:
        self._replay = replay
        self._listing = listing
        self._floor = floor
        self.traits = ServerTraits()
        self.writes_in_place = False

    def connect(self, account: SftpAccount, on_step: object = None) -> "ReplayServer":
        return self

    def close(self) -> None: ...

    def _do(self, *operation: Any) -> Any:
        result = self._replay.do(*operation)
        if isinstance(result, NoAnswer):
            raise ConnectionFailed("lost")
        return result

    def make_folder(self, folder: str) -> str:
        return ""

    def names(self, folder: str) -> list[str]:
        """Listing takes a while: of the names that appear or disappear meanwhile, a server shows
        all, or none."""
        names = set(self._do("names"))
        if self._listing is Listing.WITH_CHANGES:
            names |= set(self._do("names"))
        elif self._listing is Listing.WITHOUT_CHANGES:
            names &= set(self._do("names"))
        elif self._listing is Listing.EMPTY:
            self.traits = replace(self.traits, lists_names=False)
            return []
        return sorted(names)

    def find(self, path: str) -> RemoteFile | None:
        return RemoteFile(path, None) if self._do("find", path) else None

    def upload(self, source: Path, target: str, *, unseen: bool = False) -> None:
        self._do("upload", target, _rows(source))

    def holds(self, source: Path, path: str, modified: int | None) -> bool:
        return bool(self._do("holds", path, _rows(source)))

    def remove(self, path: str) -> bool:
        self._do("remove", path)
        return True

    def move(self, path: str, target: str) -> bool:
        raise NotImplementedError("every file can be removed")

    def write(self, source: Path, final: str) -> None:
        raise NotImplementedError("every file can be renamed")

    def replace(self, temporary: str, final: str) -> ReplacedBy:
        self._do("replace", temporary, final, self._floor)
        return ReplacedBy.POSIX_RENAME


def _rows(source: Path) -> tuple[tuple[str, int], ...]:
    lines = source.read_text().splitlines()
    return tuple((student, int(label)) for student, label in map(str.split, lines))


class ReplayDeliveries:
    """Implements the port Deliveries, for an importer that leaves its habits unsaid."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def _do(self, *operation: Any) -> Any:
        result = self._replay.do(*operation)
        if isinstance(result, NoAnswer):
            raise Unavailable("no answer")
        return result

    def last(self, _c: str, _account: str, path: str) -> LastUpload | None:
        found: LastUpload | None = self._do("last", path)
        return found

    def remember(self, _c: str, _account: str, upload: LastUpload, token: str | None) -> None:
        self._do("remember", upload, token)


UNUSUAL = Finding("row_count", "hold", "students.csv", "so many")


class ReplayArchive:
    """Implements the port Archive for the indexes, the only files that are read again here."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def _do(self, *operation: Any) -> Any:
        result = self._replay.do(*operation)
        if isinstance(result, NoAnswer):
            raise Unavailable("no answer")
        return result

    def store(self, _c: str, _run: str, name: str, source: Path) -> None:
        if "index-" in name:
            self._do("store_index", _batch_of(name), tuple(settled_students(source)))

    def fetch(self, _c: str, _run: str, name: str, target: Path) -> None:
        lines = self._do("fetch_index", _batch_of(name))
        rows = {student: 1 for student, outcome in lines if outcome == Outcome.EXPORTED}
        target.write_text(
            "".join(
                index_text(student, "", outcome, length=rows.get(student, 0))
                for student, outcome in lines
            )
        )


def _batch_of(index: str) -> int:
    return int(index.removesuffix(".tsv").rpartition("-")[2])


class NoTicker:
    def every(self, seconds: float, call: Callable[[], None]) -> AbstractContextManager[None]:
        return nullcontext()


@dataclass(frozen=True, slots=True)
class Utf8:
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class NoneBlank:
    """A value, so that equal exports compare equal."""

    def blank_in(self, _rows: int) -> dict[str, int]:
        return {}


@dataclass(frozen=True, slots=True)
class OneFile:
    number: int = 0
    name: str = "students.csv"
    file_name: str = "students.csv"
    header: bytes = b""
    is_full: bool = False
    is_new: bool = False
    removals: bool = False
    header_only: bool = False
    csv: Utf8 = field(default_factory=Utf8)
    filled: NoneBlank = field(default_factory=NoneBlank)


@dataclass(frozen=True, slots=True)
class Problem:
    file: str = "students.csv"
    field: str = "Grade"
    rule: str = "codes"
    message: str = "no code"


@dataclass(frozen=True, slots=True)
class Mapped:
    lines: tuple[tuple[bytes, ...], ...] = ()
    problems: tuple[Problem, ...] = ()
    claims: tuple[()] = ()


@dataclass(frozen=True, slots=True)
class NoUnmatched:
    """A value, so that equal exports compare equal: this halves the number of orders."""

    @property
    def totals(self) -> dict[tuple[str, str], int]:
        return {}

    def values(self) -> tuple[()]:
        return ()


@dataclass(frozen=True, slots=True)
class LabelMapping:
    """Writes the student's id and label; holds and leaves out the given labels."""

    holds: frozenset[int] = frozenset()
    leaves_out: frozenset[int] = frozenset()
    is_full: bool = False
    files: tuple[OneFile, ...] = (OneFile(),)
    unmatched: NoUnmatched = field(default_factory=NoUnmatched)
    package: None = None
    has_new: bool = False

    @classmethod
    def of_new(cls, **given: Any) -> "LabelMapping":
        """A file of students whom no export has delivered."""
        return cls(files=(OneFile(is_new=True),), has_new=True, **given)

    @property
    def delivered_names(self) -> tuple[str, ...]:
        return tuple(file.name for file in self.files)

    def map_removed(self, student_id: str, removed_at: str) -> Mapped:
        label = label_at(dt.datetime.fromisoformat(removed_at))
        return Mapped(lines=((f"{student_id} {label}\n".encode(),),))

    def map(self, registration: dict[str, Any], *, due: bool, delivered: bool) -> Mapped:
        if (not due and not self.files[0].is_full) or (self.has_new and delivered):
            return Mapped(lines=((),))
        label = int(registration["data"]["label"])
        if label in self.holds:
            return Mapped(problems=(Problem(),))
        if label in self.leaves_out:
            return Mapped(lines=((),))
        return Mapped(lines=((f"{registration['student_id']} {label}\n".encode(),),))


@dataclass(frozen=True, slots=True)
class Sync:
    """A request that syncs students. Its label is its version, greater for later requests.

    With `everywhere`, it goes to all connections, of which another one always has it: the client
    learns the joined result.
    """

    label: int
    students: tuple[str, ...] = ("007",)
    everywhere: bool = False

    def run(self, code: Any, replay: Replay, _floor: Any, _folder: Path) -> Any:
        registrations = [
            Registration(index, "r", student, YEAR, APPROVED, {"label": str(self.label)})
            for index, student in enumerate(self.students)
        ]

        def sync(connection_id: str) -> Any:
            if connection_id == "other":
                return [
                    code.sync_registrations.SyncResult(student, YEAR, "synced", "synced")
                    for student in self.students
                ]
            return code.sync_registrations.sync_registrations(
                connection_id,
                SyncRequest(registrations),
                request_id="q",
                arrived_at=time_of(self.label),
                select=None,
                table=code.sync_table(replay),
                retention_days=400,
                seconds_left=lambda: 60.0,
            )

        results = (
            code.sync_everywhere.sync_everywhere(registrations, ("other", "c"), sync)
            if self.everywhere
            else sync("c")
        )
        return tuple(
            result.student_id for result in results if result.result in {"synced", "superseded"}
        )


@dataclass(frozen=True, slots=True)
class Removal:
    """A request that removes a student."""

    label: int
    student: str = "007"

    @property
    def students(self) -> tuple[str, ...]:
        return (self.student,)

    def run(self, code: Any, replay: Replay, _floor: Any, _folder: Path) -> Any:
        try:
            code.remove_registration.remove_registration(
                "c",
                YEAR,
                self.student,
                request_id="q",
                arrived_at=time_of(self.label),
                table=code.sync_table(replay),
                retention_days=1,
                seconds_left=lambda: 60.0,
            )
        except Unavailable:
            return ()
        return (self.student,)


@dataclass(frozen=True, slots=True)
class Export:
    """An export of the year. The result is whether it succeeded and does not await confirmation."""

    token: str
    mapping: LabelMapping = field(default_factory=LabelMapping)
    guarded: bool = False
    """Whether a guard holds the delivery until a person confirms."""
    settles: int | None = None
    """The number of students for which it may settle earlier exports before its time is up; None
    for all."""
    retires: bool = False
    """Whether it retires its batch after it has released the lease."""
    carries: bool = False
    """Whether it carries over the students of a file that was not collected."""
    listing: Listing = Listing.AT_ONCE

    def run(self, code: Any, replay: Replay, floor: Any, folder: Path) -> Any:
        table = code.table(replay)
        server = code.deliver_files.RunConnection(
            ReplayServer(replay, floor, self.listing), lambda: ACCOUNT
        )
        try:
            with code.lease.hold_lease(
                "c",
                "run",
                new_token=lambda: self.token,
                table=table,
                ticker=NoTicker(),
                now=replay.now,
            ) as lease:
                marker = table.marker("c").years.get(YEAR)
                if marker is None:
                    return True
                year = code.export_year.YearToExport(
                    connection_id="c",
                    run_id="run",
                    school_year=YEAR,
                    marker=marker,
                    compiled=self.mapping,
                    mapping_version=1,
                    folder="f",
                    send=True,
                    expires_at=0,
                )
                resources = code.export_year.ExportResources(
                    table=table,
                    archive=ReplayArchive(replay),
                    server=server,
                    lease=lease,
                    pause=lambda _: None,
                    now=lambda: NOW,
                    seconds_left=self._clock(),
                )
                outcome = code.export_year.export_year(
                    year,
                    resources,
                    workspace=folder,
                    evaluate=lambda *_: (UNUSUAL,) if self.guarded else (),
                    collection=self._collection(code, year, resources, replay),
                )
        except RegistrationSyncError:
            return False
        if self.retires:
            self._retire(code, replay, folder)
        return outcome.status is not RunStatus.AWAITING_CONFIRMATION

    def _retire(self, code: Any, replay: Replay, folder: Path) -> None:
        with suppress(Unavailable):
            code.retire_batches.retire_batches(
                "c",
                folder,
                table=code.table(replay),
                archive=ReplayArchive(replay),
                retention_days=1,
                now=lambda: NOW,
                seconds_left=lambda: 900.0,
            )

    def _collection(self, code: Any, year: Any, resources: Any, replay: Replay) -> Any:
        if not self.carries:
            return code.export_year.NoCollection()
        run = Run(
            connection_id="c",
            run_id="run",
            trigger=RunTrigger.API,
            requested_at=NOW,
            request=RunRequest(carry_over=True),
        )
        check = code.importer.CollectionCheck(CONNECTION, run, ReplayDeliveries(replay))
        return code.year_collection.YearCollection(year, check, None, resources)

    def _clock(self) -> Callable[[], float]:
        if self.settles is None:
            return lambda: 900.0
        left = itertools.chain(itertools.repeat(900.0, self.settles), itertools.repeat(0.0))
        return lambda: next(left)


@dataclass(frozen=True, slots=True)
class Importer:
    """Collects the file at the SIS, if there is one: imports its rows and removes it."""

    def run(self, _code: Any, replay: Replay, _floor: Any, _folder: Path) -> Any:
        replay.do("collect")
        return ()


@dataclass(frozen=True, slots=True)
class Loss:
    """The server loses an upload that is not renamed yet."""

    def run(self, _code: Any, replay: Replay, _floor: Any, _folder: Path) -> Any:
        replay.do("lose")
        return ()


type Actor = Sync | Removal | Export | Importer | Loss
