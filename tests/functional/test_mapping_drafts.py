"""A person's draft of a mapping, and how many students a mapping would hold, over the API."""

from typing import Any

import pytest

from functions.configuration import app as configuration
from tests.functional.conftest import stored_items
from tests.functional.support.deleted import delete_and_purge
from tests.functional.support.district import CONNECTION, call, registration, save, send
from tests.functional.support.events import VIEWER, person

pytestmark = pytest.mark.usefixtures("started")

DRAFT = "/connections/{connection_id}/mapping/draft"
PREVIEW = "/connections/{connection_id}/mapping/preview"
MAPPING: dict[str, Any] = {
    "files": [
        {
            "name": "students",
            "fields": [
                {"from": "students.id", "mapping_type": "direct", "to": "ID"},
                {"from": "", "mapping_type": "direct", "to": ""},  # unfinished
                {
                    "from": "students.grade",
                    "mapping_type": "match_codes",
                    "codes": [{"value": "K", "code": "00"}, {"value": "1", "code": "01"}],
                    "to": "Grade",
                },
            ],
        }
    ]
}


@pytest.fixture(autouse=True)
def download(started: object) -> None:
    body = CONNECTION | {"delivery": "download"}
    assert call(configuration, "POST", "/connections", body)[0] == 201


def put(base_version: int = 0, **more: Any) -> tuple[int, Any]:
    body = {"mapping": MAPPING, "base_version": base_version} | more
    return call(configuration, "PUT", DRAFT, body)


def read(**more: Any) -> tuple[int, Any]:
    return call(configuration, "GET", DRAFT, **more)


def drafts() -> list[Any]:
    return [one for one in stored_items() if one["pk"]["S"].startswith("DRAFTS#")]


def test_a_draft_with_mistakes_is_kept_for_its_person_alone_and_changes_no_export() -> None:
    assert read()[0] == 404
    assert call(configuration, "GET", "/connections/{connection_id}/mapping")[0] == 404

    status, stored = put()

    assert (status, stored["base_version"]) == (200, 0)
    assert read() == (200, stored | {"mapping": MAPPING})  # the order of codes included
    assert call(configuration, "GET", "/connections/{connection_id}/mapping")[0] == 404
    other = person("full-access", "operators") | {"sub": "7f1c2a34-0000-4000-8000-000000000009"}
    assert read(claims=other)[0] == 404
    assert read(claims=VIEWER)[0] == 403

    assert call(configuration, "DELETE", DRAFT) == (204, None)
    assert call(configuration, "DELETE", DRAFT) == (204, None)  # safe to repeat
    assert read()[0] == 404


def test_a_draft_replaces_only_the_one_that_it_continues() -> None:
    first = put(replaces="")[1]
    assert put(replaces="")[0] == 412  # another window has stored one

    second = put(3, replaces=first["saved_at"])[1]

    status, refused = put(4, replaces=first["saved_at"])
    assert status == 412
    assert "in another window" in refused["error"]["message"]
    assert read()[1]["base_version"] == 3
    assert put(5, replaces=second["saved_at"])[0] == 200
    assert put(6)[0] == 200  # without `replaces` in any case


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({"mapping": MAPPING}, 400, "base_version"),
        ({"mapping": MAPPING, "base_version": -1}, 400, "base_version"),
        ({"mapping": MAPPING, "base_version": True}, 400, "base_version"),
        ({"mapping": MAPPING, "base_version": 1, "replaces": 7}, 400, "replaces"),
        ({"mapping": {"files": ["x" * 300_000]}, "base_version": 1}, 413, "files"),
    ],
)
def test_a_draft_that_cannot_be_stored_is_refused(body: Any, status: int, path: str) -> None:
    refused, answer = call(configuration, "PUT", DRAFT, body)

    assert refused == status
    assert [one["path"] for one in answer["error"]["problems"]] == [path]
    assert drafts() == []


def test_a_draft_that_is_no_mapping_is_refused() -> None:
    assert call(configuration, "PUT", DRAFT, {"mapping": [], "base_version": 1})[0] == 400
    assert drafts() == []


def test_a_draft_expires_and_goes_with_the_connection() -> None:
    put()
    (stored,) = drafts()
    assert int(stored["expires_at"]["N"]) > 0

    delete_and_purge()

    assert drafts() == []


def test_the_students_who_would_need_attention_are_counted_by_field() -> None:
    save({"files": [MAPPING["files"][0] | {"fields": MAPPING["files"][0]["fields"][::2]}]})
    send(*(registration(str(n), grade=grade) for n, grade in enumerate(["K", "2", "3", "1"], 1)))
    body = {"mapping": MAPPING, "student_ids": ["2"], "unfinished": True, "everyone": True}

    status, answer = call(configuration, "POST", PREVIEW, body)

    assert status == 200
    assert answer["everyone"] == {
        "looked_at": 4,
        "complete": True,
        "students": 2,
        "fields": [{"file": 0, "field": 2, "students": 2}],
    }
    fields = answer["students"][0]["files"][0]["fields"]
    assert [(one["source"], one["value"]) for one in fields] == [("2", "2"), ("2", "2")]
    assert "problem" in fields[1]
    assert "everyone" not in call(configuration, "POST", PREVIEW, {"student_ids": []})[1]


def test_of_a_mapping_without_a_usable_part_nobody_needs_attention() -> None:
    send(registration("1"))
    body = {"mapping": {"files": []}, "unfinished": True, "everyone": True}

    everyone = call(configuration, "POST", PREVIEW, body)[1]["everyone"]

    assert (everyone["students"], everyone["fields"]) == (0, [])
