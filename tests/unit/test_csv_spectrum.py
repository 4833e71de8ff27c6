"""Others' edge cases of CSV, by way of a whole mapping and back through a standard reader."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.mapping import parse_mapping

CASES = Path(__file__).parents[3] / "shared" / "data" / "csv-spectrum"
NAMES = [
    "comma_in_quotes", "empty", "escaped_quotes", "json", "newlines_crlf", "quotes_and_newlines",
    "simple", "utf8",
]  # fmt: skip
RUN = RunContext(dt.datetime(2026, 8, 1, tzinfo=dt.UTC), ZoneInfo("UTC"), 2025)


@pytest.mark.parametrize("settings", [{}, {"quoting": "always"}, {"text_identifier": "single"}])
@pytest.mark.parametrize("name", NAMES)
def test_a_case_comes_back_as_it_was(name: str, settings: dict[str, Any]) -> None:
    if not CASES.is_dir():
        pytest.skip("the csv-spectrum cases are not available")
    rows: list[dict[str, str]] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    fields = [{"from": f"v.{h}", "mapping_type": "direct", "to": h} for h in rows[0]]
    mapping = parse_mapping({"files": [{"name": name, "fields": fields, **settings}]})
    (file,) = (compiled := compile_mapping(mapping, RUN)).files

    content = file.header
    for row in rows:
        mapped = compiled.map({"student_id": "1", "school_year": "2025", "data": {"v": row}})
        content += b"".join(mapped.lines[0])

    quote = file.csv.text_identifier
    text = io.StringIO(content.decode(), newline="")
    assert list(csv.DictReader(text, quotechar=quote)) == rows


def test_every_case_beside_this_project_is_tried() -> None:
    if not CASES.is_dir():
        pytest.skip("the csv-spectrum cases are not available")

    assert sorted({path.stem for path in CASES.iterdir()}) == NAMES
