"""What a year's files replace: looked at once, carried over or reported, and recorded."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from registration_sync.domain.errors import Unavailable
from registration_sync.domain.pluralize import pluralize
from registration_sync.domain.runs.run import (
    Carried,
    DeliveredFile,
    Finding,
    RunStatus,
    YearOutcome,
)
from registration_sync.domain.runs.uploads import FoundUpload, UploadedRows
from registration_sync.use_cases.delivery.importer import CollectionCheck
from registration_sync.use_cases.exporting.carry_over import CarryOver, mark_carried_students
from registration_sync.use_cases.exporting.export_year import EXPORT_SECONDS, ExportResources
from registration_sync.use_cases.exporting.unreported_findings import UnreportedFindings
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.exporting.year_outcome import paths_of
from registration_sync.use_cases.ledger.run_index import index_name


class YearCollection:
    """The earlier uploads to the paths of one year of a run."""

    def __init__(
        self,
        year: YearToExport,
        collection: CollectionCheck,
        unreported: UnreportedFindings,
        resources: ExportResources,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._year = year
        self._collection = collection
        self._unreported = unreported
        self._resources = resources
        self._report = report
        self._found: dict[str, FoundUpload] | None = None
        self._carried: tuple[Carried, ...] = ()
        self._written: dict[str, bool] = {}

    def carry_over(self, workspace: Path) -> bool:
        """Makes the students of uncollected files due again, if the run is to carry them over and
        a student is due: otherwise no file is written. Returns whether one may be due; only the
        marks that are there now decide it. Raises DeliveryError, LeaseLost and Unavailable."""
        year, table = self._year, self._resources.table
        if not self._collection.carries_over or year.compiled.is_full:
            return True
        marks = table.marks(year.connection_id, year.school_year, year.marker.due_batches)
        if next(marks, None) is None:
            return False
        found = self._look(year.paths).values()
        students = CarryOver(year, found, self._resources.archive, workspace / "carried")
        if students.school_years:
            self._report("carrying over")
            self._carried = mark_carried_students(students, year, table, self._go_on)
        return True

    def _go_on(self) -> None:
        self._resources.lease.check()
        if self._resources.seconds_left() < EXPORT_SECONDS:
            raise Unavailable(
                "The students of a file that the SIS did not import are still being added to this "
                "export. The next run continues; no student is lost."
            )

    def _look(self, paths: Sequence[str]) -> dict[str, FoundUpload]:
        if self._found is None:
            found = self._collection.look(paths, self._resources.find)
            self._found = {
                one.last.path: replace(one, is_due=self._is_due(one.last.own_rows)) for one in found
            }
        return self._found

    def _is_due(self, rows: UploadedRows) -> bool:
        """Whether the export that delivered the rows never moved the marker."""
        is_own_year = rows.school_year == self._year.school_year
        return is_own_year and rows.batch > self._year.marker.exported

    def findings(self, written: WrittenYear) -> list[Finding]:
        """The uncollected files that the written files replace; from the renames on, this run is to
        report them. Raises DeliveryError, LeaseLost and Unavailable."""
        paths = paths_of(self._year, written)
        found = self._look([*paths])
        self._written = paths
        findings = self._collection.findings(found.values(), paths, self._carried)
        note = partial(self._unreported.note, self._year.school_year, findings)
        self._resources.lease.on_confirm = note
        return findings

    def record(self, delivered: Sequence[DeliveredFile]) -> None:
        """Records the uploads, before the marker moves: the next run must know them to carry their
        students over. Raises LeaseLost and Unavailable."""
        if not self._collection.is_enabled:
            return
        year, batch, token = self._year, self._year.marker.open, self._resources.lease.token
        for file in delivered:
            numbers = [one.number for one in year.files_at(file.path)]
            source = UploadedRows(
                year.run_id, year.school_year, index_name(batch), tuple(numbers), batch
            )
            lost = self._lost_at(file.path)
            self._collection.record(file, source, lost=lost, lease_token=token)

    def _lost_at(self, path: str) -> tuple[UploadedRows, ...]:
        """The uploads that were replaced uncollected, and whose students the new file lacks."""
        found = (self._found or {}).get(path)
        if found is None:  # only its header was sent, and what lay there was collected
            last = self._collection.last(path)
            return last.lost if last else ()
        if self._collection.carries_over or self._year.is_full_at(path):
            return ()
        return found.lost_with(unknown_too=False)

    def added_to(self, outcome: YearOutcome) -> YearOutcome:
        """The outcome with the files that it replaces, and what was carried over."""
        if outcome.status is RunStatus.FAILED or not self._written:
            return outcome
        found = (one for path, one in (self._found or {}).items() if path in self._written)
        return with_carried(
            replace(outcome, replaces=self._collection.replaced(found, self._written)),
            self._carried,
        )


def with_carried(outcome: YearOutcome, carried: Sequence[Carried]) -> YearOutcome:
    """The outcome with what was carried over, and warnings of what could not be."""
    listed = tuple(one for one in carried if one.students or not one.is_listed)
    return replace(outcome, carried_over=listed, warnings=(*outcome.warnings, *_warnings(carried)))


def _warnings(carried: Sequence[Carried]) -> list[str]:
    warnings = []
    for one in carried:
        if not one.is_listed:
            warnings.append(
                f"The students of {one.path} could not be carried over: the archive has no list of "
                f"them any longer. Run {one.run_id} had delivered it."
            )
        if one.missing:
            warnings.append(
                f"{pluralize(one.missing, 'student')} of {one.path}, which run {one.run_id} had "
                "delivered, could not be carried over: the registrations are no longer stored."
            )
    return warnings
