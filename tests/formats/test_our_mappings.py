"""Each ready-made mapping, over a rich made-up district and its next day, passes its format's
checker."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.district import Registration, made_up_district, next_day
from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.yaml_text import read_mapping_text
from registration_sync.domain.registrations.batches import Current, DueMark, version_of
from registration_sync.domain.registrations.ledger import NO_TOTALS
from registration_sync.domain.registrations.registration import decode_snapshot, encode_snapshot
from registration_sync.domain.registrations.sync_request import parse_sync_request
from registration_sync.use_cases.exporting.package_files import package_files
from registration_sync.use_cases.exporting.students import students_to_write
from registration_sync.use_cases.exporting.write_files import WrittenYear, write_files
from tests.formats.checkers import CHECKS

YEAR = 2026
MAPPINGS = Path(__file__).parents[2] / "mappings"
NOW = dt.datetime(2026, 8, 3, 21, tzinfo=dt.UTC)


class Synced:
    """The part of the table that `write_files` reads: all students, and the due ones."""

    def __init__(self) -> None:
        self.stored: dict[str, Current] = {}
        self.due: set[str] = set()

    def sync(self, registrations: Sequence[Registration]) -> None:
        selected = [
            one
            for one in registrations
            if one["school_year"] == YEAR and one["status"] == "Registration Approved"
        ]
        for start in range(0, len(selected), 500):
            body = json.dumps({"registrations": selected[start : start + 500]})
            for one in parse_sync_request(body).registrations:
                snapshot = encode_snapshot(one, "2026-08-02T10:00:00.000Z")
                assert isinstance(snapshot, bytes)
                self._put(Current(one.student_id, "", 1, snapshot))

    def remove(self, keys: Sequence[tuple[int, str]]) -> None:
        version = version_of(int(NOW.timestamp() * 1000), "r", 0)
        for year, student_id in keys:
            if year == YEAR:
                self._put(Current(student_id, version, 1, None))

    def _put(self, current: Current) -> None:
        self.stored[current.student_id] = current
        self.due.add(current.student_id)

    def marks(self, *_: object) -> Iterator[DueMark]:
        return (DueMark(student_id) for student_id in sorted(self.due))

    def current(
        self, _c: str, _y: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        return ((student_id, self.stored.get(student_id)) for student_id in student_ids)

    def all_current(self, *_: object) -> Iterator[Current]:
        return (self.stored[student_id] for student_id in sorted(self.stored))


def definition_of(name: str) -> Any:
    return read_mapping_text((MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8"))


def export(definition: Any, table: Synced, folder: Path) -> WrittenYear:
    """Writes the files as an export delivers them into `folder`."""
    compiled = compile_mapping(parse_mapping(definition), RunContext(NOW, ZoneInfo("UTC"), YEAR))
    work = folder.with_name(f"{folder.name}-work")
    students = students_to_write(
        "c",
        YEAR,
        range(1, 2),
        compiled=compiled,
        table=table,  # type: ignore[arg-type]  # the part that is used
        totals=NO_TOTALS,
    )
    written = write_files(students, compiled=compiled, folder=work, check=lambda: None)
    sent = written.files
    if compiled.package:
        sent = (package_files(written.files, compiled.package, work),)
    folder.mkdir()
    for file in sent:
        shutil.copy(file.source, folder / file.name)
    table.due.clear()
    return written


def test_every_mapping_but_the_plain_one_has_a_checker() -> None:
    assert {path.stem for path in MAPPINGS.glob("*.yaml")} == {*CHECKS, "plain"}


@pytest.mark.parametrize("name", CHECKS)
def test_what_a_mapping_delivers_passes_its_formats_checker(name: str, tmp_path: Path) -> None:
    district = made_up_district(YEAR)
    table = Synced()
    table.sync(district)

    first = export(definition_of(name), table, tmp_path / "first")
    findings = CHECKS[name](tmp_path / "first")

    assert [str(finding) for finding in findings] == []
    assert (first.held, first.unmatched, first.left_out) == ((), (), 0)
    assert first.students == len(table.stored) > 400

    day = next_day(district)
    table.sync([*day.changed, *day.added])
    table.remove(day.removed)
    second = export(definition_of(name), table, tmp_path / "second")

    assert [str(finding) for finding in CHECKS[name](tmp_path / "second")] == []
    assert (second.held, second.unmatched) == ((), ())
    assert second.removed > 0


@pytest.mark.parametrize("name", ["oneroster_1_1", "oneroster_1_2"])
def test_a_removal_is_tobedeleted_in_oneroster(name: str, tmp_path: Path) -> None:
    district = made_up_district(YEAR)
    table = Synced()
    table.sync(district)
    export(definition_of(name), table, tmp_path / "first")
    (removed, *_) = [key for key in next_day(district).removed if key[0] == YEAR]
    table.remove([removed])

    written = export(definition_of(name), table, tmp_path / "second")

    users = next(file for file in written.files if file.name == "users.csv")
    _, row = users.source.read_text(encoding="utf-8").splitlines()
    assert row.startswith(f"{removed[1]},tobedeleted,2026-08-03T21:00:00.000Z,")
    assert {file.name for file in written.files} >= {"users.csv", "demographics.csv"}
    assert "orgs.csv" not in {file.name for file in written.files}


def in_bulk(definition: Any) -> Any:
    """A bulk file as the comment of the OneRoster mappings describes it."""
    for file in definition["files"]:
        file["contents"] = "all"
        file.pop("removals", None)
        for number, field in enumerate(file["fields"]):
            if field["to"] in {"status", "dateLastModified"}:
                blank = {"mapping_type": "direct", "default": "", "to": field["to"]}
                file["fields"][number] = blank
    for row in definition["package"]["manifest"]["rows"]:
        if row["value"] == "delta":
            row["value"] = "bulk"
    return definition


@pytest.mark.parametrize("name", ["oneroster_1_1", "oneroster_1_2"])
def test_oneroster_in_bulk_has_all_remaining_students(name: str, tmp_path: Path) -> None:
    district = made_up_district(YEAR)
    table = Synced()
    table.sync(district)
    definition = in_bulk(definition_of(name))
    export(definition, table, tmp_path / "first")
    table.remove(next_day(district).removed)

    second = export(definition, table, tmp_path / "second")

    assert [str(finding) for finding in CHECKS[name](tmp_path / "second")] == []
    left = sum(one.snapshot is not None for one in table.stored.values())
    assert (second.students, left) == (left, second.students)


def student(**values: str) -> Registration:
    """A kindergartner of the made-up district, with values of students and student_annual."""
    (one, *_) = made_up_district(YEAR)
    for group in ("students", "student_annual"):
        known = one["data"][group]
        known |= {name: value for name, value in values.items() if name in known}
    return one


def held_fields(name: str, one: Registration, folder: Path) -> set[str]:
    table = Synced()
    table.sync([one])
    return {row.field for row in export(definition_of(name), table, folder / "out").held}


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("oneroster_1_1", {"dob": "4/5/2015"}, "birthDate"),
        ("oneroster_1_2", {"dob": "4/5/2015"}, "birthDate"),
        ("oneroster_1_2", {"entry_date": "8/24/2026"}, "beginDate"),
        ("oneroster_1_1", {"school_id": "North 1"}, "sourcedId"),
        ("oneroster_1_2", {"school_id": "North 1"}, "sourcedId"),
        ("oneroster_1_1", {"race": "Asian|Black"}, "blackOrAfricanAmerican"),
        ("oneroster_1_2", {"race": "Black"}, "blackOrAfricanAmerican"),
        ("focus", {"race": "Asian|Black"}, "RACE_BLACK"),
        ("clever", {"race": "Asian|Black"}, "Race"),
        ("powerschool", {"race": "Asian|Black"}, "RaceCd"),
    ],
)
def test_a_value_without_a_code_in_the_format_holds_the_student(
    name: str, values: dict[str, str], field: str, tmp_path: Path
) -> None:
    assert held_fields(name, student(), tmp_path / "good") == set()
    assert field in held_fields(name, student(**values), tmp_path)


def mapped(
    name: str, one: Registration, definition: dict[str, Any] | None = None
) -> list[dict[str, str]]:
    """The student's previewed rows, each by header."""
    body = json.dumps({"registrations": [one]})
    (parsed,) = parse_sync_request(body).registrations
    stored = encode_snapshot(parsed, "2026-08-02T10:00:00.000Z")
    assert isinstance(stored, bytes)
    mapping = parse_mapping(definition or definition_of(name))
    compiled = compile_mapping(mapping, RunContext(NOW, ZoneInfo("UTC"), YEAR))
    rows = compiled.preview(decode_snapshot(stored))
    assert [problem for row in rows for problem in row.problems] == []
    return [{"file": row.name} | {field.to: field.value for field in row.fields} for row in rows]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("focus", {"hispanic": "Yes", "race": "White"}, {"ETHNIC_HL": "Y", "SINGLE_ETHNIC": "H"}),
        ("focus", {"hispanic": "Y", "race": ""}, {"ETHNIC_HL": "Y", "SINGLE_ETHNIC": "H"}),
        ("focus", {"hispanic": "N", "race": "Asian|White"}, {"SINGLE_ETHNIC": "M"}),
        ("focus", {"hispanic": "N", "race": "White"}, {"SINGLE_ETHNIC": "W", "RACE_WHITE": "Y"}),
        ("focus", {"hispanic": "N", "race": ""}, {"SINGLE_ETHNIC": "", "RACE_WHITE": ""}),
        ("powerschool", {"hispanic": "Yes"}, {"FedEthnicity": "1"}),
        ("oneroster_1_1", {"race": "Asian|White"}, {"demographicRaceTwoOrMoreRaces": "true"}),
        ("oneroster_1_1", {"race": "Asian"}, {"asian": "true", "white": "false"}),
        ("clever", {"guardian1_fname": ""}, {"Contact_type": "Primary"}),
    ],
)
def test_an_answer_is_the_same_in_all_columns(
    name: str, values: dict[str, str], expected: dict[str, str]
) -> None:
    rows = mapped(name, student(**values))

    found = {to: value for row in rows for to, value in row.items()}
    assert {to: found.get(to) for to in expected} == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("clever", [{"Race": "A"}]),
        ("focus", [{"SINGLE_ETHNIC": "A", "RACE_ASIAN": "Y"}]),
        ("oneroster_1_1", [{"demographicRaceTwoOrMoreRaces": "false", "asian": "true"}]),
        ("oneroster_1_2", [{"demographicRaceTwoOrMoreRaces": "false", "asian": "true"}]),
        ("powerschool", [{"RaceCd": "A"}]),
    ],
)
def test_two_answers_with_one_code_are_one_race(name: str, expected: list[dict[str, str]]) -> None:
    """By 72 FR 59266, a student of two Asian origins has one race."""
    text = json.dumps(definition_of(name))
    text = text.replace('"Asian": "A"', '"Chinese": "A", "Vietnamese": "A"')

    rows = mapped(name, student(race="Chinese|Vietnamese", hispanic="N"), json.loads(text))

    assert [
        {to: row[to] for to in expected[0]} for row in rows if expected[0].keys() <= row.keys()
    ] == expected


def test_in_focus_only_a_contact_who_lives_there_has_the_students_address() -> None:
    one = student(guardian1_lives_with="N", guardian2_fname="Rosa", guardian2_lname="Díaz")
    one["data"]["student_annual"] |= {
        "guardian2_relationship": "Other",
        "guardian2_lives_with": "Y",
    }

    contacts = [row for row in mapped("focus", one) if row["file"] == "contacts.csv"]

    columns = ("ADDRESS", "CITY", "STATE", "ZIPCODE")
    assert [contacts[0][name] for name in columns] == ["", "", "", ""]
    assert all(contacts[1][name] for name in columns)
