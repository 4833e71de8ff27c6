"""Runs: their records, their start, and what repeats while they run."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # the sync function starts without pydantic, and without what it never uses
    from registration_sync.domain.runs.run import Run, RunRequest


class Ticker(Protocol):
    """Calls something again and again in the background."""

    def every(self, seconds: float, call: Callable[[], None]) -> AbstractContextManager[None]: ...


ALL_RUN_IDS = ("!", "~")
"""Between these two lies every run id."""


class Runs(Protocol):
    """The records of export runs, and the one place for a requested run of each connection."""

    def request(self, run: "Run") -> None:
        """Stores the pending run; raises AlreadyRunning, with its id, while another is there."""

    def save(self, run: "Run") -> None:
        """Stores the record as it is now; a run that is finished, or awaits confirmation, makes
        place for the next request. Raises RunCancelled if somebody cancelled the run meanwhile:
        it must not begin."""

    def cancel(self, connection_id: str, run_id: str, record: dict[str, Any]) -> None:
        """Stores the record of a run that is not to begin, cancelled, failed or awaiting
        confirmation once more, and makes place for the next request. Raises Conflict if the run
        neither is pending nor awaits confirmation."""

    def confirm(self, connection_id: str, run_id: str, record: dict[str, Any]) -> None:
        """Stores the record of the run, pending again, and takes the place of a request. Raises
        Conflict if it awaits confirmation no longer, and AlreadyRunning while another is there."""

    def awaiting(self, connection_id: str) -> dict[str, Any] | None:
        """The record of the last run that awaited confirmation, if it does so still."""

    def find(self, connection_id: str, run_id: str) -> dict[str, Any] | None:
        """The stored record, in the shape of Run.to_json."""

    def change(
        self, connection_id: str, run_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> bool:
        """Stores what `change` makes of the record; whether it made anything else of it. It is
        asked again where somebody stored the record meanwhile."""

    def mark_announced(self, connection_id: str, run_id: str, status: str) -> None:
        """The run was announced with this status; nothing is noted if it has another by now."""

    def is_announced(self, connection_id: str, run_id: str) -> bool: ...

    def newest(
        self,
        connection_id: str,
        limit: int,
        after: str | None,
        between: tuple[str, str] = ALL_RUN_IDS,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """A page of records, the newest first, and the run id to go on after, if there are more;
        only of runs whose ids lie between these two."""


class ExportStarter(Protocol):
    """Starts the export function in the background."""

    def start(self, request: "RunRequest") -> None:
        """Raises Unavailable if it could not be started."""
