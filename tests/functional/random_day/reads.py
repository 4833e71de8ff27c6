"""Actions that change nothing: dry runs, test records, previews, lists and receipts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from functions.configuration import app as configuration
from registration_sync.domain.registrations.receipt import StudentStatus
from tests.functional.random_day.choices import IDS, READS, Draw, ids, years
from tests.functional.random_day.day import MAPPING, REGISTRATIONS
from tests.functional.random_day.model import Plan, Year
from tests.functional.random_day.run_checks import compare_year
from tests.functional.random_day.runs import Runs


class Reads(Runs):
    """Compares the reads with the model."""

    def person_reads(self, draw: Draw) -> None:
        what = self.choose(draw, "read", READS)
        year, student_id = draw(years), draw(ids)
        self.seen[f"read: {what}"] += 1
        reads: dict[str, Callable[..., None]] = {
            "dry run": self._dry_run,
            "test record": self._test_record,
            "preview": self._preview,
            "lists": self._lists,
            "receipts": self._receipts,
        }
        reads[what](year, student_id)
        assert self.exchange.importer.files() == self.exchange.files

    def _dry_run(self, *_: object) -> None:
        record = self.invoke(self.invoked(dry_run=True))

        assert record
        for school_year, year_record in zip(sorted(self.years), record["years"], strict=True):
            year = self.years[school_year]
            if self.carries and year.due:  # which students it carries over depends on the server
                continue
            plan = year.plan(self.variant, frozenset(year.due), is_full=False)
            compare_year(
                school_year, year_record, plan, "failed" if plan.is_refused else plan.status
            )

    def _test_record(self, school_year: int, student_id: str) -> None:
        options = {"student_id": student_id, "school_year": school_year}
        record = self.invoke(self.invoked(action="test_record", **options))

        assert record
        plan = self._plan_for(school_year, student_id)
        unable = plan.held or not self.current(school_year, student_id)
        expected = "succeeded" if plan.lines else "nothing_to_export"
        assert record["status"] == ("failed" if unable else expected), record

    def _preview(self, school_year: int, student_id: str) -> None:
        options = {"student_ids": [student_id], "school_year": school_year}
        response = self.ask(configuration, "POST", f"{MAPPING}/preview", options)

        (shown,) = response.body["students"]
        plan = self._plan_for(school_year, student_id)
        lines = [row.line for row in plan.lines.get(student_id, ())]
        assert [file["line"] for file in shown["files"] if file["line"]] == lines

    def _plan_for(self, school_year: int, student_id: str) -> Plan:
        student = self.current(school_year, student_id)
        # Previews and test records show a student as if no export had delivered the student.
        year = Year({student_id: replace(student, run_id="")} if student else {})
        return year.plan(self.variant, frozenset({student_id}), is_full=False)

    def _lists(self, school_year: int, *_: object) -> None:
        year = self.years.get(school_year, Year())
        expected = {
            "all": sorted(year.students),
            **{status: year.of_status(status) for status in StudentStatus},
            "never_exported": year.never_exported(),
        }
        for status, students in expected.items():
            found: list[str] = []
            query = {"school_year": str(school_year), "status": status, "limit": "3"}
            while True:
                page = self.ask(configuration, "GET", REGISTRATIONS, query=query).body
                found += [item["student_id"] for item in page["items"]]
                for item in page["items"]:
                    assert item["status"] == year.status_of(item["student_id"])
                if page["next"] is None:
                    break
                query["after"] = page["next"]
            assert found == students, status

    def _receipts(self, *_: object) -> None:
        for student_id in IDS:
            query = {"student_id": student_id}
            receipts = self.ask(configuration, "GET", REGISTRATIONS, query=query).body["items"]
            by_year = {receipt["school_year"]: receipt for receipt in receipts}
            there = {year for year in self.years if student_id in self.years[year].students}
            assert by_year.keys() == there, student_id
            for year, receipt in by_year.items():
                self.compare_receipt(year, receipt)

    def compare_receipt(self, school_year: int, receipt: Mapping[str, Any]) -> None:
        year, student_id = self.years[school_year], receipt["student_id"]
        student = year.students[student_id]
        shown = receipt["status"], receipt["request_id"], receipt["exported_before"]
        status = year.status_of(student_id)
        assert shown == (status, student.request_id, bool(student.run_id)), receipt
        assert receipt["message"]
        assert (receipt["held"] is not None) == (status == "held")
        if status == "held":
            reasons = [
                (one["file"], one["field"], one["rule"]) for one in receipt["held"]["reasons"]
            ]
            student.since = student.since or receipt["held"]["since"]
            assert (reasons, receipt["held"]["since"]) == (student.reasons, student.since)
        assert (receipt["exported"] is not None) == bool(student.run_id)
        if student.run_id:
            exported = receipt["exported"]
            assert (exported["run_id"], exported["kept"]) == (student.run_id, True)
            for file, row in zip(exported["files"], student.delivered_rows, strict=True):
                assert file == {
                    "name": row.file,
                    "path": f"{self.connection_id}/{school_year}/{row.file}",
                    "row": row.row,
                    "line": row.line,
                    "sha256": student.checksums[row.file],
                }
