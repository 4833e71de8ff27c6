"""The cost of a sync and an export, counted exactly and compared with tests/operation_counts.json.

A sync writes each student twice (mark and snapshot), the marks 25 to a call, and reads the marker
before and after: two reads for up to 500 students. One more read authorizes the caller. An export
and a status read in proportion to what is due. After an intended change of the costs, record them:
RECORD_COUNTS=1 make test ARGUMENTS='-k operation_counts'
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from registration_sync.bootstrap import aws_clients
from tests.functional.support.district import (
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    send,
    set_up,
)
from tests.functional.support.events import ADMINISTRATOR, api_event
from tests.support.sftp_servers import AsyncSftpServer

RECORDED = Path(__file__).parents[1] / "operation_counts.json"

pytestmark = pytest.mark.usefixtures("started")

type Counted = Callable[[Callable[[], object]], dict[str, int]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


@pytest.fixture
def counted(server: AsyncSftpServer) -> Counted:
    """Runs the action, and counts the table's calls and the server's requests by operation."""
    calls: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        calls[f"dynamodb {model.name}"] += 1

    aws_clients.dynamodb().meta.events.register("before-call.dynamodb", count)

    def run(action: Callable[[], object]) -> dict[str, int]:
        calls.clear()
        server.requests.clear()
        action()
        requests = Counter(f"sftp {operation}" for operation, _ in server.requests)
        return dict(sorted((calls | requests).items()))

    return run


def bulk(count: int) -> list[dict[str, Any]]:
    return [registration(f"{number:04}") for number in range(count)]


def compare(case: str, counts: dict[str, int]) -> None:
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    if os.environ.get("RECORD_COUNTS") == "1":
        RECORDED.write_text(json.dumps({**recorded, case: counts}, indent=2, sort_keys=True) + "\n")
        return
    assert counts == recorded.get(case), f"{case}: the cost has changed; see {__name__}"


def test_a_sync_of_one_student_makes_the_documented_calls(
    server: AsyncSftpServer, counted: Counted
) -> None:
    set_up(server)
    send(registration("0"))

    compare("sync of 1", counted(lambda: send(registration("1"))))


def test_a_sync_of_500_students_makes_the_documented_calls(
    server: AsyncSftpServer, counted: Counted
) -> None:
    set_up(server)
    send(registration("0"))

    compare("sync of 500", counted(lambda: send(*bulk(500))))


@pytest.mark.parametrize("others", [0, 120])
def test_the_cost_of_an_export_depends_on_due_students_only(
    server: AsyncSftpServer, counted: Counted, others: int
) -> None:
    set_up(server)
    if others:
        send(*bulk(others))
        run_export()
    else:
        send(registration("other"))
        run_export()
    send(*bulk(10))

    compare("export of 10 due", counted(run_export))


@pytest.mark.parametrize("others", [1, 120])
def test_the_cost_of_a_status_depends_on_due_students_only(
    server: AsyncSftpServer, counted: Counted, others: int
) -> None:
    set_up(server)
    send(*bulk(others))
    run_export()
    send(*(registration(f"due-{number}") for number in range(10)))
    status = "/connections/{connection_id}/status"

    compare("status of 10 due", counted(lambda: call(configuration, "GET", status)))


def test_a_receipt_of_an_exported_student_makes_the_documented_calls(
    server: AsyncSftpServer, counted: Counted
) -> None:
    set_up(server)
    send(*bulk(120))
    run_export()
    one = "/connections/{connection_id}/registrations/{school_year}/{student_id}"

    counts = counted(lambda: call(configuration, "GET", one, school_year="2025", student_id="0007"))

    compare("receipt of one exported", counts)


def test_an_export_with_nothing_due_makes_the_documented_calls(
    server: AsyncSftpServer, counted: Counted
) -> None:
    set_up(server)
    send(registration("1"))
    run_export()

    compare("export of nothing due", counted(run_export))


def test_an_export_of_two_years_makes_the_documented_calls(
    server: AsyncSftpServer, counted: Counted
) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))

    compare("export of two years", counted(run_export))


@pytest.mark.parametrize("others", [200, 400])
def test_a_page_of_all_students_makes_the_documented_calls(
    server: AsyncSftpServer, counted: Counted, others: int
) -> None:
    """A query for each shard of the students and of the marks, however many students there are."""
    set_up(server)
    send(*bulk(others))
    run_export()
    send(*bulk(10))
    students = "/connections/{connection_id}/registrations"
    query = {"school_year": "2025", "status": "all", "limit": "100", "details": "true"}
    event = api_event("GET", students, claims=ADMINISTRATOR, query=query, connection_id=NORTH)

    compare("page of 100 of all", counted(lambda: configuration.handler(event, context())))


@pytest.mark.parametrize("others", [0, 3])
def test_other_folders_of_the_account_add_no_call_to_a_change(
    server: AsyncSftpServer, counted: Counted, others: int
) -> None:
    set_up(server)
    one = "/connections/{connection_id}"
    connection = call(configuration, "GET", one)[1]
    for number in range(others):
        own = {"connection_id": f"other-{number}", "folder": f"other-{number}"}
        secret = {"password": server.account().credentials.password}
        assert call(configuration, "POST", "/connections", connection | own | secret)[0] == 201
        saved = call(
            configuration, "PUT", f"{one}/mapping", MAPPING, connection_id=f"other-{number}"
        )
        assert saved[0] == 200

    counts = counted(lambda: call(configuration, "PUT", one, connection | {"name": "East"}))

    compare("a change of a connection", counts)
