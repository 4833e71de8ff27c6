"""Deletes a connection and executes its purge, as the schedule does when the grace time is over."""

import datetime as dt
from dataclasses import replace
from typing import Any

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.bootstrap import configuration_function
from tests.functional.support.district import NORTH, call, context

ONE = "/connections/{connection_id}"


def delete(connection_id: str = NORTH) -> None:
    """Requests the deletion, and moves its time into the past."""
    assert call(configuration, "DELETE", ONE, connection_id=connection_id)[0] == 204
    make_due(connection_id)


def make_due(connection_id: str = NORTH) -> None:
    deletions = configuration_function.dependencies().deletions
    found = deletions.find(connection_id)
    assert found
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    deletions.request(connection_id, replace(found, purge_at=past))


def purge(connection_id: str = NORTH, *, seconds: float = 300, **event: Any) -> dict[str, Any]:
    """One invocation of the purge."""
    wanted = {"action": "purge", "connection_id": connection_id, **event}
    record: dict[str, Any] = export.handler(wanted, context(seconds))
    return record


def delete_and_purge(connection_id: str = NORTH) -> None:
    delete(connection_id)
    assert purge(connection_id)["status"] == "purged"
