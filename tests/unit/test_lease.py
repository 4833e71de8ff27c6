"""The lease as its holder sees it: how long it lasts, and how its loss ends the run."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pytest

from registration_sync.domain.errors import AlreadyRunning, LeaseLost, ServiceRefused, Unavailable
from registration_sync.domain.registrations.batches import Lease
from registration_sync.use_cases.runs.lease import HeldLease, hold_lease


class Clock:
    """The clock of the run."""

    def __init__(self) -> None:
        self._now = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)


class Table:
    """The lease of one connection in memory: this part of the port RegistrationsTable.

    Each renewal takes `renewal_seconds`. Renewals and the release fail while the table
    `is_unavailable`, or while AWS refuses them.
    """

    def __init__(self, clock: Clock) -> None:
        self.lease: Lease | None = None
        self.renewal_seconds = 0.0
        self.is_unavailable = self.refuses = False
        self._clock = clock

    def take_lease(self, _c: str, lease: Lease, now_ms: int) -> None:
        if self.lease and self.lease.expires_at_ms > now_ms:
            raise AlreadyRunning("running", self.lease.run_id)
        self.lease = lease

    def renew_lease(self, _c: str, lease: Lease) -> None:
        self._clock.advance(self.renewal_seconds)
        self._require_answer()
        if self.lease is None or self.lease.token != lease.token:
            raise LeaseLost("taken over")
        self.lease = lease

    def release_lease(self, _c: str, token: str) -> None:
        self._require_answer()
        if self.lease and self.lease.token == token:
            self.lease = None

    def _require_answer(self) -> None:
        if self.is_unavailable:
            raise Unavailable("throttled")
        if self.refuses:
            raise ServiceRefused("UnrecognizedClientException")


class Ticker:
    """The port Ticker; `tick` calls the function as the background thread does."""

    def __init__(self) -> None:
        self.tick: Callable[[], None] = lambda: None

    @contextmanager
    def every(self, _seconds: float, call: Callable[[], None]) -> Iterator[None]:
        self.tick = call
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(clock: Clock) -> Table:
    return Table(clock)


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


@pytest.fixture
def held(clock: Clock, table: Any, ticker: Ticker) -> AbstractContextManager[HeldLease]:
    return hold_lease("c", "run", new_token=lambda: "ab12", table=table, ticker=ticker, now=clock)


def is_held(lease: HeldLease) -> bool:
    try:
        lease.check()
    except LeaseLost:
        return False
    return True


def confirm_unless_unavailable(lease: HeldLease) -> None:
    with suppress(Unavailable):
        lease.confirm()


@pytest.mark.parametrize("is_unavailable", [False, True])
@pytest.mark.parametrize("renew", [HeldLease.renew, confirm_unless_unavailable])
def test_only_a_renewal_that_the_table_has_stored_adds_time(
    renew: Callable[[HeldLease], None],
    is_unavailable: bool,
    clock: Clock,
    table: Table,
    held: AbstractContextManager[HeldLease],
) -> None:
    with held as lease:
        clock.advance(170)
        table.is_unavailable = is_unavailable
        renew(lease)
        assert is_held(lease)
        clock.advance(11)

        assert is_held(lease) is not is_unavailable


def test_a_refused_renewal_is_repeated_at_the_next_tick(
    clock: Clock, table: Table, ticker: Ticker, held: AbstractContextManager[HeldLease]
) -> None:
    """An error would end the thread that renews the lease, and the run with it."""
    with held as lease:
        table.refuses = True
        ticker.tick()
        table.refuses = False
        clock.advance(90)
        ticker.tick()
        clock.advance(170)

        assert is_held(lease)


def test_the_renames_begin_with_at_least_a_minute_of_lease_left(
    table: Table, held: AbstractContextManager[HeldLease]
) -> None:
    """The answer to the renewal may come late, and the lease counts from the question."""
    with held as lease:
        table.renewal_seconds = 120
        lease.confirm()
        table.renewal_seconds = 121
        with pytest.raises(LeaseLost):
            lease.confirm()
        assert is_held(lease)


def test_a_loss_that_the_ticker_finds_ends_the_run_although_its_clock_says_held(
    clock: Clock, table: Table, ticker: Ticker, held: AbstractContextManager[HeldLease]
) -> None:
    losses = []
    successor = Lease("ffff", "next", int(clock().timestamp() * 1000) + 180_000)
    with held as lease:
        lease.on_loss = lambda: losses.append("closed")
        ticker.tick()
        assert (losses, is_held(lease)) == ([], True)
        table.lease = successor

        ticker.tick()

        assert (losses, is_held(lease)) == (["closed"], False)
        table.is_unavailable = True
        ticker.tick()
        assert not is_held(lease)

    assert table.lease == successor


def test_a_lease_lasts_three_minutes_and_is_released(
    clock: Clock, table: Table, held: AbstractContextManager[HeldLease]
) -> None:
    with held:
        taken = table.lease

    assert taken is not None
    assert taken.expires_at_ms == int(clock().timestamp() * 1000) + 180_000
    assert table.lease is None


def test_a_lease_that_could_not_be_released_expires(
    table: Table, held: AbstractContextManager[HeldLease]
) -> None:
    """An error would hide the end of the run, which is stored already."""
    with held:
        table.refuses = True

    assert table.lease is not None


def test_a_lease_that_was_not_taken_is_not_held(clock: Clock, table: Any) -> None:
    assert not is_held(HeldLease("c", "run", "ab12", table, clock))


def test_a_loss_is_known_although_nobody_listens(
    table: Table, ticker: Ticker, held: AbstractContextManager[HeldLease]
) -> None:
    with held as lease:
        table.lease = None
        ticker.tick()

        assert not is_held(lease)


def test_only_a_lease_that_the_table_confirms_calls_on_confirm(
    table: Table, held: AbstractContextManager[HeldLease]
) -> None:
    confirmed = []
    with held as lease:
        lease.on_confirm = lambda: confirmed.append(table.lease)
        lease.confirm()
        table.lease = None
        with pytest.raises(LeaseLost):
            lease.confirm()

    assert len(confirmed) == 1
