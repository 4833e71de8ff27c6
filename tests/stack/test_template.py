"""The deployed template."""

import json

import pytest

from local import sign_in
from local.http_client import send
from local.stack import LocalStack
from local.update_console import update


def test_a_request_without_a_token_is_refused(stack: LocalStack) -> None:
    answer = stack.call("GET", "/connections", role=None)

    assert answer.status == 401
    assert answer.json()["error"]["code"] == "not_signed_in"


@pytest.mark.parametrize("role", ["enroll", "full_access", "limited_access"])
def test_every_role_is_admitted_with_its_token(stack: LocalStack, role: str) -> None:
    assert stack.call("GET", "/connections", role=role).status == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("PUT", "/connections")])
def test_an_unknown_path_or_method_is_refused_in_the_common_error_shape(
    stack: LocalStack, method: str, path: str
) -> None:
    """With a token AWS answers 403 before any route is found, in words that quote the token."""
    without, with_token = (stack.call(method, path, role=role) for role in (None, "enroll"))

    assert (without.status, without.json()["error"]["code"]) == (404, "not_found")
    assert (with_token.status, with_token.json()["error"]["code"]) == (403, "request_refused")
    assert stack.tokens["enroll"][:20] not in with_token.body


def test_an_id_token_is_refused(stack: LocalStack) -> None:
    user = stack.users["full_access"]
    pages = (stack.endpoint_url, stack.outputs["PeopleClientId"], stack.console_url)
    tokens = sign_in.tokens_of_person(*pages, user)
    headers = {"Authorization": f"Bearer {tokens['id_token']}"}

    assert send("GET", f"{stack.api_url}/me", headers=headers).status == 401


def test_a_body_over_6_mb_is_refused(stack: LocalStack) -> None:
    answer = stack.call("POST", "/connections", {"name": "x" * 7_000_000}, role="full_access")

    assert (answer.status, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_burst_gets_429_and_the_time_to_wait(stack: LocalStack) -> None:
    limits = stack.client("apigateway").get_stage(restApiId=stack.outputs["ApiId"], stageName="v1")
    (limit,) = limits["methodSettings"].values()
    assert (limit["throttlingRateLimit"], limit["throttlingBurstLimit"]) == (100, 200)
    _limit_requests(stack, rate=1, burst=1)
    try:
        answers = [stack.call("GET", "/openapi.json", role=None) for _ in range(9)]
    finally:
        _limit_requests(stack, rate=100, burst=200)

    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert refused.headers["retry-after"] == "5"


def _limit_requests(stack: LocalStack, *, rate: int, burst: int) -> None:
    changes = {"rateLimit": rate, "burstLimit": burst}
    stack.client("apigateway").update_stage(
        restApiId=stack.outputs["ApiId"],
        stageName="v1",
        patchOperations=[
            {"op": "replace", "path": f"/*/*/throttling/{name}", "value": str(value)}
            for name, value in changes.items()
        ],
    )


def test_the_api_answers_with_the_published_version(stack: LocalStack) -> None:
    functions = stack.client("lambda")
    for function in stack.functions.values():
        alias = functions.get_alias(FunctionName=function, Name="live")
        assert alias["FunctionVersion"].isdecimal()


def test_updated_files_of_the_console_are_served(stack: LocalStack) -> None:
    functions, console = stack.client("lambda"), stack.functions["console"]
    before = functions.get_alias(FunctionName=console, Name="live")["FunctionVersion"]

    update(functions, console)

    after = functions.get_alias(FunctionName=console, Name="live")["FunctionVersion"]
    assert int(after) > int(before)
    assert send("GET", stack.console_url).status == 200


def test_the_export_function_is_the_only_one_that_may_read_secrets(stack: LocalStack) -> None:
    iam = stack.client("iam")

    allowed = {}
    for name, function in stack.functions.items():
        role = stack.client("lambda").get_function_configuration(FunctionName=function)["Role"]
        policies = iam.list_role_policies(RoleName=role.rsplit("/", 1)[1])["PolicyNames"]
        documents = [
            iam.get_role_policy(RoleName=role.rsplit("/", 1)[1], PolicyName=policy)
            for policy in policies
        ]
        text = json.dumps([document["PolicyDocument"] for document in documents])
        allowed[name] = "secretsmanager:GetSecretValue" in text

    assert allowed == {"sync": False, "export": True, "configuration": False, "console": False}
