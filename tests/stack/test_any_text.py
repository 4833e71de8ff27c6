"""Any text from HTTP to SFTP: delivered as it was sent, or refused or held with a reason."""

import csv
import json
import unicodedata
from collections.abc import Iterable
from itertools import batched

import pytest

from local.http_client import Answer, send
from local.stack import LocalStack
from tests.stack.support.district import District, new_district, registration
from tests.support.skips import OUTSIDE_DATA, needs_outside_data

OWN = (
    "", " ", "\t", "a\nb", "a\r\nb", '"', '""', "'", ",", ";", "|", "\\", "\\n", "=1+1", "+1",
    "-1", "@x", "=HYPERLINK(…)", "NULL", "None", "NaN", "undefined", "true", "0", "-0", "1e5",
    "0x1F", "007", "1.10", "José", "Jose\u0301", "Ka\u02bbiulani", "İBRAHİM", "ﬁona", "日本語",
    "עברית", "العربية", "\U0001d4b5", "👨\u200d👩\u200d👧", "\u202eabc", "\ufeffa", "a\u200bb",
    "a\u00a0b", "a\u2028b", "a\u0085b", "a\x00b", "a\x1bb", "a\x7fb", "\ufffd",
    "<script>alert(1)</script>", "'; DROP TABLE students; --", "${jndi:ldap://x}", "%00",
    "x" * 5000,
)  # fmt: skip


def check_delivery(stack: LocalStack, texts: Iterable[str]) -> None:
    """Syncs a student for each text, and exports: each one has a row with exactly this text, or is
    held because of a character that is named by its U+ number."""
    district = new_district(stack)
    field = {"from": "students.v", "mapping_type": "direct", "to": "Value"}
    student_id = {"from": "registration.student_id", "mapping_type": "direct", "to": "ID"}
    mapping = {"files": [{"name": "students", "fields": [student_id, field]}]}
    assert stack.call("PUT", f"{district.path}/mapping", mapping, role="full_access").status == 200
    sent = {f"{number:05}": text for number, text in enumerate(texts)}
    for some in batched(sent.items(), 500):
        items = [registration(one) | {"data": {"students": {"v": text}}} for one, text in some]
        assert district.sync(*items)["synced"] == len(items)

    run = district.export()

    (year,) = run["years"]
    held = {one["student_id"]: one["message"] for one in year["held"]}
    assert all("U+" in message for message in held.values()), held
    path = district.folder / "exports/2025/students.csv"
    with path.open(newline="", encoding="utf-8") as file:
        delivered = {row["ID"]: row["Value"] for row in csv.DictReader(file)}
    assert delivered.keys() | held.keys() == sent.keys()
    assert delivered == {one: text for one, text in sent.items() if one not in held}
    assert all(any(map(is_control, sent[one])) for one in held)


def is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def test_own_texts_are_delivered_as_sent_or_held(stack: LocalStack) -> None:
    check_delivery(stack, OWN)


@needs_outside_data("csv-spectrum")
def test_the_values_of_csv_files_are_delivered_as_sent(stack: LocalStack) -> None:
    check_delivery(
        stack,
        [
            text
            for path in sorted(OUTSIDE_DATA.rglob("*.csv"))
            if path.name != "students_anytown.csv"  # which has a test of its own
            for row in csv.reader(path.read_text(encoding="utf-8").splitlines(keepends=True))
            for text in row
        ],
    )


def post(district: District, body: bytes) -> Answer:
    """Sends bytes as they are, as Enroll."""
    stack = district.stack
    token = {"Authorization": f"Bearer {stack.tokens['enroll']}"}
    headers = {"Content-Type": "application/json", **token}
    return send("POST", f"{stack.api_url}{district.path}/registrations", body=body, headers=headers)


@pytest.mark.parametrize(
    ("mark", "encoding", "status"),
    [(b"\xef\xbb\xbf", "utf-8", 200), (b"", "utf-8", 200), (b"", "latin-1", None)],
)
def test_a_body_of_bytes_is_read_as_utf_8_or_refused(
    stack: LocalStack, mark: bytes, encoding: str, status: int | None
) -> None:
    """API Gateway may replace what is not UTF-8, or pass it on."""
    district = new_district(stack)
    text = json.dumps({"registrations": [registration("1", "José")]}, ensure_ascii=False)

    answer = post(district, mark + text.encode(encoding))

    if status:
        assert (answer.status, answer.json()["synced"]) == (status, 1)
    elif answer.status == 200:
        (result,) = answer.json()["registrations"]
        assert (result["result"], result["code"]) == ("refused", "invalid_text")
    else:
        assert "UTF-8" in answer.json()["error"]["message"]


def test_a_repeat_is_unchanged_and_an_unknown_student_is_answered_as_unknown(
    stack: LocalStack,
) -> None:
    district = new_district(stack)
    district.sync(registration("1"))

    (repeated,) = district.sync(registration("1"))["registrations"]
    unknown = stack.call("DELETE", f"{district.path}/registrations/1999/1", role="enroll")
    known = stack.call("DELETE", f"{district.path}/registrations/2025/1", role="enroll")

    assert (repeated["result"], repeated["unchanged"]) == ("synced", True)
    assert (unknown.status, unknown.json()["result"]) == (200, "unknown")
    assert known.status == 204
