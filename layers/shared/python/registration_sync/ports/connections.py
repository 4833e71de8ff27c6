"""Connections: their mappings, secrets, schedules and audit."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from registration_sync.domain.access import ConnectionAccess
from registration_sync.domain.audit import AuditEntry

if TYPE_CHECKING:  # the sync function starts without pydantic, and without what it never uses
    from registration_sync.domain.connections.connection import Connection, SavedMapping
    from registration_sync.domain.connections.schedule import Schedule, SetSchedule
    from registration_sync.domain.connections.sftp import (
        Credentials,
    )
    from registration_sync.domain.mapping.definition.ready_made import ReadyMade


class Connections(Protocol):
    """The connections and who may use them."""

    def get(self, connection_id: str) -> "Connection":
        """Raises NotFound."""

    def all(self) -> list["Connection"]:
        """Every connection of this stack, by id."""

    def add(self, connection: "Connection") -> None:
        """Raises Conflict if the id is taken, or was once, by a connection of another district:
        its runs and files are kept under the id."""

    def replace(self, connection: "Connection") -> None:
        """Raises NotFound if it was deleted meanwhile."""

    def forget_example(self, connection_id: str, student_id: str) -> None:
        """Takes the student out of the connection's examples, if it is one of them."""

    def remember_check(self, connection_id: str, outcome: Mapping[str, Any]) -> None:
        """Keeps what the last check found, until the connection is changed; nothing if it is
        gone."""

    def last_check(self, connection_id: str) -> dict[str, Any] | None:
        """What the last check found, with the connection as it is now."""

    def remove(self, connection_id: str) -> None:
        """Removes the connection; its mapping, runs and files stay. None there is no error."""


class ConnectionAccessReader(Protocol):
    """What decides who may use a connection, and nothing more: read at each request."""

    def access(self, connection_id: str) -> ConnectionAccess | None:
        """None if there is no such connection."""


class Mappings(Protocol):
    """The saved versions of each connection's mapping, counted from 1."""

    def latest(self, connection_id: str) -> "SavedMapping | None": ...

    def version(self, connection_id: str, version: int) -> "SavedMapping | None": ...

    def versions(self, connection_id: str, limit: int, before: int | None) -> "list[SavedMapping]":
        """The newest first, or those before a version."""

    def save(self, connection_id: str, mapping: "SavedMapping") -> None:
        """Raises VersionMismatch if a mapping of this version is there already."""


class ReadyMadeMappings(Protocol):
    """The mappings that come with the service."""

    def all(self) -> "Sequence[ReadyMade]":
        """By name."""


class Secrets(Protocol):
    """The secrets of each connection; only the export function may read them."""

    def read(self, connection_id: str) -> "Credentials":
        """None stands for a secret that is not set."""

    def write(self, connection_id: str, credentials: "Credentials") -> None:
        """Sets each secret by itself, without reading: None leaves it alone, the empty text
        removes it. Raises Unavailable; the same again is safe."""

    def remove(self, connection_id: str) -> None:
        """Removes all three."""


class Schedules(Protocol):
    """The schedule of each connection, as it was set."""

    def get(self, connection_id: str) -> "Schedule | None": ...

    def all(self) -> "list[SetSchedule]":
        """Those of every connection, by id."""

    def put(self, connection_id: str, schedule: "Schedule", set_at: dt.datetime) -> None: ...

    def remove(self, connection_id: str) -> None:
        """None there is no error."""


class Scheduler(Protocol):
    """Starts the export function at a time of day."""

    def schedule_daily(self, connection_id: str, time: str, time_zone: str) -> None:
        """From now on at this local time (21:00), instead of any other; raises Unavailable."""

    def stop(self, connection_id: str) -> None:
        """Not any more; nothing to stop is no error."""


class Audit(Protocol):
    """Who changed what of each connection, and when."""

    def add(self, connection_id: str, entry: AuditEntry) -> None:
        """Raises Unavailable."""

    def newest(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        """A page of entries, the newest first, and what to go on after, if there are more."""
