"""Connections with their mappings, secrets, schedules and audit entries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from registration_sync.domain.access import ConnectionAccess
from registration_sync.domain.audit import AuditEntry

if TYPE_CHECKING:  # the sync function starts faster without these
    from registration_sync.domain.connections.connection import Connection, SavedMapping
    from registration_sync.domain.connections.schedule import Schedule, SetSchedule
    from registration_sync.domain.connections.sftp import Credentials
    from registration_sync.domain.mapping.definition.ready_made import ReadyMade


class Connections(Protocol):
    """The stored connections."""

    def get(self, connection_id: str) -> "Connection":
        """Raises NotFound."""

    def all(self) -> list["Connection"]:
        """Every connection of this stack, by id."""

    def add(self, connection: "Connection") -> None:
        """Raises Conflict if the id is taken, or once belonged to another district, whose runs and
        files are kept under the id."""

    def replace(self, connection: "Connection") -> None:
        """Raises NotFound if the connection was deleted meanwhile."""

    def forget_example(self, connection_id: str, student_id: str) -> None:
        """Removes the student from the example students of the connection, if included."""

    def remember_check(self, connection_id: str, outcome: Mapping[str, Any]) -> None:
        """Stores the outcome of the last check until the connection changes; does nothing if the
        connection was deleted."""

    def last_check(self, connection_id: str) -> dict[str, Any] | None:
        """The outcome of the last check, None if the connection has changed since."""

    def remove(self, connection_id: str) -> None:
        """Removes the connection, if it exists; its mapping, runs and files stay."""


class ConnectionAccessReader(Protocol):
    """Reads who may use a connection, and nothing else: every request calls it."""

    def access(self, connection_id: str) -> ConnectionAccess | None:
        """None if there is no such connection."""


class Mappings(Protocol):
    """The saved versions of the mapping of each connection, from 1."""

    def latest(self, connection_id: str) -> "SavedMapping | None": ...

    def version(self, connection_id: str, version: int) -> "SavedMapping | None": ...

    def versions(self, connection_id: str, limit: int, before: int | None) -> "list[SavedMapping]":
        """The newest versions first, or those before one."""

    def save(self, connection_id: str, mapping: "SavedMapping") -> None:
        """Raises VersionMismatch if this version is already saved."""


class ReadyMadeMappings(Protocol):
    """The mappings that come with the service."""

    def all(self) -> "Sequence[ReadyMade]":
        """By name."""


class Secrets(Protocol):
    """The secrets of each connection; only the export function may read them."""

    def read(self, connection_id: str) -> "Credentials":
        """A secret that is not set is None."""

    def write(self, connection_id: str, credentials: "Credentials") -> None:
        """Sets each secret without reading: None leaves it unchanged, an empty text removes it.
        Safe to repeat. Raises Unavailable."""

    def remove(self, connection_id: str) -> None:
        """Removes all three secrets."""


class Schedules(Protocol):
    """The schedules that people have set, one for each connection."""

    def get(self, connection_id: str) -> "Schedule | None": ...

    def all(self) -> "list[SetSchedule]":
        """The schedules of all connections, by connection id."""

    def put(self, connection_id: str, schedule: "Schedule", set_at: dt.datetime) -> None: ...

    def remove(self, connection_id: str) -> None:
        """Removes the schedule, if there is one."""


class Scheduler(Protocol):
    """Starts the export function at a time of day."""

    def schedule_daily(self, connection_id: str, time: str, time_zone: str) -> None:
        """Sets or replaces the daily start at this local time (21:00). Raises Unavailable."""

    def stop(self, connection_id: str) -> None:
        """Removes the daily start, if there is one. Raises Unavailable."""


class Audit(Protocol):
    """The changes to each connection, with their authors and times."""

    def add(self, connection_id: str, entry: AuditEntry) -> None:
        """Raises Unavailable."""

    def newest(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        """A page of entries, newest first, and the `after` of the next page if there is one."""
