"""Mapping history: who saved what and when, and taking an older version up again."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from registration_sync.domain.connections.connection import SavedMapping
from registration_sync.domain.errors import InvalidRequest, NotFound, Problem
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.use_cases.mappings.save_mapping import save_mapping

VERSIONS_SHOWN = 20


def list_versions(
    connection_id: str, query: Mapping[str, str], *, mappings: Mappings
) -> dict[str, Any]:
    """A page of versions, the newest first: `{"items": [{"version", "saved_by", "saved_at"}],
    "next": version or None}`; the query may hold `before`, the `next` of an earlier page."""
    before = query.get("before")
    number = None if before is None else parse_version(before, "before")
    versions = mappings.versions(connection_id, VERSIONS_SHOWN + 1, number)
    items = [
        {
            "version": saved.version,
            "saved_by": saved.saved_by,
            "saved_at": saved.saved_at.isoformat(timespec="seconds"),
        }
        for saved in versions[:VERSIONS_SHOWN]
    ]
    more = len(versions) > VERSIONS_SHOWN
    return {"items": items, "next": items[-1]["version"] if more else None}


def read_version(connection_id: str, version: str, *, mappings: Mappings) -> SavedMapping:
    """The version of the mapping; raises InvalidRequest and NotFound."""
    saved = mappings.version(connection_id, parse_version(version, "version"))
    if saved is None:
        raise NotFound("The mapping has no such version.")
    return saved


def restore_mapping(
    connection_id: str,
    version: str,
    *,
    expected_version: int | None,
    saved_by: str,
    now: dt.datetime,
    connections: Connections,
    mappings: Mappings,
) -> SavedMapping:
    """Saves an older version again, as the newest; nothing happens if it says the same.

    Raises what save_mapping raises, and NotFound.
    """
    older = read_version(connection_id, version, mappings=mappings)
    return save_mapping(
        connection_id,
        older.definition,
        expected_version=expected_version,
        saved_by=saved_by,
        now=now,
        connections=connections,
        mappings=mappings,
    )


def parse_version(text: str, name: str) -> int:
    """A version's number; raises InvalidRequest that names the parameter."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 8):
        message = "Write the number of a version, such as 3."
        raise InvalidRequest(message, problems=[Problem(name, message)])
    return int(text)
