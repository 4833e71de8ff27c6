"""The ledger: what each committed year of a run did, with totals that never need a scan.

Every export moves the totals by what became of the students it handled, so that "exported" is
counted from what was delivered. docs/architecture.md tells why the books close.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registration_sync.domain.registrations.batches import Current
from registration_sync.domain.registrations.row_history import Histories, RowHistory


class Outcome(StrEnum):
    """What an export did with a student: a row in a file, none by the mapping's conditions, or
    none as the student was removed."""

    EXPORTED = "exported"
    LEFT_OUT = "left_out"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Totals:
    """How many students of a year the exports have settled so, each by the last one."""

    exported: int = 0
    left_out: int = 0

    def moved(self, before: str, after: str) -> "Totals":
        """With a student who had one outcome ("" for none) and has another now."""
        return Totals(
            self.exported + (after == Outcome.EXPORTED) - (before == Outcome.EXPORTED),
            self.left_out + (after == Outcome.LEFT_OUT) - (before == Outcome.LEFT_OUT),
        )

    def plus(self, other: "Totals") -> "Totals":
        return Totals(self.exported + other.exported, self.left_out + other.left_out)


NO_TOTALS = Totals()


def moved(students: Mapping[tuple[str, str], int]) -> Totals:
    """What it does to totals that so many students had one outcome and have another now."""
    change = Counter[str]()
    for (before, after), count in students.items():
        change[after] += count
        change[before] -= count
    return Totals(change[Outcome.EXPORTED], change[Outcome.LEFT_OUT])


def outcome_before_ledger(current: Current, exported: int) -> Outcome | None:
    """What exports did with a student of whom nothing is noted, if they are older than the ledger:
    who stands in an exported batch was exported then."""
    if current.settled_in or current.batch > exported:
        return None
    return Outcome.REMOVED if current.snapshot is None else Outcome.EXPORTED


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A file of the run: `number` is its place in the mapping and in the index, `path` where it
    was put (its package's, if it went in one), `rows` without the header, `encoding` Python's."""

    number: int
    name: str
    path: str
    rows: int
    sha256: str
    encoding: str


@dataclass(frozen=True, slots=True)
class LastExport:
    """The last run that delivered anybody of the year, and how many."""

    run_id: str
    exported_at: str
    students: int


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One committed year of a run: the batches `first` to `last`, how many students it `settled`,
    and the year's `totals` and `histories` after it. `exported_at` is ISO 8601 in UTC."""

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
    """The entry that `asdict` made the record of; what is from before the histories has none."""
    last_export = record["last_export"]
    return LedgerEntry(
        **{
            **record,
            "totals": Totals(**record["totals"]),
            "files": tuple(LedgerFile(**file) for file in record["files"]),
            "last_export": LastExport(**last_export) if last_export else None,
            "histories": tuple(map(_row_history, record.get("histories", ()))),
        }
    )


def _row_history(record: Mapping[str, Any]) -> RowHistory:
    lists = {name: tuple(record[name]) for name in ("rows", "rows_if_any")}
    return RowHistory(**{**record, **lists})


def moment(now: dt.datetime) -> str:
    """A time as the ledger and the marks keep it."""
    return now.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
