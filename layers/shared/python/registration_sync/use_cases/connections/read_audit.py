"""Audit: who changed what of a connection and when, the newest first."""

from collections.abc import Mapping
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.ports.connections import Audit

ENTRIES_SHOWN, MOST_ENTRIES_SHOWN = 20, 100


def read_audit(connection_id: str, query: Mapping[str, str], *, audit: Audit) -> dict[str, Any]:
    """A page: `{"items": [{"at", "by", "action", "changes", "request_id"}], "next"}`; the query
    may hold `limit`, and `after`: the `next` of the page before. Raises InvalidRequest."""
    limit = query.get("limit", str(ENTRIES_SHOWN))
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit) <= MOST_ENTRIES_SHOWN):
        message = f"Write a number from 1 to {MOST_ENTRIES_SHOWN}."
        raise InvalidRequest(message, problems=[Problem("limit", message)])
    entries, following = audit.newest(connection_id, int(limit), query.get("after") or None)
    return {"items": [entry.to_json() for entry in entries], "next": following}
