"""Receipts and the status of the deployed functions, compared with the file on the server."""

import hashlib
from typing import Any

from local.stack import LocalStack
from tests.stack.support.district import District, new_district, registration


def read(district: District, path: str) -> Any:
    answer = district.stack.call("GET", f"{district.path}/{path}", role="limited_access")
    assert answer.status == 200, answer.body
    return answer.json()


def test_a_receipt_has_the_line_on_the_server_and_the_totals_add_up(
    stack: LocalStack,
) -> None:
    district = new_district(stack)
    district.sync(*(registration(f"{number:03}", f"Name {number}") for number in range(60)))
    first = district.export()
    assert read(district, "registrations/2025/007")["exported"]["run_id"] == first["run_id"]
    district.sync(registration("007", "O'Brien, Ann"), registration("1e5"))
    assert [
        one["student_id"]
        for one in read(district, "registrations?school_year=2025&status=never_exported")["items"]
    ] == ["1e5"]

    run = district.export()

    shown = read(district, "registrations/2025/007")
    (file,) = shown["exported"]["files"]
    content = (district.folder / "exports/2025/students.csv").read_bytes()
    assert (shown["status"], shown["exported"]["run_id"]) == ("exported", run["run_id"])
    assert content.decode().split("\r\n")[file["row"]] == file["line"]
    assert "O'Brien, Ann" in file["line"]
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert file["path"].endswith("exports/2025/students.csv")
    (year,) = read(district, "status")["years"]
    assert (year["synced"], year["exported"], year["due"]) == (61, 61, 0)
    assert year["last_export"]["run_id"] == run["run_id"]
    assert year["last_export"]["students"] == 2
    (found,) = read(district, "registrations?student_id=007")["items"]
    assert found == shown
