"""The check of the roles' rights finds what it must find. All other tests of this folder use it."""

import copy
from typing import Any

import boto3
import pytest

from functions.configuration.app import handler
from local.processes import ROOT
from tests.functional.support.events import OPERATOR, api_event, sample
from tests.functional.support.iam import ARN, JUSTIFIED, Rights, recorded_rights, unused_by
from tests.functional.support.programs import bind_samples

CONNECTIONS = ARN.format("dynamodb", "table/connections")


@pytest.fixture
def tested(rights: Rights) -> Rights:
    """Rights of its own, so that what a test plants is no failure."""
    return copy.deepcopy(rights)


def denied(rights: Rights, function: str, service: str, operation: str, **given: Any) -> bool:
    before = len(rights.denied)
    rights.check(function, service, operation, given)
    return len(rights.denied) > before


def item(pk: str, table: str = "connections") -> dict[str, Any]:
    return {"TableName": table, "Key": {"pk": {"S": pk}, "sk": {"S": "x"}}}


@pytest.mark.usefixtures("started")
def test_a_missing_right_of_a_called_function_is_found(rights: Rights) -> None:
    bind_samples()
    statements = rights.statements["configuration"]
    rights.statements["configuration"] = [one for one in statements if one["Sid"] != "AddToAudit"]
    body = sample("configuration_create_connection")["body"]

    handler(api_event("POST", "/connections", claims=OPERATOR, body=body), None)

    found, rights.denied = rights.denied, set()
    rights.statements["configuration"] = statements
    (only,) = found
    assert only.startswith(f"configuration may not dynamodb:PutItem on {CONNECTIONS}")
    assert "AUDIT#north-powerschool" in only


@pytest.mark.usefixtures("started")
def test_calls_of_the_tests_themselves_are_not_checked(rights: Rights) -> None:
    boto3.client("dynamodb").scan(TableName="connections")

    assert rights.denied == set()


def test_the_sync_function_cannot_read_a_whole_connection(tested: Rights) -> None:
    whole = item("CONNECTIONS")
    projection = {"ExpressionAttributeNames": {"#d": "district"}, "ProjectionExpression": "#d"}

    assert denied(tested, "sync", "dynamodb", "GetItem", **whole)
    assert not denied(tested, "sync", "dynamodb", "GetItem", **whole, **projection)
    assert denied(tested, "sync", "dynamodb", "GetItem", **item("MAPPING#c"), **projection)


@pytest.mark.parametrize("function", ["sync", "export", "configuration"])
def test_no_function_changes_an_entry_of_the_audit_or_the_access_log(
    tested: Rights, function: str
) -> None:
    update = {"UpdateExpression": "SET by = :by"}

    for entry in ("AUDIT#c", "ACCESS#c"):
        assert denied(tested, function, "dynamodb", "UpdateItem", **item(entry), **update)
        assert denied(tested, function, "dynamodb", "DeleteItem", **item(entry))


@pytest.mark.parametrize("key", ["CONNECTIONS", "MAPPING#c", "SCHEDULES"])
def test_the_export_function_cannot_replace_configuration(tested: Rights, key: str) -> None:
    """A purge may delete mappings and schedules."""
    whole = {"TableName": "connections", "Item": item(key)["Key"]}

    assert denied(tested, "export", "dynamodb", "PutItem", **whole)
    is_purged = key != "CONNECTIONS"
    assert denied(tested, "export", "dynamodb", "DeleteItem", **item(key)) is not is_purged
    update = {"UpdateExpression": "SET district = :other"}
    assert denied(tested, "export", "dynamodb", "UpdateItem", **item(key), **update)


def test_the_export_function_may_change_the_settings_of_a_connection(tested: Rights) -> None:
    """What the role allows; the code changes only the example students in `document`."""
    update = {"UpdateExpression": "SET document = :document"}

    assert not denied(tested, "export", "dynamodb", "UpdateItem", **item("CONNECTIONS"), **update)
    assert denied(tested, "export", "dynamodb", "UpdateItem", **item("MAPPING#c"), **update)


def test_a_role_may_only_be_passed_to_the_scheduler(tested: Rights) -> None:
    schedule = {"GroupName": "stack-exports", "Name": "c"}
    right, wrong = "arn:aws:iam::123456789012:role/schedule", "arn:aws:iam::123456789012:role/other"

    given = {**schedule, "Target": {"RoleArn": right}}
    assert not denied(tested, "configuration", "scheduler", "CreateSchedule", **given)
    given = {**schedule, "Target": {"RoleArn": wrong}}
    assert denied(tested, "configuration", "scheduler", "CreateSchedule", **given)
    other = {"GroupName": "default", "Name": "c"}
    assert denied(tested, "configuration", "scheduler", "DeleteSchedule", **other)


def test_a_condition_on_a_missing_key_does_not_hold(tested: Rights) -> None:
    statement = {"Sid": "X", "Action": "dynamodb:GetItem", "Resource": "*"}
    for operator, holds in {
        "StringEquals": False,
        "StringLike": False,
        "StringEqualsIfExists": True,
        "ForAllValues:StringEquals": True,
    }.items():
        tested.statements["sync"] = [statement | {"Condition": {operator: {"aws:missing": "x"}}}]

        assert denied(tested, "sync", "dynamodb", "GetItem", **item("x")) is not holds
        tested.denied.clear()


def test_every_right_is_used(rights: Rights) -> None:
    """Each right of a role is needed by a call of a test, or UNUSED has a reason.

    To record, delete tests/used_rights.json and run
    `RECORD_RIGHTS=1 make test ARGUMENTS='-n 3 tests/functional'`.
    """
    recorded = recorded_rights().keys()

    assert rights.granted() - recorded - JUSTIFIED == set(), "remove these, or justify them"
    assert JUSTIFIED - (rights.granted() - recorded) == set(), "remove their justification"
    assert recorded - rights.granted() == set(), "record the rights again"


def test_the_recorded_tests_are_there() -> None:
    """A recorded test fails if it does not use its rights; one that is gone could not."""
    for test in set(recorded_rights().values()):
        module, _, name = test.partition("::")

        assert f"def {name.partition('[')[0]}(" in (ROOT / module).read_text(encoding="utf-8"), test


def test_a_superfluous_right_is_found(tested: Rights) -> None:
    recorded = recorded_rights().keys() | JUSTIFIED
    key = "dynamodb:LeadingKeys"
    for role, more in {
        "sync": {"Action": "dynamodb:DeleteItem"},
        "export": {"Action": "dynamodb:PutItem", "Condition": {"StringLike": {key: "MORE#*"}}},
    }.items():
        tested.statements[role].append({"Sid": "More", "Resource": "*", **more})

    assert tested.granted() - recorded == {
        "sync More dynamodb:DeleteItem",
        "export More dynamodb:PutItem",
        "export More dynamodb:LeadingKeys MORE#*",
    }


def test_a_statement_is_not_needed_where_another_allows_the_same(tested: Rights) -> None:
    tested.used.clear()
    given = {"GroupName": "stack-exports", "Name": "c"}

    tested.check("configuration", "scheduler", "DeleteSchedule", given)
    assert tested.used == {"configuration KeepSchedules scheduler:DeleteSchedule"}

    tested.used.clear()
    more = {"Sid": "More", "Action": "scheduler:DeleteSchedule", "Resource": "*"}
    tested.statements["configuration"].append(more)
    tested.check("configuration", "scheduler", "DeleteSchedule", given)
    assert tested.used == set()


def test_a_test_that_no_longer_uses_its_right_is_found() -> None:
    right, test = next(iter(recorded_rights().items()))

    assert right in unused_by(test, set())
    assert right not in unused_by(test, {right})
