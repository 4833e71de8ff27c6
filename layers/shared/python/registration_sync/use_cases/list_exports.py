"""Run history: the exports of a connection, the newest first."""

from collections.abc import Mapping
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.ports import Runs

RUNS_SHOWN, MOST_RUNS_SHOWN = 20, 100
HELD_SHOWN = 20
"""Held rows of each year in a list; all that is recorded is in the run. Keeps a list under the
6 MB that a function may answer."""


def list_exports(connection_id: str, query: Mapping[str, str], *, runs: Runs) -> dict[str, Any]:
    """A page: `{"items": […], "next": run id or None}`; the query may hold `limit` and `after`."""
    limit = query.get("limit", str(RUNS_SHOWN))
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit) <= MOST_RUNS_SHOWN):
        message = f"Write a number from 1 to {MOST_RUNS_SHOWN}."
        raise InvalidRequest(message, problems=[Problem("limit", message)])
    records, following = runs.newest(connection_id, int(limit), query.get("after") or None)
    return {"items": [shortened(record) for record in records], "next": following}


def shortened(record: dict[str, Any]) -> dict[str, Any]:
    """The record with the first held rows of each year only."""
    years = [{**year, "held": year["held"][:HELD_SHOWN]} for year in record["years"]]
    return {**record, "years": years}
