"""Save mapping: a new version of a connection's mapping."""

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from registration_sync.domain.connections.connection import SavedMapping
from registration_sync.domain.connections.setup import SetupStep
from registration_sync.domain.errors import Unavailable, VersionMismatch
from registration_sync.domain.mapping.definition.code_lists import with_codes_as_lists
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.sign_ins import SignIns
from registration_sync.use_cases.connections.shared_destinations import reject_shared_destinations


def save_mapping(
    connection_id: str,
    definition: dict[str, Any],
    *,
    expected_version: int | None,
    saved_by: str,
    now: dt.datetime,
    connections: Connections,
    mappings: Mappings,
    sign_ins: SignIns,
) -> SavedMapping:
    """Saves the definition as the next version, or returns the latest one if that is the same.

    `expected_version` is the version that the change is based on, 0 for a first mapping; None
    skips the check. Raises VersionMismatch if it is not the latest, InvalidRequest with every
    problem of the
    definition, Conflict if another connection writes the same file.
    """
    latest = mappings.latest(connection_id)
    latest_version = latest.version if latest else 0
    if expected_version is not None and expected_version != latest_version:
        raise VersionMismatch(
            f"Your change is based on version {expected_version}, but the latest version is "
            f"{latest_version}: read the mapping again, then save your change."
        )
    parse_mapping(definition)
    if latest and _canonical(latest.definition) == _canonical(definition):
        return latest
    connection = connections.get(connection_id)
    reject_shared_destinations(
        connection,
        definition=definition,
        connections=connections,
        mappings=mappings,
        sign_ins=sign_ins,
        today=now.date(),
    )
    saved = SavedMapping(latest_version + 1, definition, saved_by, now)
    mappings.save(connection_id, saved)
    if connection.setup and not connection.setup.mapping:
        with suppress(Unavailable):  # the next version is noted
            connections.note_setup(connection_id, SetupStep.MAPPING)
    return saved


def _canonical(definition: Mapping[str, Any]) -> str:
    """Text that is equal for equal definitions only: to Python, true and 1 are equal. The order of
    codes counts, the order of other keys does not."""
    return json.dumps(with_codes_as_lists(definition), sort_keys=True)
