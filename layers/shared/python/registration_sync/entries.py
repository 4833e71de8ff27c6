"""Writes what a request leaves behind: an audit entry of its change, and an entry of the access log
for the student data in its answer."""

import datetime as dt
from dataclasses import dataclass

from registration_sync.domain.access import Caller
from registration_sync.domain.access_log import AccessEntry, Shown, StudentData
from registration_sync.domain.audit import AuditEntry, Note
from registration_sync.domain.errors import ServiceRefused, Unavailable
from registration_sync.logs import logger
from registration_sync.ports.connections import Audit


@dataclass(frozen=True, slots=True)
class Source:
    """The request that an entry is about; `route` has its method and resource, and `connection_id`
    and `run_id` are those in its path, "" for none."""

    caller: Caller
    connection_id: str
    run_id: str
    route: str
    request_id: str


def write_audit(note: Note, source: Source, audit: Audit) -> None:
    """Writes the audit entry. The change is not rolled back if that fails: the failure is logged
    with the names of the changed fields, and the request still succeeds."""
    connection_id = note.connection_id or source.connection_id
    entry = AuditEntry(
        at=dt.datetime.now(dt.UTC),
        by=source.caller.name,
        action=note.action,
        changes=note.changes,
        request_id=source.request_id,
    )
    try:
        audit.add(connection_id, entry)
    except (Unavailable, ServiceRefused) as error:
        logger().error(
            "audit write failed",
            extra={
                "connection_id": connection_id,
                "by": entry.by,
                "action": entry.action,
                "fields": [change.field for change in entry.changes],
                "reason": error.message,
            },
        )


def write_access(shown: Shown, source: Source, audit: Audit) -> None:
    """Writes the entry of the access log. Raises Unavailable and ServiceRefused: student data is
    not sent if its read cannot be recorded."""
    entry = AccessEntry(
        at=dt.datetime.now(dt.UTC),
        by=source.caller.name,
        sub=source.caller.sub,
        caller=source.caller.kind,
        kind=shown.kind,
        students=shown.students,
        route=source.route,
        run_id=source.run_id,
        request_id=source.request_id,
    )
    audit.add_access(source.connection_id, entry)


def write_refusal(source: Source, audit: Audit) -> None:
    """Writes that the request was refused. A failure is only logged: nothing is shown anyway."""
    try:
        write_access(Shown(StudentData.REFUSED, 0), source, audit)
    except (Unavailable, ServiceRefused) as error:
        extra = {"connection_id": source.connection_id, "reason": error.message}
        logger().error("access log write failed", extra=extra)
