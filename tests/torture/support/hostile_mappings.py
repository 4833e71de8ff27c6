"""Mappings and students that are changed at random, and what must hold for each."""

import csv
import datetime as dt
import io
import json
import random
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from local.processes import ROOT
from registration_sync.domain.errors import InvalidRequest, listed_problems
from registration_sync.domain.json_text import parse_json, refuse_damaged, refuse_repeated_names
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledFile,
    CompiledMapping,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.yaml_text import (
    read_mapping_text,
    write_mapping_text,
)
from registration_sync.domain.mapping.values.csv_format import CODECS
from registration_sync.domain.mapping.values.run_context import RunContext
from registration_sync.domain.printable import printable
from registration_sync.domain.registrations.registration import (
    Refusal,
    decode_snapshot,
    encode_snapshot,
)
from registration_sync.domain.registrations.sync_request import parse_sync_request
from tests.functional.support.district import registration
from tests.functional.test_hostile_bodies import YAML_TOKENS
from tests.torture.support.mutations import Donors, changed_json, hostile_value

GOLDEN = ROOT / "tests" / "golden"
MAPPINGS = [
    yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (GOLDEN / "mapping.yaml", *sorted((ROOT / "mappings").glob("*.yaml")))
]
STUDENTS: list[dict[str, Any]] = json.loads(
    (GOLDEN / "registrations.json").read_text(encoding="utf-8")
)["exported"]
RUN = RunContext(dt.datetime(2026, 8, 1, 21, 5, tzinfo=dt.UTC), ZoneInfo("America/Chicago"), 2025)


def check_problems(error: InvalidRequest) -> None:
    """A plain sentence, and one for each problem."""
    for text in (error.message, *(one.message for one in listed_problems(error.problems))):
        check_sentence(text)


def check_sentence(text: str) -> None:
    """One printable line."""
    assert text
    assert printable(text, len(text)) == text


YAML_BITS = (
    *YAML_TOKENS,
    "&a [*a]",
    "&a {x: *a}",
    "*b",
    "!!python/name:os.system",
    "|\n x",
    ">-",
    "? ",
    "%YAML 1.1\n---",
    "---\n",
    "...\n",
    "\t",
    "# x",
    "[" * 5_000,
    "- " * 5_000,
    "{a: " * 5_000,
    "'" * 999,
)


def a_mapping(randomness: random.Random) -> dict[str, Any]:
    """A part of a valid mapping: few files, each with few fields, so that a change is seen."""
    whole = randomness.choice(MAPPINGS)
    files = []
    for file in randomness.sample(whole["files"], min(2, len(whole["files"]))):
        fields = randomness.sample(file["fields"], min(6, len(file["fields"])))
        files.append(file | {"fields": fields})
    return {"files": files}


def some_students(randomness: random.Random) -> list[dict[str, Any]]:
    donors = Donors(*(one["data"] for one in STUDENTS))
    student = randomness.choice(STUDENTS)
    changed = {
        group: changed_json(value, donors, randomness) for group, value in student["data"].items()
    }
    return [student, student | {"data": as_stored(changed)}]


def as_stored(data: Any) -> Any:
    """The data as a sync stores it."""
    body = json.dumps({"registrations": [registration() | {"data": data}]}, default=str)
    try:
        (parsed,) = parse_sync_request(body).registrations
    except InvalidRequest:
        return {}
    stored = encode_snapshot(parsed, "2026-03-02T10:00:00.000Z")
    return {} if isinstance(stored, Refusal) else decode_snapshot(stored)["data"]


def sent_json(text: str) -> object:
    """As a route reads it."""
    refuse_damaged(text)
    content: object = parse_json(text.removeprefix("\ufeff"))
    refuse_repeated_names(content)
    return content


def check_mapping(text: str, read: Callable[[str], object], students: list[dict[str, Any]]) -> bool:
    """Whether the mapping could be used."""
    try:
        definition = read(text)
        mapping = parse_mapping(definition)
    except InvalidRequest as error:
        check_problems(error)
        return False
    assert json.loads(json.dumps(definition, allow_nan=False)) == definition, "cannot be stored"
    assert read_mapping_text(write_mapping_text(definition)) == definition, "another one as YAML"
    compiled = compile_mapping(mapping, RUN)
    for student in students:
        check_rows(compiled, student)
    return True


def check_rows(compiled: CompiledMapping, student: dict[str, Any]) -> None:
    """The preview and the export agree, and each line reads back as one row."""
    mapped = compiled.map(student)
    slowly = compiled._examine(compiled._scope(student), due=True, delivered=False)
    compiled.preview(student)
    assert (mapped.lines, mapped.problems) == (slowly.lines, slowly.problems), "the two ways differ"
    for file, lines in zip(compiled.files, mapped.lines, strict=bool(mapped.lines)):
        check_lines(file, lines)
    for problem in mapped.problems:
        check_sentence(problem.message)


def check_lines(file: CompiledFile, lines: tuple[bytes, ...]) -> None:
    own = file.csv
    text = b"".join(lines).decode(CODECS[own.encoding])
    if not own.text_identifier:
        rows = [line.split(own.separator) for line in text.split(own.line_ending)[:-1]]
    else:
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=own.separator,
            quotechar=own.text_identifier,
            strict=True,
        )
        rows = list(reader)
    assert [len(row) for row in rows] == [len(file.columns)] * len(lines), "columns are mixed up"


def hostile_data(randomness: random.Random) -> dict[str, Any]:
    students = {
        name: hostile_value(randomness) if randomness.random() < 0.3 else value
        for name, value in STUDENTS[0]["data"]["students"].items()
    }
    return {**STUDENTS[0]["data"], "students": students, "contacts": hostile_value(randomness)}
