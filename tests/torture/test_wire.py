"""AWS at the wire

The functions call AWS over TCP, with Amazon's own client library, and a server between them answers
chosen calls wrongly: it throttles, refuses, fails, hangs up or stays silent, before or after the
request took effect, cuts off or garbles answers, and takes seconds. Each trial is one fault at one
call of a sync, of an export or of a route of the console, once or until the end.
"""

import datetime as dt
import io
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import batched
from pathlib import Path
from typing import Any

import pytest

from registration_sync.bootstrap import export_function
from registration_sync.logs import logger
from tests.functional.random_day.faults import expire_lease
from tests.functional.support.district import set_up
from tests.support.sftp_servers import AsyncSftpServer
from tests.torture.support.aws_trials import FOREVER, Ended, WiredDistrict
from tests.torture.support.console_routes import routes
from tests.torture.support.trials import Trials
from tests.torture.support.wire import Call, Fault, Wire
from tests.torture.support.wire_faults import ALL

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # resets leave them

PLAIN = {"unavailable", "service_refused", "lease_lost", "conflict", "already_running"}
"""The codes of errors that a record may have after a fault of AWS."""

METRICS = '"ExportedStudents":'
"""In the log of a run that was announced."""

SHARE_OF_ROUTES, SHARE_OF_EXPORTS = 0.1, 0.4
"""Of the faults, in the short form."""


@pytest.fixture
def log(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Reads what was logged since the last look."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logger().registered_formatter)
    logger().addHandler(handler)

    def read() -> str:
        out = capfd.readouterr()
        text = lines.getvalue() + out.out + out.err
        lines.seek(0)
        lines.truncate()
        return text

    yield read
    logger().removeHandler(handler)


@pytest.fixture
def district(
    wire: Wire, tmp_path: Path, log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[WiredDistrict]:
    for module in (
        "domain.registrations.batches",
        "adapters.dynamodb.registrations.registrations_table",
    ):
        monkeypatch.setattr(f"registration_sync.{module}.SHARDS", 2)
    with AsyncSftpServer(tmp_path) as server:
        set_up(server, folder="north/{school_year}", importer="removes")
        yield WiredDistrict(wire, server, log)


def drawn(
    trials: Trials, calls: list[Call], each: int
) -> Iterator[tuple[Fault, list[tuple[Call, int]]]]:
    """For each fault, some of the calls that can have it, and how often each has it."""
    for fault in ALL:
        fitting = [call for call in calls if fault.fits(call)]
        count = min(len(fitting), each if trials.long else 1)
        chosen = trials.random.sample(fitting, count)
        if chosen:
            yield fault, [(call, trials.random.choice((1, FOREVER))) for call in chosen]


@dataclass
class Tried:
    """What was tried of one fault, and what went wrong: a sentence for each trial that did not
    survive. A trial counts if its call was reached."""

    tried: int = 0
    disturbed: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def record(trials: Trials, about: str, outcome: str, found: Mapping[str, Tried], seen: str) -> None:
    reached = {name: one for name, one in found.items() if one.tried or one.wrong}
    assert reached, "no call that a fault was planned for was reached"
    for name, one in reached.items():
        trials.record(
            fault=f"{about}: {name}",
            outcome=outcome,
            tried=one.tried,
            survived=one.tried - len(one.wrong),
            lost=len(one.lost),
            detail=f"{f'{seen}: {one.disturbed}.' if seen else ''} {one.wrong or ''}".strip(),
        )


def test_syncs(trials: Trials, district: WiredDistrict) -> None:
    district.send(district.registrations(0))
    district.export()
    district.wire.forget()
    district.send(district.registrations(1))
    number, found = 1, dict[str, Tried]()
    sent, synced = dict[str, list[Any]](), dict[str, list[Any]]()
    for fault, chosen in drawn(trials, sorted(set(district.wire.calls)), 8):
        one = found[fault.name] = Tried()
        sent[fault.name], synced[fault.name] = [], []
        district.broken = one.wrong
        for planned, times in chosen:
            number += 1
            wanted = district.registrations(number)
            with district.under(fault, planned, times):
                _, results = district.send(wanted)
            one.tried += district.wire.hits > 0
            done = [each for each in wanted if results.get(key_of(each)) == "synced"]
            sent[fault.name] += wanted
            synced[fault.name] += done
            one.disturbed += len(done) < len(wanted)
    district.export()
    for name, one in found.items():
        one.lost += district.missing(synced[name])
        for some in batched(sent[name], 500):
            status, results = district.send([*some])
            if status != 200 or {*results.values()} - {"synced", "superseded"}:
                one.wrong.append(f"the repeat was answered {status}")
    district.export()
    for name, one in found.items():
        one.lost += district.missing(sent[name])
    outcome = (
        "Synced students are in the next file. What was not confirmed says so, and is repeated."
    )
    record(trials, "A sync", outcome, found, "Not confirmed at once")


def test_exports(trials: Trials, district: WiredDistrict) -> None:
    district.send(district.registrations(0))
    district.export()
    district.send(district.registrations(1))
    event = district.request()
    district.wire.forget()
    baseline = district.invoke(event)
    assert not baseline.codes, baseline
    number, found = 1, dict[str, Tried]()
    for fault, chosen in drawn(trials, sorted(set(district.wire.calls)), 8):
        if not trials.long and trials.random.random() > SHARE_OF_EXPORTS:
            continue
        one = found[fault.name] = Tried()
        district.broken = one.wrong
        for planned, times in chosen:
            number += 1
            wrongs = len(one.wrong)
            wanted = district.registrations(number)
            assert district.send(wanted)[0] == 200
            event = district.request()
            with district.under(fault, planned, times):
                ended = district.invoke(event)
            one.tried += district.wire.hits > 0
            district.collect()
            delivered = delivered_years(ended)
            one.lost += district.missing([w for w in wanted if w["school_year"] in delivered])
            one.disturbed += len(delivered) < 2
            if ended.codes - PLAIN:
                one.wrong.append(f"{planned}: {ended}")
            for _ in range(2):
                if ended.error:
                    ended = district.retry(event)
                    district.collect()
            if ended.error or ended.codes - PLAIN:
                one.wrong.append(f"{planned}, its retry: {ended}")
            if METRICS not in district.logged + district.log():
                one.wrong.append(f"{planned}: no metrics, so no alarm")
            expire_lease("north")
            ended = district.export()
            if ended.error or ended.codes:
                one.wrong.append(f"{planned}, the next run: {ended}")
            one.lost += district.missing(wanted)
            one.wrong[wrongs + 1 :] = []
    outcome = (
        "The run delivers, or its record says why not. Its retry or the next run delivers all."
    )
    record(trials, "An export", outcome, found, "Runs that did not deliver everything at once")


def test_events(trials: Trials, district: WiredDistrict, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS delivers events at least once, and some hours late."""
    found = {"an event that arrives twice": Tried(), "an event that arrives hours late": Tried()}
    deps = export_function.dependencies()
    for number in range(40 if trials.long else 1):
        twice, late = found.values()
        wanted = district.registrations(2 * number)
        district.send(wanted)
        event = district.request()
        district.invoke(event)
        district.collect()
        twice.lost += district.missing(wanted)
        district.server.requests.clear()
        again = district.invoke(event)
        twice.tried += 1
        if again.error or district.server.requests:
            twice.wrong.append(f"the second event did something: {again}")

        wanted = district.registrations(2 * number + 1)
        district.send(wanted)
        event = district.request()
        delay = dt.timedelta(minutes=trials.random.randint(20, 6 * 60))
        moved = replace(deps, now=lambda delay=delay: dt.datetime.now(dt.UTC) + delay)
        with monkeypatch.context() as clock:
            clock.setattr(export_function, "dependencies", lambda moved=moved: moved)
            ended = district.invoke(event)
        late.tried += 1
        if ended.codes != {"never_started"}:
            late.wrong.append(f"{delay} late: {ended}")
        district.export()
        late.lost += district.missing(wanted)
    outcome = "The second event, or the late one, sends nothing; everyone is in the next file."
    record(trials, "An export", outcome, found, "")


def test_the_console(trials: Trials, district: WiredDistrict) -> None:
    district.send(district.registrations(0))
    run_id = district.export().run["run_id"]
    district.send(district.registrations(1))
    number, found = 0, {fault.name: Tried() for fault in ALL}
    for route in routes(run_id):
        district.wire.forget()
        assert route.ask(district, 0) < 300, route
        route.after(district)
        for fault, chosen in drawn(trials, sorted(set(district.wire.calls)), 3):
            if not trials.long and trials.random.random() > SHARE_OF_ROUTES:
                continue
            one = found[fault.name]
            for planned, times in chosen:
                number += 1
                district.broken = broken = []
                with district.under(fault, planned, times):
                    status = route.ask(district, number)
                one.tried += district.wire.hits > 0
                one.disturbed += status >= 500
                if status < 300 and route.shows(district) not in {None, number}:
                    broken.append(f"{route}: it answered {status}, and has not changed")
                again = route.ask(district, number)
                if again >= 300 and (again, route.method) != (409, "POST"):
                    broken.append(f"{route}: the repeat was answered {again}")
                if route.shows(district) not in {None, number}:
                    broken.append(f"{route}: the repeat has not changed it")
                route.after(district)
                one.wrong += [f"{planned}: {text}" for text in broken[:1]]
    outcome = "The page shows its content, or says that AWS did not answer; a second try works."
    record(trials, "A page of the console", outcome, found, "Requests refused at first")


def key_of(registration: dict[str, Any]) -> tuple[int, str]:
    return registration["school_year"], registration["student_id"]


def delivered_years(ended: Ended) -> set[int]:
    return {year["school_year"] for year in ended.run.get("years", ()) if year["files"]}
