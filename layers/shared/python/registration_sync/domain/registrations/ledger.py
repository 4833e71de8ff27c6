"""The ledger: one entry for each committed year of a run, with totals that never need a scan.

Every export adds to the totals how the outcomes of its students changed, so "exported" counts
deliveries. docs/architecture.md explains why the totals add up.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from registration_sync.domain.registrations.batches import Current
from registration_sync.domain.registrations.row_history import Histories, RowHistory


class Outcome(StrEnum):
    """The outcome of an export for a student: a row in a file, no row because of the mapping's
    conditions, or no row because the student was removed."""

    EXPORTED = "exported"
    LEFT_OUT = "left_out"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Totals:
    """The number of students of a year with each outcome, as of the last export of each."""

    exported: int = 0
    left_out: int = 0

    def with_changed_outcome(self, before: str, after: str) -> "Totals":
        """The totals after one student's outcome has changed; "" is no outcome."""
        return Totals(
            self.exported + (after == Outcome.EXPORTED) - (before == Outcome.EXPORTED),
            self.left_out + (after == Outcome.LEFT_OUT) - (before == Outcome.LEFT_OUT),
        )

    def plus(self, other: "Totals") -> "Totals":
        return Totals(self.exported + other.exported, self.left_out + other.left_out)


NO_TOTALS = Totals()


def change_in_totals(changes: Mapping[tuple[str, str], int]) -> Totals:
    """The difference to add to the totals, from the number of students for each change of outcome
    (before, after)."""
    change = Counter[str]()
    for (before, after), count in changes.items():
        change[after] += count
        change[before] -= count
    return Totals(change[Outcome.EXPORTED], change[Outcome.LEFT_OUT])


def inferred_outcome(current: Current, exported: int) -> Outcome | None:
    """The outcome of a student whose last export has no ledger entry, because the export is older
    than the ledger or the entry was lost: every student of an exported batch was exported. None if
    not inferred: the outcome is stored, or the student's batch is not exported."""
    if current.settled_in >= current.batch or current.batch > exported:
        return None
    return Outcome.REMOVED if current.snapshot is None else Outcome.EXPORTED


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A file of the run: `number` is its index in the mapping (run indexes refer to that), `path`
    the remote path (of its package, if it has one), `rows` excludes the header, `encoding` is
    Python's name."""

    number: int
    name: str
    path: str
    rows: int
    sha256: str
    encoding: str


@dataclass(frozen=True, slots=True)
class LastExport:
    """The last run that delivered students of the year, and their number."""

    run_id: str
    exported_at: str
    students: int


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One committed year of a run: the batches `first` to `last`, the number of students with an
    outcome (`settled`), and the year's `totals` and `histories` after the run. `exported_at` is
    ISO 8601 in UTC."""

    first: int
    last: int
    run_id: str
    exported_at: str
    settled: int
    totals: Totals
    files: tuple[LedgerFile, ...] = ()
    last_export: LastExport | None = None
    histories: Histories = ()


def ledger_entry(record: Mapping[str, Any]) -> LedgerEntry:
    """The entry from its record (made by `asdict`). The oldest records have no histories, or no
    filled columns in them; keys of a newer version are ignored."""
    last_export = record["last_export"]
    return _known(
        LedgerEntry,
        {
            **record,
            "totals": _known(Totals, record["totals"]),
            "files": tuple(_known(LedgerFile, file) for file in record["files"]),
            "last_export": _known(LastExport, last_export) if last_export else None,
            "histories": tuple(map(_row_history, record.get("histories", ()))),
        },
    )


def _row_history(record: Mapping[str, Any]) -> RowHistory:
    lists = {name: tuple(record.get(name, ())) for name in ("rows", "rows_if_any", "filled")}
    return _known(RowHistory, {**record, **lists})


def _known[T](kind: Callable[..., T], record: Mapping[str, Any]) -> T:
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    return kind(**{name: value for name, value in record.items() if name in names})


def timestamp(now: dt.datetime) -> str:
    """The time as text, as ledger entries and marks store it."""
    return now.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
