"""The mapping: saved, tried, its versions, ready-made ones, and the fields that it may name."""

import datetime as dt
import re
import time

from registration_sync.api import Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.audit import Change, Note, note_of
from registration_sync.domain.connections.connection import SavedMapping
from registration_sync.domain.errors import InvalidRequest, NotFound, Problem
from registration_sync.domain.mapping.definition.yaml_text import read_mapping_text
from registration_sync.use_cases.mappings.convert_mapping import convert_mapping
from registration_sync.use_cases.mappings.list_fields import list_fields
from registration_sync.use_cases.mappings.preview_mapping import preview_mapping
from registration_sync.use_cases.mappings.ready_made import (
    definition_to_save,
    list_ready_made,
    read_ready_made,
)
from registration_sync.use_cases.mappings.restore_mapping import (
    list_versions,
    read_version,
    restore_mapping,
)
from registration_sync.use_cases.mappings.save_mapping import save_mapping


def _read_mapping(request: Request) -> Answer:
    saved = configuration_function.dependencies().mappings.latest(request.connection_id)
    if saved is None:
        raise NotFound("This connection has no mapping yet.")
    return _mapping_answer(saved)


def _save_mapping(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    now = dt.datetime.now(dt.UTC)
    saved = save_mapping(
        request.connection_id,
        _definition(request),
        expected_version=_expected_version(request),
        saved_by=request.caller.name,
        now=now,
        connections=deps.connections,
        mappings=deps.mappings,
    )
    return _mapping_answer(saved, note_of("mapping_saved", _new_version(saved, now)))


def _definition(request: Request) -> object:
    """The body as JSON, or as YAML where the content type says so; or a ready-made mapping."""
    if "yaml" in request.headers.get("content-type", ""):
        return read_mapping_text(request.text())
    return definition_to_save(request.json(), configuration_function.dependencies().ready_made)


def _convert_mapping(request: Request) -> Answer:
    return Answer(200, convert_mapping(_definition(request)))


def _list_ready_made(_request: Request) -> Answer:
    return Answer(200, list_ready_made(configuration_function.dependencies().ready_made))


def _read_ready_made(request: Request) -> Answer:
    ready_made = configuration_function.dependencies().ready_made
    return Answer(200, read_ready_made(request.path["name"], ready_made))


def _list_versions(request: Request) -> Answer:
    mappings = configuration_function.dependencies().mappings
    return Answer(200, list_versions(request.connection_id, request.query, mappings=mappings))


def _read_version(request: Request) -> Answer:
    mappings = configuration_function.dependencies().mappings
    version = request.path["version"]
    return _mapping_answer(read_version(request.connection_id, version, mappings=mappings))


def _restore_mapping(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    now = dt.datetime.now(dt.UTC)
    saved = restore_mapping(
        request.connection_id,
        request.path["version"],
        expected_version=_expected_version(request),
        saved_by=request.caller.name,
        now=now,
        connections=deps.connections,
        mappings=deps.mappings,
    )
    changes = _new_version(saved, now)
    if changes:
        changes += (Change("restored_version", None, int(request.path["version"])),)
    return _mapping_answer(saved, note_of("mapping_restored", changes))


def _preview_mapping(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    preview = preview_mapping(
        request.connection_id,
        request.json(),
        now=dt.datetime.now(dt.UTC),
        connections=deps.connections,
        mappings=deps.mappings,
        snapshots=deps.snapshots,
    )
    return Answer(200, preview)


def _list_fields(request: Request) -> Answer:
    snapshots = configuration_function.dependencies().snapshots
    found = list_fields(
        request.connection_id, request.query, snapshots=snapshots, clock=time.monotonic
    )
    return Answer(200, found)


def _new_version(saved: SavedMapping, now: dt.datetime) -> tuple[Change, ...]:
    """None where the mapping was there already: it was saved at another time."""
    if saved.saved_at != now:
        return ()
    return (Change("version", saved.version - 1 or None, saved.version),)


def _mapping_answer(saved: SavedMapping, note: Note | None = None) -> Answer:
    body = {
        **saved.definition,
        "version": saved.version,
        "saved_by": saved.saved_by,
        "saved_at": saved.saved_at.isoformat(timespec="seconds"),
    }
    return Answer(200, body, {"ETag": f'"{saved.version}"'}, note)


def _expected_version(request: Request) -> int | None:
    """The version in If-Match, with or without quotes; `*` is any."""
    tag = request.headers.get("if-match", "").strip()
    if tag in {"", "*"}:
        return None
    version = tag.removeprefix("W/").strip('"')
    if not re.fullmatch("[0-9]{1,8}", version):
        message = 'Send the ETag of the version that you changed, such as "3".'
        raise InvalidRequest(message, problems=[Problem("If-Match", message)])
    return int(version)


ROUTES = (
    Route("GET", "/connections/{connection_id}/mapping", Permission.READ, _read_mapping),
    Route("PUT", "/connections/{connection_id}/mapping", Permission.CONFIGURE, _save_mapping),
    Route("GET", "/connections/{connection_id}/mapping/versions", Permission.READ, _list_versions),
    Route(
        "GET",
        "/connections/{connection_id}/mapping/versions/{version}",
        Permission.READ,
        _read_version,
    ),
    Route(
        "POST",
        "/connections/{connection_id}/mapping/versions/{version}/restore",
        Permission.CONFIGURE,
        _restore_mapping,
    ),
    Route(
        "POST", "/connections/{connection_id}/mapping/preview", Permission.READ, _preview_mapping
    ),
    Route(
        "POST", "/connections/{connection_id}/mapping/convert", Permission.READ, _convert_mapping
    ),
    Route("GET", "/mappings", Permission.READ, _list_ready_made),
    Route("GET", "/mappings/{name}", Permission.READ, _read_ready_made),
    Route("GET", "/connections/{connection_id}/fields", Permission.READ, _list_fields),
)
