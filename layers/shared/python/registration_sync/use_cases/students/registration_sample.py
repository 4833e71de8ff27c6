"""A bounded sample of a connection's current registrations, read on demand."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from registration_sync.domain.registrations.registration import decode_snapshot
from registration_sync.ports.registrations import Snapshots

MAX_STUDENTS = 2_000
MAX_SECONDS = 15.0


class Position(NamedTuple):
    """A student in the order of a sample."""

    school_year: int
    student_id: str


class RegistrationSample:
    """Iterates over registrations, the newest year first, in order of student id; those after the
    position `after`, if any. `looked_at` counts those read so far, `position` is the last of them,
    `complete` is whether there are no others. `monotonic` is time.monotonic."""

    def __init__(
        self,
        connection_id: str,
        snapshots: Snapshots,
        monotonic: Callable[[], float],
        *,
        max_seconds: float = MAX_SECONDS,
        after: Position | None = None,
    ):
        self.after = after
        self.position = after
        self.looked_at = 0
        self.complete = False
        self._connection_id = connection_id
        self._snapshots = snapshots
        self._monotonic = monotonic
        self._max_seconds = max_seconds

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The decoded snapshots. Raises Unavailable."""
        end = self._monotonic() + self._max_seconds
        registrations = self._registrations()
        for registration in islice(registrations, MAX_STUDENTS):
            self.looked_at += 1
            self.position = Position(int(registration["school_year"]), registration["student_id"])
            yield registration
            if self._monotonic() > end:
                return
        self.complete = next(registrations, None) is None

    def _registrations(self) -> Iterator[dict[str, Any]]:
        years = sorted(self._snapshots.marker(self._connection_id).years, reverse=True)
        for year in years:
            if self.after and year > self.after.school_year:
                continue
            after = self.after.student_id if self.after and year == self.after.school_year else ""
            for current in self._snapshots.all_current(self._connection_id, year, after):
                if current.snapshot is not None:
                    yield decode_snapshot(current.snapshot)
