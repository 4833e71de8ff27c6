"""Removes a connection: its schedule, settings and secrets. Runs, archived files and the mapping
stay."""

from registration_sync.ports.connections import Connections, Scheduler, Schedules, Secrets
from registration_sync.use_cases.connections.schedule_exports import remove_schedule


def remove_connection(
    connection_id: str,
    *,
    connections: Connections,
    secrets: Secrets,
    schedules: Schedules,
    scheduler: Scheduler,
) -> None:
    """Removes schedule, secrets and connection. Idempotent; raises Unavailable."""
    # The connection last: without it, the request could not be repeated after a failure.
    remove_schedule(connection_id, schedules=schedules, scheduler=scheduler)
    secrets.remove(connection_id)
    connections.remove(connection_id)
