"""Holds a connection's lease for the duration of a run, so that two never run at once."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from registration_sync.domain.errors import LeaseLost, ServiceRefused, Unavailable
from registration_sync.domain.registrations.batches import (
    LEASE_RENEWAL_SECONDS,
    LEASE_SECONDS,
    LEASE_SECONDS_FOR_RENAMES,
    Lease,
)
from registration_sync.domain.temporary_names import upload_token
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.ports.runs import Ticker


class HeldLease:
    """The lease as its holder sees it; `token` identifies this attempt."""

    def __init__(
        self,
        connection_id: str,
        run_id: str,
        token: str,
        table: RegistrationsTable,
        now: Callable[[], dt.datetime],
    ) -> None:
        self.token = token
        self.on_loss: Callable[[], None] = lambda: None
        self.on_confirm: Callable[[], None] = lambda: None
        self.upload_token = upload_token(connection_id, token)
        self._connection_id = connection_id
        self._run_id = run_id
        self._table = table
        self._now = now
        self._lost = False
        self._expires_at_ms = 0

    def take(self) -> None:
        """Raises AlreadyRunning."""
        lease = self._fresh()
        self._table.take_lease(self._connection_id, lease, self._now_ms())
        self._expires_at_ms = lease.expires_at_ms

    def renew(self) -> None:
        """Called in the background: a loss calls `on_loss`, and makes every later `check` fail."""
        lease = self._fresh()
        try:
            self._table.renew_lease(self._connection_id, lease)
        except LeaseLost:
            self._lost = True
            self.on_loss()
        except (Unavailable, ServiceRefused):
            return  # the next tick retries; `check` knows when the lease expires
        else:
            self._expires_at_ms = lease.expires_at_ms

    def check(self, seconds: int = 0) -> None:
        """Raises LeaseLost if the lease is gone, or does not last `seconds` more."""
        if self._lost or self._expires_at_ms - self._now_ms() < seconds * 1000:
            raise LeaseLost("Another run took over before this one could finish.")

    def confirm(self) -> None:
        """Renews the lease by a conditional write, before the renames, and calls `on_confirm`.
        Raises LeaseLost, and Unavailable.

        The table decides who holds the lease: this run's own clock may be late, or may have stood
        still while the run was paused.
        """
        lease = self._fresh()
        try:
            self._table.renew_lease(self._connection_id, lease)
        except LeaseLost:
            self._lost = True
        else:
            self.on_confirm()
        self._expires_at_ms = lease.expires_at_ms
        self.check(LEASE_SECONDS_FOR_RENAMES)

    def release(self) -> None:
        try:
            self._table.release_lease(self._connection_id, self.token)
        except (Unavailable, ServiceRefused):
            return  # the lease expires

    def _now_ms(self) -> int:
        return int(self._now().timestamp() * 1000)

    def _fresh(self) -> Lease:
        return Lease(self.token, self._run_id, self._now_ms() + LEASE_SECONDS * 1000)


@contextmanager
def hold_lease(
    connection_id: str,
    run_id: str,
    *,
    new_token: Callable[[], str],
    table: RegistrationsTable,
    ticker: Ticker,
    now: Callable[[], dt.datetime],
) -> Iterator[HeldLease]:
    """Takes the lease with a new token, renews it in the background, and releases it on exit.
    Raises AlreadyRunning."""
    lease = HeldLease(connection_id, run_id, new_token(), table, now)
    lease.take()
    try:
        with ticker.every(LEASE_RENEWAL_SECONDS, lease.renew):
            yield lease
    finally:
        lease.release()
