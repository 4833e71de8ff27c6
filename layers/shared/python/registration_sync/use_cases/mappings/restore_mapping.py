"""The history of a mapping: lists, reads and restores its versions."""

import datetime as dt

from registration_sync.domain.connections.connection import SavedMapping
from registration_sync.domain.errors import NotFound
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.sign_ins import SignIns
from registration_sync.use_cases.mappings.save_mapping import save_mapping

PAGE_SIZE = 20


def list_versions(
    connection_id: str, before: int | None, *, mappings: Mappings
) -> tuple[list[SavedMapping], int | None]:
    """A page of versions, the newest first, and the `before` of the next page, None on the last
    one."""
    versions = mappings.versions(connection_id, PAGE_SIZE + 1, before)
    page = versions[:PAGE_SIZE]
    return page, page[-1].version if len(versions) > PAGE_SIZE else None


def read_version(connection_id: str, version: int, *, mappings: Mappings) -> SavedMapping:
    """The version of the mapping; raises NotFound."""
    saved = mappings.version(connection_id, version)
    if saved is None:
        raise NotFound("The mapping has no such version.")
    return saved


def restore_mapping(
    connection_id: str,
    version: int,
    *,
    expected_version: int | None,
    saved_by: str,
    now: dt.datetime,
    connections: Connections,
    mappings: Mappings,
    sign_ins: SignIns,
) -> SavedMapping:
    """Saves an older version as the newest one, unless the newest one has the same content.

    Raises the errors of save_mapping, and NotFound.
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
        sign_ins=sign_ins,
    )
