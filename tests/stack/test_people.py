"""People on the deployed stack: a new colleague is invited, signs in, is changed and removed."""

import time
from urllib.parse import quote

from local import sign_in
from local.stack import LocalStack
from tests.stack.support.district import new_district
from tests.stack.support.people import as_, operator_token, token_of


def test_a_colleague_is_invited_signs_in_is_changed_and_removed(stack: LocalStack) -> None:
    district = new_district(stack)
    town = district.connection["district"]
    stack = as_(stack, "olga", operator_token(stack))
    address = f"ann{time.monotonic_ns()}@example.org"
    path = f"/people/{quote(address)}"
    body = {"email": address, "role": "limited_access", "districts": [town]}

    invited = stack.call("POST", "/people", body, role="olga")
    assert (invited.status, invited.json()["state"]) == (201, "invited")
    pool = {"UserPoolId": stack.outputs["UserPoolId"], "Username": address}
    stack.client("cognito-idp").admin_set_user_password(
        **pool, Password="Correct-horse-1", Permanent=True
    )
    stack = as_(stack, "ann", token_of(stack, sign_in.User(address, "Correct-horse-1", ())))
    assert stack.call("GET", district.path, role="ann").status == 200
    assert stack.call("GET", "/people", role="ann").status == 403

    shown = stack.call("GET", path, role="olga").json()
    assert (shown["state"], shown["last_sign_in"] is None) == ("active", False)
    body = {"role": "full_access", "districts": [town]}
    assert stack.call("PUT", path, body, role="olga").json()["role"] == "full_access"
    stack = as_(stack, "ann", token_of(stack, sign_in.User(address, "Correct-horse-1", ())))
    listed = stack.call("GET", "/people", role="ann").json()["items"]
    assert address in [one["person_id"] for one in listed]

    assert stack.call("DELETE", path, role="olga").status == 204
    assert stack.call("GET", path, role="olga").status == 404
    entries = stack.call("GET", "/people/audit", role="olga").json()["items"]
    assert [entry["action"] for entry in entries if entry["changes"][0]["to"] == address] == [
        "person_removed",
        "person_changed",
        "person_invited",
    ]
