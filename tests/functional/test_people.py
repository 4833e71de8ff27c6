"""People through the real handlers: who may see, invite, change, reset and remove whom."""

import json
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.tokens import app as tokens
from registration_sync.bootstrap import people
from registration_sync.domain.errors import Unavailable
from tests.functional.support.district import call
from tests.functional.support.events import ADMINISTRATOR, OPERATOR, VIEWER, api_event, person
from tests.functional.support.user_pool import (
    add_person,
    groups_of,
    people_stored,
    sent_to,
    signed_out,
    user_of,
)

PERSON = "/people/{person_id}"
NORTH = "district:north"
OF_BOTH = person("full-access", NORTH, "district:south", username="bo")
INVITED: dict[str, Any] = {
    "email": "Ann@north.org",
    "role": "limited_access",
    "districts": ["north"],
}

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def town(aws: None) -> None:
    """Two people of north, one of south, one of both, and an operator."""
    add_person("ada", "full-access", NORTH)
    add_person("vic", "limited-access", NORTH)
    add_person("sam@south.org", "full-access", "district:south")
    add_person("bo", "full-access", NORTH, "district:south")
    add_person("olga", "full-access", "operators", NORTH)


def manage(
    method: str,
    resource: str,
    body: object = None,
    claims: dict[str, str] = ADMINISTRATOR,
    **path: str,
) -> tuple[int, Any]:
    return call(configuration, method, resource, body, claims=claims, **path)


def listed(claims: dict[str, str] = ADMINISTRATOR, **query: str) -> list[str]:
    event = api_event("GET", "/people", claims=claims, query=query)
    answer = configuration.handler(event, None)
    assert answer["statusCode"] == 200, answer
    return [one["person_id"] for one in json.loads(answer["body"])["items"]]


def audited(claims: dict[str, str] = ADMINISTRATOR) -> list[tuple[str, str]]:
    status, page = manage("GET", "/people/audit", claims=claims)
    assert status == 200
    return [(entry["action"], entry["changes"][0]["to"]) for entry in page["items"]]


def sign_in(person_id: str, trigger: str = "TokenGeneration_HostedAuth") -> Any:
    event = {"triggerSource": trigger, "userName": person_id, "request": {}, "response": {}}
    return tokens.handler(event, None)


def test_each_caller_sees_only_people_who_are_wholly_within_their_districts() -> None:
    assert listed() == ["ada", "vic"]
    assert listed(OF_BOTH) == ["ada", "bo", "sam@south.org", "vic"]
    assert listed(OF_BOTH, district="south") == ["bo", "sam@south.org"]
    assert listed(OPERATOR) == ["ada", "bo", "olga", "sam@south.org", "vic"]
    assert listed(OPERATOR, district="south") == ["bo", "sam@south.org"]
    assert listed(ADMINISTRATOR, district="south") == []
    assert listed(person("full-access", "district:nowhere")) == []
    assert listed(person("full-access")) == []


def test_people_are_listed_page_by_page_with_their_last_sign_in() -> None:
    sign_in("vic")
    pages, after = [], ""
    while True:
        event = api_event("GET", "/people", claims=OPERATOR, query={"limit": "2", "after": after})
        page = json.loads(configuration.handler(event, None)["body"])
        pages += page["items"]
        after = page["next"]
        if after is None:
            break

    assert [one["person_id"] for one in pages] == listed(OPERATOR)
    assert [one["person_id"] for one in pages if one["last_sign_in"]] == ["vic"]
    _, vic = manage("GET", PERSON, person_id="vic")
    assert vic == next(one for one in pages if one["person_id"] == "vic")
    assert (vic["role"], vic["districts"], vic["state"]) == ("limited_access", ["north"], "active")


def test_a_renewed_token_is_no_sign_in_and_a_failure_to_record_refuses_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in("vic", "TokenGeneration_RefreshTokens")
    assert manage("GET", PERSON, person_id="vic")[1]["last_sign_in"] is None

    def fail(*_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    sign_ins = tokens.tokens_function.dependencies().sign_ins
    monkeypatch.setattr(type(sign_ins), "put", fail)
    assert sign_in("vic")["userName"] == "vic"
    assert "sign-in not recorded" in caplog.text


def test_an_invited_person_gets_a_mail_when_the_groups_are_set() -> None:
    status, answer = manage("POST", "/people", INVITED | {"districts": ["north"]})

    assert status == 201
    assert (answer["person_id"], answer["state"]) == ("ann@north.org", "invited")
    assert groups_of("ann@north.org") == {"limited-access", NORTH}
    assert sent_to("ann@north.org") == ["invitation"]
    assert user_of("ann@north.org").attribute_lookup["email_verified"] == "true"
    assert audited() == [("person_invited", "ann@north.org")]
    assert "ann@north.org" in listed()


def test_the_group_of_a_new_district_is_made() -> None:
    body = INVITED | {"districts": ["new-town"], "role": "full_access"}

    assert manage("POST", "/people", body, OPERATOR)[0] == 201
    assert groups_of("ann@north.org") == {"full-access", "district:new-town"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"email": "no address"}, "email"),
        ({"email": None}, "email"),
        ({"email": f"{'a' * 64}@{'b' * 60}.example.org"}, "email"),
        ({"email": "anytown_ann @north.org"}, "email"),
        ({"role": "operator"}, "role"),
        ({"role": None}, "role"),
        ({"role": ["full_access"]}, "role"),
        ({"districts": []}, "districts"),
        ({"districts": "north"}, "districts"),
        ({"districts": ["a b"]}, "districts[0]"),
        ({"districts": [7]}, "districts[0]"),
        ({"districts": ["north"] * 51}, "districts"),
        ({"is_operator": "yes"}, "is_operator"),
        ({"groups": ["operators"]}, "groups"),
    ],
)
def test_an_invitation_that_is_not_valid_changes_nothing(change: Any, path: str) -> None:
    before = people_stored()

    status, answer = manage("POST", "/people", INVITED | change)

    assert status == 400
    assert path in [one["path"] for one in answer["error"]["problems"]]
    assert people_stored() == before
    assert audited() == []


@pytest.mark.parametrize(
    "given",
    [
        {"districts": ["south"]},
        {"districts": ["north", "south"]},
        {"is_operator": True},
        {"is_operator": True, "districts": []},
    ],
)
def test_nobody_gives_what_they_do_not_have(given: dict[str, Any]) -> None:
    before = people_stored()

    invited = manage("POST", "/people", INVITED | given)
    changed = manage("PUT", PERSON, {"role": None, "districts": []} | given, person_id="vic")

    assert (invited[0], changed[0]) == (403, 403)
    assert people_stored() == before


def test_an_address_of_another_district_is_refused_without_a_word_about_it() -> None:
    texts = set()
    for taken in ("sam@south.org", "SAM@south.org", "olga@example.org"):
        if taken.startswith("olga"):
            add_person("olga@example.org", "full-access", "operators")
        status, answer = manage("POST", "/people", INVITED | {"email": taken})
        assert (status, answer["error"]["code"]) == (409, "conflict")
        texts.add(answer["error"]["message"])

    (text,) = texts
    assert text.startswith("This address cannot be invited")
    assert groups_of("sam@south.org") == {"full-access", "district:south"}


def test_an_address_among_the_own_people_is_refused_with_what_to_do() -> None:
    manage("POST", "/people", INVITED)

    status, answer = manage("POST", "/people", INVITED)

    assert status == 409
    assert "send the invitation again" in answer["error"]["message"]


def test_a_person_whose_groups_could_not_be_set_is_not_left_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    monkeypatch.setattr(type(people.people().pool), "change_groups", fail)
    assert manage("POST", "/people", INVITED)[0] == 503
    assert user_of("ann@north.org") is None


def test_a_changed_person_has_the_new_groups_and_is_signed_out() -> None:
    body = {"role": "full_access", "districts": ["south", "north"]}

    status, answer = manage("PUT", PERSON, body, OF_BOTH, person_id="vic")

    assert (status, answer["role"]) == (200, "full_access")
    assert answer["districts"] == ["north", "south"]
    assert groups_of("vic") == {"full-access", NORTH, "district:south"}
    assert signed_out("vic")
    assert audited(OF_BOTH) == [("person_changed", "vic")]
    assert audited() == [], "north must not learn where the person is now"


def test_a_change_without_a_sign_out_changes_nothing_and_is_audited_when_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    before = people_stored()
    body = {"role": "full_access", "districts": ["north"]}
    with monkeypatch.context() as fault:
        fault.setattr(type(people.people().pool), "sign_out", fail)
        assert manage("PUT", PERSON, body, person_id="vic")[0] == 503
    assert people_stored() == before

    assert manage("PUT", PERSON, body, person_id="vic")[0] == 200
    assert signed_out("vic")
    assert audited() == [("person_changed", "vic")]


def test_an_unchanged_person_is_not_signed_out_and_other_groups_stay() -> None:
    add_person("pat", "limited-access", "full-access", NORTH, "us-east-1_POOL_google")
    body = {"role": "limited_access", "districts": ["north"]}

    assert manage("PUT", PERSON, body, person_id="vic")[0] == 200
    assert not signed_out("vic")
    assert audited() == []
    assert manage("PUT", PERSON, body, person_id="pat")[0] == 200
    assert groups_of("pat") == {"limited-access", NORTH, "us-east-1_POOL_google"}


def test_a_person_is_switched_off_and_on() -> None:
    body = {"role": "limited_access", "districts": ["north"]}

    status, answer = manage("PUT", PERSON, body | {"enabled": False}, person_id="vic")
    assert (status, answer["enabled"], user_of("vic").enabled) == (200, False, False)
    assert signed_out("vic")
    assert manage("PUT", PERSON, body, person_id="vic")[1]["enabled"] is False
    assert manage("PUT", PERSON, body | {"enabled": True}, person_id="vic")[1]["enabled"] is True
    assert audited() == [("person_switched_on", "vic"), ("person_switched_off", "vic")]


def test_an_invitation_is_sent_again_until_the_person_has_a_password() -> None:
    manage("POST", "/people", INVITED)

    assert manage("POST", f"{PERSON}/invitation", person_id="ann@north.org")[0] == 200
    assert sent_to("ann@north.org") == ["invitation"] * 2
    assert audited()[0] == ("invitation_sent", "ann@north.org")
    status, answer = manage("POST", f"{PERSON}/invitation", person_id="vic")
    assert (status, answer["error"]["code"]) == (409, "conflict")


def test_a_password_reset_mails_a_code_and_ends_all_sessions() -> None:
    assert manage("POST", f"{PERSON}/password-reset", person_id="vic") == (204, None)

    assert (sent_to("vic"), signed_out("vic")) == (["code"], True)
    assert manage("GET", PERSON, person_id="vic")[1]["state"] == "password_reset"
    assert audited() == [("password_reset", "vic")]


def test_a_password_that_cannot_be_reset_says_what_to_do() -> None:
    manage("POST", "/people", INVITED)
    add_person("una", "limited-access", NORTH, email_verified=False)
    add_person("off", "limited-access", NORTH).enabled = False

    found = {
        name: manage("POST", f"{PERSON}/password-reset", person_id=name)
        for name in ("ann@north.org", "una", "off")
    }

    assert {status for status, _ in found.values()} == {409}
    words = [answer["error"]["message"] for _, answer in found.values()]
    assert "send the invitation again" in words[0]
    assert "no verified address" in words[1]
    assert "switched off" in words[2]


def test_a_reset_of_one_time_codes_forgets_the_app_and_ends_all_sessions() -> None:
    user_of("vic").software_token_mfa_enabled = True

    assert manage("POST", f"{PERSON}/mfa-reset", person_id="vic")[0] == 204
    assert not user_of("vic").software_token_mfa_enabled
    assert signed_out("vic")
    assert audited() == [("mfa_reset", "vic")]


def test_a_removed_person_is_gone_with_the_last_sign_in() -> None:
    sign_in("vic")

    assert manage("DELETE", PERSON, person_id="vic") == (204, None)
    assert user_of("vic") is None
    assert manage("GET", PERSON, person_id="vic")[0] == 404
    assert people.people().sign_ins.between("vic", "vic") == {}
    assert audited() == [("person_removed", "vic")]


EVERY_CHANGE = [
    ("PUT", PERSON, {"role": "full_access", "districts": ["north"], "enabled": False}),
    ("DELETE", PERSON, None),
    ("POST", f"{PERSON}/invitation", None),
    ("POST", f"{PERSON}/password-reset", None),
    ("POST", f"{PERSON}/mfa-reset", None),
]


@pytest.mark.parametrize(("method", "resource", "body"), EVERY_CHANGE)
def test_people_beyond_the_own_districts_do_not_exist(
    method: str, resource: str, body: object
) -> None:
    before = people_stored()
    of_another = {
        name: manage(method, resource, body, person_id=name)
        for name in ("sam@south.org", "bo", "olga", "nobody", "ñ" * 200, "")
    }

    assert {status for status, _ in of_another.values()} == {404}
    assert len({str(answer) for _, answer in of_another.values()}) == 1
    assert manage("GET", PERSON, person_id="olga")[0] == 404
    assert people_stored() == before


@pytest.mark.parametrize(("method", "resource", "body"), EVERY_CHANGE)
@pytest.mark.parametrize("claims", [ADMINISTRATOR, OPERATOR])
def test_nobody_changes_their_own_access(
    method: str, resource: str, body: object, claims: dict[str, str]
) -> None:
    before = people_stored()

    status, answer = manage(method, resource, body, claims, person_id=claims["username"])

    assert (status, answer["error"]["code"]) == (403, "access_denied")
    assert people_stored() == before


def test_limited_access_manages_nobody() -> None:
    assert manage("GET", "/people", claims=VIEWER)[0] == 403
    assert manage("GET", "/people/audit", claims=VIEWER)[0] == 403
    assert manage("POST", "/people", INVITED, VIEWER)[0] == 403
    limited_operator = person("limited-access", "operators")
    assert manage("POST", "/people", INVITED, limited_operator)[0] == 403


def test_the_audit_shows_each_reader_only_what_concerns_their_people() -> None:
    for number in range(30):
        body = {"role": ["full_access", None][number % 2], "districts": ["south"]}
        manage("PUT", PERSON, body, OPERATOR, person_id="sam@south.org")
    manage("POST", f"{PERSON}/password-reset", claims=OPERATOR, person_id="vic")
    add_person("otto", "full-access", "operators", NORTH)
    manage("POST", f"{PERSON}/password-reset", claims=OPERATOR, person_id="otto")

    assert audited() == [("password_reset", "vic")]
    assert audited(OPERATOR)[:2] == [("password_reset", "otto"), ("password_reset", "vic")]
    event = api_event("GET", "/people/audit", claims=ADMINISTRATOR, query={"limit": "1"})
    page = json.loads(configuration.handler(event, None)["body"])
    assert [entry["by"] for entry in page["items"]] == ["olga"]
