"""Connections with their mappings, secrets, schedules and audit entries.

Every method may raise Unavailable.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from registration_sync.domain.access import BoundProgram, ConnectionAccess
from registration_sync.domain.access_log import AccessEntry
from registration_sync.domain.audit import AuditEntry

if TYPE_CHECKING:  # the sync function starts faster without these
    from registration_sync.domain.connections.connection import Connection, SavedMapping
    from registration_sync.domain.connections.given_for import GivenFor
    from registration_sync.domain.connections.key_pairs import KeyPairs, PublicKey
    from registration_sync.domain.connections.schedule import Schedule, SetSchedule
    from registration_sync.domain.connections.setup import SetupStep
    from registration_sync.domain.connections.sftp import Credentials
    from registration_sync.domain.mapping.definition.ready_made import ReadyMade
    from registration_sync.domain.mapping.definition.unpublished import MappingDraft


class Connections(Protocol):
    """The stored connections."""

    def get(self, connection_id: str) -> "Connection":
        """Raises NotFound."""

    def all(self) -> list["Connection"]:
        """Every connection of this stack, sorted by id."""

    def add(self, connection: "Connection") -> None:
        """Stores it as being set up. Raises Conflict if the id is taken, or once belonged to
        another district, whose runs and files are kept under the id."""

    def replace(self, connection: "Connection", *, keeps_check: bool = False) -> None:
        """Stores the settings, and the facts about the secrets that `connection` has; the outcome
        of the last check only stays with `keeps_check`. Raises NotFound if the connection was
        deleted in the meantime."""

    def forget_example(self, connection_id: str, student_id: str) -> None:
        """Removes the student from the connection's example students, if it is one of them."""

    def remember_check(self, checked: "Connection", outcome: Mapping[str, Any]) -> None:
        """Stores the outcome as that of the last check. Does nothing if the connection was
        deleted."""

    def last_check(self, connection_id: str) -> dict[str, Any] | None:
        """The outcome of the last check; None if there was none, or if what it tried has changed
        since."""

    def note_setup(self, connection_id: str, step: "SetupStep") -> None:
        """Notes that the step is done, if the connection is being set up."""

    def end_setup(self, connection_id: str) -> None:
        """The connection has delivered: it is no longer being set up, for good."""

    def remove(self, connection_id: str) -> None:
        """Deletes the connection, if it exists; its mapping, runs and files stay."""


class ConnectionAccessReader(Protocol):
    """Reads who may use a connection. Kept minimal, because every request calls it."""

    def access(self, connection_id: str) -> ConnectionAccess | None:
        """None if there is no such connection."""

    def of_program(self, client_id: str) -> list[ConnectionAccess]:
        """The connections that list the program, sorted by id. Reads all connections."""


class Programs(Protocol):
    """The districts that operators have bound programs to. Enroll's own program is bound to all,
    and is not stored."""

    def districts(self, client_id: str) -> frozenset[str] | None:
        """As in `domain.access.Program`: None for a program that was never bound."""

    def all(self) -> list[BoundProgram]:
        """The stored ones, sorted by client id."""

    def bind(self, program: BoundProgram) -> None:
        """Stores the binding, over an earlier one."""


class Mappings(Protocol):
    """The saved versions of the mapping of each connection, from 1."""

    def latest(self, connection_id: str) -> "SavedMapping | None": ...

    def version(self, connection_id: str, version: int) -> "SavedMapping | None": ...

    def versions(self, connection_id: str, limit: int, before: int | None) -> "list[SavedMapping]":
        """Up to `limit` versions, newest first; with `before`, only older ones."""

    def save(self, connection_id: str, mapping: "SavedMapping") -> None:
        """Raises VersionMismatch if this version is already saved."""


class MappingDrafts(Protocol):
    """The unpublished draft of each person for the mapping of each connection; exports use the
    saved mapping only."""

    def get(self, connection_id: str, person: str) -> "MappingDraft | None": ...

    def put(
        self, connection_id: str, person: str, draft: "MappingDraft", *, replaces: str | None
    ) -> bool:
        """Stores the draft if the stored one was saved at `replaces` (empty: if there is none;
        None: in any case); returns whether it did."""

    def remove(self, connection_id: str, person: str) -> None: ...


class ReadyMadeMappings(Protocol):
    """The mappings that come with the service."""

    def all(self) -> "Sequence[ReadyMade]":
        """Sorted by name."""


class Secrets(Protocol):
    """The secrets of each connection; only the export function may read them.

    A password is kept together with the server that it was given for. The service never sends the
    other secrets: a private key signs, and a passphrase opens the key.
    """

    def read(self, connection_id: str, server: "GivenFor") -> "Credentials":
        """A secret that is not set is None. Raises PasswordOfAnotherServer."""

    def write(self, connection_id: str, credentials: "Credentials", server: "GivenFor") -> None:
        """Sets each secret without reading, for this server: None leaves it unchanged, an empty
        text removes it. Safe to repeat."""

    def write_new_key(self, connection_id: str, private_key: str) -> None:
        """Sets a generated private key that is to replace the former one once it has signed in; an
        empty text removes it."""

    def promote_new_key(self, connection_id: str, key: str) -> None:
        """Replaces the private key and its passphrase by this one, which has signed in; not if no
        new key is stored: it was promoted or discarded. Another one that was stored meanwhile
        stays. Safe to repeat after any interruption."""

    def remove(self, connection_id: str) -> None:
        """Removes all secrets."""


class PublicKeys(Protocol):
    """The public halves of the keys that were generated for each connection."""

    def get(self, connection_id: str) -> "KeyPairs": ...

    def wait(self, connection_id: str, key: "PublicKey", *, replaces: "PublicKey | None") -> None:
        """Stores a key that waits for its first sign-in. Raises Conflict unless the one that
        waited before is the given one."""

    def promote(self, connection_id: str, line: str, now: dt.datetime) -> bool:
        """Records that the key of this line has signed in. False if another key waits, or is in
        use, so that this one must replace nothing. May be repeated."""

    def discard_waiting(self, connection_id: str) -> None:
        """Forgets the key that waits, if there is one."""

    def remove(self, connection_id: str) -> None:
        """Forgets both."""


class Schedules(Protocol):
    """The stored schedules, one for each connection."""

    def get(self, connection_id: str) -> "Schedule | None": ...

    def all(self) -> "list[SetSchedule]":
        """The schedules of all connections, sorted by connection id."""

    def put(self, connection_id: str, schedule: "Schedule", set_at: dt.datetime) -> None: ...

    def remove(self, connection_id: str) -> None:
        """Removes the schedule, if there is one."""


class Scheduler(Protocol):
    """Starts the export function at times of day."""

    def start(self, connection_id: str, schedule: "Schedule") -> None:
        """Starts exports at the schedule's times on its weekdays, and no longer at others. Knows
        nothing of pauses. May be repeated."""

    def stop(self, connection_id: str) -> None:
        """Starts no more exports. May be repeated."""


class Audit(Protocol):
    """The audit entries of each connection, and its access log."""

    def add(self, connection_id: str, entry: AuditEntry) -> None:
        """Stores the entry."""

    def newest(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        """A page of entries, newest first, and the `after` of the next page if there is one."""

    def add_access(self, connection_id: str, entry: AccessEntry) -> None:
        """Stores the entry of the access log."""

    def newest_access(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AccessEntry], str | None]:
        """A page of the access log, as `newest` of the audit."""
