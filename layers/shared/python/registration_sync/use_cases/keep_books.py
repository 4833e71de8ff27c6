"""Keeps the books of a year: its totals before a run, and the ledger's entry after it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched

from registration_sync.domain.ledger import (
    NO_TOTALS,
    LastExport,
    LedgerEntry,
    LedgerFile,
    Totals,
    moment,
    outcome_before_ledger,
)
from registration_sync.domain.row_history import Histories, RowCount, with_counts
from registration_sync.ports import RegistrationsTable
from registration_sync.use_cases.output_file import WrittenFile
from registration_sync.use_cases.write_files import WrittenYear


@dataclass(frozen=True, slots=True)
class Books:
    """What the exports up to a batch have done with the students of a year."""

    totals: Totals = NO_TOTALS
    last_export: LastExport | None = None
    histories: Histories = ()


def read_books(
    connection_id: str,
    school_year: int,
    exported: int,
    *,
    expires_at: int,
    table: RegistrationsTable,
) -> Books:
    """The books up to the last exported batch, whose students are settled already.

    Where exports are older than the ledger, or it was lost, the students of the year are counted,
    once. Raises Unavailable.
    """
    if not exported:
        return Books()
    entry = table.ledger(connection_id, school_year, exported)
    if entry:
        return Books(entry.totals, entry.last_export, entry.histories)
    totals = NO_TOTALS
    for some in batched(table.all_current(connection_id, school_year), 500):
        older: dict[str, str] = {}
        for current in some:
            outcome = outcome_before_ledger(current, exported)
            totals = totals.moved("", outcome or current.outcome)
            if outcome:
                older[current.student_id] = outcome
        if older:
            table.settle(connection_id, school_year, exported, older, expires_at)
    return Books(totals)


def next_entry(
    books: Books,
    batches: range,
    run_id: str,
    written: WrittenYear,
    paths: Sequence[tuple[WrittenFile, str, str]],
    counts: Sequence[RowCount],
    now: dt.datetime,
) -> LedgerEntry:
    """The ledger's entry of a run; `paths` has each file with its path and encoding, `counts` the
    rows of each file of the mapping."""
    last_export = books.last_export
    if written.students:
        last_export = LastExport(run_id, moment(now), written.students)
    return LedgerEntry(
        first=batches.start,
        last=batches.stop - 1,
        run_id=run_id,
        exported_at=moment(now),
        settled=written.settled,
        totals=books.totals.plus(written.change),
        files=tuple(
            LedgerFile(file.number, file.name, path, file.rows, file.sha256, encoding)
            for file, path, encoding in paths
        ),
        last_export=last_export,
        histories=with_counts(books.histories, counts),
    )
