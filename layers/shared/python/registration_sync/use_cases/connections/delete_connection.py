"""Deletes a connection after a grace time, and takes that back. `run_kinds/purge` does the rest."""

import datetime as dt

from registration_sync.domain.connections.deletion import Deletion, new_deletion
from registration_sync.ports.deletions import Deletions, PurgeSchedule


def delete_connection(
    connection_id: str,
    *,
    grace_days: int,
    requested_by: str,
    now: dt.datetime,
    deletions: Deletions,
    purge_schedule: PurgeSchedule,
) -> Deletion:
    """Refuses syncs, runs and changes from now on; the purge starts when the grace time is over.

    Repeating it changes the time. Raises NotFound, and Unavailable.
    """
    deletion = new_deletion(requested_by, now, grace_days)
    # The schedule first: without it, a stored deletion would never be purged.
    purge_schedule.start_purge(connection_id, deletion.purge_at)
    deletions.request(connection_id, deletion)
    return deletion


def take_back_deletion(
    connection_id: str, *, deletions: Deletions, purge_schedule: PurgeSchedule
) -> bool:
    """Makes the connection usable again, with everything that it had; returns whether it was being
    deleted. Raises NotFound once the purge has begun, and Unavailable."""
    was_deleted = deletions.take_back(connection_id)
    purge_schedule.stop_purge(connection_id)
    return was_deleted
