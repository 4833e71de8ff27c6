"""The one connection of a run: what the next session knows, and what is closed when."""

from collections.abc import Callable

import pytest

from registration_sync.domain.connections.sftp import (
    Credentials,
    ReplacedBy,
    ServerTraits,
    SftpAccount,
)
from registration_sync.domain.errors import (
    ConnectionFailed,
    LeaseLost,
    TerminalDeliveryError,
    TransientDeliveryError,
)
from registration_sync.ports.sftp import (
    NEW_KEY_ACCEPTED,
    NEW_KEY_REFUSED,
    OnStep,
    SftpSession,
    ignore_step,
)
from registration_sync.use_cases.delivery.deliver_files import RunConnection, with_retries
from tests.unit.test_deliver_files import LeaseTable, held_lease

CHECKED = ServerTraits(replaced_by=ReplacedBy.RENAME)
LEARNED = ServerTraits(replaced_by=ReplacedBy.POSIX_RENAME, reads=False)
ACCOUNT = SftpAccount(
    "sftp.example.org",
    22,
    "district",
    (),
    Credentials("a password", new_key="a key"),
    traits=CHECKED,
)


class Session:
    """The part of the port SftpSession that a run's connection uses."""

    def __init__(self) -> None:
        self.traits = CHECKED
        self.is_open = True

    def close(self) -> None:
        self.is_open = False


class Servers:
    """Implements the port SftpServers; each sign-in takes the next of `steps`, if there is one."""

    def __init__(self, *steps: str) -> None:
        self.sessions: list[Session] = []
        self.accounts: list[SftpAccount] = []
        self._steps = list(steps)

    def connect(
        self,
        account: SftpAccount,
        on_step: OnStep = ignore_step,
        *,
        at_most_seconds: float = float("inf"),
    ) -> SftpSession:
        self.accounts.append(account)
        if self._steps:
            on_step(self._steps.pop(0), "")
        self.sessions.append(Session())
        return self.sessions[-1]  # type: ignore[return-value]  # a part of the port

    @property
    def open(self) -> int:
        return sum(session.is_open for session in self.sessions)


def connection(servers: Servers, on_sign_in: Callable[[], None] = lambda: None) -> RunConnection:
    return RunConnection(servers, lambda: ACCOUNT, on_sign_in)


def test_a_session_knows_what_the_check_and_the_session_before_have_learned() -> None:
    servers = Servers()
    server = connection(servers)

    server.session()
    servers.sessions[0].traits = LEARNED
    server.close()
    server.session()

    assert [account.traits for account in servers.accounts] == [CHECKED, LEARNED]


def test_what_is_known_of_the_server_outlasts_the_connection() -> None:
    servers = Servers()
    server = connection(servers)
    before = server.traits

    server.session()
    servers.sessions[0].traits = LEARNED
    during = server.traits
    server.close()

    assert (before, during, server.traits) == (ServerTraits(), LEARNED, LEARNED)


def test_a_connection_is_used_until_it_is_closed_and_may_be_closed_twice() -> None:
    servers = Servers()
    server = connection(servers)

    used = [server.session(), server.session()]
    server.close()
    server.close()

    assert used[0] is used[1]
    assert (len(servers.sessions), servers.open) == (1, 0)


@pytest.mark.parametrize(
    ("step", "next_key"), [(NEW_KEY_REFUSED, None), (NEW_KEY_ACCEPTED, "a key"), ("name", "a key")]
)
def test_only_a_new_key_that_was_refused_is_not_tried_again_in_the_run(
    step: str, next_key: str | None
) -> None:
    """A refused sign-in may count as an attack, and lock the account."""
    servers = Servers(step, "host_key")
    server = connection(servers)

    for _ in range(3):
        server.session()
        server.close()

    tried = [account.credentials for account in servers.accounts]
    assert [one.new_key for one in tried] == ["a key", next_key, next_key]
    assert {one.password for one in tried} == {"a password"}


@pytest.mark.parametrize("error", [TerminalDeliveryError("refused"), ConnectionFailed("lost")])
def test_a_connection_is_closed_if_it_may_not_be_used(error: Exception) -> None:
    servers = Servers()

    def refuse() -> None:
        raise error

    with pytest.raises(type(error)):
        connection(servers, refuse).session()

    assert (len(servers.sessions), servers.open) == (1, 0)


# Retries


def test_a_retry_follows_after_a_pause_which_grows() -> None:
    servers = Servers()
    pauses: list[float] = []

    def fail(_session: SftpSession) -> None:
        raise ConnectionFailed("lost")

    with pytest.raises(TransientDeliveryError):
        with_retries(fail, server=connection(servers), lease=held_lease(), pause=pauses.append)

    assert pauses == [2.0, 8.0]
    assert (len(servers.sessions), servers.open) == (3, 0)


def test_a_run_that_lost_the_lease_does_not_connect_again() -> None:
    servers, table = Servers(), LeaseTable()
    lease = held_lease(table)

    def lose(_session: SftpSession) -> None:
        table.is_lost = True
        lease.renew()
        raise ConnectionFailed("cut")

    with pytest.raises(LeaseLost):
        with_retries(lose, server=connection(servers), lease=lease, pause=lambda _: None)

    assert len(servers.sessions) == 1
