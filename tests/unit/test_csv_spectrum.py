"""Edge cases of CSV, by way of a whole mapping and back through a standard reader."""

import csv
import datetime as dt
import io
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from tests.support.skips import OUTSIDE_DATA, needs_outside_data

OWN_CASES: dict[str, list[dict[str, str]]] = {
    "comma_in_quotes": [{"name": "Ann", "address": "1 Main St, Unit 2", "zip": "00501"}],
    "empty": [{"a": "1", "b": "", "c": ""}, {"a": "2", "b": "3", "c": "4"}],
    "escaped_quotes": [{"a": "1", "b": 'says "hello"'}, {"a": '"', "b": '""'}],
    "json": [{"key": "1", "value": '{"type": "Point", "coordinates": [102.0, 0.5]}'}],
    "line_breaks_crlf": [{"a": "1", "b": "up\r\ndown", "c": "3"}],
    "line_breaks_lf": [{"a": "1", "b": "up\ndown", "c": "\n"}],
    "quotes_and_line_breaks": [{"a": "1", "b": 'up\n"down", \nand on'}],
    "single_quotes": [{"a": "O'Neil", "b": "'quoted'"}, {"a": "'", "b": "''"}],
    "spaces": [{"a": " 1", "b": "2 ", "c": " "}],
    "utf8": [{"a": "Zoë", "b": "日本語", "c": "ʤ"}, {"a": "Nuñez", "b": "Ångström", "c": "€"}],
}
SPECTRUM = OUTSIDE_DATA / "csv-spectrum"
SPECTRUM_NAMES = [
    "comma_in_quotes", "empty", "escaped_quotes", "json", "newlines_crlf", "quotes_and_newlines",
    "simple", "utf8",
]  # fmt: skip
SETTINGS: list[dict[str, Any]] = [{}, {"quoting": "always"}, {"text_identifier": "single"}]
RUN = RunContext(dt.datetime(2026, 8, 1, tzinfo=dt.UTC), ZoneInfo("UTC"), 2025)


def read_back(rows: list[dict[str, str]], settings: dict[str, Any]) -> list[dict[str, str]]:
    """The rows, written by a mapping that takes each value as it is, and read again."""
    fields = [{"from": f"v.{h}", "mapping_type": "direct", "to": h} for h in rows[0]]
    mapping = parse_mapping({"files": [{"name": "students", "fields": fields, **settings}]})
    (file,) = (compiled := compile_mapping(mapping, RUN)).files

    content = file.header
    for row in rows:
        mapped = compiled.map({"student_id": "1", "school_year": "2025", "data": {"v": row}})
        content += b"".join(mapped.lines[0])

    text = io.StringIO(content.decode(), newline="")
    return list(csv.DictReader(text, quotechar=file.csv.text_identifier))


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("name", OWN_CASES)
def test_a_case_comes_back_as_it_was(name: str, settings: dict[str, Any]) -> None:
    assert read_back(OWN_CASES[name], settings) == OWN_CASES[name]


@needs_outside_data("csv-spectrum")
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("name", SPECTRUM_NAMES)
def test_a_case_of_csv_spectrum_comes_back_as_it_was(name: str, settings: dict[str, Any]) -> None:
    rows = json.loads((SPECTRUM / f"{name}.json").read_text(encoding="utf-8"))

    assert read_back(rows, settings) == rows


@needs_outside_data("csv-spectrum")
def test_every_case_of_csv_spectrum_is_tried() -> None:
    assert sorted({path.stem for path in SPECTRUM.iterdir()}) == SPECTRUM_NAMES
