"""Runs: their records, their start, and background calls while they run."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from registration_sync.domain.runs.run_id import ALL_RUN_IDS

if TYPE_CHECKING:  # the sync function starts without pydantic, and without what it never uses
    from registration_sync.domain.runs.run import Run


class Ticker(Protocol):
    """Calls a function repeatedly in the background."""

    def every(self, seconds: float, call: Callable[[], None]) -> AbstractContextManager[None]: ...


class Runs(Protocol):
    """The runs of each connection, and its one slot for a requested run."""

    def request(self, run: "Run") -> None:
        """Stores the pending run and takes the slot. Raises AlreadyRunning, with its id, while
        another run has the slot."""

    def begin(self, run: "Run", after: str) -> None:
        """Stores a run with a new attempt, which follows the attempt with the token `after` (empty:
        it is the first). Raises AttemptEnded if another attempt began meanwhile or the run has
        ended, and RunCancelled."""

    def save(self, run: "Run") -> None:
        """Stores the run; one that is finished or awaits confirmation frees the slot. Raises
        AttemptEnded if another attempt has begun or the run has ended, and RunCancelled."""

    def cancel(self, run: "Run") -> None:
        """Stores a run that is not to start (cancelled, failed, or awaiting confirmation
        again), and frees the slot. Raises Conflict if the stored run is neither pending nor awaits
        confirmation."""

    def confirm(self, run: "Run") -> None:
        """Stores the confirmed run, pending again, and takes the slot. Raises Conflict if the
        stored run no longer awaits confirmation, and AlreadyRunning while another run has the
        slot."""

    def free_slot(self, connection_id: str, run_id: str) -> None:
        """Frees the slot if this run has it."""

    def awaiting(self, connection_id: str) -> "Run | None":
        """The last run that awaited confirmation, if it still does."""

    def find(self, connection_id: str, run_id: str) -> "Run | None":
        """The run as it was last stored. Raises RunUnreadable."""

    def change(self, connection_id: str, run_id: str, change: "Callable[[Run], Run]") -> bool:
        """Stores the result of `change`, and returns whether it differs. Calls `change` again if
        the run was stored meanwhile."""

    def claim_announcement(self, run: "Run", now: dt.datetime) -> bool:
        """Whether the caller is to announce the run with this status: not if it has another by now,
        was announced, or another caller has claimed it within the last minute."""

    def mark_announced(self, run: "Run") -> None:
        """Notes that the run was announced with this status, unless it has another by now."""

    def last_exports(self) -> "Mapping[str, Run]":
        """The last export of each connection, at its start or end, without files and students.

        Read at once; connections are missing that only an older version exported.
        """

    def newest(
        self,
        connection_id: str,
        limit: int,
        after: str | None,
        between: tuple[str, str] = ALL_RUN_IDS,
    ) -> "tuple[list[Run], str | None]":
        """A page of runs, the newest first, and the run id to continue after, if there are more;
        only of runs with ids between these two. Leaves out unreadable runs, and logs their ids."""

    def all(
        self,
        connection_id: str,
        *,
        after: str | None = None,
        since: str = ALL_RUN_IDS[0],
        complete: bool = False,
    ) -> "Iterator[Run]":
        """Every run, the newest first; those older than `after`, and not older than the id
        `since`. Reads pages as needed. Leaves out unreadable runs, and logs their ids; if
        `complete`, raises RunUnreadable at the end."""


class CheckSlots(Protocol):
    """Slots for running checks: one for each connection, and a few for all connections."""

    def holder(
        self, connection_id: str, run_id: str, now: dt.datetime, *, lasts: dt.timedelta
    ) -> str:
        """Takes the connection's slot for the run, unless another run has it. Returns the id of the
        run that has it now. A slot is free again after it lasted this long."""

    def take(self, run_id: str, now: dt.datetime, *, most: int, lasts: dt.timedelta) -> bool:
        """Takes one of the `most` slots of all connections for the run; returns False if all are
        taken. A slot is free again after it lasted this long."""

    def free(self, run_id: str) -> None:
        """Frees the slots of the run, if it has any."""


class CheckAttempts(Protocol):
    """Counts attempts to connect to servers, and sign-ins that a server refused."""

    def count(self, group: str, now: dt.datetime, *, most: int) -> bool:
        """Counts an attempt of the group, unless it had `most` in this hour of the clock; returns
        whether it was counted."""

    def refused(self, connection_id: str) -> tuple[int, dt.datetime | None]:
        """How many sign-ins in a row the server refused, and when the last one."""

    def note_refused(self, connection_id: str, now: dt.datetime) -> None:
        """Counts a refused sign-in of the connection."""

    def forget_refused(self, connection_id: str) -> None:
        """Starts over: the server accepted a sign-in, or the settings were changed."""


class ExportStarter(Protocol):
    """Starts the export function in the background."""

    def start(self, connection_id: str, run_id: str) -> None:
        """Starts the stored run. Raises Unavailable if it could not be started."""
