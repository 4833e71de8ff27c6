"""Killed anywhere.

The process of a run is killed (SIGKILL) before a request to AWS or to the SFTP server, after its
answer, and, on the SFTP server, right after a request was sent. After about half of the kills AWS
invokes the same event again, after one minute and after two more; after the others a person starts
the next run, once the lease of three minutes has expired. The functions run their own code, each
invocation in a process of its own, against OpenSSH's server and the AWS emulator of the local
stack, and an importer reads the folder all the while. Nobody waits for the minutes: the functions
get a later time. The table says at how many of a run's points it was killed, and how many there
are: some, drawn at random, where all would take too long. A purge is invoked by its schedule; here
it looks into a few school years, not into all from 1990 to 2100.

A trial survives if every student whose sync was answered is at the importer, or held with a reason;
if no file was half, no two files of different runs stayed together, and no older row followed a
newer one; if no temporary file was left and the next run could start; and if the records and the
events of the runs say what happened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.support.sftp_servers import OpenSshServer
from tests.torture.support.cloud import Cloud
from tests.torture.support.district import EXPORTS, NO_CODE, District, new_district
from tests.torture.support.killing import Killing, KindOfRun, chosen, points_of, record
from tests.torture.support.operations import AFTER, BEFORE, Kill
from tests.torture.support.purging import Purging, filled
from tests.torture.support.trials import WHOLE, Part, Trials, in_parts

STUDENTS = 6
"""Of each year; each trial syncs some of them."""

PURGES = 72
"""Each trial needs a connection with all that is kept of one, which takes seconds."""

FIRST_RUNS, DIFFERENT_RUNS = 2, 3
"""The first two runs of a connection differ from others; then a student is removed, or the files
were taken, before each third one."""

FIRST_CALLS = 60
"""Every kind of run has so many."""


@dataclass(frozen=True)
class Torture:
    """Kills the runs of `begin` in this part of the trials.

    `only`: at these points, not at each that a run has. `long` and `short`: at so many in the long
    and in the short form; 0 is at all of them in the long form, and in the short form at one of
    the first calls of a run, whatever they are. `afresh`: each time on a new connection.
    """

    trials: Trials
    part: Part
    begin: Callable[[], Killing]
    short: int = 0
    long: int = 0
    afresh: bool = False
    only: list[Kill] | None = None

    def record(self, fault: str, outcome: str) -> None:
        killings = list[Killing]()
        points = self._points(killings) if self.only is None else self.only
        for kill in self._kills(points):
            if self.afresh or not killings:
                killings.append(self.begin())
            with killings[-1].importer.watching():
                killings[-1].kill(kill, retried=self.trials.random.random() < 0.5)
        for killing in killings:
            killing.check_events()
        record(killings, self.trials, len(points), fault, outcome)

    def _points(self, killings: list[Killing]) -> list[Kill]:
        """Those of runs on a new connection, which is added."""
        if not (self.trials.long or self.short):
            return []
        counted = self.begin()
        killings.append(counted)
        with counted.importer.watching():
            if self.trials.long and not self.afresh:
                return counted.find_points(DIFFERENT_RUNS, after=FIRST_RUNS)
            return counted.find_points(1)

    def _kills(self, points: list[Kill]) -> list[Kill]:
        random = self.trials.random
        if not points:
            return [Kill(random.randint(1, FIRST_CALLS), random.choice([BEFORE, AFTER]))]
        share = self.part.share(points)
        long = self.long // self.part.of or len(share)
        return chosen(share, long if self.trials.long else self.short, random)


def killing_of(district: District, kind: KindOfRun) -> Killing:
    return Killing(district, district.importer(), kind)


def sync_some(district: District, number: int) -> None:
    """Three students of each year, others in each trial, and first those who are held."""
    if number == 1:
        district.sync({(year, "held"): NO_CODE for year in district.years})
    numbers = {(number + index) % STUDENTS for index in range(3)}
    district.sync({(year, f"s{one}"): "K" for year in district.years for one in numbers})


@in_parts(4)
def test_an_export_of_two_years_with_two_files_each(
    cloud: Cloud, sshd: OpenSshServer, trials: Trials, part: Part
) -> None:
    def begin() -> Killing:
        district = new_district(cloud, sshd, done_file=True)

        def prepare(number: int) -> None:
            sync_some(district, number)
            if number % 3 == 0:
                district.remove((district.years[0], f"s{number % STUDENTS}"))

        return killing_of(district, KindOfRun(prepare, lambda _: district.request()))

    Torture(trials, part, begin, short=5).record(
        fault="An export of two years, with done files, is killed",
        outcome="The next run sends every student. An importer that waits for done files never "
        "sees files of two runs together.",
    )


def test_a_first_export(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    def begin() -> Killing:
        district = new_district(cloud, sshd, done_file=True)
        kind = KindOfRun(partial(sync_some, district), lambda _: district.request())
        return killing_of(district, kind)

    only = None
    if trials.long:
        later = begin().find_points(1, after=FIRST_RUNS)
        only = [point for point in begin().find_points(1) if point not in later]

    Torture(trials, WHOLE, begin, afresh=True, only=only).record(
        fault="The first export of a connection is killed at points that later ones do not have, "
        "such as adding folders",
        outcome="The next run sends every student.",
    )


@in_parts(2)
def test_an_export_that_carries_over(
    cloud: Cloud, sshd: OpenSshServer, trials: Trials, part: Part
) -> None:
    carries_over = {"not_collected": {"action": "carry_over"}}

    def begin() -> Killing:
        district = new_district(cloud, sshd, importer="removes", guards=carries_over)
        importer = district.importer(removes=True)

        def take_sometimes(number: int) -> list[str]:
            if number % 3 == 0:
                importer.take()
            return []

        kind = KindOfRun(partial(sync_some, district), lambda _: district.request(), take_sometimes)
        return Killing(district, importer, kind)

    Torture(trials, part, begin, long=120).record(
        fault="An export that carries over the students of uncollected files is killed",
        outcome="The files of the next run have the carried and the new students.",
    )


@in_parts(2)
def test_a_full_file(cloud: Cloud, sshd: OpenSshServer, trials: Trials, part: Part) -> None:
    def begin() -> Killing:
        district = new_district(cloud, sshd)
        year = district.years[0]

        def prepare(number: int) -> None:
            district.sync({(year, f"s{number % STUDENTS}"): "K", (year, f"t{number % 7}"): "1"})

        def without_earlier_files(_: int) -> list[str]:
            importer = district.importer()
            importer.look()
            return [f"the full file alone: {one}" for one in district.missing(importer)]

        body = {"school_years": [year], "contents": "all"}
        kind = KindOfRun(prepare, lambda _: district.request(body=body), without_earlier_files)
        return killing_of(district, kind)

    Torture(trials, part, begin).record(
        fault="An export of all students of a year is killed",
        outcome="The next run's files have all of them.",
    )


@in_parts(2)
def test_a_resend(cloud: Cloud, sshd: OpenSshServer, trials: Trials, part: Part) -> None:
    def begin() -> Killing:
        district = new_district(cloud, sshd)
        sync_some(district, 0)
        first = district.request()["run_id"]
        district.invoke("export", {"connection_id": district.connection_id, "run_id": first})
        archived = cloud.archived(f"{district.connection_id}/{first}/")

        def is_the_archived(_: int) -> list[str]:
            sent = district.importer().files()
            return [
                f"{path} is not the archived file"
                for path, content in sent.items()
                if content not in archived.values()
            ]

        def request(_: int) -> dict[str, Any]:
            return district.request(f"{EXPORTS}/{{run_id}}/resend", run_id=first)

        return killing_of(district, KindOfRun(lambda _: None, request, is_the_archived))

    Torture(trials, part, begin).record(
        fault="A re-send is killed",
        outcome="The next one puts all old files in place. No student becomes due.",
    )


@in_parts(2)
def test_an_erasure(cloud: Cloud, sshd: OpenSshServer, trials: Trials, part: Part) -> None:
    def begin() -> Killing:
        district = new_district(cloud, sshd)
        erased = f"{district.connection_id}-student"
        students = [(year, name) for year in district.years for name in (erased, "s1", "s2")]
        district.sync(dict.fromkeys(students, "K"))
        assert district.invoke("export", district.request()).answer["status"] == "succeeded"
        district.later(minutes=1)

        def request(_: int) -> dict[str, Any]:
            for year in district.years:
                district.acknowledged.pop((year, erased), None)
            resource = "/connections/{connection_id}/erasures"
            return district.request(resource, {"student_id": erased})

        def find_traces(_: int) -> list[str]:
            found = cloud.traces(erased, district.connection_id)
            return [f"the student is still in {where}" for where in found]

        return killing_of(district, KindOfRun(lambda _: None, request, find_traces))

    Torture(trials, part, begin, afresh=True).record(
        fault="The erasure of a student is killed",
        outcome="The next one continues with what is left, and nothing of the student is kept.",
    )


@in_parts(2)
def test_a_purge(cloud: Cloud, sshd: OpenSshServer, trials: Trials, part: Part) -> None:
    purging = Purging(cloud, sshd, filled(cloud, sshd))
    if trials.long:
        points = part.share(purging.find_points())
        kills = chosen(points, PURGES // part.of, trials.random)
    else:
        kills = [Kill(trials.random.randint(1, FIRST_CALLS), BEFORE)]

    for kill in kills:
        purging.kill(kill)

    purging.record(trials)


def test_a_sync(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    district = new_district(cloud, sshd)
    students = {(year, f"s{number}"): "K" for year in district.years for number in range(4)}

    def sync_earlier(number: int) -> None:
        district.sync(dict(list(students.items())[number % 3 :: 3]))

    killing = killing_of(district, KindOfRun(sync_earlier, lambda _: district.request()))
    count = 0
    removal = partial(district.remove, (district.years[0], "s0"))
    with killing.importer.watching():
        district.sync(students)  # the first adds the years
        for sync in (partial(district.sync, students), removal):
            points = points_of(sync().operations)
            count += len(points)
            for kill in trials.random.sample(points, len(points) if trials.long else 1):
                killing.kill_sync(sync, kill, repeated=trials.random.random() < 0.5)
        killing.check_events()

    record(
        [killing],
        trials,
        count,
        fault="A sync or a removal is killed",
        outcome="What was answered before is in the next export, and what Enroll repeats. What was "
        "not answered may be there; nothing is half.",
    )
