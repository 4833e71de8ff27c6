"""What the use cases are given: one Protocol for each thing outside."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from registration_sync.domain.access import ConnectionAccess
from registration_sync.domain.audit import AuditEntry
from registration_sync.domain.batches import Current, Lease, Mark, Marker, Stored, YearMarker
from registration_sync.domain.ledger import LedgerEntry, Totals

if TYPE_CHECKING:  # the sync function starts without pydantic, and without what it never uses
    from registration_sync.domain.alerts import Alert
    from registration_sync.domain.connection import Connection, SavedMapping
    from registration_sync.domain.delivery import Credentials, RemoteFile, ReplacedBy, SftpAccount
    from registration_sync.domain.export_run import ExportRequest, ExportRun
    from registration_sync.domain.guards import LastDelivery
    from registration_sync.domain.ready_made import ReadyMade
    from registration_sync.domain.schedule import Schedule, SetSchedule


class Snapshots(Protocol):
    """The part of RegistrationsTable that shows students and moves nothing. Every read is
    consistent and complete.

    Raises Unavailable where the table did not answer.
    """

    def marker(self, connection_id: str) -> Marker:
        """Raises MarkerLost where there was one once."""

    def marks(
        self, connection_id: str, school_year: int, batches: range, after: str = ""
    ) -> Iterator[Mark]:
        """The students marked in any of the batches, in order of id, the newest mark of each;
        only those whose id comes after one."""

    def current(
        self, connection_id: str, school_year: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        """What is stored of each student, in the order given."""

    def all_current(self, connection_id: str, school_year: int) -> Iterator[Current]:
        """Everyone of the year, tombstones too, in order of id."""

    def newest_mark(
        self, connection_id: str, school_year: int, student_id: str, batches: range
    ) -> Mark | None:
        """The student's mark in the last of the batches that has one."""

    def ledger(self, connection_id: str, school_year: int, batch: int) -> LedgerEntry | None:
        """The entry of the run that exported this batch, for batches that are exported. Of those
        that begin no later than it the one that ends last: a run that died before its commit has
        an entry too, and its successor begins where it began."""


class RegistrationsTable(Snapshots, Protocol):
    """Snapshots, marks, the marker and the ledger.

    Raises Unavailable where the table did not answer, unless a method says otherwise.
    """

    def add_year(self, connection_id: str, school_year: int) -> None:
        """Opens batch 1 of a year; nothing happens if the year is there. Raises MarkerLost."""

    def put_marks(
        self, connection_id: str, school_year: int, batch: int, marks: Sequence[Mark]
    ) -> set[str]:
        """Puts the marks without condition; the ids of those confirmed."""

    def put_current(
        self, connection_id: str, school_year: int, snapshots: Sequence[Current]
    ) -> Mapping[str, Stored]:
        """Puts each snapshot if none is there, or an older version, or the same version of the
        same or an older batch. Refused by its own version counts as written. What exports did
        with the student stays as it is."""

    def take_lease(self, connection_id: str, lease: Lease, now_ms: int) -> None:
        """Takes the lease if none is there or it has expired, or it holds this token already.
        Raises AlreadyRunning with the holder's run id."""

    def renew_lease(self, connection_id: str, lease: Lease) -> None:
        """Sets the expiry anew; raises LeaseLost."""

    def release_lease(self, connection_id: str, token: str) -> None:
        """Gives the lease back, if it is ours."""

    def close_batch(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        """Sets open = batch + 1 if it is `batch` and the lease is ours; raises LeaseLost."""

    def commit(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        """Sets exported = batch if the lease is ours, or is done if exported has reached it;
        raises LeaseLost."""

    def raise_batch(
        self, connection_id: str, school_year: int, batch: int, versions: Mapping[str, str]
    ) -> None:
        """Sets the batch of each student's snapshot, if it is lower and the version still this."""

    def put_ledger(self, connection_id: str, school_year: int, entry: LedgerEntry) -> None:
        """Puts the entry under its last batch, without condition: before the marker moves."""

    def settle(
        self,
        connection_id: str,
        school_year: int,
        batch: int,
        outcomes: Mapping[str, str],
        expires_at: int,
    ) -> None:
        """Notes what the export of this batch did with each student, unless a later one has noted
        something already; those that no newer batch holds expire at `expires_at` (epoch
        seconds)."""

    def clear_marks(self, connection_id: str, school_year: int, batch: int) -> None:
        """Deletes the marks of an exported batch."""

    def set_retired(self, connection_id: str, school_year: int, batch: int) -> None:
        """Notes that no batch up to this one has marks left."""


class Traces(Protocol):
    """What RegistrationsTable holds of a single student, to be erased. Raises Unavailable."""

    def erase_marks(
        self, connection_id: str, school_year: int, batches: range, student_id: str
    ) -> None:
        """Deletes the student's marks in these batches, also where none should be left."""

    def erase_current(
        self,
        connection_id: str,
        school_year: int,
        seen: Current,
        *,
        whole: bool,
        entry: LedgerEntry | None,
        totals: Totals | None,
    ) -> bool:
        """Deletes the snapshot as it was seen, or if not `whole`, what exports did with its
        student; and sets the totals of that entry of the ledger. Both or neither: False if one
        of them has changed meanwhile."""


class Remains(Protocol):
    """What RegistrationsTable still holds of a connection whose marker is lost. Raises
    Unavailable."""

    def years(self, connection_id: str) -> list[int]:
        """The school years of which anything is stored."""

    def entries(self, connection_id: str, school_year: int) -> Iterator[LedgerEntry]:
        """The whole ledger of a year, in order of the last batch."""

    def put_years(self, connection_id: str, years: Mapping[int, YearMarker], token: str) -> None:
        """Puts the numbers of all years, if the lease is ours and the marker has none of them;
        raises LeaseLost."""


class Archive(Protocol):
    """Where every exported file is kept, by connection, run and school year."""

    def store(self, connection_id: str, run_id: str, name: str, source: Path) -> None:
        """Keeps the file as `name` (`2025/students.csv`); raises Unavailable."""

    def fetch(self, connection_id: str, run_id: str, name: str, target: Path) -> None:
        """Copies the file to our disk; raises NotFound if it is no longer kept, Unavailable."""

    def read(
        self, connection_id: str, run_id: str, name: str, *, offset: int, length: int, size: int
    ) -> bytes:
        """A passage of the file; raises NotFound if it is no longer kept with that size (rows
        were just cut out of it: it is another passage now), Unavailable."""

    def kept(self, connection_id: str) -> Iterator[tuple[str, str, int]]:
        """The run, the name and the bytes of every file that is kept; raises Unavailable."""

    def remove(self, connection_id: str, run_id: str, name: str) -> None:
        """Deletes the file; none there is no error. Raises Unavailable."""

    def refuse_gone(self, connection_id: str, run_id: str, name: str) -> None:
        """Raises NotFound if the file is no longer kept, and nothing if it is."""

    def link(self, connection_id: str, run_id: str, name: str, *, seconds: int) -> str:
        """An address from which whoever has it can download the file for so long. Raises
        NotFound."""


class Ticker(Protocol):
    """Calls something again and again in the background."""

    def every(self, seconds: float, call: Callable[[], None]) -> AbstractContextManager[None]: ...


type Reached = Callable[[str, str], None]


def ignore(_step: str, _detail: str) -> None:
    """For who does not want to know."""


class SftpSession(Protocol):
    """One signed-in connection to an SFTP server.

    Every method raises a DeliveryError: terminal where the same try again would fail again,
    transient (lost, timed out, a write that failed) where a fresh connection may help. Paths are
    relative to the account's start folder, with forward slashes.
    """

    def make_folder(self, folder: str) -> None:
        """Makes what is missing of the path; existing folders are looked for first."""

    def names(self, folder: str) -> list[str]:
        """The names in the folder; empty where the server refuses to list it."""

    def find(self, path: str) -> "RemoteFile | None":
        """What lies at the path, None if nothing does."""

    def upload(self, source: Path, target: str) -> int | None:
        """Writes the whole file to `target` and checks every write, the size, and, for small
        files where the server lets us read, the SHA-256. UploadIncomplete if it is not ours.
        Returns when the server says it was written, if it does."""

    def remove(self, path: str) -> None:
        """Removes the file; nothing there is no error."""

    def replace(self, temporary: str, final: str) -> "ReplacedBy":
        """Puts the uploaded file in place of the old one, by the best way the server has."""

    def close(self) -> None:
        """Closes the transport and joins its thread. Never raises."""


class SftpServers(Protocol):
    """Opens sessions; looks the name up once and connects only to the address it checked."""

    def connect(self, account: "SftpAccount", reached: Reached = ignore) -> SftpSession:
        """Signs in, after the pinned host key was seen. Raises DeliveryError.

        `reached` is told of name, connection, algorithms (with the key that the server shows) and
        host_key, each when it is done, with a sentence or the key's line.
        """


class Connections(Protocol):
    """The connections and who may use them."""

    def get(self, connection_id: str) -> "Connection":
        """Raises NotFound."""

    def all(self) -> list["Connection"]:
        """Every connection of this stack, by id."""

    def add(self, connection: "Connection") -> None:
        """Raises Conflict if the id is taken, or was once, by a connection of another district:
        its runs and files are kept under the id."""

    def replace(self, connection: "Connection") -> None:
        """Raises NotFound if it was deleted meanwhile."""

    def forget_example(self, connection_id: str, student_id: str) -> None:
        """Takes the student out of the connection's examples, if it is one of them."""

    def remember_check(self, connection_id: str, outcome: Mapping[str, Any]) -> None:
        """Keeps what the last check found, until the connection is changed; nothing if it is
        gone."""

    def last_check(self, connection_id: str) -> dict[str, Any] | None:
        """What the last check found, with the connection as it is now."""

    def remove(self, connection_id: str) -> None:
        """Removes the connection; its mapping, runs and files stay. None there is no error."""


class ConnectionAccessReader(Protocol):
    """What decides who may use a connection, and nothing more: read at each request."""

    def access(self, connection_id: str) -> ConnectionAccess | None:
        """None if there is no such connection."""


class Mappings(Protocol):
    """The saved versions of each connection's mapping, counted from 1."""

    def latest(self, connection_id: str) -> "SavedMapping | None": ...

    def version(self, connection_id: str, version: int) -> "SavedMapping | None": ...

    def versions(self, connection_id: str, limit: int, before: int | None) -> "list[SavedMapping]":
        """The newest first, or those before a version."""

    def save(self, connection_id: str, mapping: "SavedMapping") -> None:
        """Raises VersionMismatch if a mapping of this version is there already."""


class ReadyMadeMappings(Protocol):
    """The mappings that come with the service."""

    def all(self) -> "Sequence[ReadyMade]":
        """By name."""


class Secrets(Protocol):
    """The secrets of each connection; only the export function may read them."""

    def read(self, connection_id: str) -> "Credentials":
        """None stands for a secret that is not set."""

    def write(self, connection_id: str, credentials: "Credentials") -> None:
        """Sets each secret by itself, without reading: None leaves it alone, the empty text
        removes it. Raises Unavailable; the same again is safe."""

    def remove(self, connection_id: str) -> None:
        """Removes all three."""


EVER = ("!", "~")
"""Between these two lies every run id."""


class Runs(Protocol):
    """The records of export runs, and the one place for a requested run of each connection."""

    def request(self, run: "ExportRun") -> None:
        """Stores the pending run; raises AlreadyRunning, with its id, while another is there."""

    def save(self, run: "ExportRun") -> None:
        """Stores the record as it is now; a run that is finished, or awaits confirmation, makes
        place for the next request. Raises RunCancelled if somebody cancelled the run meanwhile:
        it must not begin."""

    def cancel(self, connection_id: str, run_id: str, record: dict[str, Any]) -> None:
        """Stores the record of a run that is not to begin, cancelled, failed or awaiting
        confirmation once more, and makes place for the next request. Raises Conflict if the run
        neither is pending nor awaits confirmation."""

    def confirm(self, connection_id: str, run_id: str, record: dict[str, Any]) -> None:
        """Stores the record of the run, pending again, and takes the place of a request. Raises
        Conflict if it awaits confirmation no longer, and AlreadyRunning while another is there."""

    def awaiting(self, connection_id: str) -> dict[str, Any] | None:
        """The record of the last run that awaited confirmation, if it does so still."""

    def find(self, connection_id: str, run_id: str) -> dict[str, Any] | None:
        """The stored record, in the shape of ExportRun.to_json."""

    def change(
        self, connection_id: str, run_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> bool:
        """Stores what `change` makes of the record; whether it made anything else of it. It is
        asked again where somebody stored the record meanwhile."""

    def note_told(self, connection_id: str, run_id: str, status: str) -> None:
        """The run was announced with this status; nothing is noted if it has another by now."""

    def was_told(self, connection_id: str, run_id: str) -> bool: ...

    def newest(
        self,
        connection_id: str,
        limit: int,
        after: str | None,
        between: tuple[str, str] = EVER,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """A page of records, the newest first, and the run id to go on after, if there are more;
        only of runs whose ids lie between these two."""


class Deliveries(Protocol):
    """What we last put at each path of a connection's server; `account` is `user@host:port`.

    Raises Unavailable.
    """

    def last(self, connection_id: str, account: str, path: str) -> "LastDelivery | None":
        """None where nothing was put there, or it went to another account."""

    def remember(self, connection_id: str, account: str, delivery: "LastDelivery") -> None: ...

    def was_one_taken(self, connection_id: str, account: str) -> bool:
        """Whether a file of ours was once gone from there."""

    def note_taken(self, connection_id: str, account: str) -> None:
        """One is gone."""


class Schedules(Protocol):
    """The schedule of each connection, as it was set."""

    def get(self, connection_id: str) -> "Schedule | None": ...

    def all(self) -> "list[SetSchedule]":
        """Those of every connection, by id."""

    def put(self, connection_id: str, schedule: "Schedule", set_at: dt.datetime) -> None: ...

    def remove(self, connection_id: str) -> None:
        """None there is no error."""


class Clock(Protocol):
    """Starts the export function at a time of day."""

    def wake_daily(self, connection_id: str, time: str, time_zone: str) -> None:
        """From now on at this local time (21:00), instead of any other; raises Unavailable."""

    def stop(self, connection_id: str) -> None:
        """Not any more; nothing to stop is no error."""


class LeaseReader(Protocol):
    """Who holds a connection's lease."""

    def running(self, connection_id: str, now_ms: int) -> str | None:
        """The id of the run that holds the lease now, if one does."""


class ExportStarter(Protocol):
    """Starts the export function in the background."""

    def start(self, request: "ExportRequest") -> None:
        """Raises Unavailable if it could not be started."""


class Metrics(Protocol):
    """Numbers that alarms watch."""

    def count(self, numbers: Mapping[str, int], about: Mapping[str, str]) -> None:
        """Adds each number to the metric of its name, and notes beside them what they are about.
        Never raises."""


class Events(Protocol):
    """Tells other programs."""

    def put(self, kind: str, detail: Mapping[str, Any]) -> None:
        """Raises Unavailable, whatever the reason."""


class Alerts(Protocol):
    """Tells people."""

    def publish(self, alert: "Alert") -> None:
        """Raises Unavailable, whatever the reason."""


class Audit(Protocol):
    """Who changed what of each connection, and when."""

    def add(self, connection_id: str, entry: AuditEntry) -> None:
        """Raises Unavailable."""

    def newest(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        """A page of entries, the newest first, and what to go on after, if there are more."""
