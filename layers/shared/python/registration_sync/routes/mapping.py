"""The mapping: saved, converted, its versions, ready-made ones, and the fields it may name."""

import datetime as dt
import re
import time
from dataclasses import asdict
from typing import Any

from registration_sync.api import CONNECTION, Answer, Request, Route, problem_body
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.access_log import Shown, StudentData
from registration_sync.domain.audit import Note, SettingChange, note_of
from registration_sync.domain.connections.connection import SavedMapping
from registration_sync.domain.errors import InvalidRequest, NotFound, Problem, listed_problems
from registration_sync.domain.fields import Fields
from registration_sync.domain.mapping.definition.code_lists import with_codes_as_lists
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.ready_made import ReadyMade
from registration_sync.domain.mapping.definition.warnings import mapping_warnings
from registration_sync.domain.mapping.definition.yaml_text import (
    read_mapping_text,
    write_mapping_text,
)
from registration_sync.routes import preview
from registration_sync.routes.pages import shortened
from registration_sync.use_cases.mappings.list_fields import count_values, list_fields
from registration_sync.use_cases.mappings.restore_mapping import (
    list_versions,
    read_version,
    restore_mapping,
)
from registration_sync.use_cases.mappings.save_mapping import save_mapping
from registration_sync.use_cases.students.registration_sample import RegistrationSample

ADDED_BY_ANSWERS = ("version", "saved_by", "saved_at", "warnings")
"""Fields that a response adds to a mapping; a request may send them back."""


def _read_mapping(request: Request) -> Answer:
    saved = configuration_function.dependencies().mappings.latest(request.connection_id)
    if saved is None:
        raise NotFound("This connection has no mapping yet.")
    return _mapping_answer(request, saved)


def _save_mapping(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    now = dt.datetime.now(dt.UTC)
    sent = _sent_mapping(request)
    expected_version = _version_of_tag(request)
    saved = save_mapping(
        request.connection_id,
        _without_additions(sent),
        expected_version=_version_inside(sent) if expected_version is None else expected_version,
        saved_by=request.caller.name,
        now=now,
        connections=deps.connections,
        mappings=deps.mappings,
        sign_ins=deps.sign_ins,
    )
    warnings = mapping_warnings(saved.definition, deps.recent_fields.of(request.connection_id))
    note = note_of("mapping_saved", _new_version(saved, now))
    listed = [problem_body(one) for one in listed_problems(warnings)]
    return _mapping_answer(request, saved, note, warnings=listed)


def _convert_mapping(request: Request) -> Answer:
    mapping = _without_additions(_sent_mapping(request))
    parse_mapping(mapping)  # a code that YAML read as a number has lost its zeros: refuse it
    return Answer(200, {"mapping": _shown(request, mapping), "yaml": write_mapping_text(mapping)})


def _sent_mapping(request: Request) -> dict[str, Any]:
    """The body as JSON, or as YAML if the content type says so, or the ready-made mapping that the
    body names. Whether it is a valid mapping, parse_mapping of the domain decides."""
    if "yaml" in request.headers.get("content-type", ""):
        sent = read_mapping_text(request.text())
    else:
        sent = request.json()
        if isinstance(sent, dict) and "start_from" in sent:
            sent = read_mapping_text(_start_from(sent).text)
    if not isinstance(sent, dict):
        raise InvalidRequest('Send the mapping as a JSON object: {"files": […]}.')
    return sent


def _start_from(body: dict[str, Any]) -> ReadyMade:
    by_name = {one.name: one for one in configuration_function.dependencies().ready_made.all()}
    fields = Fields(body)
    name = fields.one_of("start_from", by_name)
    if len(body) > 1:
        fields.add_problem("start_from", "Send start_from without other fields.")
    fields.raise_problems("The mapping was not saved.")
    return by_name[name]


def _without_additions(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name not in ADDED_BY_ANSWERS}


def _version_inside(sent: dict[str, Any]) -> int | None:
    version = sent.get("version")
    return version if isinstance(version, int) and not isinstance(version, bool) else None


def _list_ready_made(_request: Request) -> Answer:
    items = [
        {"name": one.name, "title": one.title, "description": one.description}
        for one in configuration_function.dependencies().ready_made.all()
    ]
    return Answer(200, {"items": items, "next": None})


def _read_ready_made(request: Request) -> Answer:
    ready_made = configuration_function.dependencies().ready_made.all()
    one = next((one for one in ready_made if one.name == request.path["name"]), None)
    if one is None:
        names = ", ".join(one.name for one in ready_made)
        raise NotFound(f"There is no such mapping. Ready-made mappings: {names}.")
    body = {
        "name": one.name,
        "title": one.title,
        "description": one.description,
        "mapping": _shown(request, read_mapping_text(one.text)),
        "yaml": one.text,
    }
    return Answer(200, body)


def _list_versions(request: Request) -> Answer:
    before = request.query.get("before")
    versions, following = list_versions(
        request.connection_id,
        None if before is None else _version_of(before, "before"),
        mappings=configuration_function.dependencies().mappings,
    )
    return Answer(200, {"items": [_facts_of(one) for one in versions], "next": following})


def _read_version(request: Request) -> Answer:
    mappings = configuration_function.dependencies().mappings
    version = _version_of(request.path["version"], "version")
    saved = read_version(request.connection_id, version, mappings=mappings)
    return _mapping_answer(request, saved)


def _restore_mapping(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    now = dt.datetime.now(dt.UTC)
    version = _version_of(request.path["version"], "version")
    saved = restore_mapping(
        request.connection_id,
        version,
        expected_version=_version_of_tag(request),
        saved_by=request.caller.name,
        now=now,
        connections=deps.connections,
        mappings=deps.mappings,
        sign_ins=deps.sign_ins,
    )
    changes = _new_version(saved, now)
    if changes:
        changes += (SettingChange("restored_version", None, version),)
    return _mapping_answer(request, saved, note_of("mapping_restored", changes))


def _list_fields(request: Request) -> Answer:
    """`{"items": [{"path", "each", "filled", "samples"}], "next": None, "looked_at", "complete"}`;
    with a `path` its values: `{"path", "values": [{"value", "count"}], "looked_at",
    "complete"}`."""
    fields = Fields.of_query(request.query).refuse_unknown("path", "each", "delimiter")
    fields.raise_problems("The fields were not listed.")
    snapshots = configuration_function.dependencies().snapshots
    sample = RegistrationSample(request.connection_id, snapshots, time.monotonic)
    found: dict[str, Any]
    if "path" in fields:
        path, each, delimiter = (fields.text(name) for name in ("path", "each", "delimiter"))
        values = count_values(sample, path, each=each or None, delimiter=delimiter)
        counts = [{"value": value, "count": count} for value, count in values]
        found = {"path": path, "values": counts}
    else:
        found = {"items": [asdict(one) for one in list_fields(sample)], "next": None}
    body = {**found, "looked_at": sample.looked_at, "complete": sample.complete}
    return Answer(200, shortened(body), shown=Shown(StudentData.FIELDS, sample.looked_at))


def _new_version(saved: SavedMapping, now: dt.datetime) -> tuple[SettingChange, ...]:
    """No change if the same mapping was already there, saved at another time."""
    if saved.saved_at != now:
        return ()
    return (SettingChange("version", saved.version - 1 or None, saved.version),)


def _mapping_answer(
    request: Request, saved: SavedMapping, note: Note | None = None, **added: Any
) -> Answer:
    body = {**_shown(request, saved.definition), **_facts_of(saved), **added}
    return Answer(200, body, {"ETag": f'"{saved.version}"'}, note)


def _shown(request: Request, definition: Any) -> Any:
    """The definition; with codes as lists if the request accepts those."""
    accepts_lists = "codes=list" in request.headers.get("accept", "")
    return with_codes_as_lists(definition) if accepts_lists else definition


def _facts_of(saved: SavedMapping) -> dict[str, Any]:
    return {
        "version": saved.version,
        "saved_by": saved.saved_by,
        "saved_at": saved.saved_at.isoformat(timespec="seconds"),
    }


def _version_of(text: str, name: str) -> int:
    """A version's number; raises InvalidRequest that names the parameter."""
    if not re.fullmatch("[0-9]{1,8}", text):
        message = "Enter the number of a version, such as 3."
        raise InvalidRequest(message, problems=[Problem(name, message)])
    return int(text)


def _version_of_tag(request: Request) -> int | None:
    """The version in If-Match, with or without quotes; None for none and for `*`."""
    tag = request.headers.get("if-match", "").strip()
    if tag in {"", "*"}:
        return None
    version = tag.removeprefix("W/").strip('"')
    if not re.fullmatch("[0-9]{1,8}", version):
        message = 'Send the ETag of the version that you changed, such as "3".'
        raise InvalidRequest(message, problems=[Problem("If-Match", message)])
    return int(version)


ROUTES = (
    Route("GET", f"{CONNECTION}/mapping", Permission.READ, _read_mapping),
    Route("PUT", f"{CONNECTION}/mapping", Permission.CONFIGURE, _save_mapping),
    Route("GET", f"{CONNECTION}/mapping/versions", Permission.READ, _list_versions),
    Route("GET", f"{CONNECTION}/mapping/versions/{{version}}", Permission.READ, _read_version),
    Route(
        "POST",
        f"{CONNECTION}/mapping/versions/{{version}}/restore",
        Permission.CONFIGURE,
        _restore_mapping,
    ),
    *preview.ROUTES,
    Route("POST", f"{CONNECTION}/mapping/convert", Permission.READ, _convert_mapping),
    Route("GET", "/mappings", Permission.READ, _list_ready_made),
    Route("GET", "/mappings/{name}", Permission.READ, _read_ready_made),
    Route("GET", f"{CONNECTION}/fields", Permission.READ, _list_fields),
)
