"""The functions' real handlers on moto, with the tables and settings of the template."""

import base64
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends
from moto.scheduler.models import scheduler_backends
from moto.sns.models import sns_backends

from registration_sync.bootstrap import (
    aws_clients,
    configuration_function,
    export_function,
    people,
    sync_function,
    tokens_function,
)
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.run import Run
from registration_sync.use_cases.mappings.known_fields import RecentFields
from tests.functional.support.compared_answers import compare_answers
from tests.functional.support.dynamodb_limits import limits
from tests.functional.support.iam import Rights, record, unused_by, watch_calls
from tests.functional.support.memory_dynamodb import items_of, tables
from tests.functional.support.quick_dynamodb import be_quick
from tests.functional.support.user_pool import make_pool

pytest.register_assert_rewrite("tests.functional.random_day")

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_SERVICE_NAME": "tested",
    "POWERTOOLS_METRICS_NAMESPACE": "stack",
    "REGISTRATIONS_TABLE": "registrations",
    "CONNECTIONS_TABLE": "connections",
    "ARCHIVE_BUCKET": "archive",
    "SECRET_PREFIX": "stack/connections/",
    "SECRETS_KEY": "",
    "EXPORT_FUNCTION": "export",
    "SCHEDULE_GROUP": "stack-exports",
    "SCHEDULE_TARGET": "arn:aws:lambda:us-east-1:123456789012:function:export",
    "SCHEDULE_ROLE": "arn:aws:iam::123456789012:role/schedule",
    "SCHEDULE_FAILURES": "arn:aws:sqs:us-east-1:123456789012:failures",
    "ENROLL_CLIENT": "enroll",
    "USER_POOL": "us-east-1_POOL",
    "ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32",
    "ALERTS_TOPIC": "arn:aws:sns:us-east-1:123456789012:alerts",
    "RECIPIENT_TOPICS": "arn:aws:sns:us-east-1:123456789012:stack_",
    "RETENTION_DAYS": "400",
}
FUNCTIONS = (configuration_function, export_function, sync_function, tokens_function)
TABLES = ("registrations", "connections")
REGION = "us-east-1"


class StartedExports:
    """Replaces the export function: records the runs started, or fails on request."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.fails = False

    def start(self, connection_id: str, run_id: str) -> None:
        if self.fails:
            raise Unavailable("The export could not be started: TooManyRequestsException.")
        self.events.append({"connection_id": connection_id, "run_id": run_id})

    @property
    def runs(self) -> list[Run]:
        """The started runs, as stored now."""
        find = configuration_function.dependencies().runs.find
        return [run for event in self.events if (run := find(**event))]


@pytest.fixture(scope="session")
def rights() -> Rights:
    """The rights of the functions' roles in template.yaml."""
    return Rights()


@pytest.fixture(scope="module")
def account(rights: Rights, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An AWS account, and the environment of the functions.

    Shared by a module: building a client takes longer than most tests.
    """
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        for name, value in ENVIRONMENT.items():
            environment.setenv(name, value)
        environment.setattr(boto3, "DEFAULT_SESSION", _session())
        # Deliveries are retried without a pause; a unit test checks the pauses.
        clock = SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic)
        environment.setattr(export_function, "time", clock)
        # Each environment on AWS has its own folder; here, the processes of a test run share one.
        environment.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("tmp")))
        environment.setattr(boto3, "client", _client)
        environment.setattr(boto3.Session, "client", _client_of)
        watch_calls(rights, environment)
        be_quick(environment)
        compare_answers(environment)
        _forget_dependencies()
        yield
    _forget_dependencies()


@pytest.fixture
def aws(account: None, rights: Rights, request: pytest.FixtureRequest) -> Iterator[None]:
    """The account with its tables, bucket, topic, schedule group and user pool, all empty.

    Fails the test if a function made a call that its role does not allow, or none that needs a
    right for which the test is recorded."""
    create_tables()
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket("archive", REGION)
    sns_backends[DEFAULT_ACCOUNT_ID][REGION].create_topic("alerts")
    scheduler_backends[DEFAULT_ACCOUNT_ID][REGION].create_schedule_group("stack-exports", [])
    make_pool()
    limits.broken.clear()
    rights.used.clear()
    yield
    BackendDict.reset()  # ten times as fast as deleting tables, objects and secrets
    denied, rights.denied = rights.denied, set()
    assert not denied
    if os.environ.get("RECORD_RIGHTS") == "1":
        record(rights.used, request.node.nodeid)
        return
    unused = unused_by(request.node.nodeid, rights.used)
    assert unused == set(), "record the rights: test_every_right_is_used says how"
    assert limits.broken == [], "DynamoDB would refuse these requests"


@pytest.fixture
def started(aws: None, monkeypatch: pytest.MonkeyPatch) -> StartedExports:
    """A list in place of the export function."""
    exports = StartedExports()
    parts = configuration_function.dependencies()
    recent_fields = RecentFields(parts.snapshots, time.monotonic)
    parts = replace(parts, starter=exports, recent_fields=recent_fields)
    monkeypatch.setattr(configuration_function, "dependencies", lambda: parts)
    return exports


def create_tables() -> None:
    """Creates the stack's tables, empty."""
    tables.clear()
    tables.update({name: {} for name in TABLES})


def forget_adapters() -> None:
    """Drops the cached clients and adapters."""
    _made.cache_clear()
    _forget_dependencies()


def _forget_dependencies() -> None:
    for built in (aws_clients.dynamodb, people.people, *(one.dependencies for one in FUNCTIONS)):
        if hasattr(built, "cache_clear"):  # a test's replacement has no cache
            built.cache_clear()


def stored_items(table: str = "connections") -> list[dict[str, Any]]:
    """All items of the table, as a scan answers them."""
    return [_decoded(item) for item in items_of(table)]


def _decoded(value: Any) -> Any:
    """A copy with its bytes as botocore has them."""
    if isinstance(value, list):
        return [_decoded(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(one) if name == "B" and isinstance(one, str) else _decoded(one)
        for name, one in value.items()
    }


def secret_names() -> list[str]:
    """The names of all secrets."""
    secrets = _client("secretsmanager").list_secrets()["SecretList"]
    return sorted(secret["Name"] for secret in secrets)


@cache
def _session() -> boto3.Session:
    """One for all modules: it reads the descriptions of the services, which takes a fifth of a
    second."""
    return boto3.Session()


def _client(service: Any) -> Any:
    """Replaces boto3.client."""
    return _client_of(_session(), service)


def _client_of(session: boto3.Session, service: Any, config: Any = None) -> Any:
    """Replaces Session.client."""
    return _made(session, service, config)


@cache
def _made(session: boto3.Session, service: Any, config: Any) -> Any:
    """One client of each service for all tests."""
    return make_client(session, service, config=config)


make_client = boto3.Session.client
