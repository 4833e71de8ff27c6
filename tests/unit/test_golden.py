"""Whole files, byte for byte, of a mapping and registrations that importers stumble over."""

import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.file import FileSettings
from registration_sync.domain.mapping.definition.mapping import parse_mapping

GOLDEN = Path(__file__).parents[1] / "golden"
EXPECTED = GOLDEN / "expected"
REGISTRATIONS: dict[str, list[dict[str, Any]]] = json.loads(
    (GOLDEN / "registrations.json").read_text(encoding="utf-8")
)


def compiled() -> CompiledMapping:
    definition = yaml.safe_load((GOLDEN / "mapping.yaml").read_text(encoding="utf-8"))
    run = RunContext(
        dt.datetime(2026, 8, 1, 21, 5, tzinfo=dt.UTC), ZoneInfo("America/Chicago"), 2025
    )
    return compile_mapping(parse_mapping(definition), run)


def written() -> dict[str, bytes]:
    """Every file of the mapping by its name."""
    mapping = compiled()
    contents = [file.header for file in mapping.files]
    for registration in REGISTRATIONS["exported"]:
        mapped = mapping.map(registration)
        assert mapped.problems == []
        for number, lines in enumerate(mapped.lines):
            contents[number] += b"".join(lines)
    return {file.name: content for file, content in zip(mapping.files, contents, strict=True)}


@pytest.mark.lint
def test_every_setting_of_the_format_is_in_a_golden_file() -> None:
    definition = yaml.safe_load((GOLDEN / "mapping.yaml").read_text(encoding="utf-8"))
    used = set().union(*definition["files"])
    of_the_rows = {"contents", "removals", "rows", "where"}

    assert FileSettings.model_fields.keys() - of_the_rows - used == set(), (
        "set them for a file in tests/golden/mapping.yaml, and write that file to "
        "tests/golden/expected"
    )


def test_the_golden_folder_has_the_files_of_the_mapping() -> None:
    assert {path.name for path in EXPECTED.iterdir()} == written().keys()


@pytest.mark.parametrize("name", sorted(path.name for path in EXPECTED.iterdir()))
def test_a_file_is_written_byte_for_byte(name: str) -> None:
    assert written()[name] == (EXPECTED / name).read_bytes()


@pytest.mark.parametrize(
    ("index", "problems"),
    [
        (
            0,
            [
                *[(name, "DOB", "date") for name in sorted(written())],
                ("windows.csv", "First_Name", "encoding"),
            ],
        ),
        (
            1,
            [
                *[(name, "DOB", "date") for name in sorted(written())],
                *[(name, "Student_Number", "required") for name in sorted(written())],
            ],
        ),
        (2, [("oneline.csv", "Last_Name", "text_identifier")]),
        (3, [(name, "Grade_Level", "not_text") for name in sorted(written())]),
    ],
)
def test_a_held_student_has_every_reason(index: int, problems: list[tuple[str, str, str]]) -> None:
    mapped = compiled().map(REGISTRATIONS["held"][index])

    assert mapped.lines == ()
    assert sorted((p.file, p.field, p.rule) for p in mapped.problems) == sorted(problems)
