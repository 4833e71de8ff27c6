"""Rules of template.yaml that the local stack cannot show or that must not change."""

import dataclasses
import datetime as dt
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync import settings
from registration_sync.adapters.aws.archive import DRY_RUNS
from registration_sync.adapters.aws.notifications import SOURCE
from registration_sync.domain.runs import summary as run_summary
from registration_sync.domain.runs.reminders import WEEKLY_HOUR
from registration_sync.domain.runs.run import DRY_RUN_RETENTION
from tests.support.cloudformation import load

TEMPLATE: dict[str, Any] = load(Path(__file__).parents[2] / "template.yaml")
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
    "TokensFunction": settings.TokensSettings,
}


def names_of(kind: str) -> list[str]:
    return sorted(name for name, resource in RESOURCES.items() if resource["Type"] == kind)


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def policies_of(role: str) -> Iterator[dict[str, Any]]:
    """Statements of the role's policies, conditional ones included."""
    for policy in properties(role).get("Policies", []):
        chosen = policy["Fn::If"][1] if "Fn::If" in policy else policy
        yield from chosen["PolicyDocument"]["Statement"]


def actions_of(statement: dict[str, Any]) -> set[str]:
    action = statement["Action"]
    return {action} if isinstance(action, str) else set(action)


KEY = {"Fn::If": ["HasKmsKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]}
"""The operator's key, or the default one of each service."""

FUNCTIONS = names_of("AWS::Serverless::Function")
TABLES = names_of("AWS::DynamoDB::Table")
BUCKETS = names_of("AWS::S3::Bucket")
CLIENTS = names_of("AWS::Cognito::UserPoolClient")


def test_the_template_has_resources() -> None:
    assert (len(FUNCTIONS), len(TABLES), len(BUCKETS), len(CLIENTS)) >= (3, 2, 1, 2)


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_encrypted_recoverable_on_demand_and_expire_items(table: str) -> None:
    found = properties(table)

    # Without a key of the operator's, DynamoDB encrypts with the key that AWS owns.
    assert found["SSESpecification"] == {
        "SSEEnabled": {"Fn::If": ["HasKmsKey", True, False]},
        "SSEType": {"Fn::If": ["HasKmsKey", "KMS", {"Ref": "AWS::NoValue"}]},
        "KMSMasterKeyId": KEY,
    }
    assert found["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert found["BillingMode"] == "PAY_PER_REQUEST"
    assert found["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


PROTECTED = {*TABLES, *names_of("AWS::Cognito::UserPool")}
"""Deletion protection makes them impossible to delete when the creation of the stack fails, so they
are kept then, too: with RetainExceptOnCreate the stack would be stuck."""

API_LOG = {"ApiLogRole", "ApiLogAccount"}
"""The account's setting remains in any case, also when the creation of the stack fails, so its role
must remain. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-account.html
"""

KEPT = {*PROTECTED, *API_LOG, *BUCKETS, "ArchiveBucketPolicy"}


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_what_is_kept_when_the_stack_is_deleted(name: str) -> None:
    kept = "Retain" if name in PROTECTED | API_LOG else "RetainExceptOnCreate"
    policies = (RESOURCES[name].get("DeletionPolicy"), RESOURCES[name].get("UpdateReplacePolicy"))

    if name in KEPT:
        assert policies == (kept, "Retain")
    else:
        assert set(policies) <= {None, "Delete"}


def test_data_is_protected_from_deletion() -> None:
    assert {properties(table)["DeletionProtectionEnabled"] for table in TABLES} == {True}
    assert properties("UserPool")["DeletionProtection"] == "ACTIVE"


def test_a_key_of_the_operator_encrypts_everything_with_data() -> None:
    (rule,) = properties("ArchiveBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    by_default = rule["ServerSideEncryptionByDefault"]

    assert by_default["SSEAlgorithm"] == {"Fn::If": ["HasKmsKey", "aws:kms", "AES256"]}
    assert by_default["KMSMasterKeyID"] == KEY
    assert properties("Alerts")["KmsMasterKeyId"] == KEY
    assert all(properties(name)["KmsKeyId"] == KEY for name in names_of("AWS::Logs::LogGroup"))
    settings = properties("ConfigurationFunction")["Environment"]["Variables"]
    assert settings["SECRETS_KEY"] == {"Ref": "KmsKeyArn"}


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
    managed = properties(role).get("ManagedPolicyArns", [])
    if role == "ApiLogRole":  # of the account: it writes the logs of every API
        assert [arn["Fn::Sub"].rpartition("/")[2] for arn in managed] == [
            "AmazonAPIGatewayPushToCloudWatchLogs"
        ]
    else:
        assert managed == []
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
                assert ":secret:${AWS::StackName}/connections/*" in resource


def test_the_export_function_writes_a_private_key_and_no_other_secret() -> None:
    written = {
        statement["Resource"]["Fn::Sub"].partition("/connections/")[2]
        for statement in policies_of("ExportRole")
        if "secretsmanager:PutSecretValue" in actions_of(statement)
    }

    assert written == {"*/private_key*"}


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
    built = {name: RESOURCES[name]["Metadata"] for name in ("DependenciesLayer", "SharedLayer")}
    assert {name: one["BuildMethod"] for name, one in built.items()} == {
        "DependenciesLayer": "python3.13",
        "SharedLayer": "makefile",
    }
    for name, one in built.items():
        assert one["BuildArchitecture"] == {"Ref": "Architecture"}
        assert properties(name)["CompatibleArchitectures"] == [{"Ref": "Architecture"}]


CONSOLE = {("GET", "/console"), ("GET", "/console/{proxy+}")}
PUBLIC = {("GET", "/openapi.json"), *CONSOLE}


def methods_of(function: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Method and path of each route that the API passes to the function, with its definition."""
    return {
        (method.upper(), path): operation
        for path, operations in properties("Api")["DefinitionBody"]["paths"].items()
        for method, operation in operations.items()
        if operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"][1]
        == {"Function": {"Ref": f"{function}.Alias"}}
    }


@pytest.mark.lint
@pytest.mark.parametrize("function", ["sync", "configuration"])
def test_every_route_is_in_the_api_and_every_path_of_the_api_has_its_route(function: str) -> None:
    named = f"{function.title()}Function"
    paths = set(methods_of(named))
    served = importlib.import_module(f"functions.{function}.app").ROUTES
    routes = {(route.method, route.resource) for route in served}

    missing = f"add `METHOD: *{function}` to the paths of the Api in template.yaml"
    assert routes - paths == set(), missing
    assert paths - routes == set(), f"add a Route to ROUTES of functions/{function}/app.py"


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
        for route, definition in methods_of(function).items():
            expected = [{"NONE": []}] if route in PUBLIC else None
            assert definition.get("security") == expected


def test_exports_at_once_are_limited_only_on_request() -> None:
    """AWS refuses any reservation in an account with the quota of 10."""
    assert TEMPLATE["Parameters"]["ExportConcurrency"]["Default"] == 0
    assert TEMPLATE["Conditions"]["HasExportConcurrency"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "ExportConcurrency"}, 0]}]
    }
    assert properties("ExportFunction")["ReservedConcurrentExecutions"] == {
        "Fn::If": ["HasExportConcurrency", {"Ref": "ExportConcurrency"}, {"Ref": "AWS::NoValue"}]
    }


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
    pauses = 60 + 120  # docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    attempts = 3 * properties("ExportFunction")["Timeout"]
    assert invoked["MaximumEventAgeInSeconds"] > attempts + pauses
    assert invoked["DestinationConfig"]["OnFailure"] == {
        "Type": "SQS",
        "Destination": {"Fn::GetAtt": ["FailedExports", "Arn"]},
    }


@pytest.mark.parametrize("kind", sorted(properties("Api")["GatewayResponses"]))
def test_the_gateways_own_errors_have_the_shape_of_ours(kind: str) -> None:
    answer = properties("Api")["GatewayResponses"][kind]

    text = answer["ResponseTemplates"]["application/json"]
    assert set(json.loads(text)["error"]) == {"code", "message", "problems"}
    assert "$context" not in text  # the gateway's own messages quote the token
    assert answer["ResponseParameters"]["Headers"]["X-Content-Type-Options"] == "'nosniff'"


def test_the_access_log_names_no_path_and_no_message() -> None:
    line = json.loads(
        properties("Api")["AccessLogSetting"]["Format"].replace(
            "$context.status", '"$context.status"'
        )
    )

    assert set(line.values()) == {
        "$context.requestId",
        "$context.httpMethod",
        "$context.resourcePath",  # the path of the definition, with {student_id}
        "$context.status",
        "$context.error.responseType",
        "$context.integration.status",
        "$context.responseLatency",
    }


def test_a_refused_burst_names_the_time_to_wait() -> None:
    (throttling,) = properties("Api")["MethodSettings"]

    assert (throttling["HttpMethod"], throttling["ResourcePath"]) == ("*", "/*")
    assert throttling["ThrottlingRateLimit"] == {"Ref": "ApiRequestsPerSecond"}
    assert throttling["ThrottlingBurstLimit"] == {"Ref": "ApiBurst"}
    refusal = properties("Api")["GatewayResponses"]["THROTTLED"]
    headers = refusal["ResponseParameters"]["Headers"]
    assert (refusal["StatusCode"], headers["Retry-After"]) == (429, "'5'")


def test_an_access_token_ends_before_the_refresh_token() -> None:
    days = properties("PeopleClient")["RefreshTokenValidity"]

    assert TEMPLATE["Parameters"]["AccessTokenMinutes"]["MaxValue"] < days * 24 * 60


def test_sessions_of_people_are_short_and_end_without_activity() -> None:
    parameters = TEMPLATE["Parameters"]

    assert parameters["AccessTokenMinutes"]["Default"] == 15
    assert parameters["ConsoleIdleMinutes"]["Default"] == 30
    assert parameters["ProgramTokenMinutes"]["Default"] == 60
    people, program = properties("PeopleClient"), properties("EnrollClient")
    assert people["AccessTokenValidity"] == {"Ref": "AccessTokenMinutes"}
    assert people["EnableTokenRevocation"] is True
    assert program["AccessTokenValidity"] == {"Ref": "ProgramTokenMinutes"}
    variables = properties("Api")["Variables"]
    assert variables["idleMinutes"] == {"Ref": "ConsoleIdleMinutes"}


def test_people_sign_in_with_a_code_unless_the_operator_decides_otherwise() -> None:
    mfa = TEMPLATE["Parameters"]["Mfa"]

    assert (mfa["Default"], mfa["AllowedValues"]) == ("ON", ["OFF", "ON"])


def test_only_the_schedules_of_this_stack_use_their_role() -> None:
    (trust,) = properties("ScheduleRole")["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Condition"]["StringEquals"] == {
        "aws:SourceAccount": {"Ref": "AWS::AccountId"},
        "aws:SourceArn": {"Fn::GetAtt": ["NightlyExports", "Arn"]},
    }


ALARMS = names_of("AWS::CloudWatch::Alarm")

QUERIES = {
    properties(name)["Name"]["Fn::Sub"].partition("/")[2]
    for name in names_of("AWS::Logs::QueryDefinition")
}

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
    description = found["AlarmDescription"]["Fn::Sub"]
    assert "What to do: " in description
    assert len(description) <= 1024
    assert set(re.findall(r'quer(?:y|ies) "([^"]+)"', description)) <= QUERIES
    overview = f"{TEMPLATE['Outputs']['ConsoleUrl']['Value']['Fn::Sub']}#/overview"
    assert description.endswith(f"More: docs/operations.md, Messages and alarms; {overview}")
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


def test_functions_publish_only_to_topics_and_the_bus_of_the_stack() -> None:
    publishes = {"sns:Publish", "events:PutEvents"}
    found = [
        (role, actions_of(statement), statement)
        for role in names_of("AWS::IAM::Role")
        for statement in policies_of(role)
        if actions_of(statement) & publishes
    ]

    assert [(role, actions) for role, actions, _ in found] == [
        ("ConfigurationRole", MAIL_ACTIONS),
        ("ExportRole", {"sns:Publish"}),
        ("ExportRole", {"events:PutEvents"}),
    ]
    alerts, recipients = found[1][2]["Resource"]
    assert alerts == {"Ref": "Alerts"}
    # An id of a connection has no _, and a stack's name neither: no topic of another stack matches.
    assert recipients["Fn::Sub"].endswith(":${AWS::AccountId}:${AWS::StackName}_*")
    assert found[0][2]["Resource"] == recipients
    assert found[2][2]["Resource"]["Fn::Sub"].endswith(":event-bus/default")
    assert found[2][2]["Condition"] == {"ForAllValues:StringEquals": {"events:source": [SOURCE]}}


MAIL_ACTIONS = {
    f"sns:{action}"
    for action in ("CreateTopic", "DeleteTopic", "ListSubscriptionsByTopic", "Publish")
}


def test_weekly_summaries_are_sent_when_it_is_monday_morning_anywhere() -> None:
    weekly = properties("ConfigurationFunction")["Events"]["SendWeeklySummaries"]["Properties"]

    assert weekly["Schedule"] == "cron(37 * ? * SUN,MON *)"
    assert json.loads(weekly["Input"]) == {"action": configuration.SEND_WEEKLY_SUMMARIES}
    for offset in range(-12, 15):
        zone = dt.timezone(dt.timedelta(hours=offset))
        seven = dt.datetime(2026, 11, 30, WEEKLY_HOUR, tzinfo=zone)
        assert seven.astimezone(dt.UTC).weekday() in {6, 0}


def connections_table_keys(role: str, action: str) -> set[str]:
    """The partition keys of the connections table for which the role has the action."""
    return {
        key
        for statement in policies_of(role)
        if statement["Resource"] == {"Fn::GetAtt": ["ConnectionsTable", "Arn"]}
        and f"dynamodb:{action}" in actions_of(statement)
        for operator in [{}, *statement.get("Condition", {}).values()]
        for key in operator.get("dynamodb:LeadingKeys", [])
    }


def test_the_sync_function_may_only_add_entries_of_the_audit_and_the_access_log() -> None:
    assert connections_table_keys("SyncRole", "PutItem") == {"AUDIT#*", "ACCESS#*"}
    assert connections_table_keys("SyncRole", "UpdateItem") == set()
    assert connections_table_keys("SyncRole", "DeleteItem") == set()


def test_the_sync_function_reads_only_who_may_use_a_connection() -> None:
    (reading,) = [one for one in policies_of("SyncRole") if one["Sid"] == "ReadAccess"]

    assert actions_of(reading) == {"dynamodb:GetItem", "dynamodb:Query"}
    assert reading["Condition"] == {
        "ForAllValues:StringEquals": {
            "dynamodb:LeadingKeys": ["CONNECTIONS", "PROGRAMS"],
            "dynamodb:Attributes": [
                "pk",
                "sk",
                "district",
                "districts",
                "programs",
                "takes",
                "deletion",
            ],
        },
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }


@pytest.mark.parametrize("entries", ["AUDIT#*", "ACCESS#*"])
def test_entries_of_the_audit_and_the_access_log_are_only_added(entries: str) -> None:
    assert entries in connections_table_keys("ConfigurationRole", "PutItem")
    for role in ("SyncRole", "ExportRole", "ConfigurationRole"):
        for action in ("UpdateItem", "DeleteItem"):
            assert entries not in connections_table_keys(role, action)


def test_the_export_function_changes_no_connection_and_no_mapping() -> None:
    runs = {"RUNS#*", "LAST", "REQUESTED#*", "AWAITING#*", "DELIVERED#*", "FOUND#*", "CHECKS"}
    runs |= {"ATTEMPTS#*", "KEYS"}

    assert connections_table_keys("ExportRole", "PutItem") == runs | {"AUDIT#*"}
    purged = {"MAPPING#*", "DRAFTS#*", "SCHEDULES", "RECIPIENTS#*", "SENT"}
    assert connections_table_keys("ExportRole", "DeleteItem") == runs | purged
    assert connections_table_keys("ExportRole", "UpdateItem") == runs | {"CONNECTIONS"}
    (remembering,) = [one for one in policies_of("ExportRole") if one["Sid"] == "RememberChecks"]
    changed = remembering["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
    removed = ["password_saved", "private_key_saved"]  # of a purged connection, as the following
    removed += ["programs", "takes", "removed", "deletion", "purged"]
    assert changed == ["pk", "sk", "document", "last_check", "setup", *removed]


def test_every_right_to_write_in_the_connections_table_names_its_keys() -> None:
    for role in names_of("AWS::IAM::Role"):
        for statement in policies_of(role):
            writes = actions_of(statement) & {f"dynamodb:{verb}Item" for verb in WRITES}
            if writes and statement["Resource"] == {"Fn::GetAtt": ["ConnectionsTable", "Arn"]}:
                ((_, condition), *_) = statement["Condition"].items()
                assert condition["dynamodb:LeadingKeys"]


WRITES = ("Put", "Update", "Delete")
