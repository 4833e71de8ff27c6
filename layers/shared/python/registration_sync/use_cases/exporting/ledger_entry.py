"""The ledger's entry of a run: what it did in a school year."""

import datetime as dt
from collections.abc import Sequence

from registration_sync.domain.registrations.ledger import (
    LastExport,
    LedgerEntry,
    LedgerFile,
    moment,
)
from registration_sync.domain.registrations.row_history import RowCount, with_counts
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.ledger.year_totals import YearTotals


def next_entry(
    before: YearTotals,
    batches: range,
    run_id: str,
    written: WrittenYear,
    paths: Sequence[tuple[WrittenFile, str, str]],
    counts: Sequence[RowCount],
    now: dt.datetime,
) -> LedgerEntry:
    """The ledger's entry of a run; `paths` has each file with its path and encoding, `counts` the
    rows of each file of the mapping."""
    last_export = before.last_export
    if written.students:
        last_export = LastExport(run_id, moment(now), written.students)
    return LedgerEntry(
        first=batches.start,
        last=batches.stop - 1,
        run_id=run_id,
        exported_at=moment(now),
        settled=written.settled,
        totals=before.totals.plus(written.change),
        files=tuple(
            LedgerFile(file.number, file.name, path, file.rows, file.sha256, encoding)
            for file, path, encoding in paths
        ),
        last_export=last_export,
        histories=with_counts(before.histories, counts),
    )
