"""Stores what Enroll posts once in every connection that takes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from registration_sync.domain.errors import TooLarge, Unavailable
from registration_sync.domain.registrations.registration import Registration
from registration_sync.use_cases.registrations.sync_registrations import (
    ResultCode,
    SyncResult,
    not_confirmed,
)

MAX_CONNECTIONS = 100
MAX_WRITES = 2_000
"""Registrations times connections: about as many as can be stored while the API waits."""

NOWHERE = (
    "No connection takes this registration, because of its school year or its data: correct it, or "
    "change what a connection takes."
)

type Sync = Callable[[str], list[SyncResult]]
"""Syncs the request to one connection."""


@dataclass(frozen=True, slots=True)
class ResultEverywhere:
    """The result for one registration, and its result in each connection."""

    student_id: str
    school_year: int
    result: str
    code: ResultCode
    message: str
    connections: dict[str, SyncResult]


def sync_everywhere(
    registrations: Sequence[Registration], connection_ids: Sequence[str], sync: Sync
) -> list[ResultEverywhere]:
    """Syncs to one connection after another; returns a result for each registration, in their
    order. There must be a connection. Raises TooLarge."""
    if len(connection_ids) > MAX_CONNECTIONS:
        raise TooLarge(
            f"{len(connection_ids)} connections list this program, and one request may reach "
            f"{MAX_CONNECTIONS}: send a request for each district."
        )
    at_most = MAX_WRITES // len(connection_ids)
    if len(registrations) > at_most:
        raise TooLarge(
            f"{len(registrations)} registrations for {len(connection_ids)} connections in one "
            f"request: send at most {at_most} registrations at a time."
        )
    found = {
        connection_id: _results(registrations, connection_id, sync)
        for connection_id in connection_ids
    }
    return [
        _joined({connection_id: results[index] for connection_id, results in found.items()})
        for index in range(len(registrations))
    ]


def _results(
    registrations: Sequence[Registration], connection_id: str, sync: Sync
) -> list[SyncResult]:
    try:
        return sync(connection_id)
    except Unavailable:
        return [not_confirmed(one.student_id, one.school_year) for one in registrations]


def _joined(connections: dict[str, SyncResult]) -> ResultEverywhere:
    """The result that the client must act on: the registration is synced only if every connection
    that takes it has it."""
    taken = [one for one in connections.values() if one.code != "not_taken"]
    order = ("failed", "refused", "superseded", "synced")
    decisive = min(taken, key=lambda one: order.index(one.result), default=None)
    shown = decisive or next(iter(connections.values()))
    message = shown.message if decisive else NOWHERE
    return ResultEverywhere(
        shown.student_id, shown.school_year, shown.result, shown.code, message, connections
    )
