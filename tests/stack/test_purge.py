"""The purge of a connection on the deployed functions, with their own permissions."""

import datetime as dt
import json
import re

from local.stack import LocalStack
from tests.stack.support.district import new_district, registration
from tests.stack.test_erasure import everything

STUDENT = "4711-purged-from-the-stack"


def test_after_a_purge_no_store_and_no_log_contains_a_student_of_the_connection(
    stack: LocalStack,
) -> None:
    """The schedule is not awaited: it would start the purge after 20 minutes."""
    district = new_district(stack)
    district.sync(registration(STUDENT))
    district.export()
    path, scheduler = district.path, stack.client("scheduler")
    stack.call("PUT", f"{path}/schedule", {"enabled": True, "time": "21:00"}, role="full_access")
    assert stack.call("DELETE", path, role="limited_access").status == 403

    assert stack.call("DELETE", f"{path}?grace_days=0", role="full_access").status == 204
    refused = stack.call(
        "POST", f"{path}/registrations", {"registrations": [registration("1")]}, role="enroll"
    )
    assert refused.json()["error"]["code"] == "being_deleted"
    assert stack.call("POST", f"{path}/restore", role="full_access").status == 200
    assert stack.call("DELETE", f"{path}?grace_days=0", role="full_access").status == 204
    names = {one["Name"] for one in scheduler.list_schedules()["Schedules"]}
    assert {district.connection_id, f"{district.connection_id}.purge"} <= names
    make_due(stack, district.connection_id)
    record = district.invoke_export(action="purge")

    assert record["status"] == "purged"
    assert record["purged"]["snapshots"] == 1
    assert stack.call("GET", path, role="full_access").status == 404
    names = {one["Name"] for one in scheduler.list_schedules()["Schedules"]}
    assert not {one for one in names if district.connection_id in one}
    secrets = stack.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)
    assert not [
        one for one in secrets["SecretList"] if f"/{district.connection_id}/" in one["Name"]
    ]
    kept = [*everything(stack)]
    assert [one for one, content in kept if STUDENT.encode() in content] == []
    named = re.compile(rf"(?<![\w-]){district.connection_id}(?![\w-])")
    paths = {one for one, _ in kept if named.search(one)}
    # The audit entries and the access log stay until they expire, counts of checks for a day.
    apart = re.compile(" (AUDIT|ACCESS|ATTEMPTS#connection)#")
    left = [one for one in paths if not apart.search(one)]
    assert left == [f"ConnectionsTableName CONNECTIONS {district.connection_id}"]


def make_due(stack: LocalStack, connection_id: str) -> None:
    table, dynamodb = stack.outputs["ConnectionsTableName"], stack.client("dynamodb")
    key = {"pk": {"S": "CONNECTIONS"}, "sk": {"S": connection_id}}
    item = dynamodb.get_item(TableName=table, Key=key)["Item"]
    past = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).isoformat()
    deletion = json.loads(item["deletion"]["S"]) | {"purge_at": past}
    dynamodb.put_item(TableName=table, Item=item | {"deletion": {"S": json.dumps(deletion)}})
