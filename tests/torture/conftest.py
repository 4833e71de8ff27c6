"""The fixtures of all trials."""

import random
from collections.abc import Iterator

import pytest

from tests.support.sftp_servers import OpenSshServer, openssh_server
from tests.torture.support.cloud import Cloud, started_cloud
from tests.torture.support.trials import SEED, Trials


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
