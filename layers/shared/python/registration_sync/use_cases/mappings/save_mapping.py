"""Save mapping: a new version of a connection's mapping."""

import datetime as dt
import json
from collections.abc import Mapping as Object
from typing import Any

from registration_sync.domain.connections.connection import SavedMapping
from registration_sync.domain.errors import InvalidRequest, VersionMismatch
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.use_cases.connections.shared_destinations import reject_shared_destinations

_ADDED_BY_US = ("version", "saved_by", "saved_at")


def save_mapping(
    connection_id: str,
    definition: object,
    *,
    expected_version: int | None,
    saved_by: str,
    now: dt.datetime,
    connections: Connections,
    mappings: Mappings,
) -> SavedMapping:
    """Saves the definition as the next version, or answers the present one if it is the same.

    `expected_version` is the version that the change was made on, 0 for none; without it, a
    `version` inside the definition counts, as in the answer of an earlier read. Raises
    VersionMismatch if that is not the latest, InvalidRequest with every problem, Conflict if
    another connection writes the same file.
    """
    wanted = without_version(definition)
    if expected_version is None:
        expected_version = _version_inside(definition)
    latest = mappings.latest(connection_id)
    present = latest.version if latest else 0
    if expected_version is not None and expected_version != present:
        raise VersionMismatch(
            f"The change was made on version {expected_version}, and the latest is {present}: "
            "read the mapping again, then save your change."
        )
    parse_mapping(wanted)
    if latest and _canonical(latest.definition) == _canonical(wanted):
        return latest
    reject_shared_destinations(
        connections.get(connection_id),
        definition=wanted,
        connections=connections,
        mappings=mappings,
        today=now.date(),
    )
    saved = SavedMapping(present + 1, wanted, saved_by, now)
    mappings.save(connection_id, saved)
    return saved


def without_version(definition: object) -> dict[str, Any]:
    """The mapping without what an answer adds to it; raises InvalidRequest if it is no object."""
    if not isinstance(definition, Object):
        raise InvalidRequest('Send the mapping as a JSON object: {"files": […]}.')
    return {name: value for name, value in definition.items() if name not in _ADDED_BY_US}


def _version_inside(definition: Any) -> int | None:
    version = definition.get("version")
    is_number = isinstance(version, int) and not isinstance(version, bool)
    return version if is_number else None


def _canonical(definition: Object[str, Any]) -> str:
    """Text that is equal for equal definitions only: to Python, true and 1 are equal."""
    return json.dumps(definition, sort_keys=True)
