"""Random days: hypothesis draws syncs, exports, faults and people's actions, and compares the API
with a model and an importer after each step.

RANDOM_DAYS=50 make test ARGUMENTS='-k random_day' tests that many other days.
"""

import hashlib
import itertools
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.bootstrap import export_function
from registration_sync.domain.errors import Unavailable
from tests.functional.conftest import StartedExports, create_tables, delete_tables
from tests.functional.random_day.announced import Announced
from tests.functional.random_day.faults import (
    Cut,
    Interruptions,
    Killed,
    expire_lease,
    misbehaving,
    throttled,
)
from tests.functional.random_day.importer import (
    Exchange,
    Importer,
    Table,
    lines_of,
    only,
    rows_of,
    students_of,
    without_student,
)
from tests.functional.random_day.mapping_variants import (
    CONTACTS_FILE,
    STUDENTS_FILE,
    MappingVariant,
)
from tests.functional.random_day.model import Plan, Student, Year
from tests.functional.support.district import CONNECTION, ENROLL, context, registration
from tests.functional.support.events import ADMINISTRATOR, api_event
from tests.functional.support.stored import in_bucket, traces
from tests.support.sftp_servers import AsyncSftpServer

DAYS = int(os.environ.get("RANDOM_DAYS", "0"))
A_DAY = settings(
    max_examples=DAYS or 5,
    stateful_step_count=70 if DAYS else 60,
    derandomize=not DAYS,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)

YEARS = (2025, 2024)
IDS = ("007", "06520", "1e5", "12.0", "A-1", "a-1", "9", "10", "x@y", "0", "Z_z", "zz")
NAMES = ("Ann", "José", "O'Neil, Bo")
VARIANTS = (
    MappingVariant(coded=("K", "1"), unmatched="keep", numeric=True, removals=True),
    MappingVariant(coded=("K", "1"), removals=True),
    MappingVariant(coded=("K",), unmatched="keep", contacts=True),
    MappingVariant(coded=("K", "PK"), omitted_grade="PK", contacts=True, removals=True),
    MappingVariant(coded=("K", "1"), unmatched="keep", unique=True, numeric=True, removals=True),
    MappingVariant(coded=("K",), roster="changes", omitted_grade="1", contacts=True),
    MappingVariant(coded=("K", "1"), roster="all"),
    MappingVariant(
        roster="all",
        roster_omitted_grade="K",
        omitted_grade="PK",
        unique=True,
        contacts=True,
        removals=True,
    ),
)
EXPORT_OPTIONS: tuple[dict[str, Any], ...] = (
    *[{}] * 4,
    {"school_years": [2025]},
    {"school_years": [2025], "contents": "all"},
    {"school_years": [2024, 2025], "contents": "all", "override_held": True},
)
AT_THE_SERVER = ("sign in", "write", "rename", "lost before", "lost after")
CUTS = ("throttled", "throttled late", "killed", "killed late")
MEANWHILE = ("after close_batch", "before commit")
FAULTS = (*[""] * 6, *AT_THE_SERVER, *CUTS, *CUTS, *MEANWHILE)
SYNCS = (*[""] * 5, "as_of", "refused", "no marks", "no snapshot", "no response", "no marker read")
DECISIONS = ("confirm", "cancel")
READS = ("dry run", "test record", "preview", "lists", "receipts")

CONNECTIONS = "/connections"
MAPPING = "/connections/{connection_id}/mapping"
STATUS = "/connections/{connection_id}/status"
REGISTRATIONS = "/connections/{connection_id}/registrations"
RECEIPT = f"{REGISTRATIONS}/{{school_year}}/{{student_id}}"
ONE_RUN = "/connections/{connection_id}/exports/{run_id}"
ERASURES = "/connections/{connection_id}/erasures"

LONG_AGO, LONG_AGO_MS = "2026-03-01T00:00:00Z", 1_772_323_200_000

type Late = tuple[int, str, str, str, str, tuple[str, ...]]
"""Year, student, name, grade, locker and contacts."""

type Draw = Callable[..., Any]

years, ids = st.sampled_from(YEARS), st.sampled_from(IDS)
registrations = st.tuples(
    years,
    ids,
    st.sampled_from(NAMES),
    st.sampled_from(("K", "1", "PK")),
    st.sampled_from(("", "", "L1", "L2")),
    st.sampled_from(((), ("",), ("Rosa",), ("Rosa", "Luis"), ("", "Ada", "Ada"), ("Magdalena",))),
)

seen: Counter[str] = Counter()
"""Counts the events of all finished days."""

EXPECTED_EVENTS = {
    *(f"sync: {how}" for how in SYNCS),
    *(f"export: {fault}" for fault in FAULTS),
    *(f"read: {what}" for what in READS),
    *("awaiting", "decision: confirm", "decision: cancel", "superseded"),
    *("retried", "resent", "resent in part"),
    *("erased", "erasure retried", "removal delivered", "held removal", "several rows"),
    *(
        "announced: failed",
        "announced: awaiting",
        "announced: not collected",
        "announced: newly held",
    ),
}
"""Events that the days must contain; without them the test would prove little."""

days, syncs = itertools.count(), itertools.count(1)

USUALLY = st.sampled_from((True, True, True, False))

NOT_DONE = {"awaiting_confirmation", "cancelled"}
"""Statuses of a year that sent nothing."""

WITHOUT_ROW = {"held", "left_out"}
"""Statuses of a student who needs no row in a file."""

UNIQUE_IDS = ("x@y", "Z_z", "06520")
"""Ids that occur in no other text."""


@dataclass(frozen=True)
class Response:
    """A response of the API, with the time and id of its request."""

    status: int
    body: Any
    at_ms: int
    request_id: str


@dataclass(frozen=True)
class Invoked:
    """A run and its event. `years` is None for all years; a confirmed run is not `guarded`."""

    event: dict[str, Any]
    years: tuple[int, ...] | None = None
    guarded: bool = True

    @property
    def run_id(self) -> str:
        return str(self.event["run_id"])

    @property
    def is_full(self) -> bool:
        return self.event.get("contents") == "all"


class Environment:
    """Shared by all days: the server, interruptions, announcements, and started runs."""

    def __init__(self, server: AsyncSftpServer, started: StartedExports) -> None:
        self.server = server
        self.started = started
        self.interruptions = Interruptions()
        self.announced = Announced()


class RandomDay(RuleBasedStateMachine):
    environment: ClassVar[Environment]

    @initialize(
        removes=USUALLY, holds=USUALLY, variant=st.sampled_from(VARIANTS), real=st.booleans()
    )
    def begin(self, removes: bool, holds: bool, variant: MappingVariant, real: bool) -> None:
        assume(real)  # the first example is always the simplest
        self.connection_id = f"day-{next(days)}"
        self.holds = holds
        self.seen: Counter[str] = Counter()
        self.years: dict[int, Year] = {}
        self.invocations = itertools.count()
        self.names: dict[str, list[str]] = {}
        self.held_by: dict[str, dict[int, set[str]]] = {}
        self.announced_runs: set[str] = set()
        self.owed: dict[tuple[int, str], int] = {}
        root = self.environment.server.root / self.connection_id
        self.exchange = Exchange(Importer(root, removes))
        self.promised: dict[tuple[int, str], int] = {}
        self.delivered: dict[str, dict[Table, bytes]] = {}
        self.sent: dict[str, dict[Table, bytes]] = {}
        self.full_runs: set[str] = set()
        self.awaiting: Invoked | None = None
        self.killed: Invoked | None = None
        self.blocking_run = ""
        account = self.environment.server.account()
        connection = CONNECTION | {
            "connection_id": self.connection_id,
            "folder": f"{self.connection_id}/{{school_year}}",
            "host": account.host,
            "port": account.port,
            "username": account.username,
            "password": account.credentials.password,
            "host_keys": list(account.host_keys),
            "importer": "removes" if removes else "leaves",
            "guards": {
                "unmatched": {"action": "hold" if holds else "off", "count": 0},
            },
        }
        response = self.ask(configuration, "POST", CONNECTIONS, connection)
        assert response.status == 201, response
        self.save(variant)

    @rule(data=st.data())
    def next_step(self, data: st.DataObject) -> None:
        """Draws the next step; a single rule lets each day have steps of every kind."""
        steps = [
            *[self.enroll_syncs] * 8,
            *[self.export_runs] * 9,
            *[self.person_decides] * (18 if self.awaiting else 0),
            *[self.aws_retries_run] * (4 if self.killed else 0),
            *[self.student_is_removed] * self.weight(4, until="removal delivered"),
            *[self.student_is_erased] * self.weight(2, until="erasure retried"),
            *[self.mapping_changes] * self.weight(4, until="held removal"),
            *[self.old_run_is_resent]
            * (self.weight(3, until="resent in part") if self.sent else 0),
            *[self.person_reads] * 3,
        ]
        data.draw(st.sampled_from(steps))(data.draw)

    def weight(self, weight: int, *, until: str) -> int:
        """The weight of a step, halved once this day has had the event."""
        return weight // 2 if self.seen[until] else weight

    def choose(self, draw: Draw, about: str, choices: Sequence[str]) -> str:
        """Draws a choice; choices that are new to this day are more likely."""
        new = [one for one in dict.fromkeys(choices) if not self.seen[f"{about}: {one}"]]
        return str(draw(st.sampled_from([*choices, *new * 3])))

    # Steps of Enroll

    def enroll_syncs(self, draw: Draw) -> None:
        sent = draw(st.lists(registrations, min_size=1, max_size=4))
        self.sync(sent, self.choose(draw, "sync", SYNCS))()

    def student_is_removed(self, draw: Draw) -> None:
        year, student_id = draw(years), draw(ids)
        path = {"school_year": str(year), "student_id": student_id}
        claims = draw(st.sampled_from((ENROLL, ADMINISTRATOR)))
        response = self.ask(sync, "DELETE", RECEIPT, claims=claims, **path)

        assert response.status == 204
        self.year(year).store(student_id, (response.at_ms, response.request_id, 0), None)
        self.owed.pop((year, student_id), None)

    def sync(self, sent: list[Late], how: str = "") -> Callable[[], None]:
        """Syncs registrations; the returned function updates the model and checks the response."""
        status = "In Processing" if how == "refused" else "Registration Approved"
        items = []
        for year, student_id, name, grade, locker, contacts in sent:
            fname = f"{name} {next(syncs):05}"
            self.names.setdefault(student_id, []).append(fname)
            item = registration(student_id, fname, year=year, grade=grade, status=status)
            entries = [{"name": contact} for contact in contacts]
            item["data"]["students"] |= {"locker": locker, "contacts": entries}
            items.append(item)
        body = {"registrations": items} | ({"as_of": LONG_AGO} if how == "as_of" else {})
        with throttled(how, sent[0][1]):
            response = self.ask(sync, "POST", REGISTRATIONS, body, claims=ENROLL)
        self.seen[f"sync: {how}"] += 1

        def check_response() -> None:
            results = [one["result"] for one in response.body["registrations"]]
            assert results == self._expected_results(items, how, response)
            assert response.status == (503 if {*results} == {"failed"} else 200)

        return check_response

    def _expected_results(
        self, items: list[dict[str, Any]], how: str, response: Response
    ) -> list[str]:
        """Updates the model; returns the expected results."""
        if how == "refused":
            return ["refused"] * len(items)
        keys = [(item["school_year"], item["student_id"]) for item in items]
        last = {key: index for index, key in enumerate(keys)}
        at_ms = LONG_AGO_MS if how == "as_of" else response.at_ms
        results = {}
        for key, index in last.items():
            year, data = self.year(key[0]), items[index]["data"]["students"]
            is_affected = how in {"no marks", "no marker read"} or key[1] == keys[0][1]
            results[key] = "failed"
            if how == "no snapshot" and is_affected:
                year.mark(key[1])
            elif how != "no marks":
                stored = year.store(key[1], (at_ms, response.request_id, index), data)
                if not (how.startswith("no ") and is_affected):
                    results[key] = "synced" if stored else "superseded"
                if results[key] == "synced":
                    self.owed[key] = sync_number_in(data)
        return [
            "superseded" if results[key] == "synced" and last[key] != index else results[key]
            for index, key in enumerate(keys)
        ]

    # Steps of the schedule and of people

    def mapping_changes(self, draw: Draw) -> None:
        self.save(draw(st.sampled_from(VARIANTS)))

    def save(self, variant: MappingVariant) -> None:
        self.variant = variant
        response = self.ask(configuration, "PUT", MAPPING, variant.definition())
        assert response.status == 200, response

    def export_runs(self, draw: Draw) -> None:
        self.run(self.invoked(**draw(st.sampled_from(EXPORT_OPTIONS))), draw)
        self.importer_may_collect(draw)

    def aws_retries_run(self, draw: Draw) -> None:
        run, self.killed = self.killed, None
        assert run
        self.seen["retried"] += 1
        self.run(run, draw)
        self.importer_may_collect(draw)

    def person_decides(self, draw: Draw) -> None:
        run = self.awaiting
        assert run
        decision = self.choose(draw, "decision", DECISIONS)
        response = self.ask(configuration, "POST", f"{ONE_RUN}/{decision}", run_id=run.run_id)
        if decision == "confirm" and self.blocking_run:  # AWS is about to retry that run
            assert (response.status, response.body["run_id"]) == (409, self.blocking_run), response
            return
        self.seen[f"decision: {decision}"] += 1
        self.awaiting = None
        assert response.status == (202 if decision == "confirm" else 200), response
        if decision == "cancel":
            self._store_result(run, response.body)
        else:
            self.blocking_run = run.run_id
            self.announced_runs.discard(run.run_id)  # announced as waiting, its end is not
            self.run(replace(run, event={**run.event, "trigger": "manual"}, guarded=False), draw)
            self.importer_may_collect(draw)

    def old_run_is_resent(self, draw: Draw) -> None:
        run_id, files = draw(st.sampled_from([*self.sent.items()][-5:]))
        options: dict[str, Any] = {}
        table, content = draw(st.sampled_from([*files.items()]))
        of_changes = table[0] in {STUDENTS_FILE, CONTACTS_FILE} and run_id not in self.full_runs
        if of_changes and draw(USUALLY):
            student_id, *_ = students_of(content)
            named = [{"school_year": table[1], "name": table[0]}]
            options = {"files": named, "student_ids": [student_id]}
            files = {table: only(student_id, content)}
            self.seen["resent in part"] += 1
        self.seen["resent"] += 1

        record = self.invoke(self.invoked(resend_of=run_id, **options))

        assert record
        assert record["status"] == "succeeded", record
        for table, content in files.items():
            self._forget_owed(table, self.exchange.resend(table, content, run_id))
        self.importer_may_collect(draw)

    def student_is_erased(self, draw: Draw) -> None:
        """Erases a student; AWS retries the erasure if it is killed or loses AWS."""
        student_id = draw(ids)
        response = self.ask(configuration, "POST", ERASURES, {"student_id": student_id})
        if self.blocking_run:
            assert (response.status, response.body["run_id"]) == (409, self.blocking_run), response
            return
        assert response.status == 202, response
        run = Invoked(
            {"connection_id": self.connection_id, "run_id": response.body["run_id"]}, None
        )
        cut = Cut(draw(st.integers(1, 50)), kills=draw(st.booleans()), takes_effect=True)
        is_cut = not self.seen["erasure retried"] or draw(st.booleans())
        interruptions = Interruptions(cut if is_cut else None)
        record = self.invoke(run, interruptions)
        if interruptions.was_cut:
            expire_lease(self.connection_id)
        if record is None:
            self.seen["erasure retried"] += 1
            record = self.invoke(run)

        self.seen["erased"] += 1
        assert record
        assert (record["status"], record["student_ids"]) == ("succeeded", []), record
        self._forget(student_id)
        kept = in_bucket(f"{self.connection_id}/") | in_bucket(f"dry_runs/{self.connection_id}/")
        assert traces(*self.names.pop(student_id, ["N0t-there"]), kept=kept) == []
        assert self.exchange.importer.files() == self.exchange.files

    def _forget(self, student_id: str) -> None:
        for school_year, year in self.years.items():
            year.forget(student_id)
            self.owed.pop((school_year, student_id), None)
            self.promised.pop((school_year, student_id), None)
        for by_year in self.held_by.values():
            for held in by_year.values():
                held.discard(student_id)
        for run_id, files in [*self.sent.items()]:
            cut = {table: without_student(student_id, content) for table, content in files.items()}
            # A file without rows is not resent.
            left = {t: c for t, c in cut.items() if c == files[t] or len(lines_of(c)) > 1}
            self.sent[run_id] = left
            if not left:
                del self.sent[run_id]

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
        year = Year({student_id: student} if student else {})
        return year.plan(self.variant, frozenset({student_id}), is_full=False)

    def _lists(self, school_year: int, *_: object) -> None:
        year = self.years.get(school_year, Year())
        expected = {
            "due": year.of_status("due"),
            "held": year.of_status("held"),
            "never_exported": year.never_exported(),
        }
        for status, students in expected.items():
            found: list[str] = []
            query = {"school_year": str(school_year), "status": status, "limit": "3"}
            while True:
                page = self.ask(configuration, "GET", REGISTRATIONS, query=query).body
                found += [item["student_id"] for item in page["items"]]
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

    # Runs and their checks

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
        self.environment.server.requests.clear()
        with misbehaving(self.environment.server, fault):
            record = self.invoke(run, interruptions)
        stored = record or self.ask(configuration, "GET", ONE_RUN, run_id=run.run_id).body
        if is_over:
            self._check_announcements(run, stored, killed=record is None)
            announces = {"find", "is_announced", "newest", "all", "mark_announced"}
            assert {call for _, call, _ in interruptions.done} <= announces
            return
        plans = self._apply_run(run, interruptions, fault, late_syncs)
        disturbed = fault in AT_THE_SERVER or interruptions.was_cut
        self.seen[f"export: {fault if disturbed or late_syncs else ''}"] += 1
        if disturbed:
            self._check_server(plans, interruptions)
        else:
            assert record
            self._check_record(run, record, plans, delivered_before, interruptions)
            committed = {year for year in plans if interruptions.has("commit", year)}
            self.promised |= {
                key: sync_number
                for key, sync_number in owed.items()
                if key[0] in committed and self.years[key[0]].status_of(key[1]) not in WITHOUT_ROW
            }
        self._track_waiting_run(run, stored, interruptions, disturbed=disturbed)
        self._check_announcements(run, stored, killed=record is None)
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

    def _apply_run(
        self,
        run: Invoked,
        interruptions: Interruptions,
        fault: str,
        late_syncs: Mapping[int, Callable[[], None]],
    ) -> dict[int, Plan]:
        """Updates the model by the calls of the run that took effect."""
        plans = {}
        for school_year in sorted(run.years or self.years):
            if not interruptions.has("close_batch", school_year):
                continue
            year = self.years[school_year]
            batch = year.close_batch()
            if fault == "after close_batch" and school_year in late_syncs:
                late_syncs[school_year]()
            plan = plans[school_year] = year.plan(self.variant, batch, is_full=run.is_full)
            for student_id in interruptions.held(school_year):
                year.hold(student_id, plan.held[student_id])
                if not self.current(school_year, student_id):
                    self.seen["held removal"] += 1
            if fault == "before commit" and school_year in late_syncs:
                late_syncs[school_year]()
            if interruptions.has("commit", school_year):
                year.commit(plan, run.run_id)
                for name, content in plan.files.items():
                    self._record_delivery((name, school_year), content, run.run_id)
            else:
                year.due |= batch
        return plans

    def _record_delivery(self, table: Table, content: bytes, run_id: str) -> None:
        is_full = table[0] == "roster.csv" and self.variant.roster == "all"
        missed = self.exchange.deliver(table, content, run_id, is_full=is_full)
        self._forget_owed(table, missed)
        self.delivered.setdefault(run_id, {})[table] = content
        rows = rows_of(content).values()
        self.seen["removal delivered"] += () in rows
        self.seen["several rows"] += any(len(lines) > 1 for lines in rows)

    def _forget_owed(self, table: Table, missed: list[str]) -> None:
        """Drops the expectation for students whose rows were replaced before the collection."""
        for student_id in missed:
            self.owed.pop((table[1], student_id), None)

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
        delivered_before: Mapping[Table, str],
        interruptions: Interruptions,
    ) -> None:
        assert self.exchange.importer.files() == self.exchange.files
        if not any(plan.files for plan in plans.values()):
            assert self.environment.server.requests == [], "P6"
        by_year = {year["school_year"]: year for year in record["years"]}
        for school_year, plan in plans.items():
            year_record, status = by_year[school_year], self._expected_status(run, plan)
            compare_year(school_year, year_record, plan, status)
            committed = status not in {"failed", "awaiting_confirmation"}
            assert interruptions.has("commit", school_year) == committed
            if status != "failed":
                self._check_uncollected(school_year, year_record, plan, delivered_before)

    def _check_announcements(
        self, run: Invoked, record: Mapping[str, Any], *, killed: bool
    ) -> None:
        """Checks that a finished run is announced once, despite kills: one event, and one message
        where a person has to act."""
        announced = self.environment.announced
        if run.run_id in self.announced_runs or (killed and not announced.events):
            assert (announced.events, announced.alerts) == ([], [])
            return
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
        newly = {
            year["school_year"]: self._newly_held(run, year["school_year"], record)
            for year in record["years"]
        }
        assert ("newly held" in announced.subjects) == any(newly.values()), (
            announced.alerts,
            newly,
        )
        for event in announced.events:
            numbers = {year["school_year"]: year["newly_held"] for year in event["years"]}
            assert {school_year: numbers[school_year] for school_year in newly} == newly

    def _newly_held(self, run: Invoked, school_year: int, record: Mapping[str, Any]) -> int:
        """The number of students that the last announced export did not hold."""
        (year,) = [year for year in record["years"] if year["school_year"] == school_year]
        if year["status"] in NOT_DONE:
            return 0
        held = {row["student_id"] for row in year["held"]}
        for run_id, by_year in sorted(self.held_by.items(), reverse=True):
            if run_id < run.run_id and school_year in by_year:
                return len(held - by_year[school_year])
        return len(held)

    def _check_uncollected(
        self,
        school_year: int,
        year_record: Mapping[str, Any],
        plan: Plan,
        delivered_before: Mapping[Table, str],
    ) -> None:
        found = {
            (finding["file"], finding["run_id"])
            for finding in year_record["findings"]
            if finding["guard"] == "not_collected"
        }
        if not self.exchange.importer.removes:
            assert found == set()
            return
        before = {
            (name, delivered_before[name, school_year])
            for name in plan.files
            if (name, school_year) in delivered_before
        }
        # A file of an interrupted run counts as the file before it, or as a foreign file.
        half_done = {name for name, run_id in before if not run_id}
        assert {one for one in found if one[0] not in half_done} == {
            one for one in before if one[1]
        }

    def _expected_status(self, run: Invoked, plan: Plan) -> str:
        if plan.is_refused and not run.event.get("override_held"):
            return "failed"
        if self.holds and run.guarded and plan.files and plan.unmatched:
            return "awaiting_confirmation"
        return plan.status

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

    # Checks after each step

    @invariant()
    def totals_add_up(self) -> None:
        if not hasattr(self, "connection_id"):
            return
        response = self.ask(configuration, "GET", STATUS)
        assert [year["school_year"] for year in response.body["years"]] == sorted(self.years)
        for shown in response.body["years"]:
            year = self.years[shown["school_year"]]
            last_export, counts = shown.pop("last_export"), year.counts()
            assert shown == {"school_year": shown["school_year"], **counts}
            assert shown["synced"] == sum(
                shown[name] for name in ("exported", "left_out", "held", "due")
            )
            last = last_export and (last_export["run_id"], last_export["students"])
            assert last == year.last_export
            self.exchange.compare(shown["school_year"], year.of_status("exported", "removed"))

    def teardown(self) -> None:
        if hasattr(self, "connection_id"):
            seen.update(self.seen)
            self._receipts()
            delete_tables()  # the emulator reads the whole table in each query
            create_tables()

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

    def year(self, school_year: int) -> Year:
        return self.years.setdefault(school_year, Year())

    def current(self, school_year: int, student_id: str) -> Student | None:
        student = self.years.get(school_year, Year()).students.get(student_id)
        return student if student and student.data else None

    def ask(
        self,
        app: Any,
        method: str,
        resource: str,
        body: object = None,
        *,
        claims: dict[str, str] = ADMINISTRATOR,
        query: dict[str, str] | None = None,
        **path: str,
    ) -> Response:
        if "{connection_id}" in resource:
            path["connection_id"] = self.connection_id
        event = api_event(method, resource, claims=claims, body=body, query=query, **path)
        raw = app.handler(event, context())
        request_context = event["requestContext"]
        return Response(
            raw["statusCode"],
            json.loads(raw["body"] or "null"),
            request_context["requestTimeEpoch"],
            request_context["requestId"],
        )


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


def sync_number_in(data: dict[str, str]) -> int:
    """The number of the sync in the name."""
    return int(data["fname"].rpartition(" ")[2])


def test_the_totals_add_up_at_every_step_of_a_random_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: StartedExports
) -> None:
    seen.clear()
    deps = export_function.dependencies()
    with AsyncSftpServer(tmp_path) as server:
        environment = Environment(server, started)
        announced = environment.announced
        announced = replace(deps, metrics=announced, events=announced, alerts=announced)

        def wrapped_dependencies() -> export_function.Dependencies:
            return environment.interruptions.wrap(announced)

        for module in ("domain.registrations.batches", "adapters.dynamodb.registrations_table"):
            # Two partitions suffice for a dozen students, and allow four times as many steps.
            monkeypatch.setattr(f"registration_sync.{module}.SHARDS", 2)
        monkeypatch.setattr(export_function, "dependencies", wrapped_dependencies)
        monkeypatch.setattr(RandomDay, "environment", environment, raising=False)
        run_state_machine_as_test(RandomDay, settings=A_DAY)

    missed = {one for one in EXPECTED_EVENTS if not seen[one]}
    assert len(missed) <= 2, missed  # the set changes with each call of an export
