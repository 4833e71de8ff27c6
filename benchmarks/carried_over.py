"""A last upload that the importer has not collected, with a row of each student of the year."""

from pathlib import Path
from typing import Any

from benchmarks.canned_year import VERSION, YEAR, id_of
from registration_sync.domain.runs.uploads import Collected, FoundUpload, LastUpload, UploadedRows
from registration_sync.use_cases.exporting.carry_over import CarryOver, mark_carried_students
from registration_sync.use_cases.exporting.export_year import ExportResources, NoCollection
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.ledger.run_index import index_text


class IndexOfUpload:
    """An archive that has the run index of the upload and nothing else."""

    def __init__(self, students: int) -> None:
        self._students = students

    def fetch(self, _connection: str, _run: str, _name: str, target: Path) -> None:
        with target.open("w") as index:
            index.writelines(
                index_text(id_of(number), VERSION, "exported", 0, 900 * number, 900, number + 1)
                for number in range(self._students)
            )


class CarriesOver(NoCollection):
    """Carries the students of the upload over, as a run does after it has looked at the server."""

    def __init__(self, year: YearToExport, resources: ExportResources, students: int) -> None:
        self._year = year
        self._table = resources.table
        self._students = students

    def carry_over(self, workspace: Path) -> bool:
        path = self._year.paths[0]
        rows = UploadedRows("earlier", YEAR, "index-1.tsv", (0,), 1)
        last = LastUpload(path, "earlier", "earlier", "2026-07-31 21:00", 1, "", source=rows)
        archive: Any = IndexOfUpload(self._students)
        found = [FoundUpload(last, Collected.NO)]
        carry_over = CarryOver(self._year, found, archive, workspace / "carried")
        mark_carried_students(carry_over, self._year, self._table, lambda: None)
        return True
