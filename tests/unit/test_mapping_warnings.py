"""Warnings about a valid mapping: paths that no registration has, ASCII-only patterns, and minutes
where a month is meant."""

import re
from typing import Any

import pytest

from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.warnings import (
    KnownFields,
    mapping_warnings,
    nearest_field,
)
from registration_sync.domain.printable import printable

KNOWN = KnownFields()
KNOWN.add(
    {
        "students": {"fname": "Ana", "grade": "K"},
        "household": {"state": "TX", "street": "12 Main"},
        "student_annual": {"guardian1_fname": "Rosa", "guardian2_fname": ""},
        "contacts": [{"fname": "Luis", "phone": "1", "address": {"city": "Austin"}, "tags": ["a"]}],
        "races": ["White"],
    }
)


def warnings(*fields: dict[str, Any], known: KnownFields | None = KNOWN, **file: Any) -> Any:
    named = [
        {"mapping_type": "direct", "to": f"C{number}"} | field
        for number, field in enumerate(fields)
    ]
    definition = {"files": [{"name": "f", "fields": named} | file]}
    parse_mapping(definition)
    return [
        (one.path.removeprefix("files[0]."), one.message)
        for one in mapping_warnings(definition, known)
    ]


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("household.stat", "household.state"),
        ("\u201chousehold.state\u201d", "household.state"),
        ("\u2018students.fname\u2019", "students.fname"),
        ("Students.Fname", "students.fname"),
        ("\u200bstudents.fname", "students.fname"),
        ("students.first_name", "students.fname"),
        ("students.birthplace", None),
        ("fname", "students.fname"),
        ("State", "household.state"),
        ("household_state", "household.state"),
        ("home.street", "household.street"),
    ],
)
def test_an_unknown_path_is_a_warning_with_the_nearest_field(
    path: str, nearest: str | None
) -> None:
    assert nearest_field(path, KNOWN.paths) == nearest
    ((at, message),) = warnings({"from": path})

    assert at == "fields[0].from"
    assert message.startswith(f"No registration has the field {printable(path)}: ")
    assert message.endswith(f"did you mean {nearest}?" if nearest else "check the path.")


ENTRY_NAME = {"from": "entry.fname"}


@pytest.mark.parametrize(
    ("rows", "field", "expected"),
    [
        (
            {"each": "contacts", "skip_when_blank": ["fnam"]},
            ENTRY_NAME,
            [("rows.skip_when_blank", "No entry has the field fnam: did you mean fname?")],
        ),
        (
            {"each": "contacts", "skip_when_blank": ["phone", "mail"]},
            ENTRY_NAME,
            [("rows.skip_when_blank", "No entry has the field mail: check the name.")],
        ),
        (
            {"each": ["student_annual.guardian1_", "student_annual.gardian2_"]},
            ENTRY_NAME,
            [
                (
                    "rows.each",
                    "No registration has a field whose name starts with student_annual.gardian2_: "
                    "check the prefix.",
                )
            ],
        ),
        ({"each": "races", "skip_when_blank": "value"}, {"from": "entry.value"}, []),
        ({"each": "contacts", "skip_when_blank": ["phone"]}, ENTRY_NAME, []),
        (
            {"each": ["student_annual.guardian1_"], "skip_when_blank": ["fname"]},
            ENTRY_NAME,
            [],
        ),
    ],
)
def test_the_names_of_entries_are_checked(rows: Any, field: Any, expected: Any) -> None:
    assert warnings(field, rows=rows) == expected


def test_a_field_of_a_list_is_a_warning_with_the_remedy() -> None:
    assert warnings({"from": "contacts.fname"}) == [
        (
            "fields[0].from",
            "No registration has the field contacts.fname: contacts is a list, whose fields need "
            'a file with `rows`: {"each": "contacts"} and the path entry.fname.',
        )
    ]


def test_known_paths_facts_and_groups_are_no_warning() -> None:
    step = {"type": "join", "fields": ["household.street", "run.started_at"]}
    fields = [
        {"from": "students.fname"},
        {"from": "registration.student_id"},
        {"from": "students.grade", "mapping_type": "transformation", "transformations": [step]},
        {"from": "students.nothing", "mapping_type": "do_not_map"},
    ]

    assert warnings(*fields, where=[{"field": "students.grade", "equals": "K"}]) == []


def test_every_key_that_names_a_field_is_checked() -> None:
    steps = [
        {"type": "join", "fields": ["students.fname", "students.x"]},
        {"type": "if_then_else", "field": "students.y", "equals": "1", "then": {"field": "z.z"}},
    ]
    field = {"from": "students.w", "mapping_type": "transformation", "transformations": steps}
    found = warnings(field, where=[{"field": "q", "equals": "K"}], rows={"distinct": "students.v"})

    assert [at for at, _ in found] == [
        "rows.distinct",
        "where[0].field",
        "fields[0].from",
        "fields[0].transformations[0].fields[1]",
        "fields[0].transformations[1].field",
        "fields[0].transformations[1].then.field",
    ]


@pytest.mark.parametrize(
    ("each", "path", "nearest"),
    [
        ("contacts", "entry.fname", ""),
        ("contacts", "entry.fnam", "entry.fname"),
        ("contacts", "entry.address.city", ""),
        ("contacts", "entry.tags", ""),
        ("contacts", "entry.birthplace", "check the path."),
        ("contacts", "entry.address.citi", "entry.address.city"),
        ("races", "entry.value", ""),
        (["student_annual.guardian1_", "student_annual.guardian2_"], "entry.fname", ""),
        (["student_annual.guardian1_"], "entry.fnme", "entry.fname"),
    ],
)
def test_fields_of_entries_are_checked(each: Any, path: str, nearest: str) -> None:
    found = warnings({"from": path}, rows={"each": each})

    assert [re.split("did you mean |: ", message)[-1].strip("?") for _, message in found] == (
        [nearest] if nearest else []
    )


def test_without_registrations_no_path_is_a_warning() -> None:
    assert warnings({"from": "a.b"}, known=KnownFields()) == []
    assert warnings({"from": "a.b"}, known=None) == []


def test_a_pattern_that_knows_english_letters_only_is_a_warning() -> None:
    step = {"type": "substitute", "pattern": "\\bA", "replace": "B"}
    field = {"from": "students.fname", "mapping_type": "transformation", "transformations": [step]}

    found = warnings(field, {"from": "students.fname", "pattern": "[[:alpha:]]+"})

    assert [at for at, _ in found] == ["fields[0].transformations[0].pattern", "fields[1].pattern"]
    assert "\\b in this pattern knows English letters only" in found[0][1]
    ((_, message),) = warnings({"from": "students.fname", "pattern": "[A-Za-z]+"})
    assert "A-Z and a-z in this pattern know English letters only" in message


TIME = "YYYY-MM-DD HH:mm"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"type": "date", "from": TIME, "to": "mm/DD/YYYY"}, ["to", "mm/DD/YYYY"]),
        ({"type": "date", "from": TIME, "to": "YYYY/m/D"}, ["to", "YYYY/m/D"]),
        ({"type": "date", "from": ["DD.mm.YYYY"], "to": "YYYY"}, ["from", "DD.mm.YYYY"]),
        ({"type": "today", "to": "DD.mm.YYYY"}, ["to", "DD.mm.YYYY"]),
        ({"type": "date", "from": TIME, "to": "HH:mm MM/DD/YYYY"}, []),
        ({"type": "date", "from": f"{TIME}:ss", "to": "MM/DD/YYYY mm:ss"}, []),
        ({"type": "date", "from": "YYYY-MM-DD", "to": "mm/DD/YYYY"}, []),  # read as MM/DD/YYYY
        ({"type": "date", "from": TIME, "to": "mm/dd/yyyy"}, []),  # the same
        ({"type": "enroll_school_year", "to": "end"}, []),
    ],
)
def test_a_minute_beside_a_day_or_a_year_is_a_warning(
    step: dict[str, Any], expected: list[str]
) -> None:
    field = {"mapping_type": "transformation", "from": "students.fname", "transformations": [step]}

    found = warnings(field)

    if not expected:
        assert found == []
        return
    key, text = expected
    letters = "m" if "/m/" in text else "mm"
    assert found == [
        (
            f"fields[0].transformations[0].{key}",
            f"{letters} in {text} is the minute: for the month enter {letters.upper()}.",
        )
    ]
