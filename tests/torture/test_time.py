"""Time

AWS may freeze a function in the midst of its work and let it go on much later; the thread that
renews a run's lease may sleep too long; the clocks of two functions may differ by minutes; and a
school year brings a new year in July, a summer without anyone, a server that is away for weeks, two
changes of the clock, and data that expires. The functions run their own code, each invocation in a
process of its own, against OpenSSH's server. They get the time from the trial; the operating system
stops a process that is to be frozen.
"""

import datetime as dt
import uuid
from typing import Any

from tests.support.sftp_servers import OpenSshServer
from tests.torture.support.cloud import Cloud
from tests.torture.support.district import NO_CODE, District, new_district
from tests.torture.support.freezing import frozen_export
from tests.torture.support.invocations import Invocation
from tests.torture.support.killing import points_of
from tests.torture.support.operations import Kill, Operation, Sleep
from tests.torture.support.trials import Trials
from tests.torture.support.year import SimulatedYear

SKEW_MINUTES, MOST_FROZEN = 10, 40
SLEEP_MINUTES = 5
"""More than a lease lasts."""


def by_hand(district: District) -> dict[str, Any]:
    """An operator's event."""
    now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=district.ahead_seconds)
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"
    return {"connection_id": district.connection_id, "trigger": "hand", "run_id": run_id}


def is_done(run: Invocation) -> bool:
    """Whether it delivered everything."""
    return bool(run.answer) and run.answer["status"] == "succeeded"


def frozen_points(operations: list[Operation], trials: Trials) -> list[Kill]:
    """Where a run is frozen: around its renames, where it does harm, and anywhere."""
    points = points_of(operations)
    near = [point for point in points if "rename" in point.name]
    anywhere = [point for point in points if "rename" not in point.name]
    assert near, "the run renames nothing"
    count = MOST_FROZEN if trials.long else 2
    chosen = trials.random.sample(near, min(len(near), count // 2))
    chosen += trials.random.sample(anywhere, count - len(chosen))
    return trials.random.sample(chosen, count)


def operations_of_an_export(district: District, students: list[tuple[int, str]]) -> list[Operation]:
    """Those of the second export: the first has no earlier one."""
    for _ in range(2):
        district.sync(dict.fromkeys(students, "K"))
        counted = district.invoke("export", district.request()).operations
    return counted


def test_a_frozen_function(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    district = new_district(cloud, sshd)
    importer = district.importer()
    students = [(year, f"s{one}") for year in district.years for one in range(3)]
    chosen = frozen_points(operations_of_an_export(district, students), trials)
    survived, lost, half, mixed, late = 0, 0, 0, 0, 0
    broken: list[str] = []
    with importer.watching():
        for at in chosen:
            district.sync(dict.fromkeys(students, "K"))
            event = district.request()
            with frozen_export(district, event, at) as frozen:
                district.later(minutes=5)
                district.sync(dict.fromkeys(students, "1"))
                if frozen.answer is None:
                    late += 1
                second = district.invoke("export", by_hand(district))
                assert second.answer, second
                assert second.answer["error"] is None, second
            importer.look()
            wrong = [*importer.new_steps_back(), *district.missing(importer)]
            lost += len(district.missing(importer))
            district.later(minutes=5)
            if frozen.raised:  # AWS invokes the event again
                district.invoke("export", event)
            district.sync(dict.fromkeys(students, "K"))
            district.invoke("export", by_hand(district))
            importer.look()
            wrong += [*importer.new_steps_back(), *district.missing(importer)]
            wrong += [*importer.temporary(), *importer.apart()]
            half, mixed = len(importer.half), len(importer.mixed)
            survived += not wrong
            broken += wrong
    trials.record(
        fault="A run is frozen in the midst of its work, and goes on after the next run has sent "
        "newer data",
        outcome="The next run starts when the lease of three minutes has expired. The frozen one "
        "finds that it lost the lease, and replaces nothing.",
        tried=len(chosen),
        survived=survived,
        lost=lost,
        half_files=half,
        mixed=mixed,
        detail=f"Frozen before their end: {late}. {broken or ''}".rstrip(),
    )


def test_a_lease_thread_that_sleeps(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    district = new_district(cloud, sshd)
    importer = district.importer()
    students = [(year, f"s{one}") for year in district.years for one in range(3)]
    chosen = frozen_points(operations_of_an_export(district, students), trials)
    survived, lost, stopped = 0, 0, 0
    broken: list[str] = []
    with importer.watching():
        for number, at in enumerate(chosen):
            is_alone = number % 2 == 0
            sleep = Sleep(SLEEP_MINUTES * 60, renews_late=trials.random.random() < 0.5)
            district.sync(dict.fromkeys(students, "K"))
            event = district.request()
            with frozen_export(district, event, at, sleep) as run:
                district.later(minutes=SLEEP_MINUTES)
                if not is_alone:
                    district.sync(dict.fromkeys(students, "1"))
                    district.invoke("export", by_hand(district))
            stopped += not is_done(run)
            district.later(minutes=SLEEP_MINUTES)
            if run.raised:  # AWS invokes the event again
                run = district.invoke("export", event)
            importer.look()
            wrong = importer.new_steps_back()
            if is_done(run):  # otherwise its record names the years that the next run sends
                wrong += district.missing(importer)
                lost += len(district.missing(importer))
            district.sync(dict.fromkeys(students, "K"))
            district.invoke("export", by_hand(district))
            importer.look()
            wrong += [*importer.new_steps_back(), *district.missing(importer)]
            wrong += [*importer.temporary(), *importer.apart()]
            survived += not wrong
            broken += wrong
    trials.record(
        fault="The thread that renews the lease sleeps beyond the lease's end while the run goes "
        "on, and renews it then or not at all",
        outcome="A run that may have lost its lease sends nothing more. AWS retries it, or its "
        "record names the years that the next run sends.",
        tried=len(chosen),
        survived=survived,
        lost=lost,
        half_files=len(importer.half),
        mixed=len(importer.mixed),
        detail=f"{stopped} of the runs did not deliver everything. {broken or ''}".rstrip(),
    )


def test_clocks_that_differ(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    district = new_district(cloud, sshd)
    importer = district.importer()
    students = [(year, f"s{one}") for year in district.years for one in range(4)]
    rounds, survived, lost = 40 if trials.long else 2, 0, 0

    def skew() -> None:
        district.ahead_seconds = trials.random.uniform(-SKEW_MINUTES, SKEW_MINUTES) * 60

    for _ in range(rounds):
        for student in trials.random.sample(students, 3):
            skew()
            district.sync({student: trials.random.choice(["K", "1", NO_CODE])})
        skew()
        event = district.request()
        skew()
        ended = district.invoke("export", event)
        importer.look()
        missing = district.missing(importer)
        lost += len(missing)
        is_done = ended.answer and not ended.answer["error"]
        survived += bool(is_done) and not missing
    trials.record(
        fault=f"The clocks of the functions differ by up to {SKEW_MINUTES} minutes",
        outcome="Batches are counted and not timed: each sync is in the next file.",
        tried=rounds,
        survived=survived,
        lost=lost,
    )


def test_a_simulated_year(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    year = SimulatedYear(new_district(cloud, sshd, importer="removes"), trials.random)
    days = year.days(every=2 if trials.long else 500)
    for day in days:
        year.live(day)
    year.end()
    trials.record(
        fault="A year and a half of a district: syncs, nights, a summer away, a server that is "
        "refused for a month, changes of the clock, and expiry",
        outcome="Everyone synced is with the SIS, or held until the mapping is corrected. Nothing "
        "due or held expires; what was sent expires when the documentation says.",
        tried=len(days),
        survived=len(days) - len(year.wrong),
        lost=len(year.lost),
        half_files=len(year.importer.half),
        detail=f"{year.exports} exports sent files, {year.skipped} were in a pause, {year.failed} "
        f"failed at the server; {year.expired} items expired. {year.wrong or ''}".rstrip(),
    )
