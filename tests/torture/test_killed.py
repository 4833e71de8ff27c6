"""Killed anywhere.

The process of a run is killed (SIGKILL) before a request to AWS or to the SFTP server, after its
answer, and, on the SFTP server, right after a request was sent. After about half of the kills AWS
invokes the same event again, after one minute and after two more; after the others a person starts
the next run, once the lease of three minutes has expired. The functions run their own code, each
invocation in a process of its own, against OpenSSH's server and the AWS emulator of the local
stack, and an importer reads the folder all the while. Nobody waits for the minutes: the functions
get a later time.

A trial survives if every student whose sync was answered is at the importer, or held with a reason;
if no file was half, no two files of different runs stayed together, and no older row followed a
newer one; if no temporary file was left and the next run could start; and if the records and the
events of the runs say what happened.
"""

from functools import partial
from typing import Any

from tests.support.sftp_servers import OpenSshServer
from tests.torture.support.cloud import Cloud
from tests.torture.support.district import EXPORTS, NO_CODE, District, new_district
from tests.torture.support.killing import Killing, KindOfRun, chosen, points_of
from tests.torture.support.operations import AFTER, BEFORE, Kill
from tests.torture.support.trials import Trials

STUDENTS = 6
"""Of each year; each trial syncs some of them."""

FIRST_CALLS = 60
"""Every kind of run has so many."""

ERASED = 50


def torture(killing: Killing, trials: Trials, *, short: int, long: int) -> None:
    """Kills the run at so many points; 0 is one of the first calls of a run, whatever they are."""
    random = trials.random
    with killing.importer.watching():
        if trials.long or short:
            points = points_of(killing.count())
            killing.points = len(points)
            kills = chosen(points, long if trials.long else short, random)
        else:
            kills = [Kill(random.randint(1, FIRST_CALLS), random.choice([BEFORE, AFTER]))]
        for kill in kills:
            killing.kill(kill, retried=random.random() < 0.5)
        killing.check_events()


def sync_some(district: District, number: int) -> None:
    """Three students of each year, others in each trial, and first those who are held."""
    if number == 1:
        district.sync({(year, "held"): NO_CODE for year in district.years})
    numbers = {(number + index) % STUDENTS for index in range(3)}
    district.sync({(year, f"s{one}"): "K" for year in district.years for one in numbers})


def test_an_export_of_two_years_with_two_files_each(
    cloud: Cloud, sshd: OpenSshServer, trials: Trials
) -> None:
    district = new_district(cloud, sshd, done_file=True)

    def prepare(number: int) -> None:
        sync_some(district, number)
        if number % 3 == 0:
            district.remove((district.years[0], f"s{number % STUDENTS}"))

    kind = KindOfRun(prepare, lambda _: district.request())
    killing = Killing(district, district.importer(), kind)

    torture(killing, trials, short=5, long=160)

    killing.record(
        trials,
        fault="An export of two years, with done files, is killed",
        outcome="The next run sends every student. An importer that waits for done files never "
        "sees files of two runs together.",
    )


def test_an_export_that_carries_over(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    carries_over = {"not_collected": {"action": "carry_over"}}
    district = new_district(cloud, sshd, importer="removes", guards=carries_over)
    importer = district.importer(removes=True)

    def take_sometimes(number: int) -> list[str]:
        if number % 3 == 0:
            importer.take()
        return []

    kind = KindOfRun(partial(sync_some, district), lambda _: district.request(), take_sometimes)
    killing = Killing(district, importer, kind)

    torture(killing, trials, short=0, long=60)

    killing.record(
        trials,
        fault="An export that carries over the students of uncollected files is killed",
        outcome="The files of the next run have the carried and the new students.",
    )


def test_a_full_file(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
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
    killing = Killing(district, district.importer(), kind)

    torture(killing, trials, short=0, long=40)

    killing.record(
        trials,
        fault="An export of all students of a year is killed",
        outcome="The next run's files have all of them.",
    )


def test_a_resend(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
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

    killing = Killing(
        district, district.importer(), KindOfRun(lambda _: None, request, is_the_archived)
    )

    torture(killing, trials, short=0, long=40)

    killing.record(
        trials,
        fault="A re-send is killed",
        outcome="The next one puts all old files in place. No student becomes due.",
    )


def test_an_erasure(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    district = new_district(cloud, sshd)

    def name(number: int) -> str:
        return f"{district.connection_id}-student-{number}-"

    district.sync(
        {(year, name(number)): "K" for year in district.years for number in range(1, ERASED)}
    )
    assert district.invoke("export", district.request()).answer["status"] == "succeeded"
    assert len(district.acknowledged) == len(district.years) * (ERASED - 1)
    district.later(minutes=1)

    def request(number: int) -> dict[str, Any]:
        for year in district.years:
            district.acknowledged.pop((year, name(number)), None)
        resource = "/connections/{connection_id}/erasures"
        return district.request(resource, {"student_id": name(number)})

    def find_traces(number: int) -> list[str]:
        return [f"the student is still in {where}" for where in cloud.traces(name(number))]

    killing = Killing(
        district, district.importer(), KindOfRun(lambda _: None, request, find_traces)
    )

    torture(killing, trials, short=0, long=40)

    killing.record(
        trials,
        fault="The erasure of a student is killed",
        outcome="The next one continues with what is left, and nothing of the student is kept.",
    )


def test_a_sync(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    district = new_district(cloud, sshd)
    students = {(year, f"s{number}"): "K" for year in district.years for number in range(4)}

    def sync_earlier(number: int) -> None:
        district.sync(dict(list(students.items())[number % 3 :: 3]))

    killing = Killing(
        district, district.importer(), KindOfRun(sync_earlier, lambda _: district.request())
    )
    removal = partial(district.remove, (district.years[0], "s0"))
    with killing.importer.watching():
        district.sync(students)  # the first adds the years
        for sync in (partial(district.sync, students), removal):
            points = points_of(sync().operations)
            killing.points += len(points)
            for kill in chosen(points, 40 if trials.long else 1, trials.random):
                killing.kill_sync(sync, kill, repeated=trials.random.random() < 0.5)
        killing.check_events()

    killing.record(
        trials,
        fault="A sync or a removal is killed",
        outcome="What was answered before is in the next export, and what Enroll repeats. What was "
        "not answered may be there; nothing is half.",
    )
