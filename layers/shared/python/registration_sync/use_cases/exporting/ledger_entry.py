"""The ledger's entry of a run: the result for a school year."""

import datetime as dt

from registration_sync.domain.mapping.values.csv_format import CODECS
from registration_sync.domain.registrations.ledger import (
    LastExport,
    LedgerEntry,
    LedgerFile,
    timestamp,
)
from registration_sync.domain.registrations.row_history import with_counts
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.exporting.year_outcome import row_counts
from registration_sync.use_cases.ledger.year_totals import YearTotals


def next_entry(
    year: YearToExport, before: YearTotals, written: WrittenYear, now: dt.datetime
) -> LedgerEntry:
    """The entry after the export of the written files; `before` has the totals before it."""
    last_export = before.last_export
    if written.students:
        last_export = LastExport(year.run_id, timestamp(now), written.students)
    return LedgerEntry(
        first=year.marker.exported + 1,
        last=year.marker.open,
        run_id=year.run_id,
        exported_at=timestamp(now),
        settled=written.settled,
        totals=before.totals.plus(written.change),
        files=tuple(
            LedgerFile(
                number=file.number,
                name=file.name,
                path=year.path_of(file.name),
                rows=file.rows,
                sha256=file.sha256,
                encoding=CODECS[year.compiled.files[file.number].csv.encoding],
            )
            for file in written.files
        ),
        last_export=last_export,
        histories=with_counts(before.histories, row_counts(year, written)),
    )
