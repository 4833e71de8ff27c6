"""Runs of a random day: invocation, interruption, and their effect on the model."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.domain.errors import Unavailable
from tests.functional.random_day.choices import (
    AT_THE_SERVER,
    CUTS,
    FAULTS,
    MEANWHILE,
    UNIQUE_IDS,
    USUALLY,
    Draw,
    registrations,
)
from tests.functional.random_day.day import ONE_RUN, Invoked
from tests.functional.random_day.faults import (
    Cut,
    Interruptions,
    Killed,
    expire_announcement,
    expire_lease,
    misbehaving,
)
from tests.functional.random_day.importer import Table, rows_of
from tests.functional.random_day.model import Plan
from tests.functional.random_day.run_checks import RunChecks, sha256
from tests.functional.support.district import context

WITHOUT_ROW = {"held", "left_out"}
"""Statuses of a student who needs no row in a file."""


class Runs(RunChecks):
    """Invokes the export function, and updates the model by the calls that took effect."""

    def invoked(self, **options: Any) -> Invoked:
        run_id = f"20260302T210000Z-{self.connection_id}-{next(self.invocations):04}"
        by_operator = {"connection_id": self.connection_id, "trigger": "hand", "run_id": run_id}
        event = by_operator | options
        school_years = options.get("school_years")
        return Invoked(event, tuple(school_years) if school_years else None)

    def invoke(
        self, run: Invoked, interruptions: Interruptions | None = None
    ) -> dict[str, Any] | None:
        """Runs the export function; returns the record, or None if it was killed or lost AWS."""
        self.environment.interruptions = interruptions = interruptions or Interruptions()
        announced = self.environment.announced
        announced.forget()
        try:
            record: dict[str, Any] = export.handler(run.event, context())
        except (Killed, Unavailable):
            return None
        finally:
            interruptions.close_sessions()
            self._track_noted(interruptions)
            names = itertools.chain(UNIQUE_IDS, *self.names.values())
            assert announced.names([*names]) == [], announced
        if "kind" in record and record["kind"] != "export":
            assert announced.alerts == []
        return record

    def run(self, run: Invoked, draw: Draw) -> None:
        fault = self.choose(draw, "export", FAULTS)
        late = draw(registrations) if fault in MEANWHILE else None
        known = self.ask(configuration, "GET", ONE_RUN, run_id=run.run_id)
        is_over = known.status == 200 and known.body["finished_at"]
        late_syncs: dict[int, Callable[[], None]] = {}
        interruptions = Interruptions()
        if fault in CUTS:
            at_call = draw(st.integers(1, 60))
            cut = Cut(at_call, kills="killed" in fault, takes_effect="late" in fault)
            interruptions.cut = cut
        if late:
            sync_late = lambda args: late_syncs.update({args[1]: self.sync([late])})  # noqa: E731
            interruptions.meanwhile[fault] = sync_late
        owed, delivered_before = dict(self.owed), dict(self.exchange.delivered_by)
        unreported = self._unreported()
        self.environment.server.requests.clear()
        with misbehaving(self.environment.server, fault):
            record = self.invoke(run, interruptions)
        self.seen["settled in part"] += interruptions.is_settling
        stored = record or self.ask(configuration, "GET", ONE_RUN, run_id=run.run_id).body
        if is_over:
            self._check_announcements(run, stored, interruptions, killed=record is None)
            announces = {"find", "claim_announcement", "newest", "all", "mark_announced"}
            assert {call for _, call, _ in interruptions.done} <= announces
            return
        plans = self._apply_run(run, interruptions, fault, late_syncs)
        disturbed = fault in AT_THE_SERVER or interruptions.was_cut
        self.seen[f"export: {fault if disturbed or late_syncs else ''}"] += 1
        if disturbed:
            self._check_server(plans, interruptions)
        else:
            assert record
            self._check_record(run, record, plans, interruptions)
            for year in record["years"]:
                if year["school_year"] in plans and year["status"] != "failed":
                    self._check_uncollected(
                        year, plans[year["school_year"]], delivered_before, unreported
                    )
            committed = {year for year in plans if interruptions.has("commit", year)}
            self.promised |= {
                key: sync_number
                for key, sync_number in owed.items()
                if key[0] in committed and self.years[key[0]].status_of(key[1]) not in WITHOUT_ROW
            }
        self._track_waiting_run(run, stored, interruptions, disturbed=disturbed)
        self._check_announcements(run, stored, interruptions, killed=record is None)
        self._store_result(run, stored)
        if run.run_id == self.blocking_run:
            shown = self.ask(configuration, "GET", ONE_RUN, run_id=run.run_id).body
            if shown["finished_at"] or shown["status"] == "awaiting_confirmation":
                self.blocking_run = ""
        if record is None:
            self.killed = run
            self._check_lease(interruptions)
        if interruptions.was_cut:
            expire_lease(self.connection_id)
            expire_announcement(self.connection_id, run.run_id)

    def _apply_run(
        self,
        run: Invoked,
        interruptions: Interruptions,
        fault: str,
        late_syncs: Mapping[int, Callable[[], None]],
    ) -> dict[int, Plan]:
        """Updates the model by the calls of the run that took effect."""
        plans = {}
        for school_year in interruptions.begun_years:
            year = self.years[school_year]
            batch = year.close_batch() | interruptions.carried(school_year)
            self.seen["carried over"] += bool(interruptions.carried(school_year))
            year.renew(interruptions.new_again(school_year))
            if fault == "after close_batch" and school_year in late_syncs:
                late_syncs[school_year]()
            plan = plans[school_year] = year.plan(self.variant, batch, is_full=run.is_full)
            self.seen["removal not sent"] += bool(plan.unsent)
            self.seen["delivered before"] += bool(plan.delivered_before)
            for student_id in interruptions.held(school_year):
                year.hold(student_id, plan.held[student_id])
                if not self.current(school_year, student_id):
                    self.seen["held removal"] += 1
            if fault == "before commit" and school_year in late_syncs:
                late_syncs[school_year]()
            if interruptions.has("commit", school_year):
                year.commit(plan, run.run_id)
                for name, content in plan.files.items():
                    self._record_delivery((name, school_year), content, run.run_id, plan)
            else:
                year.due |= batch
                year.is_uncertain = True
        return plans

    def _record_delivery(self, table: Table, content: bytes, run_id: str, plan: Plan) -> None:
        is_full = table[0] == "roster.csv" and self.variant.roster == "all"
        missed = self.exchange.deliver(table, content, run_id, is_full=is_full)
        self._forget_owed(table, missed)
        if self.carries:  # nobody is lost by a file that replaces another
            students = self.years[table[1]].students
            went_again = plan.batch | plan.held.keys()
            lost = [one for one in missed if one in students and one not in went_again]
            assert [one for one in lost if students[one].data] == [], (table, missed)
        self.delivered.setdefault(run_id, {})[table] = content
        rows = rows_of(content).values()
        self.seen["removal delivered"] += () in rows
        self.seen["several rows"] += any(len(lines) > 1 for lines in rows)

    def _track_waiting_run(
        self,
        run: Invoked,
        record: Mapping[str, Any],
        interruptions: Interruptions,
        *,
        disturbed: bool,
    ) -> None:
        if self.awaiting and self.awaiting.run_id != run.run_id:
            shown = self.ask(configuration, "GET", ONE_RUN, run_id=self.awaiting.run_id).body
            superseded = interruptions.has("cancel")
            assert shown["status"] == ("cancelled" if superseded else "awaiting_confirmation")
            assert superseded or disturbed
            if superseded:
                self.seen["superseded"] += 1
                self._store_result(self.awaiting, shown)
                self.awaiting = None
        if record.get("status") == "awaiting_confirmation":
            self.seen["awaiting"] += 1
            waiting = [y["school_year"] for y in record["years"] if y["status"] == record["status"]]
            self.awaiting = replace(run, years=tuple(waiting))

    def _store_result(self, run: Invoked, record: Mapping[str, Any]) -> None:
        if not record.get("finished_at"):  # or never began
            return
        self.held_by[run.run_id] = {
            year["school_year"]: {row["student_id"] for row in year["held"]}
            for year in record["years"]
            if year["status"] != "cancelled" and (year["status"] != "failed" or year["held"])
        }
        files = {
            (file["name"], year["school_year"]): file["sha256"]
            for year in record["years"]
            for file in year["files"]
        }
        if files:
            delivered = self.delivered[run.run_id]
            assert files == {table: sha256(delivered[table]) for table in files}
            self.sent[run.run_id] = {table: delivered[table] for table in files}
        if run.is_full:
            self.full_runs.add(run.run_id)

    def _check_lease(self, interruptions: Interruptions) -> None:
        if interruptions.has("take_lease") and not interruptions.has("release_lease"):
            is_refused = self.invoke(self.invoked())
            assert is_refused
            assert is_refused["error"]["code"] == "already_running", "P4"

    def importer_may_collect(self, draw: Draw) -> None:
        """Lets the importer collect, later until a run announced an uncollected file."""
        is_late = self.exchange.importer.removes and not self.seen["announced: not collected"]
        if draw(USUALLY) and not (is_late and draw(USUALLY)):
            self.importer_collects()

    def importer_collects(self) -> None:
        self.exchange.collect()
        for (school_year, student_id), promised in self.promised.items():
            is_imported = self.exchange.importer.newest_of(school_year, student_id) >= promised
            is_owed = self.owed.get((school_year, student_id)) == promised
            assert is_imported or not is_owed, "P1"
        self.promised.clear()
