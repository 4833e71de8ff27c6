"""The checks of a run: its files, its record, and its announcements."""

import hashlib
from collections.abc import Mapping
from typing import Any

from functions.configuration import app as configuration
from tests.functional.random_day.day import ONE_RUN, FoundFile, Invoked
from tests.functional.random_day.faults import Interruptions
from tests.functional.random_day.importer import Table, lines_of
from tests.functional.random_day.model import Plan
from tests.functional.random_day.syncs import Syncs

NOT_DONE = {"awaiting_confirmation", "cancelled"}
"""Statuses of a year that sent nothing."""


class RunChecks(Syncs):
    """Compares the results of a run with the model."""

    def _check_server(self, plans: Mapping[int, Plan], interruptions: Interruptions) -> None:
        """Checks that each file is the old or the new one, and the new one after a commit."""
        found = self.exchange.importer.files()
        for table in found.keys() | self.exchange.files.keys():
            allowed = [self.exchange.files.get(table)]
            if table[1] in plans and not interruptions.has("commit", table[1]):
                allowed.append(plans[table[1]].files.get(table[0]))
            assert found.get(table) in allowed, table
        for table, content in found.items():
            if content != self.exchange.files.get(table):
                self._forget_owed(table, self.exchange.find_interrupted(table, content))

    def _check_record(
        self,
        run: Invoked,
        record: Mapping[str, Any],
        plans: Mapping[int, Plan],
        interruptions: Interruptions,
    ) -> None:
        assert self.exchange.importer.files() == self.exchange.files
        # A run that carries over looks at the server before it knows whether a file is written.
        if not any(plan.files for plan in plans.values()) and not self.carries:
            assert self.environment.server.requests == [], "P6"
        by_year = {year["school_year"]: year for year in record["years"]}
        for school_year, plan in plans.items():
            year_record, status = by_year[school_year], self._expected_status(run, plan)
            compare_year(school_year, year_record, plan, status)
            committed = status not in {"failed", "awaiting_confirmation"}
            assert interruptions.has("commit", school_year) == committed

    def _expected_status(self, run: Invoked, plan: Plan) -> str:
        if plan.is_refused and not run.event.get("override_held"):
            return "failed"
        if self.holds and run.guarded and plan.files and plan.unmatched:
            return "awaiting_confirmation"
        return plan.status

    def _check_uncollected(
        self,
        year: Mapping[str, Any],
        plan: Plan,
        delivered_before: Mapping[Table, str],
        unreported: set[FoundFile],
    ) -> None:
        """Checks that the record names the uncollected files that this run replaced, and those that
        interrupted runs replaced and did not report."""
        school_year, found = year["school_year"], files_found(year)
        if not self.exchange.importer.removes:
            assert found == set()
            return
        before = {
            (school_year, name, delivered_before[name, school_year])
            for name in plan.files
            if (name, school_year) in delivered_before
        }
        # A file of an interrupted run counts as the file before it, or as a foreign file.
        interrupted = {name for _, name, run_id in before if not run_id}
        carried = {one for one in unreported if one[0] == school_year}
        assert carried <= found
        assert {one for one in found if one[1] not in interrupted} - carried == {
            one for one in before if one[2]
        } - carried

    def _track_noted(self, interruptions: Interruptions) -> None:
        for change, found in interruptions.changes_of_noted():
            key = found.school_year, found.finding.file, found.finding.run_id
            if change == "note":
                self.noted[key] = found.run_id, found.finding.message
            else:
                del self.noted[key]

    def _unreported(self) -> set[FoundFile]:
        """The noted files of which the run that noted them has not warned."""
        unreported = set()
        for key, (run_id, message) in self.noted.items():
            record = self.ask(configuration, "GET", ONE_RUN, run_id=run_id).body
            is_over = record["finished_at"] or record["status"] == "awaiting_confirmation"
            warnings = [text for year in record["years"] for text in year["warnings"]]
            if not is_over or message not in warnings:
                unreported.add(key)
        return unreported

    def _check_announcements(
        self,
        run: Invoked,
        record: Mapping[str, Any],
        interruptions: Interruptions,
        *,
        killed: bool,
    ) -> None:
        """Checks that a finished run is announced despite kills, and not again once it is marked as
        announced: one event, and one message where a person has to act."""
        announced = self.environment.announced
        if run.run_id in self.announced_runs or (killed and not announced.events):
            assert (announced.events, announced.alerts) == ([], [])
            return
        if interruptions.has("mark_announced") or not killed:
            self.announced_runs.add(run.run_id)
        assert [event["run_id"] for event in announced.events] == [run.run_id]
        announced.check_numbers(record)
        assert len(announced.alerts) == bool(announced.subjects)
        self.seen.update(f"announced: {about}" for about in announced.subjects)
        statuses = {year["status"] for year in record["years"]} | {record["status"]}
        expected = {
            "failed": "failed" in statuses,
            "awaiting": "awaiting_confirmation" in statuses,
            "not collected": run.guarded
            and any(
                finding["guard"] == "not_collected"
                for year in record["years"]
                if year["status"] not in NOT_DONE
                for finding in year["findings"]
            ),
        }
        found = {about: about in announced.subjects for about in expected}
        assert found == expected, (announced.alerts, record)
        earlier = {} if interruptions.cut_call == "all" else self.held_by  # not read
        newly = {year["school_year"]: newly_held(run, year, earlier) for year in record["years"]}
        assert ("newly held" in announced.subjects) == any(newly.values()), (
            announced.alerts,
            newly,
        )
        for event in announced.events:
            numbers = {year["school_year"]: year["newly_held"] for year in event["years"]}
            assert {school_year: numbers[school_year] for school_year in newly} == newly


def files_found(year: Mapping[str, Any]) -> set[FoundFile]:
    """The uncollected files in the record of a year."""
    return {
        (year["school_year"], finding["file"], finding["run_id"])
        for finding in year["findings"]
        if finding["guard"] == "not_collected"
    }


def newly_held(
    run: Invoked, year: Mapping[str, Any], earlier: Mapping[str, Mapping[int, set[str]]]
) -> int:
    """The number of the year's held students that the last announced export did not hold. Without
    such an export, all count, also those erased since."""
    if year["status"] in NOT_DONE:
        return 0
    held = {row["student_id"] for row in year["held"]}
    for run_id, by_year in sorted(earlier.items(), reverse=True):
        if run_id < run.run_id and year["school_year"] in by_year:
            return len(held - by_year[year["school_year"]])
    return int(year["held_count"])


def compare_year(school_year: int, year_record: Mapping[str, Any], plan: Plan, status: str) -> None:
    """Compares the record of a year with the plan."""
    assert (year_record["school_year"], year_record["status"]) == (school_year, status), year_record
    held = {
        (row["student_id"], row["file"], row["field"], row["rule"]) for row in year_record["held"]
    }
    assert held == {(one, *reason) for one, reasons in plan.held.items() for reason in reasons}
    assert year_record["held_count"] == len(plan.held)
    if status == "failed":
        assert year_record["error"]["code"] == "held_in_full_file"
        return
    assert year_record["left_out"] == plan.left_out
    assert year_record["delivered_before_count"] == plan.delivered_before
    waits = status == "awaiting_confirmation"
    files = [(file["name"], file["rows"], file["sha256"]) for file in year_record["files"]]
    assert year_record["rows"] == (0 if waits else len(plan.lines))
    assert files == [
        (name, len(lines_of(content)) - 1, sha256(content))
        for name, content in plan.files.items()
        if not waits
    ]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
