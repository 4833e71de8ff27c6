"""Announces a run that ended: to the metrics, to programs by an event, to people by a message."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from registration_sync.domain.alerts import alert_of, concerns_of
from registration_sync.domain.errors import NotFound, RegistrationSyncError, Unavailable
from registration_sync.domain.export_run import LEASED
from registration_sync.domain.run_summary import Counts, newly_held, run_event, run_metrics
from registration_sync.ports import Alerts, Connections, Events, Metrics, Runs

RUN_FINISHED, RUN_WAITS = "Export run finished", "Export run waits"
"""The detail-types of the events; it waits for a confirmation."""

RUNS_LOOKED_BACK = 20
"""To the last export that tells who was held before; further back, everyone counts as new."""


def announce_run(
    record: Mapping[str, Any],
    *,
    connections: Connections,
    runs: Runs,
    metrics: Metrics,
    events: Events,
    alerts: Alerts,
) -> list[RegistrationSyncError]:
    """Tells of a run after its record is stored, and returns what could not be told.

    The run stays as it is, whatever happens here, so faults are returned and not raised. The
    metrics go first: they need nobody, and their alarms fire though a message is lost. They do not
    count a run that waits for a confirmation: it has not ended. A note that all was told goes
    last, so that one that is killed before is told by its next attempt.
    """
    moves = record["kind"] in LEASED
    newly = _newly_held(record, runs) if moves else {}
    faults: list[RegistrationSyncError] = []
    if record["finished_at"] and moves:
        about = {name: record[name] for name in ("connection_id", "run_id")}
        metrics.count(run_metrics(record, newly), about)
    try:
        events.put(RUN_FINISHED if record["finished_at"] else RUN_WAITS, run_event(record, newly))
    except Unavailable as fault:
        faults.append(fault)
    if moves:
        concerns = concerns_of(record, newly)
        try:
            if concerns:
                name, zone = _name_and_zone(record["connection_id"], connections)
                alerts.publish(alert_of(record, concerns, name=name, zone=zone))
        except Unavailable as fault:
            faults.append(fault)
    if not faults:
        with suppress(Unavailable):  # rather told twice
            runs.note_told(record["connection_id"], record["run_id"])
    return faults


def _newly_held(record: Mapping[str, Any], runs: Runs) -> Counts:
    if not any(year["held_count"] for year in record["years"]):
        return {}
    try:
        earlier, _ = runs.newest(record["connection_id"], RUNS_LOOKED_BACK, record["run_id"])
    except Unavailable:  # rather a message too many
        earlier = []
    return newly_held(record, earlier)


def _name_and_zone(connection_id: str, connections: Connections) -> tuple[str, ZoneInfo]:
    try:
        connection = connections.get(connection_id)
    except (NotFound, Unavailable):
        return connection_id, ZoneInfo("UTC")
    return connection.name, connection.zone
