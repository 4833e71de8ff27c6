"""A file that the importer did not collect is reported, also if the run that replaced it failed or
was interrupted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registration_sync.bootstrap import export_function
from registration_sync.domain.errors import LeaseLost
from registration_sync.domain.runs.alerts import Alert
from registration_sync.domain.runs.run import Run
from tests.functional.conftest import stored_items
from tests.functional.support.district import registration, run_export, send, set_up
from tests.functional.test_years import change
from tests.support.sftp_servers import PASSWORD, AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

RUN = "20260302T203000Z-interrupted"
FIRST = "20260302T200000Z-first"
FILE = "SISData/exports/2025/students.csv"
COLLECTED = "the SIS did not import the last file"


class Killed(BaseException):
    """Ends the invocation: not an Exception, so no handler catches it."""


class Announced:
    """Replaces EventBridge and SNS."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.alerts: list[Alert] = []

    def put(self, kind: str, detail: Any) -> None:
        self.events.append(detail)

    def publish(self, alert: Alert) -> None:
        self.alerts.append(alert)

    def reports(self) -> list[tuple[str, bool, bool]]:
        """For each announced run that reports an uncollected file: its id, and whether the event
        and the message say so."""
        found = []
        for event in self.events:
            in_event = any("not_collected" in year["findings"] for year in event["years"])
            text = "".join(one.body for one in self.alerts if event["run_id"] in one.body)
            in_message = "was not imported" in text
            if in_event or in_message:
                found.append((event["run_id"], in_event, in_message))
        return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    """A server with a file that its importer has not collected."""
    with AsyncSftpServer(tmp_path) as running:
        set_up(running, importer="removes")
        send(registration("1"))
        run_export(run_id=FIRST)
        send(registration("2", "Longer"))
        yield running


@pytest.fixture
def announced(started: object, monkeypatch: pytest.MonkeyPatch) -> Announced:
    announced = Announced()
    deps = export_function.dependencies()
    deps = replace(deps, events=announced, alerts=announced)
    monkeypatch.setattr(export_function, "dependencies", lambda: deps)
    return announced


def uncollected(run: dict[str, Any]) -> list[str]:
    """The exports whose file was not collected, as the record says."""
    return [
        finding["run_id"]
        for year in run["years"]
        for finding in year["findings"]
        if finding["guard"] == "not_collected"
    ]


def notes() -> list[Any]:
    return [item for item in stored_items() if item["pk"]["S"].startswith("FOUND#")]


def replaced(server: AsyncSftpServer) -> bool:
    return "2,Longer,0" in (server.root / FILE).read_text()


def test_a_run_that_fails_after_the_replacement_reports_the_file(
    server: AsyncSftpServer, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> None:
        raise LeaseLost("Another run took over.")

    with monkeypatch.context() as during:
        during.setattr(export_function.dependencies().table, "commit", lost)
        failed = run_export(run_id=RUN)

    after = run_export()

    assert (failed["status"], uncollected(failed)) == ("failed", [FIRST])
    assert any("was not imported" in text for text in failed["years"][0]["warnings"])
    assert replaced(server)
    assert (after["status"], uncollected(after), notes()) == ("succeeded", [], [])
    assert announced.reports() == [(RUN, True, True)]


def kill_at(during: pytest.MonkeyPatch, step: str) -> None:
    deps = export_function.dependencies()
    names = {"commit": "table", "remember": "deliveries", "record": "runs", "end": "runs"}
    part = getattr(deps, names[step.rsplit(maxsplit=1)[-1]])
    name = "save" if names[step.rsplit(maxsplit=1)[-1]] == "runs" else step.rsplit(maxsplit=1)[-1]
    real = getattr(part, name)

    def call(*given: Any) -> Any:
        run = given[0]
        is_later = isinstance(run, Run) and not (run.finished if "end" in step else run.years)
        if is_later or "after" in step:
            result = real(*given)
            if is_later:
                return result
        raise Killed

    during.setattr(part, name, call)


@pytest.mark.parametrize(
    ("step", "same_run"),
    [
        ("commit", False),
        ("commit", True),
        ("after commit", True),
        ("remember", False),
        ("record", True),
        ("end", False),
    ],
)
def test_the_next_run_or_attempt_reports_what_an_interrupted_one_did_not(
    step: str,
    same_run: bool,
    server: AsyncSftpServer,
    announced: Announced,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as during:
        kill_at(during, step)
        with pytest.raises(Killed):
            run_export(run_id=RUN)
    assert replaced(server)

    next_run = run_export(**({"run_id": RUN} if same_run else {}))
    after = run_export()

    assert uncollected(next_run) == [FIRST]
    assert announced.reports() == [(next_run["run_id"], True, True)]
    assert (uncollected(after), notes()) == ([], [])


def test_the_next_export_reports_what_a_refused_attempt_could_not(
    server: AsyncSftpServer, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as during:
        kill_at(during, "commit")
        with pytest.raises(Killed):
            run_export(run_id=RUN)
    change(host_keys=[], password=PASSWORD)
    refused = run_export(run_id=RUN)
    change(host_keys=list(server.account().host_keys))

    run, after = run_export(), run_export()

    assert (refused["status"], refused["error"]["code"]) == ("failed", "invalid_request")
    assert (uncollected(run), uncollected(after)) == ([FIRST], [])
    assert announced.reports() == [(run["run_id"], True, True)]


def test_a_run_of_another_year_leaves_the_report_to_a_later_one(
    server: AsyncSftpServer, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(registration("1", year=2024))
    with monkeypatch.context() as during:
        kill_at(during, "commit")
        with pytest.raises(Killed):
            run_export(run_id=RUN, school_years=[2025])

    other, later = run_export(school_years=[2024]), run_export()

    assert (uncollected(other), uncollected(later)) == ([], [FIRST])


@pytest.mark.parametrize("collected", [False, True])
def test_a_run_that_was_interrupted_before_the_replacement_leaves_nothing_to_report(
    collected: bool,
    server: AsyncSftpServer,
    announced: Announced,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def kill(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as during:
        during.setattr(export_function.dependencies().table, "renew_lease", kill)
        with pytest.raises(Killed):
            run_export(run_id=RUN)
    assert not replaced(server)
    if collected:
        (server.root / FILE).unlink()

    run = run_export()

    assert uncollected(run) == ([] if collected else [FIRST])


def test_the_next_export_reports_what_an_interrupted_resend_replaced(
    server: AsyncSftpServer, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = run_export(run_id="20260302T201000Z-second")
    assert uncollected(second) == [FIRST]
    announced.events.clear()
    with monkeypatch.context() as during:
        kill_at(during, "remember")
        with pytest.raises(Killed):
            run_export(run_id=RUN, resend_of=FIRST)

    run = run_export()

    assert uncollected(run) == [second["run_id"]]
    assert announced.reports() == [(run["run_id"], True, True)]
