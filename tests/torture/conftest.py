"""The fixtures of all trials."""

import random
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import endpoint, httpsession
from botocore.retries.quota import RetryQuota
from moto.core.botocore_stubber import BotocoreStubber

from registration_sync.adapters.aws.quick_json import QuickParser
from registration_sync.adapters.dynamodb import requests
from tests.functional.conftest import account, aws, forget_adapters, rights  # noqa: F401
from tests.support.sftp_servers import OpenSshServer, openssh_server
from tests.torture.support.cloud import Cloud, started_cloud
from tests.torture.support.trials import SEED, Trials
from tests.torture.support.wire import Wire

TIMEOUT_SECONDS = 0.4

PARSE = QuickParser.parse
"""Other tests compare each answer with botocore's, which reads a garbled one as an empty one."""


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> Trials:
    """Trials of the test's subject, which is named as its module."""
    subject = request.path.stem.removeprefix("test_")
    return Trials(subject, SEED, random.Random(f"{SEED} {request.node.name}"))


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSshServer]:
    """OpenSSH's own server."""
    with openssh_server(tmp_path_factory.mktemp("torture") / "sshd") as server:
        yield server


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An AWS emulator with the stack's tables, and the functions in processes of their own."""
    with started_cloud(tmp_path_factory.mktemp("cloud")) as started:
        yield started


@pytest.fixture
def wire(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:  # noqa: F811
    """AWS behind a server. Retries follow at once, and time-outs after a moment."""
    opened = httpsession.URLLib3Session.__init__

    def call(*_: object, **_more: object) -> None:
        """Lets the request pass."""

    def open_session(session: Any, *args: Any, **options: Any) -> None:
        opened(session, *args, **{**options, "timeout": TIMEOUT_SECONDS})

    with Wire() as wire:
        monkeypatch.setenv("AWS_ENDPOINT_URL", wire.url)
        monkeypatch.setattr(BotocoreStubber, "__call__", call)
        monkeypatch.setattr(QuickParser, "parse", PARSE)
        monkeypatch.setattr(httpsession.URLLib3Session, "__init__", open_session)
        monkeypatch.setattr(endpoint, "time", SimpleNamespace(sleep=lambda _: None, time=time.time))
        monkeypatch.setattr(requests, "FIRST_PAUSE_SECONDS", 0)
        # The quota of retries is that of a process with few faults, in every trial.
        monkeypatch.setattr(RetryQuota, "acquire", lambda *_: True)
        wire.clock.install(monkeypatch.setattr)
        wire.clock.install_for_durations(monkeypatch.setattr)
        forget_adapters()
        yield wire
    forget_adapters()
