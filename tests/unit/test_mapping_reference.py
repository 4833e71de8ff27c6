"""The mapping reference is correct: generated tables are current, and the examples run."""

import datetime as dt
import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from local.docs.generate import outputs
from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.yaml_text import read_mapping_text

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"```yaml mapping\n(.*?)```\s+```json registration\n(.*?)```\s+```text (\S+)\n(.*?)```",
    PAGE,
    re.DOTALL,
)
RUN = RunContext(dt.datetime(2025, 9, 1, 17, tzinfo=dt.UTC), ZoneInfo("America/Chicago"), 2025)


@pytest.mark.lint
def test_the_generated_texts_are_current() -> None:
    others = [path.name for path, text in outputs() if path.read_text(encoding="utf-8") != text]

    assert others == [], "out of date: run make docs"


def test_every_ready_made_mapping_has_a_page_and_no_page_is_left_over() -> None:
    expected = {path for path, _ in outputs() if path.parent.name == "mappings"}

    assert {*(ROOT / "docs" / "mappings").iterdir(), ROOT / "mappings" / "schema.json"} == expected


def test_every_example_on_the_page_is_run() -> None:
    assert len(EXAMPLES) == PAGE.count("```yaml mapping") >= 3


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[2])
def test_an_example_makes_the_file_that_is_shown(example: tuple[str, str, str, str]) -> None:
    definition, data, name, expected = example
    compiled = compile_mapping(parse_mapping(read_mapping_text(definition)), RUN)
    registration = {
        "registration_id": "R-1",
        "student_id": "1001",
        "school_year": "2025",
        "synced_at": "2025-08-20T15:00:00.000Z",
        "data": json.loads(data),
    }

    mapped = compiled.map(registration)

    assert mapped.problems == []
    (file,) = compiled.files
    content = file.header + b"".join(mapped.lines[0])
    assert (file.name, content.decode().replace("\r\n", "\n")) == (name, expected)
