"""Announces a run that ended, or waits: metrics, an event for programs, a message for people."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from registration_sync.domain.errors import NotFound, RegistrationSyncError, Unavailable
from registration_sync.domain.runs.alerts import alert_of, concerns_of
from registration_sync.domain.runs.run import LEASED
from registration_sync.domain.runs.summary import Counts, newly_held, run_event, run_metrics
from registration_sync.ports.connections import Connections
from registration_sync.ports.notifications import Alerts, Events, Metrics
from registration_sync.ports.runs import Runs

RUN_FINISHED, RUN_WAITS = "Export run finished", "Export run waits"
"""The detail-types of the events; it waits for a confirmation."""

PAGES, RUNS_AT_ONCE = 10, 20
"""Of the history, to the last export that tells who was held before: most often it is on the first.
Further back, everyone counts as new."""


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
    metrics go first: they need nobody, and their alarms fire though a message is lost. A note that
    all was told goes last, so that one that is killed before is told by its next attempt.
    """
    moves = record["kind"] in LEASED
    newly = _newly_held(record, runs) if moves else {}
    faults: list[RegistrationSyncError] = []
    if moves:
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
            runs.mark_announced(record["connection_id"], record["run_id"], record["status"])
    return faults


def _newly_held(record: Mapping[str, Any], runs: Runs) -> Counts:
    if not any(year["held_count"] for year in record["years"]):
        return {}
    return newly_held(record, _earlier(record, runs))


def _earlier(record: Mapping[str, Any], runs: Runs) -> Iterator[Mapping[str, Any]]:
    after: str | None = record["run_id"]
    for _ in range(PAGES):
        try:
            records, after = runs.newest(record["connection_id"], RUNS_AT_ONCE, after)
        except Unavailable:  # rather a message too many
            return
        yield from records
        if after is None:
            return


def _name_and_zone(connection_id: str, connections: Connections) -> tuple[str, ZoneInfo]:
    try:
        connection = connections.get(connection_id)
    except (NotFound, Unavailable):
        return connection_id, ZoneInfo("UTC")
    return connection.name, connection.zone
