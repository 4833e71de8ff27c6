"""The pages of docs/mappings: each ready-made mapping with its output for a made-up student."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from local.district import made_up_district
from registration_sync.domain.mapping.compiled.columns import steps_of
from registration_sync.domain.mapping.compiled.mapping import (
    FilePreview,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import ExportFile, Mapping, parse_mapping
from registration_sync.domain.mapping.definition.ready_made import ReadyMade, ready_made_of
from registration_sync.domain.mapping.definition.yaml_text import read_mapping_text
from registration_sync.domain.mapping.transformations.registry import fields_read
from registration_sync.domain.registrations.registration import decode_snapshot, encode_snapshot
from registration_sync.domain.registrations.sync_request import parse_sync_request

YEAR = 2025


def pages(mappings: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    """Every page by its path, and a page that lists them."""
    found = [
        ready_made_of(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(mappings.glob("*.yaml"))
    ]
    yield folder / "README.md", _list(found)
    for one in found:
        yield folder / f"{one.name}.md", _page(one)


def _list(found: list[ReadyMade]) -> str:
    rows = [f"| [{one.name}]({one.name}.md) | {one.title} |" for one in found]
    return "\n".join(
        [
            "# Ready-made mappings",
            "",
            "Start from one with `PUT /connections/{connection_id}/mapping` and",
            '`{"start_from": "powerschool"}`, or copy its YAML and change it.',
            "`make demo MAPPING=powerschool` shows the files it delivers. Tests check each mapping",
            "against the published rules of its format (tests/formats), with a made-up district;",
            "the plain mapping has no format.",
            "",
            "| name | for |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


def _page(one: ReadyMade) -> str:
    mapping = parse_mapping(read_mapping_text(one.text))
    parts = [
        f"# {one.name}",
        f"{one.title}. The mapping: [{one.name}.yaml](../../mappings/{one.name}.yaml).",
        "The comment at its top, with the parts that a district must adapt:",
        f"```text\n{one.description}\n```",
        "## The Enroll fields that it reads",
        ", ".join(f"`{path}`" for path in sorted(_fields(mapping))) + ".",
        "## Its output for a made-up student",
    ]
    if mapping.package:
        parts.append(f"All files are in one zip, `{mapping.package.file_name}`.")
    return "\n\n".join([*parts, *_example(mapping)]) + "\n"


def _fields(mapping: Mapping) -> set[str]:
    return {path for file in mapping.files for path in _fields_of(file)}


def _fields_of(file: ExportFile) -> Iterator[str]:
    for field in file.mapped_fields:
        for path in (field.source, *fields_read(steps_of(field))):
            name = (path or "").removeprefix("entry.")
            each = file.rows.each if file.rows else None
            if path and path.startswith("entry."):
                flat = each if isinstance(each, tuple) else ()
                yield from (f"{beginning}{name}" for beginning in flat)
            elif path and not path.startswith(("registration.", "run.", "row.")):
                yield path
    if file.rows:
        yield from ([file.rows.distinct] if file.rows.distinct else [])
        yield from ([file.rows.each] if isinstance(file.rows.each, str) else [])
    yield from (condition.source for condition in file.where)


def _example(mapping: Mapping) -> Iterator[str]:
    student = made_up_district(YEAR)[40]
    (registration,) = parse_sync_request(json.dumps({"registrations": [student]})).registrations
    stored = encode_snapshot(registration, f"{YEAR}-08-01T12:00:00.000Z")
    if not isinstance(stored, bytes):
        raise TypeError(stored.message)
    run = RunContext(dt.datetime(YEAR, 8, 1, 21, tzinfo=dt.UTC), ZoneInfo("UTC"), YEAR)
    for row in compile_mapping(mapping, run).preview(decode_snapshot(stored)):
        if row.row is not None:
            yield _row(row)


def _row(row: FilePreview) -> str:
    number = f", row {row.row}" if row.row and row.row > 1 else ""
    cells = [
        f"| `{field.to}` | {field.value.replace('|', '&#124;')} |"
        for field in row.fields
        if field.value
    ]
    blank = len(row.fields) - len(cells)
    last = [f"| {blank} more | |"] if blank else []
    return "\n".join(
        [f"`{row.name}`{number}", "", "| column | value |", "| --- | --- |", *cells, *last]
    )
