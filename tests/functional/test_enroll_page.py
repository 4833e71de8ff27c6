"""What docs/enroll.md says about results and codes is what the functions answer."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from local.docs.enroll_page import CONNECTION as NAME
from local.docs.enroll_page import OUTCOMES, REGISTRATION, SOME, TAKES, Outcome, answers, results
from local.docs.incomplete import Incomplete
from tests.functional.support.district import CONNECTION, call, context
from tests.functional.support.events import OPERATOR, api_event

pytestmark = pytest.mark.usefixtures("started")

PAGE = (Path(__file__).parents[2] / "docs" / "enroll.md").read_text(encoding="utf-8")
RESOURCE = "/connections/{connection_id}/registrations"


@pytest.fixture(autouse=True)
def connection(started: object) -> None:
    body = CONNECTION | {"delivery": "download", "connection_id": NAME}
    assert call(configuration, "POST", "/connections", body, claims=OPERATOR)[0] == 201
    some = body | {"connection_id": SOME, "takes": TAKES}
    assert call(configuration, "POST", "/connections", some, claims=OPERATOR)[0] == 201


def synced(body: Any, connection_id: str = NAME, seconds: float = 29) -> tuple[int, Any, Any]:
    """The status, the body and the headers of the answer."""
    event = api_event("POST", RESOURCE, claims=OPERATOR, body=body, connection_id=connection_id)
    response = sync.handler(event, context(seconds))
    return response["statusCode"], json.loads(response["body"]), response["headers"]


def outcome_of(outcome: Outcome) -> tuple[int, str, str]:
    """The status, and the result and code of the last registration, or the code of the error."""
    status, body, _ = synced(outcome.body, outcome.connection_id)
    if status != 200:
        return status, "", body["error"]["code"]
    last = body["registrations"][-1]
    return status, last["result"], last["code"]


def test_each_test_value_brings_its_outcome_about() -> None:
    found = [outcome_of(outcome) for outcome in OUTCOMES]

    assert found == [(one.status, one.result, one.code) for one in OUTCOMES]


def test_a_repeat_is_unchanged() -> None:
    _, first, _ = synced({"registrations": [REGISTRATION]})
    _, second, _ = synced({"registrations": [REGISTRATION]})

    assert "unchanged" not in first["registrations"][0]
    assert second["registrations"][0]["unchanged"] is True


def test_a_test_value_for_every_refusal_is_given() -> None:
    refused = re.findall(r"^\| `refused` \| `(\w+)` \|", results(), re.MULTILINE)

    assert {one.code for one in OUTCOMES if one.result == "refused"} == set(refused)


def test_the_page_shows_the_answer_of_a_failed_sync() -> None:
    status, body, headers = synced({"registrations": [REGISTRATION]}, seconds=1)

    assert (status, headers["Retry-After"]) == (503, "5")
    assert body in shown_in_json()


def test_a_registration_may_fail_inside_a_200() -> None:
    refused = {**REGISTRATION, "status": "Started"}

    status, body, _ = synced({"registrations": [refused, REGISTRATION]}, seconds=1)

    assert (status, body["refused"], body["failed"]) == (200, 1, 1)


def test_the_page_shows_the_answer_of_the_first_sync() -> None:
    _, body, _ = synced({"registrations": [REGISTRATION]})

    assert body in shown_in_json()


def shown_in_json() -> list[Any]:
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_every_code_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(answers.__globals__["_ANSWERS"], "not_signed_in")
    monkeypatch.setitem(results.__globals__["_RESULTS"], "tired", ("refused", "", ""))

    with pytest.raises(Incomplete, match=r"_ANSWERS of .* does not explain not_signed_in: add"):
        answers()
    with pytest.raises(Incomplete, match=r"_RESULTS of .* explains tired, which is no code any"):
        results()
