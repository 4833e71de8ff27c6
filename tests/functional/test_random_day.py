"""The accounting holds after a random day: hypothesis drives syncs, exports, faults and people, and
at each step the books close, as the API tells them, held against a model and an importer.

RANDOM_DAYS=50 make test ARGUMENTS='-k random_day' tries so many other days.
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
from tests.functional.support.announced import Announced
from tests.functional.support.books import Plan, Student, Year
from tests.functional.support.district import CONNECTION, ENROLL, context, registration
from tests.functional.support.events import ADMINISTRATOR, api_event
from tests.functional.support.importer import (
    Exchange,
    Importer,
    Table,
    lines_of,
    only,
    rows_of,
    students_of,
    without,
)
from tests.functional.support.stored import in_bucket, traces
from tests.functional.support.terms import CONTACTS_FILE, STUDENTS_FILE, Terms
from tests.functional.support.troubles import (
    Cut,
    Interruptions,
    Killed,
    let_the_lease_expire,
    misbehaving,
    throttled,
)
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
TERMS = (
    Terms(coded=("K", "1"), unmatched="keep", numeric=True, removals=True),
    Terms(coded=("K", "1"), removals=True),
    Terms(coded=("K",), unmatched="keep", contacts=True),
    Terms(coded=("K", "PK"), without="PK", contacts=True, removals=True),
    Terms(coded=("K", "1"), unmatched="keep", unique=True, numeric=True, removals=True),
    Terms(coded=("K",), roster="changes", without="1", contacts=True),
    Terms(coded=("K", "1"), roster="all"),
    Terms(
        roster="all", roster_without="K", without="PK", unique=True, contacts=True, removals=True
    ),
)
WISHES: tuple[dict[str, Any], ...] = (
    *[{}] * 4,
    {"school_years": [2025]},
    {"school_years": [2025], "contents": "all"},
    {"school_years": [2024, 2025], "contents": "all", "override_held": True},
)
AT_THE_SERVER = ("sign in", "write", "rename", "lost before", "lost after")
CUTS = ("throttled", "throttled late", "killed", "killed late")
MEANWHILE = ("after close_batch", "before commit")
TROUBLES = (*[""] * 6, *AT_THE_SERVER, *CUTS, *CUTS, *MEANWHILE)
SYNCS = (*[""] * 5, "as_of", "refused", "no marks", "no snapshot", "no answer", "no look")
DECISIONS = ("confirm", "cancel")
LOOKS = ("dry run", "test record", "preview", "lists", "receipts")

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
"""What happened in all days that are over."""

EVENTFUL = {
    *(f"sync: {how}" for how in SYNCS),
    *(f"export: {trouble}" for trouble in TROUBLES),
    *(f"look: {what}" for what in LOOKS),
    *("awaiting", "decision: confirm", "decision: cancel", "taken over"),
    *("tried again", "sent again", "sent again in part"),
    *("erased", "erased again", "removal told", "held removal", "several rows"),
    *("told: failed", "told: awaiting", "told: not collected", "told: newly held"),
}
"""All of it has to happen, or the days were too quiet to tell anything."""

days, syncs = itertools.count(), itertools.count(1)

MOSTLY = st.sampled_from((True, True, True, False))

NOT_DONE = {"awaiting_confirmation", "cancelled"}
"""Of such a year nothing was sent."""

NO_ROW = {"held", "left_out"}
"""Of such a student no file has to have a row."""

UNMISTAKABLE = ("x@y", "Z_z", "06520")
"""Ids that stand for nothing else where they are found."""


@dataclass(frozen=True)
class Asked:
    """An answer of the API, and what its request was called."""

    status: int
    body: Any
    at_ms: int
    request_id: str


@dataclass(frozen=True)
class Invoked:
    """A run and its event; of `years` None all, and not `guarded` if somebody confirmed it."""

    event: dict[str, Any]
    years: tuple[int, ...] | None = None
    guarded: bool = True

    @property
    def run_id(self) -> str:
        return str(self.event["run_id"])

    @property
    def everyone(self) -> bool:
        return self.event.get("contents") == "all"


class Surroundings:
    """What all days share: the server, what stands between an export and everything, what was
    told, and what the API started."""

    def __init__(self, server: AsyncSftpServer, started: StartedExports) -> None:
        self.server = server
        self.started = started
        self.interruptions = Interruptions()
        self.told = Announced()


class RandomDay(RuleBasedStateMachine):
    outside: ClassVar[Surroundings]

    @initialize(removes=MOSTLY, holds=MOSTLY, terms=st.sampled_from(TERMS), real=st.booleans())
    def begin(self, removes: bool, holds: bool, terms: Terms, real: bool) -> None:
        assume(real)  # the simplest example, always the first, is the dullest
        self.connection_id = f"day-{next(days)}"
        self.holds = holds
        self.seen: Counter[str] = Counter()
        self.years: dict[int, Year] = {}
        self.invocations = itertools.count()
        self.names: dict[str, list[str]] = {}
        self.held_by: dict[str, dict[int, set[str]]] = {}
        self.told_of: set[str] = set()
        self.owed: dict[tuple[int, str], int] = {}
        root = self.outside.server.root / self.connection_id
        self.exchange = Exchange(Importer(root, removes))
        self.promised: dict[tuple[int, str], int] = {}
        self.brought: dict[str, dict[Table, bytes]] = {}
        self.sent: dict[str, dict[Table, bytes]] = {}
        self.of_everyone: set[str] = set()
        self.awaiting: Invoked | None = None
        self.killed: Invoked | None = None
        self.in_the_way = ""
        account = self.outside.server.account()
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
        asked = self.ask(configuration, "POST", CONNECTIONS, connection)
        assert asked.status == 201, asked
        self.save(terms)

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """One rule, so that each day has a bit of everything."""
        steps = [
            *[self.enroll_syncs] * 8,
            *[self.export_runs] * 9,
            *[self.somebody_decides] * (18 if self.awaiting else 0),
            *[self.aws_tries_a_run_again] * (4 if self.killed else 0),
            *[self.somebody_removes] * self.rather(4, until="removal told"),
            *[self.somebody_erases] * self.rather(2, until="erased again"),
            *[self.mapping_changes] * self.rather(4, until="held removal"),
            *[self.an_old_run_is_sent_again]
            * (self.rather(3, until="sent again in part") if self.sent else 0),
            *[self.somebody_only_looks] * 3,
        ]
        data.draw(st.sampled_from(steps))(data.draw)

    def rather(self, weight: int, *, until: str) -> int:
        """The weight of a step, half of it once this day has seen what it is for."""
        return weight // 2 if self.seen[until] else weight

    def choose(self, draw: Draw, about: str, choices: Sequence[str]) -> str:
        """Rather what this day has not seen yet."""
        new = [one for one in dict.fromkeys(choices) if not self.seen[f"{about}: {one}"]]
        return str(draw(st.sampled_from([*choices, *new * 3])))

    # What Enroll does

    def enroll_syncs(self, draw: Draw) -> None:
        sent = draw(st.lists(registrations, min_size=1, max_size=4))
        self.sync(sent, self.choose(draw, "sync", SYNCS))()

    def somebody_removes(self, draw: Draw) -> None:
        year, student_id = draw(years), draw(ids)
        path = {"school_year": str(year), "student_id": student_id}
        claims = draw(st.sampled_from((ENROLL, ADMINISTRATOR)))
        asked = self.ask(sync, "DELETE", RECEIPT, claims=claims, **path)

        assert asked.status == 204
        self.year(year).store(student_id, (asked.at_ms, asked.request_id, 0), None)
        self.owed.pop((year, student_id), None)

    def sync(self, sent: list[Late], how: str = "") -> Callable[[], None]:
        """Sends, and looks at the answer; the books hear of it when what is returned is called."""
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
            asked = self.ask(sync, "POST", REGISTRATIONS, body, claims=ENROLL)
        self.seen[f"sync: {how}"] += 1

        def tell() -> None:
            results = [one["result"] for one in asked.body["registrations"]]
            assert results == self._stored(items, how, asked)
            assert asked.status == (503 if {*results} == {"failed"} else 200)

        return tell

    def _stored(self, items: list[dict[str, Any]], how: str, asked: Asked) -> list[str]:
        """Tells the books; what the answer should be."""
        if how == "refused":
            return ["refused"] * len(items)
        keys = [(item["school_year"], item["student_id"]) for item in items]
        last = {key: place for place, key in enumerate(keys)}
        at_ms = LONG_AGO_MS if how == "as_of" else asked.at_ms
        results = {}
        for key, place in last.items():
            year, data = self.year(key[0]), items[place]["data"]["students"]
            is_hit = how in {"no marks", "no look"} or key[1] == keys[0][1]
            results[key] = "failed"
            if how == "no snapshot" and is_hit:
                year.mark(key[1])
            elif how != "no marks":
                stored = year.store(key[1], (at_ms, asked.request_id, place), data)
                if not (how.startswith("no ") and is_hit):
                    results[key] = "synced" if stored else "superseded"
                if results[key] == "synced":
                    self.owed[key] = number_in(data)
        return [
            "superseded" if results[key] == "synced" and last[key] != place else results[key]
            for place, key in enumerate(keys)
        ]

    # What the clock and people do

    def mapping_changes(self, draw: Draw) -> None:
        self.save(draw(st.sampled_from(TERMS)))

    def save(self, terms: Terms) -> None:
        self.terms = terms
        asked = self.ask(configuration, "PUT", MAPPING, terms.definition())
        assert asked.status == 200, asked

    def export_runs(self, draw: Draw) -> None:
        self.run(self.invoked(**draw(st.sampled_from(WISHES))), draw)
        self.importer_may_look(draw)

    def aws_tries_a_run_again(self, draw: Draw) -> None:
        run, self.killed = self.killed, None
        assert run
        self.seen["tried again"] += 1
        self.run(run, draw)
        self.importer_may_look(draw)

    def somebody_decides(self, draw: Draw) -> None:
        run = self.awaiting
        assert run
        way = self.choose(draw, "decision", DECISIONS)
        asked = self.ask(configuration, "POST", f"{ONE_RUN}/{way}", run_id=run.run_id)
        if way == "confirm" and self.in_the_way:  # AWS is about to try that one again
            assert (asked.status, asked.body["run_id"]) == (409, self.in_the_way), asked
            return
        self.seen[f"decision: {way}"] += 1
        self.awaiting = None
        assert asked.status == (202 if way == "confirm" else 200), asked
        if way == "cancel":
            self._keep(run, asked.body)
        else:
            self.in_the_way = run.run_id
            self.told_of.discard(run.run_id)  # that it waits, and not yet how it ends
            self.run(replace(run, event={**run.event, "trigger": "manual"}, guarded=False), draw)
            self.importer_may_look(draw)

    def an_old_run_is_sent_again(self, draw: Draw) -> None:
        run_id, files = draw(st.sampled_from([*self.sent.items()][-5:]))
        wish: dict[str, Any] = {}
        table, content = draw(st.sampled_from([*files.items()]))
        of_changes = table[0] in {STUDENTS_FILE, CONTACTS_FILE} and run_id not in self.of_everyone
        if of_changes and draw(MOSTLY):
            student_id, *_ = students_of(content)
            named = [{"school_year": table[1], "name": table[0]}]
            wish = {"files": named, "student_ids": [student_id]}
            files = {table: only(student_id, content)}
            self.seen["sent again in part"] += 1
        self.seen["sent again"] += 1

        record = self.invoke(self.invoked(resend_of=run_id, **wish))

        assert record
        assert record["status"] == "succeeded", record
        for table, content in files.items():
            self._forgive(table, self.exchange.send_again(table, content, run_id))
        self.importer_may_look(draw)

    def somebody_erases(self, draw: Draw) -> None:
        """Also if the erasure is killed or finds AWS away: then AWS tries it again."""
        student_id = draw(ids)
        asked = self.ask(configuration, "POST", ERASURES, {"student_id": student_id})
        if self.in_the_way:
            assert (asked.status, asked.body["run_id"]) == (409, self.in_the_way), asked
            return
        assert asked.status == 202, asked
        run = Invoked({"connection_id": self.connection_id, "run_id": asked.body["run_id"]}, None)
        cut = Cut(draw(st.integers(1, 50)), kills=draw(st.booleans()), takes_effect=True)
        is_cut = not self.seen["erased again"] or draw(st.booleans())
        interruptions = Interruptions(cut if is_cut else None)
        record = self.invoke(run, interruptions)
        if interruptions.was_cut:
            let_the_lease_expire(self.connection_id)
        if record is None:
            self.seen["erased again"] += 1
            record = self.invoke(run)

        self.seen["erased"] += 1
        assert record
        assert (record["status"], record["student_ids"]) == ("succeeded", []), record
        self._forget(student_id)
        kept = in_bucket(f"{self.connection_id}/") | in_bucket(f"dry_runs/{self.connection_id}/")
        assert traces(*self.names.pop(student_id, ["N0t-there"]), kept=kept) == []
        assert self.exchange.importer.files() == self.exchange.files

    def _forget(self, student_id: str) -> None:
        for number, year in self.years.items():
            year.forget(student_id)
            self.owed.pop((number, student_id), None)
            self.promised.pop((number, student_id), None)
        for of_years in self.held_by.values():
            for held in of_years.values():
                held.discard(student_id)
        for run_id, files in [*self.sent.items()]:
            cut = {table: without(student_id, content) for table, content in files.items()}
            # A file whose rows are all gone is not sent again.
            left = {t: c for t, c in cut.items() if c == files[t] or len(lines_of(c)) > 1}
            self.sent[run_id] = left
            if not left:
                del self.sent[run_id]

    def somebody_only_looks(self, draw: Draw) -> None:
        what = self.choose(draw, "look", LOOKS)
        year, student_id = draw(years), draw(ids)
        self.seen[f"look: {what}"] += 1
        looks: dict[str, Callable[..., None]] = {
            "dry run": self._dry_run,
            "test record": self._test_record,
            "preview": self._preview,
            "lists": self._lists,
            "receipts": self._receipts,
        }
        looks[what](year, student_id)
        assert self.exchange.importer.files() == self.exchange.files

    def _dry_run(self, *_: object) -> None:
        record = self.invoke(self.invoked(dry_run=True))

        assert record
        for number, told in zip(sorted(self.years), record["years"], strict=True):
            year = self.years[number]
            plan = year.plan(self.terms, frozenset(year.due), everyone=False)
            compare_year(number, told, plan, "failed" if plan.refused else plan.status)

    def _test_record(self, number: int, student_id: str) -> None:
        wish = {"student_id": student_id, "school_year": number}
        record = self.invoke(self.invoked(action="test_record", **wish))

        assert record
        plan = self._alone(number, student_id)
        unable = plan.held or not self.current(number, student_id)
        expected = "succeeded" if plan.lines else "nothing_to_export"
        assert record["status"] == ("failed" if unable else expected), record

    def _preview(self, number: int, student_id: str) -> None:
        wish = {"student_ids": [student_id], "school_year": number}
        asked = self.ask(configuration, "POST", f"{MAPPING}/preview", wish)

        (shown,) = asked.body["students"]
        plan = self._alone(number, student_id)
        lines = [place.line for place in plan.lines.get(student_id, ())]
        assert [file["line"] for file in shown["files"] if file["line"]] == lines

    def _alone(self, number: int, student_id: str) -> Plan:
        student = self.current(number, student_id)
        year = Year({student_id: student} if student else {})
        return year.plan(self.terms, frozenset({student_id}), everyone=False)

    def _lists(self, number: int, *_: object) -> None:
        year = self.years.get(number, Year())
        wanted = {
            "due": year.of_status("due"),
            "held": year.of_status("held"),
            "never_exported": year.never_exported(),
        }
        for status, expected in wanted.items():
            found: list[str] = []
            query = {"school_year": str(number), "status": status, "limit": "3"}
            while True:
                page = self.ask(configuration, "GET", REGISTRATIONS, query=query).body
                found += [item["student_id"] for item in page["items"]]
                if page["next"] is None:
                    break
                query["after"] = page["next"]
            assert found == expected, status

    def _receipts(self, *_: object) -> None:
        for student_id in IDS:
            query = {"student_id": student_id}
            receipts = self.ask(configuration, "GET", REGISTRATIONS, query=query).body["items"]
            of_years = {receipt["school_year"]: receipt for receipt in receipts}
            there = {year for year in self.years if student_id in self.years[year].students}
            assert of_years.keys() == there, student_id
            for year, receipt in of_years.items():
                self.compare_receipt(year, receipt)

    # A run, and what has to be known after it

    def invoked(self, **wish: Any) -> Invoked:
        run_id = f"20260302T210000Z-{self.connection_id}-{next(self.invocations):04}"
        by_operator = {"connection_id": self.connection_id, "trigger": "hand", "run_id": run_id}
        event = by_operator | wish
        wanted = wish.get("school_years")
        return Invoked(event, tuple(wanted) if wanted else None)

    def invoke(
        self, run: Invoked, interruptions: Interruptions | None = None
    ) -> dict[str, Any] | None:
        """The record; None of a run that was killed, or found AWS away."""
        self.outside.interruptions = interruptions = interruptions or Interruptions()
        told = self.outside.told
        told.forget()
        try:
            record: dict[str, Any] = export.handler(run.event, context())
        except (Killed, Unavailable):
            return None
        finally:
            interruptions.hang_up()
            names = itertools.chain(UNMISTAKABLE, *self.names.values())
            assert told.names([*names]) == [], told
        if "kind" in record and record["kind"] != "export":
            assert told.alerts == []
        return record

    def run(self, run: Invoked, draw: Draw) -> None:
        trouble = self.choose(draw, "export", TROUBLES)
        late = draw(registrations) if trouble in MEANWHILE else None
        known = self.ask(configuration, "GET", ONE_RUN, run_id=run.run_id)
        is_over = known.status == 200 and known.body["finished_at"]
        heard: dict[int, Callable[[], None]] = {}
        interruptions = Interruptions()
        if trouble in CUTS:
            at_call = draw(st.integers(1, 60))
            cut = Cut(at_call, kills="killed" in trouble, takes_effect="late" in trouble)
            interruptions.cut = cut
        if late:
            hear = lambda args: heard.update({args[1]: self.sync([late])})  # noqa: E731
            interruptions.meanwhile[trouble] = hear
        owed, lying = dict(self.owed), dict(self.exchange.brought_by)
        self.outside.server.requests.clear()
        with misbehaving(self.outside.server, trouble):
            record = self.invoke(run, interruptions)
        stored = record or self.ask(configuration, "GET", ONE_RUN, run_id=run.run_id).body
        if is_over:
            self._look_what_was_told(run, stored, killed=record is None)
            announces = {"find", "is_announced", "newest", "all", "mark_announced"}
            assert {call for _, call, _ in interruptions.done} <= announces
            return
        plans = self._account(run, interruptions, trouble, heard)
        disturbed = trouble in AT_THE_SERVER or interruptions.was_cut
        self.seen[f"export: {trouble if disturbed or heard else ''}"] += 1
        if disturbed:
            self._look_at_the_server(plans, interruptions)
        else:
            assert record
            self._look_at_the_record(run, record, plans, lying, interruptions)
            went = {year for year in plans if interruptions.has("commit", year)}
            self.promised |= {
                key: number
                for key, number in owed.items()
                if key[0] in went and self.years[key[0]].status_of(key[1]) not in NO_ROW
            }
        self._see_who_waits(run, stored, interruptions, disturbed=disturbed)
        self._look_what_was_told(run, stored, killed=record is None)
        self._keep(run, stored)
        if run.run_id == self.in_the_way:
            shown = self.ask(configuration, "GET", ONE_RUN, run_id=run.run_id).body
            if shown["finished_at"] or shown["status"] == "awaiting_confirmation":
                self.in_the_way = ""
        if record is None:
            self.killed = run
            self._is_refused_while_the_lease_lasts(interruptions)
        if interruptions.was_cut:
            let_the_lease_expire(self.connection_id)

    def _account(
        self,
        run: Invoked,
        interruptions: Interruptions,
        trouble: str,
        heard: Mapping[int, Callable[[], None]],
    ) -> dict[int, Plan]:
        """Tells the books what the run did, as far as it came."""
        plans = {}
        for number in sorted(run.years or self.years):
            if not interruptions.has("close_batch", number):
                continue
            year = self.years[number]
            taken = year.close()
            if trouble == "after close_batch" and number in heard:
                heard[number]()
            plan = plans[number] = year.plan(self.terms, taken, everyone=run.everyone)
            for student_id in interruptions.held(number):
                year.hold(student_id, plan.held[student_id])
                if not self.current(number, student_id):
                    self.seen["held removal"] += 1
            if trouble == "before commit" and number in heard:
                heard[number]()
            if interruptions.has("commit", number):
                year.commit(plan, run.run_id)
                for name, content in plan.files.items():
                    self._delivered((name, number), content, run.run_id)
            else:
                year.due |= taken
        return plans

    def _delivered(self, table: Table, content: bytes, run_id: str) -> None:
        of_all = table[0] == "roster.csv" and self.terms.roster == "all"
        missed = self.exchange.deliver(table, content, run_id, of_all=of_all)
        self._forgive(table, missed)
        self.brought.setdefault(run_id, {})[table] = content
        rows = rows_of(content).values()
        self.seen["removal told"] += () in rows
        self.seen["several rows"] += any(len(lines) > 1 for lines in rows)

    def _forgive(self, table: Table, missed: list[str]) -> None:
        """The importer has not collected them: nothing is owed to it any more."""
        for student_id in missed:
            self.owed.pop((table[1], student_id), None)

    def _look_at_the_server(self, plans: Mapping[int, Plan], interruptions: Interruptions) -> None:
        """A file is the old one or the new one, and the new one if its year was committed."""
        found = self.exchange.importer.files()
        for table in found.keys() | self.exchange.files.keys():
            may_be = [self.exchange.files.get(table)]
            if table[1] in plans and not interruptions.has("commit", table[1]):
                may_be.append(plans[table[1]].files.get(table[0]))
            assert found.get(table) in may_be, table
        for table, content in found.items():
            if content != self.exchange.files.get(table):
                self._forgive(table, self.exchange.find_half_done(table, content))

    def _look_at_the_record(
        self,
        run: Invoked,
        record: Mapping[str, Any],
        plans: Mapping[int, Plan],
        lying: Mapping[Table, str],
        interruptions: Interruptions,
    ) -> None:
        assert self.exchange.importer.files() == self.exchange.files
        if not any(plan.files for plan in plans.values()):
            assert self.outside.server.requests == [], "P6"
        of_years = {year["school_year"]: year for year in record["years"]}
        for number, plan in plans.items():
            told, status = of_years[number], self._expected_status(run, plan)
            compare_year(number, told, plan, status)
            went = status not in {"failed", "awaiting_confirmation"}
            assert interruptions.has("commit", number) == went
            if status != "failed":
                self._look_who_was_not_collected(number, told, plan, lying)

    def _look_what_was_told(self, run: Invoked, record: Mapping[str, Any], *, killed: bool) -> None:
        """One event of what ended, and one message where there is something to do: once, though
        it was killed before or after."""
        told = self.outside.told
        if run.run_id in self.told_of or (killed and not told.events):
            assert (told.events, told.alerts) == ([], [])
            return
        self.told_of.add(run.run_id)
        assert [event["run_id"] for event in told.events] == [run.run_id]
        told.look_at_the_numbers(record)
        assert len(told.alerts) == bool(told.subjects)
        self.seen.update(f"told: {about}" for about in told.subjects)
        statuses = {year["status"] for year in record["years"]} | {record["status"]}
        wanted = {
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
        found = {about: about in told.subjects for about in wanted}
        assert found == wanted, (told.alerts, record)
        newly = {
            year["school_year"]: self._newly_held(run, year["school_year"], record)
            for year in record["years"]
        }
        assert ("newly held" in told.subjects) == any(newly.values()), (told.alerts, newly)
        for event in told.events:
            numbers = {year["school_year"]: year["newly_held"] for year in event["years"]}
            assert {number: numbers[number] for number in newly} == newly

    def _newly_held(self, run: Invoked, number: int, record: Mapping[str, Any]) -> int:
        """How many were not held by the last export that told."""
        (year,) = [year for year in record["years"] if year["school_year"] == number]
        if year["status"] in NOT_DONE:
            return 0
        held = {row["student_id"] for row in year["held"]}
        for run_id, of_years in sorted(self.held_by.items(), reverse=True):
            if run_id < run.run_id and number in of_years:
                return len(held - of_years[number])
        return len(held)

    def _look_who_was_not_collected(
        self, number: int, told: Mapping[str, Any], plan: Plan, lying: Mapping[Table, str]
    ) -> None:
        found = {
            (finding["file"], finding["run_id"])
            for finding in told["findings"]
            if finding["guard"] == "not_collected"
        }
        if not self.exchange.importer.removes:
            assert found == set()
            return
        before = {(name, lying[name, number]) for name in plan.files if (name, number) in lying}
        # What a run brought that died then is taken for the file before it, or for nobody's.
        half_done = {name for name, run_id in before if not run_id}
        assert {one for one in found if one[0] not in half_done} == {
            one for one in before if one[1]
        }

    def _expected_status(self, run: Invoked, plan: Plan) -> str:
        if plan.refused and not run.event.get("override_held"):
            return "failed"
        if self.holds and run.guarded and plan.files and plan.unmatched:
            return "awaiting_confirmation"
        return plan.status

    def _see_who_waits(
        self,
        run: Invoked,
        record: Mapping[str, Any],
        interruptions: Interruptions,
        *,
        disturbed: bool,
    ) -> None:
        if self.awaiting and self.awaiting.run_id != run.run_id:
            shown = self.ask(configuration, "GET", ONE_RUN, run_id=self.awaiting.run_id).body
            taken_over = interruptions.has("cancel")
            assert shown["status"] == ("cancelled" if taken_over else "awaiting_confirmation")
            assert taken_over or disturbed
            if taken_over:
                self.seen["taken over"] += 1
                self._keep(self.awaiting, shown)
                self.awaiting = None
        if record.get("status") == "awaiting_confirmation":
            self.seen["awaiting"] += 1
            waiting = [y["school_year"] for y in record["years"] if y["status"] == record["status"]]
            self.awaiting = replace(run, years=tuple(waiting))

    def _keep(self, run: Invoked, record: Mapping[str, Any]) -> None:
        if not record.get("finished_at"):  # nor has one that never began
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
            brought = self.brought[run.run_id]
            assert files == {table: sha256(brought[table]) for table in files}
            self.sent[run.run_id] = {table: brought[table] for table in files}
        if run.everyone:
            self.of_everyone.add(run.run_id)

    def _is_refused_while_the_lease_lasts(self, interruptions: Interruptions) -> None:
        if interruptions.has("take_lease") and not interruptions.has("release_lease"):
            refused = self.invoke(self.invoked())
            assert refused
            assert refused["error"]["code"] == "already_running", "P4"

    def importer_may_look(self, draw: Draw) -> None:
        """One that removes is late until somebody was told of that."""
        is_late = self.exchange.importer.removes and not self.seen["told: not collected"]
        if draw(MOSTLY) and not (is_late and draw(MOSTLY)):
            self.importer_looks()

    def importer_looks(self) -> None:
        self.exchange.look()
        for (number, student_id), promised in self.promised.items():
            is_there = self.exchange.importer.newest_of(number, student_id) >= promised
            is_owed = self.owed.get((number, student_id)) == promised
            assert is_there or not is_owed, "P1"
        self.promised.clear()

    # At each step

    @invariant()
    def the_books_close(self) -> None:
        if not hasattr(self, "connection_id"):
            return
        asked = self.ask(configuration, "GET", STATUS)
        assert [year["school_year"] for year in asked.body["years"]] == sorted(self.years)
        for told in asked.body["years"]:
            year = self.years[told["school_year"]]
            last_export, counts = told.pop("last_export"), year.counts()
            assert told == {"school_year": told["school_year"], **counts}
            assert told["synced"] == sum(
                told[name] for name in ("exported", "left_out", "held", "due")
            )
            last = last_export and (last_export["run_id"], last_export["students"])
            assert last == year.last_export
            self.exchange.compare(told["school_year"], year.of_status("exported", "removed"))

    def teardown(self) -> None:
        if hasattr(self, "connection_id"):
            seen.update(self.seen)
            self._receipts()
            delete_tables()  # the emulator reads all of a table in each query
            create_tables()

    def compare_receipt(self, number: int, receipt: Mapping[str, Any]) -> None:
        year, student_id = self.years[number], receipt["student_id"]
        student = year.students[student_id]
        told = receipt["status"], receipt["request_id"], receipt["exported_before"]
        status = year.status_of(student_id)
        assert told == (status, student.request_id, bool(student.run_id)), receipt
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
            for file, place in zip(exported["files"], student.places, strict=True):
                assert file == {
                    "name": place.file,
                    "path": f"{self.connection_id}/{number}/{place.file}",
                    "row": place.row,
                    "line": place.line,
                    "sha256": student.sums[place.file],
                }

    def year(self, number: int) -> Year:
        return self.years.setdefault(number, Year())

    def current(self, number: int, student_id: str) -> Student | None:
        student = self.years.get(number, Year()).students.get(student_id)
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
    ) -> Asked:
        if "{connection_id}" in resource:
            path["connection_id"] = self.connection_id
        event = api_event(method, resource, claims=claims, body=body, query=query, **path)
        response = app.handler(event, context())
        told = event["requestContext"]
        return Asked(
            response["statusCode"],
            json.loads(response["body"] or "null"),
            told["requestTimeEpoch"],
            told["requestId"],
        )


def compare_year(number: int, told: Mapping[str, Any], plan: Plan, status: str) -> None:
    """The record of a year, of an export or a dry run."""
    assert (told["school_year"], told["status"]) == (number, status), told
    held = {(row["student_id"], row["file"], row["field"], row["rule"]) for row in told["held"]}
    assert held == {(one, *reason) for one, reasons in plan.held.items() for reason in reasons}
    assert told["held_count"] == len(plan.held)
    if status == "failed":
        assert told["error"]["code"] == "held_in_full_file"
        return
    assert told["left_out"] == plan.left_out
    waits = status == "awaiting_confirmation"
    files = [(file["name"], file["rows"], file["sha256"]) for file in told["files"]]
    assert told["rows"] == (0 if waits else len(plan.lines))
    assert files == [
        (name, len(lines_of(content)) - 1, sha256(content))
        for name, content in plan.files.items()
        if not waits
    ]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def number_in(data: dict[str, str]) -> int:
    """Which sync it was."""
    return int(data["fname"].rpartition(" ")[2])


def test_the_totals_add_up_at_every_step_of_a_random_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: StartedExports
) -> None:
    seen.clear()
    deps = export_function.dependencies()
    with AsyncSftpServer(tmp_path) as server:
        surroundings = Surroundings(server, started)
        told = surroundings.told
        announced = replace(deps, metrics=told, events=told, alerts=told)

        def changed() -> export_function.Dependencies:
            return surroundings.interruptions.between(announced)

        for module in ("domain.registrations.batches", "adapters.dynamodb.registrations_table"):
            # A dozen students fill no eight partitions: four times as many steps in a day.
            monkeypatch.setattr(f"registration_sync.{module}.SHARDS", 2)
        monkeypatch.setattr(export_function, "dependencies", changed)
        monkeypatch.setattr(RandomDay, "outside", surroundings, raising=False)
        run_state_machine_as_test(RandomDay, settings=A_DAY)

    missed = {one for one in EVENTFUL if not seen[one]}
    assert len(missed) <= 2, missed  # which, changes with each call that an export makes
