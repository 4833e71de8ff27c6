"""Several school years in one run: paths that two of them share, and attempts that are interrupted
between them."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from registration_sync.bootstrap import export_function
from registration_sync.domain.errors import ConnectionFailed, FolderMissing, Unavailable
from registration_sync.domain.registrations.batches import Lease
from registration_sync.domain.runs.run import Run
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.run_kinds import export as export_registrations
from registration_sync.use_cases.run_kinds import resend as resend_files
from tests.functional.support.district import NORTH, call, registration, run_export, send, set_up
from tests.support.sftp_servers import PASSWORD, AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"
RUN = "20260302T210000Z-years"


class Killed(BaseException):
    """Ends the invocation: not an Exception, so no handler catches it."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def delivered(server: AsyncSftpServer) -> dict[str, str]:
    return {
        path.relative_to(server.root).as_posix(): path.read_text()
        for path in server.root.rglob("*.csv")
    }


def change(**settings: Any) -> None:
    """Changes settings of the connection."""
    connection = call(configuration, "GET", ONE)[1]
    status, answer = call(configuration, "PUT", ONE, connection | settings)
    assert status == 200, answer


def statuses(run: dict[str, Any]) -> dict[int, str]:
    return {year["school_year"]: year["status"] for year in run["years"]}


def around_year(
    monkeypatch: pytest.MonkeyPatch,
    school_year: int,
    *,
    before: Callable[[], object] = lambda: None,
    after: Callable[[], object] = lambda: None,
) -> None:
    """Calls the functions before and after the export of the year."""
    real = export_registrations.export_year

    def export_year(year: YearToExport, *given: Any, **others: Any) -> Any:
        if year.school_year != school_year:
            return real(year, *given, **others)
        before()
        outcome = real(year, *given, **others)
        after()
        return outcome

    monkeypatch.setattr(export_registrations, "export_year", export_year)


def kill() -> None:
    raise Killed


# Two years on one path


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_year_that_becomes_due_while_another_is_delivered_to_its_path_is_refused(
    dry_run: bool, server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server, folder="inbox")
    send(registration("0", year=2025))
    run_export()
    send(registration("1", year=2024))
    if dry_run:
        table = export_function.dependencies().table
        marks, reads = table.marks, []

        def marks_then_sync(*given: Any) -> Any:
            reads.append(given)
            if len(reads) == 3:  # the plan has read both years, and the first one is read
                send(registration("2", year=2025))
            return marks(*given)

        monkeypatch.setattr(table, "marks", marks_then_sync)
    else:
        late = registration("2", year=2025)
        around_year(monkeypatch, 2024, after=lambda: send(late))

    run = run_export(dry_run=dry_run)

    assert (run["status"], statuses(run)) == ("partial", {2024: "succeeded", 2025: "failed"})
    error = run["years"][1]["error"]
    assert (error["code"], "inbox/students.csv" in error["message"]) == ("conflict", True)
    if not dry_run:
        assert delivered(server)["inbox/students.csv"].splitlines()[1:] == ["1,Ann,0"]
        monkeypatch.undo()
        assert statuses(run_export()) == {2024: "nothing_to_export", 2025: "succeeded"}


@pytest.mark.parametrize(("folder", "recorded"), [("inbox", False), ("./Inbox//", True)])
def test_a_later_attempt_leaves_the_path_of_a_year_that_an_earlier_one_delivered(
    folder: str, recorded: bool, server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server, folder="inbox")
    send(registration("0", year=2024))
    run_export()
    send(registration("1", year=2025))
    runs = type(export_function.dependencies().runs)
    save = runs.save

    def killed(self: Any, run: Run) -> None:
        is_delivered = any(year.files for year in run.years)
        if run.finished or (is_delivered and not recorded):
            raise Killed
        save(self, run)

    with monkeypatch.context() as during:
        during.setattr(runs, "save", killed)
        with pytest.raises(Killed):
            run_export(run_id=RUN)
    change(folder=folder)
    send(registration("2", year=2024))

    run = run_export(run_id=RUN)

    found = statuses(run)
    assert (found[2024], found[2025]) == ("failed", "succeeded")
    assert delivered(server) == {"inbox/students.csv": "ID,First,Grade\n1,Ann,0\n"}


def test_two_years_with_one_path_are_not_sent_again_together(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))
    past = run_export()

    def on_one_path(run: Run) -> Run:
        """As an older version recorded it."""
        years = tuple(
            replace(year, files=tuple(replace(file, path="inbox/x.csv") for file in year.files))
            for year in run.years
        )
        return replace(run, years=years)

    export_function.dependencies().runs.change(NORTH, past["run_id"], on_one_path)

    run = run_export(resend_of=past["run_id"])

    assert (run["status"], run["error"]["code"]) == ("failed", "conflict")
    assert "one school year at a time" in run["message"]


# Time


class Clock:
    """A clock for an invocation of 15 minutes; implements the port Ticker, too."""

    def __init__(self) -> None:
        self.time = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
        self.ends_at = self.time
        self.tick: Callable[[], None] = lambda: None

    def now(self) -> dt.datetime:
        return self.time

    def start_next_night(self) -> None:
        self.time += dt.timedelta(days=1)
        self.ends_at = self.time + dt.timedelta(minutes=15)

    @contextmanager
    def every(self, seconds: float, call: Callable[[], None]) -> Iterator[None]:
        self.tick = call
        yield

    def wait(self, minutes: int) -> None:
        """Waits at the server; the service closes the connection when the invocation ends."""
        for minute in range(minutes):
            if minute % 2:
                self.tick()  # the lease lasts three minutes
            self.time += dt.timedelta(minutes=1)
            if self.time >= self.ends_at:
                raise ConnectionFailed("The time of the invocation is up.")


class SlowServers:
    """A server that takes its time for the files of some years."""

    def __init__(self, real: Any, clock: Clock, minutes: dict[str, int]) -> None:
        self._real, self._clock, self._minutes = real, clock, minutes

    def connect(self, *given: Any, **options: Any) -> Any:
        self._clock.wait(0)
        return SlowServers(self._real.connect(*given, **options), self._clock, self._minutes)

    def upload(self, source: Path, target: str, **options: Any) -> Any:
        self._clock.wait(next((n for year, n in self._minutes.items() if year in target), 1))
        return self._real.upload(source, target, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize(
    ("minutes", "nights"),
    [({"2024": 99}, 2), ({"2023": 14, "2024": 14}, 3)],
)
def test_years_that_use_up_the_time_every_night_do_not_hold_back_another(
    minutes: dict[str, int],
    nights: int,
    server: AsyncSftpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up(server)
    clock, deps = Clock(), export_function.dependencies()
    slow: Any = SlowServers(deps.servers, clock, minutes)
    deps = replace(deps, servers=slow, now=clock.now, ticker=clock)
    monkeypatch.setattr(export_function, "dependencies", lambda: deps)
    years = [*map(int, minutes), 2025]
    found = []

    for night in range(nights):
        clock.start_next_night()
        send(*(registration(f"{night}", year=year) for year in years))
        run = run_export()
        assert [year["school_year"] for year in run["years"]] == years
        found.append(statuses(run)[2025])

    assert "succeeded" in found


def test_a_loss_of_the_lease_closes_the_connection_in_the_midst_of_a_run(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))
    clock = Clock()
    deps = replace(export_function.dependencies(), ticker=clock)
    monkeypatch.setattr(export_function, "dependencies", lambda: deps)
    states = []

    def take_over() -> None:
        (connection,) = server.connections
        states.append(connection.is_closed())
        deps.table.take_lease(NORTH, Lease("ffff", "next", 10**14), 10**13)
        clock.tick()
        for _ in range(200):
            if not connection.is_closed():
                time.sleep(0.01)
        states.append(connection.is_closed())

    around_year(monkeypatch, 2025, before=take_over)

    run = run_export()

    assert states == [False, True]
    assert (statuses(run), run["years"][1]["error"]["code"]) == (
        {2024: "succeeded", 2025: "failed"},
        "lease_lost",
    )
    assert list(delivered(server)) == ["SISData/exports/2024/students.csv"]
    assert len(server.connections) == 1


# Attempts


@pytest.mark.parametrize("resend", [False, True])
def test_the_record_of_a_run_keeps_the_year_that_an_attempt_delivered_before_the_refusal(
    resend: bool, server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))
    event = {"run_id": RUN}
    if resend:
        event["resend_of"] = run_export()["run_id"]
        real = resend_files.deliver_files

        def deliver(files: Any, folder: str, **others: Any) -> Any:
            return real(files, folder, **others) if "2024" in folder else kill()

        monkeypatch.setattr(resend_files, "deliver_files", deliver)
    else:
        around_year(monkeypatch, 2025, before=kill)
    with pytest.raises(Killed):
        run_export(**event)
    change(host_keys=[], password=PASSWORD)

    run = run_export(**event)

    assert (run["status"], run["attempt"]) == ("failed", 2)
    assert run["error"]["code"] == "invalid_request"
    assert statuses(run) == {2024: "succeeded"}
    assert run["years"][0]["files"][0]["path"] == "SISData/exports/2024/students.csv"
    assert run["years"][0]["rows"] == 1


def test_a_resend_does_not_repeat_a_year_that_an_earlier_attempt_sent(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))
    past = run_export()
    real = resend_files.deliver_files

    def deliver(files: Any, folder: str, **others: Any) -> Any:
        return real(files, folder, **others) if "2024" in folder else kill()

    with monkeypatch.context() as during:
        during.setattr(resend_files, "deliver_files", deliver)
        with pytest.raises(Killed):
            run_export(run_id=RUN, resend_of=past["run_id"])
    send(registration("3", year=2024))
    run_export()

    run = run_export(run_id=RUN, resend_of=past["run_id"])

    assert (run["status"], statuses(run)) == ("succeeded", {2024: "succeeded", 2025: "succeeded"})
    newer = delivered(server)["SISData/exports/2024/students.csv"]
    assert newer.splitlines()[1:] == ["3,Ann,0"]


def test_a_year_that_an_earlier_attempt_sent_to_another_account_says_so(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))
    with monkeypatch.context() as during:
        around_year(during, 2025, before=kill)
        with pytest.raises(Killed):
            run_export(run_id=RUN)
    account = server.account()
    change(delivery="download")

    run = run_export(run_id=RUN)

    first, second = run["years"]
    assert (run["sent_to"], second["warnings"]) == ("download", [])
    assert first["warnings"] == [
        "An earlier attempt delivered this year to "
        f"{account.username}@{account.host}:{account.port}."
    ]


def test_a_recorded_year_survives_an_attempt_that_cannot_read_the_archive(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))
    with monkeypatch.context() as during:
        around_year(during, 2025, before=kill)
        with pytest.raises(Killed):
            run_export(run_id=RUN)

    def unavailable(*_: Any) -> None:
        raise Unavailable("S3 did not answer.")

    monkeypatch.setattr(export_function.dependencies().archive, "fetch", unavailable)

    run = run_export(run_id=RUN)

    assert statuses(run)[2024] == "succeeded"
    assert run["years"][0]["rows"] == 1


def test_a_year_that_an_attempt_delivered_but_did_not_commit_is_exported_again(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive and the ledger have the attempt, and the marker decides."""
    set_up(server)
    send(registration("1"))
    with monkeypatch.context() as during:
        table = type(export_function.dependencies().table)
        during.setattr(table, "commit", lambda *_: kill())
        with pytest.raises(Killed):
            run_export(run_id=RUN)
    send(registration("2"))

    (year,) = run_export(run_id=RUN)["years"]

    assert (year["rows"], year["warnings"]) == (2, [])
    rows = delivered(server)["SISData/exports/2025/students.csv"].splitlines()[1:]
    assert rows == ["1,Ann,0", "2,Ann,0"]
    assert run_export()["status"] == "nothing_to_export"


LOST, NO_FOLDER = ConnectionFailed("lost"), FolderMissing("There is no such folder.")


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ({2024: LOST, 2025: NO_FOLDER}, "failed"),
        ({2024: NO_FOLDER, 2025: LOST}, "failed"),
        ({2025: LOST}, "partial"),
        ({2024: LOST, 2025: LOST}, None),
    ],
)
def test_a_run_is_retried_only_if_that_may_help_every_year(
    errors: dict[int, Exception],
    status: str | None,
    server: AsyncSftpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A retry would repeat what a person must correct, such as a sign-in that was refused."""
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))

    def fail(error: Exception) -> None:
        raise error

    for school_year, error in errors.items():
        around_year(monkeypatch, school_year, before=partial(fail, error))

    if not status:
        with pytest.raises(Unavailable):
            run_export(run_id=RUN, trigger="manual")
        return
    run = run_export(run_id=RUN, trigger="manual")
    assert (run["status"], run["attempt"]) == (status, 1)
