"""The purge of a deleted connection: removes everything that is kept of it, and records that.

It is not a run with a record in the history, because it removes the history: the connection's
deletion keeps its progress. A schedule invokes it until it is done, so it may be killed anywhere.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from registration_sync.domain.audit import AuditEntry
from registration_sync.domain.connections.deletion import Deletion
from registration_sync.domain.errors import AlreadyRunning, Conflict
from registration_sync.domain.runs.requests import connection_of
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Audit, Scheduler, Secrets
from registration_sync.ports.deletions import ConnectionItems, Deletions, PurgeSchedule
from registration_sync.ports.recipients import Recipients, Subscriptions
from registration_sync.use_cases.connections.recipients import remove_all_recipients
from registration_sync.use_cases.runs.lease import HeldLease

PURGE, LIST_DELETIONS = "purge", "list_deletions"
"""The `action` of an event."""

MIN_SECONDS_LEFT = 30.0

_IN_USE = "The connection is in use: delete it first, then its purge can begin."


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeResources:
    """Everything that keeps data of a connection; `purge_schedule` invokes the purge."""

    deletions: Deletions
    items: ConnectionItems
    archives: tuple[Archive, ...]
    secrets: Secrets
    recipients: Recipients
    subscriptions: Subscriptions
    scheduler: Scheduler
    purge_schedule: PurgeSchedule
    audit: Audit
    hold_lease: Callable[[str, str], AbstractContextManager[HeldLease]]
    now: Callable[[], dt.datetime]
    seconds_left: Callable[[], float]


def purge_connection(event: Mapping[str, Any], resources: PurgeResources) -> dict[str, Any]:
    """Purges as much as time allows: `{"connection_id", "status", …}`, with the status in_use,
    being_deleted (its time has not come), purging (another invocation goes on) or purged.

    An event with an `operator` also purges a connection that an older version deleted. Raises
    InvalidRequest, NotFound, Conflict for an operator and a connection in use, MarkerLost,
    ServiceRefused, LeaseLost and Unavailable.
    """
    connection_id = connection_of(event, "action", "connection_id", "operator")
    operator = str(event.get("operator", ""))
    found = resources.deletions.find(connection_id)
    if found is None:
        if operator:
            raise Conflict(_IN_USE)
        return {"connection_id": connection_id, "status": "in_use"}
    if found.finished_at:
        _record(connection_id, found, resources)
    elif found.purge_at <= resources.now():
        deletion = _closed(connection_id, found, operator, resources)
        if deletion:
            found = _purge(connection_id, deletion, resources)
    return shown(connection_id, found)


def list_deletions(district: str, *, deletions: Deletions) -> list[dict[str, Any]]:
    """Each connection of the district, deleted ones too, in the shape of `purge_connection`."""
    found = deletions.of_district(district)
    return [shown(connection_id, deletion) for connection_id, deletion in found.items()]


def shown(connection_id: str, deletion: Deletion | None) -> dict[str, Any]:
    status = "in_use"
    if deletion:
        status = "purged" if deletion.finished_at else "purging"
        status = status if deletion.is_closed else "being_deleted"
    if deletion and not deletion.requested_by:  # deleted by an older version
        return {"connection_id": connection_id, "status": "not_purged"}
    return {
        "connection_id": connection_id,
        "status": status,
        **(deletion.record() if deletion else {}),
    }


def _closed(
    connection_id: str, found: Deletion, operator: str, resources: PurgeResources
) -> Deletion | None:
    """The closed deletion; None if it was taken back or changed meanwhile, or if nobody requested
    to purge a connection that an older version deleted."""
    if found.is_closed and found.requested_by:
        return found
    if found.is_closed and not operator:
        return None
    now = resources.now()
    closed = replace(found, is_closed=True)
    if found.is_closed:
        closed = Deletion(now, operator, now, is_closed=True)
    return closed if resources.deletions.close(connection_id, found, closed) else None


def _purge(connection_id: str, deletion: Deletion, resources: PurgeResources) -> Deletion:
    """Holds the lease, so that two invocations never count the same items."""
    try:
        with resources.hold_lease(connection_id, PURGE) as lease:
            return _Purge(connection_id, deletion, lease, resources).run()
    except AlreadyRunning:
        return deletion


@dataclass(slots=True)
class _Purge:
    """The purge in progress. Each step may be repeated."""

    connection_id: str
    deletion: Deletion
    lease: HeldLease
    resources: PurgeResources

    def run(self) -> Deletion:
        resources, connection_id = self.resources, self.connection_id
        resources.scheduler.stop(connection_id)
        resources.secrets.remove(connection_id)
        remove_all_recipients(
            connection_id,
            recipients=resources.recipients,
            subscriptions=resources.subscriptions,
        )
        if not (self._delete_files() and self._delete_items()):
            return self.deletion
        finished = replace(self.deletion, finished_at=resources.now())
        resources.items.delete_marker(connection_id)
        resources.deletions.save(connection_id, finished)
        _record(connection_id, finished, resources)
        return finished

    def _delete_files(self) -> bool:
        for archive in self.resources.archives:
            for run_id, name, _ in archive.kept(self.connection_id):
                archive.remove(self.connection_id, run_id, name)
                self.deletion = replace(self.deletion, purged=self.deletion.purged.plus("files", 1))
                if not self._goes_on():
                    self._save()
                    return False
        self._save()
        return True

    def _delete_items(self) -> bool:
        items, before = self.resources.items, self.deletion
        for position, kind, count in items.delete_from(self.connection_id, before.position):
            purged = self.deletion.purged.plus(kind, count)
            self.deletion = replace(self.deletion, position=position, purged=purged)
            self._save()
            if not self._goes_on():
                return False
        return True

    def _save(self) -> None:
        self.resources.deletions.save(self.connection_id, self.deletion)

    def _goes_on(self) -> bool:
        self.lease.check()
        return self.resources.seconds_left() >= MIN_SECONDS_LEFT


def _record(connection_id: str, finished: Deletion, resources: PurgeResources) -> None:
    """Adds the audit entry and stops the schedule. Repeating it adds no other entry: its time and
    its request id, which are its key, stay the same."""
    entry = AuditEntry(
        at=finished.finished_at or finished.purge_at,
        by=finished.requested_by,
        action="connection_purged",
        changes=finished.changes(),
        request_id=PURGE,
    )
    resources.audit.add(connection_id, entry)
    resources.purge_schedule.stop_purge(connection_id)
