"""Announcements and alarms on the deployed template: messages of the topic and events of the bus
arrive in queues, and every alarm fires. The messages about guards are in test_guards.py.

The emulator extracts no metrics from logs. The tests read the metrics lines and put the metrics
themselves; the alarms are those of the template.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from local.stack import STACK_NAME, LocalStack
from tests.functional.test_run_events import pattern
from tests.stack.support.district import District, new_district, registration
from tests.stack.support.everything import log_messages
from tests.stack.support.inbox import ARRIVES_WITHIN_SECONDS, Inbox, new_inbox

STUDENT, NAME = "4711-only-here", "Only-Here"


@pytest.fixture(scope="module")
def programs(stack: LocalStack) -> Inbox:
    """A queue that is the target of the rule in docs/enroll."""
    box, events = new_inbox(stack, "programs"), stack.client("events")
    events.put_rule(Name="finished-runs", EventPattern=json.dumps(pattern(STACK_NAME)))
    events.put_targets(Rule="finished-runs", Targets=[{"Id": "queue", "Arn": box.arn}])
    return box


def log_lines(
    stack: LocalStack, function: str, since: datetime, pattern: str = ""
) -> list[dict[str, Any]]:
    """The log lines of the function that are JSON and have the pattern, from a second before that
    time on."""
    configuration = stack.client("lambda").get_function_configuration(FunctionName=function)
    group = configuration["LoggingConfig"]["LogGroup"]
    texts = log_messages(stack, group, int(since.timestamp() * 1000) - 1_000, pattern)
    return [json.loads(text) for text in texts if text.startswith("{")]


def metrics(stack: LocalStack, function: str, since: datetime) -> list[dict[str, Any]]:
    lines = log_lines(stack, stack.functions[function], since, '"_aws"')
    return [line for line in lines if "_aws" in line]


def new_metrics(
    stack: LocalStack, function: str, since: datetime, known: list[dict[str, Any]]
) -> dict[str, Any]:
    """The first metrics line beyond those that are known."""
    give_up = time.monotonic() + ARRIVES_WITHIN_SECONDS
    while time.monotonic() < give_up:
        found = metrics(stack, function, since)
        if len(found) > len(known):
            return found[-1]
        time.sleep(0.1)
    raise AssertionError("there is no new line of metrics")


def metrics_of(stack: LocalStack, run: dict[str, Any]) -> dict[str, Any]:
    """The metrics line of the run, which the function writes after the record."""
    give_up = time.monotonic() + ARRIVES_WITHIN_SECONDS
    while time.monotonic() < give_up:
        for line in metrics(stack, "export", datetime.fromisoformat(run["requested_at"])):
            if all(line.get(name) == run[name] for name in ("connection_id", "run_id")):
                return line
        time.sleep(0.1)
    raise AssertionError(f"there are no metrics of {run['run_id']}")


def put_metrics(stack: LocalStack, line: dict[str, Any]) -> None:
    """Puts the metrics of such a line, as CloudWatch does."""
    (found,) = line["_aws"]["CloudWatchMetrics"]
    dimensions = [{"Name": name, "Value": line[name]} for name in found["Dimensions"][0]]
    data = [
        {"MetricName": one["Name"], "Dimensions": dimensions, "Value": line[one["Name"]][0]}
        for one in found["Metrics"]
    ]
    stack.client("cloudwatch").put_metric_data(Namespace=found["Namespace"], MetricData=data)


def alarm_message(stack: LocalStack, people: Inbox, alarm: str) -> dict[str, Any]:
    """The message of the alarm whose name ends like this."""
    name = f"registration-sync - {alarm}"
    message = people.first(
        lambda one: (
            one.get("Subject", "").startswith(f'ALARM: "{name}"')
            and "smoke test" not in one["Message"]
        ),
    )
    body: dict[str, Any] = json.loads(message["Message"])
    assert body["NewStateValue"] == "ALARM"
    assert "What to do: " in body["AlarmDescription"]
    return body


def of(district: District) -> Callable[[dict[str, Any]], bool]:
    return lambda event: event["detail"]["connection_id"] == district.connection_id


def test_a_failed_run_is_announced_to_people_and_programs_and_raises_the_alarm(
    stack: LocalStack, people: Inbox, programs: Inbox
) -> None:
    district = new_district(stack, username="nobody", name="Anytown, SFTP")
    district.go_live()
    district.sync(registration(STUDENT, NAME))
    run = district.nightly_export("2026-06-02T02:00:00Z")

    assert run["status"] == "failed"
    subject, body = people.first_about(district)
    assert subject == "Anytown, SFTP: the scheduled export failed"
    assert run["years"][0]["error"]["message"] in body
    assert body.count("What to do: ") == 1
    event = programs.first(of(district))
    assert (event["source"], event["detail-type"]) == ("registration-sync", "Export run finished")
    assert event["detail"]["run_id"] == run["run_id"]
    assert event["detail"]["stack"] == "registration-sync"
    assert event["detail"]["years"][0]["error"] == "sign_in_refused"
    line = metrics_of(stack, run)
    assert (line["service"], line["FailedRuns"]) == ("export", [1.0])
    put_metrics(stack, line)
    alarm_message(stack, people, "export failed")


def test_newly_held_students_are_announced_once_without_names_and_raise_the_alarm(
    stack: LocalStack, people: Inbox, programs: Inbox
) -> None:
    began = datetime.now(UTC)
    district = new_district(stack)
    wrong = registration(STUDENT, NAME)
    wrong["data"]["students"]["dob"] = "no-day-at-all"
    district.sync(wrong, registration("1"))

    first, second = district.export(), district.export()

    assert [run["status"] for run in (first, second)] == ["partial", "partial"]
    subject, body = people.first_about(district)
    assert subject == "Anytown, SFTP: 1 more student needs attention"
    assert "Why: DOB, " in body
    event = programs.first(of(district))
    assert (event["detail"]["years"][0]["held"], event["detail"]["years"][0]["newly_held"]) == (
        1,
        1,
    )
    before, after = (metrics_of(stack, run) for run in (first, second))
    assert (before["NewlyHeldStudents"], after["NewlyHeldStudents"]) == ([1.0], [0.0])
    put_metrics(stack, before)
    alarm_message(stack, people, "more students need attention")
    private = (STUDENT, NAME, "no-day-at-all")
    everything = json.dumps(
        [
            people.seen,
            programs.seen,
            *(log_lines(stack, name, began) for name in stack.functions.values()),
        ]
    )
    assert district.connection_id in everything
    assert [word for word in private if word in everything] == []


def test_an_overdue_nightly_export_raises_the_alarm(stack: LocalStack, people: Inbox) -> None:
    district = new_district(stack)
    district.go_live()
    body = {"enabled": True, "time": "00:00", "time_zone": "UTC"}
    stack.call("PUT", f"{district.path}/schedule", body, role="full_access")
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["ConnectionsTableName"],
        Key={"pk": {"S": "SCHEDULES"}, "sk": {"S": district.connection_id}},
        UpdateExpression="SET set_at = :long_ago",
        ExpressionAttributeValues={":long_ago": {"S": "2026-01-01T00:00:00+00:00"}},
    )

    began = datetime.now(UTC)
    known = metrics(stack, "configuration", began)

    overdue = watch(stack)
    line = new_metrics(stack, "configuration", began, known)
    put_metrics(stack, line)

    assert district.connection_id in overdue
    assert line["OverdueConnections"] == [len(overdue)]
    alarm_message(stack, people, "nightly export overdue")
    district.export()
    assert district.connection_id not in watch(stack)
    stack.call("PUT", f"{district.path}/schedule", body | {"enabled": False}, role="full_access")


def watch(stack: LocalStack) -> list[str]:
    """Invokes the hourly check with the input of the template's rule."""
    events, function = stack.client("events"), stack.functions["configuration"]
    targets = [
        target
        for rule in events.list_rules()["Rules"]
        if rule.get("ScheduleExpression") == "cron(17 * * * ? *)"
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    ]
    assert [target["Arn"].rsplit(":", 2)[1:] for target in targets] == [[function, "live"]]
    called, event = targets[0]["Arn"], targets[0]["Input"]
    answer = stack.client("lambda").invoke(FunctionName=called, Payload=event)
    overdue: list[str] = json.loads(answer["Payload"].read())["overdue"]
    return overdue


@pytest.mark.parametrize(
    ("namespace", "metric", "alarm"),
    [
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "export event in dead-letter queue"),
        ("AWS/ApiGateway", "5XXError", "API 5xx errors"),
    ],
)
def test_metrics_of_aws_raise_alarms(
    stack: LocalStack, people: Inbox, namespace: str, metric: str, alarm: str
) -> None:
    data = [{"MetricName": metric, "Value": 1.0}]
    stack.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)

    alarm_message(stack, people, alarm)


def test_every_function_writes_audit_entries_that_the_api_shows(
    stack: LocalStack,
) -> None:
    district = new_district(stack)
    district.sync(registration(STUDENT, NAME))
    path = f"{district.path}/registrations/2025/{STUDENT}"
    assert stack.call("DELETE", path, role="enroll").status == 204
    requested = stack.call("POST", f"{district.path}/exports", {}, role="limited_access")
    assert requested.status == 202, requested.body

    answer = stack.call("GET", f"{district.path}/audit", role="limited_access")

    items = answer.json()["items"]
    assert [(item["action"], item["by"]) for item in items] == [
        ("export_requested", stack.users["limited_access"].username),
        ("registration_removed", stack.programs[0]),
        ("mapping_saved", stack.users["full_access"].username),
        ("connection_created", stack.users["full_access"].username),
    ]
    assert {change["field"]: change["to"] for change in items[-1]["changes"]}["password"] == (
        "changed"
    )
    assert [word for word in (STUDENT, NAME, stack.sftp.password) if word in answer.body] == []
