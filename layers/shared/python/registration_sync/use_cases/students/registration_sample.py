"""The current registrations of a connection, as far as somebody who asks can wait for them.

Nothing is kept for it, and a sync does no more for it: the first few thousand snapshots are read
when somebody asks, which an administrator does while mapping, and nobody else does.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from registration_sync.domain.registrations.registration import decode_snapshot
from registration_sync.ports.registrations import Snapshots

STUDENTS_LOOKED_AT = 2_000
SECONDS_AT_MOST = 15.0


class RegistrationSample:
    """The registrations, the newest year first; how many were read, and whether that was all."""

    def __init__(self, connection_id: str, snapshots: Snapshots, clock: Callable[[], float]):
        self.looked_at = 0
        self.complete = False
        self._connection_id = connection_id
        self._snapshots = snapshots
        self._clock = clock

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The decoded snapshots. Raises Unavailable."""
        end = self._clock() + SECONDS_AT_MOST
        registrations = self._registrations()
        for registration in islice(registrations, STUDENTS_LOOKED_AT):
            self.looked_at += 1
            yield registration
            if self._clock() > end:
                return
        self.complete = next(registrations, None) is None

    def _registrations(self) -> Iterator[dict[str, Any]]:
        years = sorted(self._snapshots.marker(self._connection_id).years, reverse=True)
        for year in years:
            for current in self._snapshots.all_current(self._connection_id, year):
                if current.snapshot is not None:
                    yield decode_snapshot(current.snapshot)
