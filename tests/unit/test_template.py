"""Rules of template.yaml that the local stack cannot show or that must not change."""

import dataclasses
import datetime as dt
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync import settings
from registration_sync.adapters.aws.archive import DRY_RUNS
from registration_sync.adapters.aws.notifications import SOURCE
from registration_sync.domain.runs import summary as run_summary
from registration_sync.domain.runs.run import DRY_RUN_RETENTION

TEMPLATE: dict[str, Any] = cfn_yaml.load(str(Path(__file__).parents[2] / "template.yaml"))
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]

WILDCARD_ONLY_ACTIONS = {
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
}
"""Actions without a narrower resource on AWS, for a function in a VPC."""

SETTINGS = {
    "SyncFunction": settings.SyncSettings,
    "ExportFunction": settings.ExportSettings,
    "ConfigurationFunction": settings.ConfigurationSettings,
}


def names_of(kind: str) -> list[str]:
    return sorted(name for name, resource in RESOURCES.items() if resource["Type"] == kind)


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def policies_of(role: str) -> Iterator[dict[str, Any]]:
    """Statements of the role's policies, conditional ones included."""
    for policy in properties(role)["Policies"]:
        chosen = policy["Fn::If"][1] if "Fn::If" in policy else policy
        yield from chosen["PolicyDocument"]["Statement"]


def actions_of(statement: dict[str, Any]) -> set[str]:
    action = statement["Action"]
    return {action} if isinstance(action, str) else set(action)


FUNCTIONS = names_of("AWS::Serverless::Function")
TABLES = names_of("AWS::DynamoDB::Table")
BUCKETS = names_of("AWS::S3::Bucket")
CLIENTS = names_of("AWS::Cognito::UserPoolClient")


def test_the_template_has_resources() -> None:
    assert (len(FUNCTIONS), len(TABLES), len(BUCKETS), len(CLIENTS)) >= (3, 2, 1, 2)


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_encrypted_recoverable_on_demand_and_expire_items(table: str) -> None:
    found = properties(table)

    assert found["SSESpecification"]["SSEEnabled"] is True
    assert found["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert found["BillingMode"] == "PAY_PER_REQUEST"
    assert found["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


@pytest.mark.parametrize("name", [*TABLES, *BUCKETS, *names_of("AWS::Cognito::UserPool")])
def test_resources_with_data_are_kept_when_the_stack_is_deleted(name: str) -> None:
    assert RESOURCES[name]["DeletionPolicy"] == "Retain"
    assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_buckets_are_private_encrypted_and_expire_objects(bucket: str) -> None:
    found = properties(bucket)

    block = found["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert len(block) == 4
    assert found["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert "VersioningConfiguration" not in found
    everything, *_ = found["LifecycleConfiguration"]["Rules"]
    assert everything["Status"] == "Enabled"
    assert "Prefix" not in everything
    assert everything["ExpirationInDays"] == {"Ref": "RetentionDays"}


def test_files_of_dry_runs_expire_after_a_day() -> None:
    _, rule = properties("ArchiveBucket")["LifecycleConfiguration"]["Rules"]

    assert (rule["Status"], rule["Prefix"]) == ("Enabled", DRY_RUNS)
    assert dt.timedelta(days=rule["ExpirationInDays"]) == DRY_RUN_RETENTION


def test_the_configuration_function_only_reads_the_archive() -> None:
    allowed = {
        action
        for statement in policies_of("ConfigurationRole")
        for action in actions_of(statement)
        if action.startswith("s3:")
    }

    assert allowed == {"s3:GetObject", "s3:ListBucket"}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_buckets_are_reached_over_tls_only(bucket: str) -> None:
    (policy,) = [
        properties(name)
        for name in names_of("AWS::S3::BucketPolicy")
        if properties(name)["Bucket"] == {"Ref": bucket}
    ]

    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == (
        "Deny",
        "*",
        "s3:*",
    )
    assert len(statement["Resource"]) == 2
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_its_own_role_and_an_expiring_log_group(function: str) -> None:
    name = function.removesuffix("Function")

    found = properties(function)
    assert found["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    assert found["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}LogGroup"}
    assert properties(f"{name}LogGroup")["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    logging = [one for one in policies_of(f"{name}Role") if "logs:PutLogEvents" in actions_of(one)]
    assert [one["Resource"] for one in logging] == [{"Fn::GetAtt": [f"{name}LogGroup", "Arn"]}]


@pytest.mark.parametrize("role", names_of("AWS::IAM::Role"))
def test_no_role_has_wildcard_resources_unless_aws_requires_them(role: str) -> None:
    assert "ManagedPolicyArns" not in properties(role)
    for statement in policies_of(role):
        assert not any("*" in action for action in actions_of(statement))
        if statement["Resource"] == "*":
            assert actions_of(statement) <= WILDCARD_ONLY_ACTIONS


def test_only_the_export_function_reads_secrets() -> None:
    readers = {
        role
        for role in names_of("AWS::IAM::Role")
        for statement in policies_of(role)
        if "secretsmanager:GetSecretValue" in actions_of(statement)
    }

    assert readers == {"ExportRole"}


def test_secrets_are_accessible_under_the_prefix_of_this_stack_only() -> None:
    for role in names_of("AWS::IAM::Role"):
        for statement in policies_of(role):
            if any(action.startswith("secretsmanager:") for action in actions_of(statement)):
                resource = statement["Resource"]["Fn::Sub"]
                assert resource.endswith(":secret:${AWS::StackName}/connections/*")


def test_only_the_console_reads_no_settings() -> None:
    assert set(FUNCTIONS) - {*SETTINGS} == {"ConsoleFunction"}
    assert "Environment" not in properties("ConsoleFunction")


@pytest.mark.parametrize("function", SETTINGS)
def test_every_function_has_the_settings_that_it_reads(function: str) -> None:
    given = set(properties(function)["Environment"]["Variables"])

    needed = {field.name.upper() for field in dataclasses.fields(SETTINGS[function])}
    assert needed | {"POWERTOOLS_SERVICE_NAME"} <= given


def test_the_layer_is_built_for_the_architecture_of_the_functions() -> None:
    assert TEMPLATE["Globals"]["Function"]["Architectures"] == [{"Ref": "Architecture"}]
    metadata = RESOURCES["DependenciesLayer"]["Metadata"]
    assert metadata == {"BuildMethod": "python3.13", "BuildArchitecture": {"Ref": "Architecture"}}
    assert "Metadata" not in RESOURCES["SharedLayer"]


CONSOLE = {("GET", "/console"), ("GET", "/console/{proxy+}")}
PUBLIC = {("GET", "/openapi.json"), *CONSOLE}


@pytest.mark.lint
@pytest.mark.parametrize("function", ["sync", "configuration"])
def test_every_route_has_its_event_and_every_event_its_route(function: str) -> None:
    named = f"{function.title()}Function"
    events = {
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for event in properties(named)["Events"].values()
        if event["Type"] == "Api"
    }
    served = importlib.import_module(f"functions.{function}.app").ROUTES
    routes = {(route.method, route.resource) for route in served}

    assert routes - events == set(), f"add an event to {named} in template.yaml"
    assert events - routes == set(), f"add a Route to ROUTES of functions/{function}/app.py"


def test_every_route_with_data_requires_an_access_token() -> None:
    routes = [*sync.ROUTES, *configuration.ROUTES]
    assert {(route.method, route.resource) for route in routes if route.public} == PUBLIC - CONSOLE
    signed_in = [route.resource for route in routes if not (route.permission or route.public)]
    assert signed_in == ["/me"]
    auth = properties("Api")["Auth"]

    scopes = auth["Authorizers"][auth["DefaultAuthorizer"]]["AuthorizationScopes"]
    server = properties("ResourceServer")
    defined = {f"{server['Identifier']}/{scope['ScopeName']}" for scope in server["Scopes"]}
    assert set(scopes) == defined | {"openid"}
    for function in FUNCTIONS:
        for event in properties(function).get("Events", {}).values():
            if event["Type"] != "Api":
                continue
            route = (event["Properties"]["Method"], event["Properties"]["Path"])
            if route in PUBLIC:
                assert event["Properties"]["Auth"] == {"Authorizer": "NONE"}
            else:
                assert "Auth" not in event["Properties"]


def test_people_cannot_sign_themselves_up() -> None:
    pool = properties("UserPool")

    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["MfaConfiguration"] == {"Ref": "Mfa"}


def test_people_use_the_code_grant_and_programs_client_credentials() -> None:
    people, enroll = properties("PeopleClient"), properties("EnrollClient")

    assert (people["AllowedOAuthFlows"], people["GenerateSecret"]) == (["code"], False)
    assert people["AllowedOAuthScopes"] == ["openid"]
    assert (enroll["AllowedOAuthFlows"], enroll["GenerateSecret"]) == (["client_credentials"], True)
    assert enroll["AllowedOAuthScopes"] == ["sync/registrations.write", "sync/read"]
    for client in CLIENTS:
        assert properties(client)["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]


def test_failed_exports_are_retried_twice_and_then_kept() -> None:
    invoked = properties("ExportFunction")["EventInvokeConfig"]

    assert invoked["MaximumRetryAttempts"] == 2
    assert invoked["DestinationConfig"]["OnFailure"] == {
        "Type": "SQS",
        "Destination": {"Fn::GetAtt": ["FailedExports", "Arn"]},
    }


@pytest.mark.parametrize("kind", sorted(properties("Api")["GatewayResponses"]))
def test_the_gateways_own_errors_have_the_shape_of_ours(kind: str) -> None:
    answer = properties("Api")["GatewayResponses"][kind]

    text = answer["ResponseTemplates"]["application/json"]
    assert text.startswith('{"error":{"code":"')
    assert '"message":' in text
    assert text.endswith('"problems":[]}}')


ALARMS = names_of("AWS::CloudWatch::Alarm")

NAMESPACE = {"Ref": "AWS::StackName"}
"""The alarms of one stack must not count the metrics of another."""

WATCHED = {
    "FailedRunAlarm": (NAMESPACE, run_summary.FAILED_RUNS, "export"),
    "NewlyHeldAlarm": (NAMESPACE, run_summary.NEWLY_HELD_STUDENTS, "export"),
    "OverdueAlarm": (NAMESPACE, run_summary.OVERDUE_CONNECTIONS, "configuration"),
    "FailedEventAlarm": (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"Fn::GetAtt": ["FailedExports", "QueueName"]},
    ),
    "ServerErrorAlarm": ("AWS/ApiGateway", "5XXError", properties("Api")["Name"]),
}
"""Namespace, metric and dimension of each alarm."""


@pytest.mark.parametrize("alarm", ALARMS)
def test_every_alarm_fires_at_one_and_its_message_states_the_remedy(alarm: str) -> None:
    found = properties(alarm)

    whose = found["Dimensions"][0]["Value"]
    assert (found["Namespace"], found["MetricName"], whose) == WATCHED[alarm]
    assert found["AlarmActions"] == [{"Ref": "Alerts"}]
    assert (found["Threshold"], found["ComparisonOperator"]) == (
        1,
        "GreaterThanOrEqualToThreshold",
    )
    assert "What to do: " in found["AlarmDescription"]
    assert len(found["AlarmDescription"]) <= 1024
    silence = "breaching" if alarm == "OverdueAlarm" else "notBreaching"
    assert found["TreatMissingData"] == silence


def test_every_watched_metric_has_an_alarm() -> None:
    assert set(ALARMS) == set(WATCHED)


@pytest.mark.parametrize("function", ["ExportFunction", "ConfigurationFunction"])
def test_alarms_use_the_service_dimension_of_their_metric(function: str) -> None:
    given = properties(function)["Environment"]["Variables"]

    service = given["POWERTOOLS_SERVICE_NAME"]
    assert given["POWERTOOLS_METRICS_NAMESPACE"] == NAMESPACE
    ours = [properties(name) for name in ALARMS if properties(name)["Namespace"] == NAMESPACE]
    assert {"Name": "service", "Value": service} in [alarm["Dimensions"][0] for alarm in ours]


def test_schedules_are_checked_every_hour() -> None:
    watch = properties("ConfigurationFunction")["Events"]["WatchSchedules"]

    assert watch["Type"] == "Schedule"
    assert watch["Properties"]["Schedule"] == "cron(17 * * * ? *)"
    assert json.loads(watch["Properties"]["Input"]) == {"action": configuration.WATCH_SCHEDULES}
    assert properties("OverdueAlarm")["Period"] == 3600


def test_only_the_export_function_may_publish_and_only_to_the_own_topic_and_bus() -> None:
    publishes = {"sns:Publish", "events:PutEvents"}
    found = [
        (role, actions_of(statement), statement)
        for role in names_of("AWS::IAM::Role")
        for statement in policies_of(role)
        if actions_of(statement) & publishes
    ]

    assert [(role, actions) for role, actions, _ in found] == [
        ("ExportRole", {"sns:Publish"}),
        ("ExportRole", {"events:PutEvents"}),
    ]
    assert found[0][2]["Resource"] == {"Ref": "Alerts"}
    assert found[1][2]["Resource"]["Fn::Sub"].endswith(":event-bus/default")
    assert found[1][2]["Condition"] == {"ForAllValues:StringEquals": {"events:source": [SOURCE]}}


def test_the_sync_function_may_only_add_audit_entries() -> None:
    writing = [
        statement
        for statement in policies_of("SyncRole")
        if statement["Resource"] == {"Fn::GetAtt": ["ConnectionsTable", "Arn"]}
        and actions_of(statement) != {"dynamodb:GetItem"}
    ]

    (only,) = writing
    assert actions_of(only) == {"dynamodb:PutItem"}
    assert only["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["AUDIT#*"]}}
