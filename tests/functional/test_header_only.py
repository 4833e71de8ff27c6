"""`when_nothing_due: header_only`: a scheduled export with nothing due replaces the last file by
its header, and never a file that the importer may still have to collect."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.bootstrap import export_function
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    save,
    send,
    set_up,
)
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

HEADER = b"ID,First,Grade\r\n"


def mapping(*names: str, **settings: Any) -> dict[str, Any]:
    """Files of the same fields with header_only; `siblings` has only students of grade 1."""
    (file,) = MAPPING["files"]
    file = file | {"when_nothing_due": "header_only"} | settings
    where = [{"field": "students.grade", "equals": "1"}]
    files = [file | {"name": name} for name in names or ("students",)]
    return {
        "files": [one | {"where": where} if one["name"] == "siblings" else one for one in files]
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def stored_objects() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket="archive")
    return [item["Key"] for item in listed["Contents"]]


_times: list[int] = []


def a_day_passes() -> None:
    """Makes each stored delivery a day older."""
    client = boto3.client("dynamodb")
    found = client.query(
        TableName="connections",
        KeyConditionExpression="pk = :pk AND sk > :importer",
        ExpressionAttributeValues={":pk": {"S": f"DELIVERED#{NORTH}"}, ":importer": {"S": "J"}},
    )
    for item in (one for one in found["Items"] if "document" in one):
        upload = json.loads(item["document"]["S"])
        delivered = dt.datetime.fromisoformat(upload["delivered_at"]) - dt.timedelta(days=1)
        upload["delivered_at"] = f"{delivered:%Y-%m-%d %H:%M}"
        client.put_item(
            TableName="connections", Item=item | {"document": {"S": json.dumps(upload)}}
        )


def at_night() -> dict[str, Any]:
    """The scheduled export of the next day."""
    a_day_passes()
    return on_schedule()


def on_schedule() -> dict[str, Any]:
    """The next scheduled export."""
    _times.append(len(_times))
    event = {
        "connection_id": NORTH,
        "trigger": "schedule",
        "scheduled_time": f"2026-03-{2 + len(_times) // 24:02}T{len(_times) % 24:02}:00:00Z",
    }
    run: dict[str, Any] = export.handler(event, context())
    return run


def remote(server: AsyncSftpServer, name: str = "students", year: int = 2025) -> Path:
    return server.root / f"SISData/exports/{year}/{name}.csv"


def header_only(run: dict[str, Any]) -> list[str]:
    return [path for year in run["years"] for path in year["header_only"]]


def test_an_importer_that_leaves_files_finds_the_header_once(server: AsyncSftpServer) -> None:
    set_up(server, mapping(), importer="leaves")
    send(registration("1"))
    first = at_night()
    archived = stored_objects()

    idle = at_night()
    modified = remote(server).stat().st_mtime_ns
    again = at_night()

    assert (first["status"], header_only(first)) == ("succeeded", [])
    assert (idle["status"], idle["years"][0]["files"]) == ("nothing_to_export", [])
    assert header_only(idle) == ["SISData/exports/2025/students.csv"]
    assert remote(server).read_bytes() == HEADER
    assert (header_only(again), remote(server).stat().st_mtime_ns) == ([], modified)
    assert stored_objects() == archived
    _, status = call(configuration, "GET", "/connections/{connection_id}/status")
    assert [(year["exported"], year["due"]) for year in status["years"]] == [(1, 0)]
    send(registration("2"))
    assert at_night()["years"][0]["findings"] == []
    assert remote(server).read_bytes() == HEADER + b"2,Ann,0\r\n"


def test_a_later_export_of_the_same_day_leaves_the_file_that_may_not_be_read_yet(
    server: AsyncSftpServer,
) -> None:
    set_up(server, mapping(), importer="leaves")
    send(registration("1"))
    at_night()

    same_day = on_schedule()
    kept = remote(server).read_bytes()
    next_day = at_night()

    assert (header_only(same_day), kept) == ([], HEADER + b"1,Ann,0\r\n")
    assert header_only(next_day) == ["SISData/exports/2025/students.csv"]


@pytest.mark.parametrize("changes", [{}, {"importer": "leaves"}])
def test_by_default_the_last_file_stays(changes: dict[str, Any], server: AsyncSftpServer) -> None:
    set_up(server, **changes)
    send(registration("1"))
    at_night()
    before = remote(server).read_bytes()

    assert header_only(at_night()) == []
    assert remote(server).read_bytes() == before


def test_an_export_by_hand_leaves_the_last_file(server: AsyncSftpServer) -> None:
    set_up(server, mapping(), importer="leaves")
    send(registration("1"))
    at_night()
    before = remote(server).read_bytes()

    assert header_only(run_export()) == []
    assert remote(server).read_bytes() == before


@pytest.mark.parametrize("importer", ["removes", "unknown"])
def test_an_uncollected_file_stays_and_a_collected_one_is_followed_by_its_header(
    importer: str, server: AsyncSftpServer
) -> None:
    set_up(server, mapping(), importer=importer)
    send(registration("1"))
    at_night()
    with_student = remote(server).read_bytes()

    waiting = at_night()
    kept = remote(server).read_bytes()
    remote(server).unlink()
    collected = at_night()
    header = remote(server).read_bytes()
    still_there = at_night()
    send(registration("2"))
    next_one = at_night()

    assert (header_only(waiting), kept) == ([], with_student)
    assert header_only(collected) == ["SISData/exports/2025/students.csv"]
    assert (header, header_only(still_there)) == (HEADER, [])
    assert next_one["years"][0]["findings"] == []  # there was no student in the file
    assert remote(server).read_bytes() == HEADER + b"2,Ann,0\r\n"


def test_a_year_or_file_that_was_never_delivered_gets_nothing(server: AsyncSftpServer) -> None:
    set_up(server, mapping("students", "siblings"), importer="leaves")
    send(registration("1"))
    at_night()
    send(registration("2", year=2024, grade="?"))  # held: no file, no folder
    remote(server, "siblings").write_text("not ours")

    assert header_only(at_night()) == ["SISData/exports/2025/students.csv"]
    assert not (server.root / "SISData/exports/2024").exists()
    assert remote(server, "siblings").read_text() == "not ours"


def test_a_file_without_rows_is_replaced_beside_one_with_rows(server: AsyncSftpServer) -> None:
    set_up(
        server,
        mapping("students", "siblings"),
        importer="leaves",
        done_file=True,
        guards={"row_count": {"action": "hold", "percent": 1, "at_least": 1}},
    )
    send(registration("1", grade="1"))
    at_night()
    send(registration("2"))

    run = at_night()

    assert (run["status"], [file["name"] for file in run["years"][0]["files"]]) == (
        "succeeded",
        ["students.csv"],
    )
    assert header_only(run) == ["SISData/exports/2025/siblings.csv"]
    assert remote(server, "siblings").read_bytes() == HEADER
    assert remote(server).read_bytes() == HEADER + b"2,Ann,0\r\n"
    assert sorted(path.name for path in remote(server).parent.iterdir()) == [
        "siblings.csv", "siblings.csv.done", "students.csv", "students.csv.done",
    ]  # fmt: skip


def test_the_row_count_guard_never_holds_a_header(server: AsyncSftpServer) -> None:
    guards = {"row_count": {"action": "hold", "percent": 1, "at_least": 1}}
    set_up(server, mapping(), importer="leaves", guards=guards)
    for number in range(6):
        send(registration(str(number)))
        at_night()

    idle = at_night()

    assert (idle["status"], header_only(idle)) == (
        "nothing_to_export",
        ["SISData/exports/2025/students.csv"],
    )
    send(registration("7"))
    assert at_night()["years"][0]["findings"] == []  # a night without a file is no row count


def test_a_header_never_replaces_the_file_of_another_year_of_the_run(
    server: AsyncSftpServer,
) -> None:
    set_up(server, mapping(), importer="leaves", folder="in")
    file = server.root / "in/students.csv"
    for year in (2024, 2025):
        send(registration(str(year), year=year))
        at_night()

    for year in (2025, 2024, 2024, 2025):  # each attempt begins with another year
        send(registration("9", f"Of {year}", year=year))
        run = at_night()
        assert run["status"] == "succeeded"
        assert file.read_bytes() == HEADER + f"9,Of {year},0\r\n".encode()


def test_a_run_that_comes_twice_writes_the_header_once(server: AsyncSftpServer) -> None:
    set_up(server, mapping(), importer="removes")
    send(registration("1"))
    at_night()
    remote(server).unlink()
    event = {"connection_id": NORTH, "trigger": "schedule"}
    event["scheduled_time"] = "2026-04-01T02:00:00Z"

    first = export.handler(event, context())
    remote(server).unlink()
    second = export.handler(event, context())

    assert (first, header_only(second)) == (second, ["SISData/exports/2025/students.csv"])
    assert not remote(server).exists()


def test_a_server_that_cannot_be_reached_fails_the_year_and_loses_nothing(
    server: AsyncSftpServer,
) -> None:
    set_up(server, mapping(), importer="leaves")
    send(registration("1"))
    at_night()
    call(
        configuration,
        "PUT",
        "/connections/{connection_id}",
        CONNECTION
        | {
            "host": server.account().host,
            "port": server.account().port,
            "username": server.account().username,
            "password": "changed",
            "host_keys": list(server.account().host_keys),
            "importer": "leaves",
        },
    )

    run = at_night()

    assert (run["status"], run["years"][0]["header_only"]) == ("failed", [])
    assert export_function.dependencies().table.marker(NORTH)


@pytest.mark.parametrize(
    "settings", [{"contents": "all"}, {"header": False}, {"when_nothing_due": "empty"}]
)
def test_settings_that_contradict_it_are_refused(
    settings: dict[str, Any], server: AsyncSftpServer
) -> None:
    set_up(server)

    status, answer = call(
        configuration, "PUT", "/connections/{connection_id}/mapping", mapping(**settings)
    )

    paths = [problem["path"] for problem in answer["error"]["problems"]]
    assert (status, paths) == (400, ["files[0].when_nothing_due"])


def test_a_package_cannot_have_it(server: AsyncSftpServer) -> None:
    set_up(server)

    status, answer = call(
        configuration,
        "PUT",
        "/connections/{connection_id}/mapping",
        mapping() | {"package": {"name": "all"}},
    )

    paths = [problem["path"] for problem in answer["error"]["problems"]]
    assert (status, paths) == (400, ["files[0].when_nothing_due"])
    save(mapping())
