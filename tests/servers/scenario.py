"""The one scenario that every kind of server goes through."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.sftp.transport import Limits
from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.sftp import Replacement, ServerTraits
from registration_sync.domain.runs.check import CheckStep, StepResult
from registration_sync.use_cases.delivery.check_connection import check_connection
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
    with_done_files,
)
from registration_sync.use_cases.runs.lease import HeldLease
from tests.servers import real
from tests.servers.scripted import scripted
from tests.servers.table import Kind
from tests.unit.test_deliver_files import held_lease

FINAL = "students.csv"
LIMITS = Limits(silence_seconds=10, settle_seconds=0.3)


@contextlib.contextmanager
def running(kind: Kind, folder: Path) -> Iterator[Any]:
    start = getattr(real, kind.real) if kind.real else lambda path: scripted(path, kind.rules)
    with start(folder) as server:
        yield server


def account(kind: Kind, server: Any) -> Any:
    return server.account(write_in_place=kind.write_in_place)


def exports(server: Any) -> str:
    return getattr(server, "exports", "exports")


def deliver(
    kind: Kind,
    server: Any,
    source: Path,
    *,
    traits: ServerTraits | None = None,
    lease: HeldLease | None = None,
    name: str = FINAL,
    done_file: bool = False,
    **changes: Any,
) -> tuple[list[Replacement], ServerTraits]:
    """One delivery of `source` as students.csv; raises DeliveryError."""
    servers = ParamikoSftpServers([ip_network("127.0.0.1/32")], limits=LIMITS)
    signing_in = replace(account(kind, server), traits=traits or ServerTraits(), **changes)
    connection = RunConnection(servers, lambda: signing_in)
    files = [FinishedFile(name, source)]
    try:
        placed = deliver_files(
            with_done_files(files, source.parent / "empty") if done_file else files,
            exports(server),
            server=connection,
            lease=lease or held_lease(),
            pause=lambda _: None,
        )
        return placed, connection.traits
    finally:
        connection.close()


def connection_to(kind: Kind, server: Any) -> Connection:
    signing_in = account(kind, server)
    return Connection(
        connection_id="north",
        name="North",
        delivery="sftp",
        host=signing_in.host,
        port=signing_in.port,
        username=signing_in.username,
        host_keys=signing_in.host_keys,
        district="north",
        time_zone="UTC",
        folder=exports(server),
        write_in_place=kind.write_in_place,
    )


def check(
    kind: Kind, server: Any, workspace: Path, *, name: str = FINAL, done_file: bool = False
) -> tuple[tuple[CheckStep, ...], ServerTraits]:
    signing_in = account(kind, server)
    workspace.mkdir(exist_ok=True)
    return check_connection(
        connection_to(kind, server).model_copy(update={"done_file": done_file}),
        lambda: signing_in,
        folder=exports(server),
        names=(name,),
        token="c0ffee",
        workspace=workspace,
        servers=ParamikoSftpServers([ip_network("127.0.0.1/32")], limits=LIMITS),
        now=lambda: dt.datetime.now(dt.UTC),
    )


def passes(steps: tuple[CheckStep, ...]) -> bool:
    return all(step.result in {StepResult.OK, StepResult.WARNING} for step in steps)
