"""The rows that a student has in a file: entries of a list, flat groups, distinct values, and
conditions; and unique values in a file."""

import datetime as dt
import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_sync.domain.mapping.compiled.mapping import (
    Claim,
    CompiledMapping,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import parse_mapping

RUN = RunContext(dt.datetime(2026, 8, 2, 2, 5, tzinfo=dt.UTC), ZoneInfo("America/Chicago"), 2025)
FLAT = {"each": ["annual.g1_", "annual.g2_", "annual.g3_"]}


def direct(path: str, to: str, **more: Any) -> dict[str, Any]:
    return {"from": path, "mapping_type": "direct", "to": to, **more}


CONTACT = (
    direct("registration.student_id", "S"),
    direct("row.number", "N"),
    direct("entry.fname", "F"),
)


def compiled(*fields: dict[str, Any], **settings: Any) -> CompiledMapping:
    file = {"name": "f", "fields": list(fields or CONTACT), **settings}
    return compile_mapping(parse_mapping({"files": [file]}), RUN)


def student(**data: Any) -> dict[str, Any]:
    return {
        "registration_id": "r",
        "student_id": "007",
        "school_year": "2025",
        "synced_at": "2026-08-01T21:05:00.000Z",
        "data": data,
    }


def lines(mapping: CompiledMapping, one: dict[str, Any]) -> list[str]:
    mapped = mapping.map(one)
    assert mapped.problems == []
    return [line.decode().removesuffix("\r\n") for line in mapped.lines[0]]


def problems(mapping: CompiledMapping, one: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in mapping.map(one).problems]


def test_a_list_has_a_row_for_each_entry_with_the_students_fields_beside_it() -> None:
    mapping = compiled(rows={"each": "family.contacts"})

    contacts = [{"fname": "Mia"}, {"fname": "Leo, Jr."}]

    assert lines(mapping, student(family={"contacts": contacts})) == [
        "007,1,Mia",
        '007,2,"Leo, Jr."',
    ]


def test_a_list_of_texts_has_their_value() -> None:
    mapping = compiled(direct("entry.value", "L"), rows={"each": "languages"})

    assert lines(mapping, student(languages=["en", "", "es"])) == ["en", "es"]


def test_a_delimited_text_has_a_row_for_each_item() -> None:
    rows = {"each": "students.race", "delimiter": "|"}
    mapping = compiled(direct("row.number", "N"), direct("entry.value", "Race"), rows=rows)

    assert lines(mapping, student(students={"race": "Asian| |White "})) == ["1,Asian", "3,White"]
    assert lines(mapping, student(students={"race": "\u200bAsian|\ufeff|Asian"})) == [
        "1,Asian",
        "3,Asian",
    ]
    assert lines(mapping, student(students={"race": " "})) == []
    assert problems(compiled(rows={"each": "a"}), student(a="x|y")) == [("rows", "not_a_list")]


def test_a_flat_group_has_a_row_for_each_beginning() -> None:
    annual = {"g1_fname": "Mia", "g2_fname": "Leo", "g3_other": "x"}

    assert lines(compiled(rows=FLAT), student(annual=annual)) == ["007,1,Mia", "007,2,Leo"]


def test_a_beginning_may_be_a_group_of_its_own() -> None:
    mapping = compiled(rows={"each": ["a.contact1.", "contact2."]})

    one = student(a={"contact1": {"fname": "Mia"}}, contact2={"fname": "Leo"})

    assert lines(mapping, one) == ["007,1,Mia", "007,2,Leo"]


def test_a_blank_entry_is_skipped_and_the_others_keep_their_numbers() -> None:
    annual = {"g1_fname": " ", "g2_fname": "Leo"}

    assert lines(compiled(rows=FLAT), student(annual=annual)) == ["007,2,Leo"]


def test_skip_when_blank_says_which_fields_count() -> None:
    fields = (direct("entry.fname", "F"), direct("entry.kind", "K"))
    annual = {"g1_fname": "", "g1_kind": "Guardian", "g2_fname": "Leo", "g2_kind": ""}

    default = compiled(*fields, rows=FLAT)
    named = compiled(*fields, rows={**FLAT, "skip_when_blank": "fname"})
    either = compiled(*fields, rows={**FLAT, "skip_when_blank": ["fname", "kind"]})

    assert lines(default, student(annual=annual)) == [",Guardian", "Leo,"]
    assert lines(named, student(annual=annual)) == ["Leo,"]
    assert lines(either, student(annual=annual)) == [",Guardian", "Leo,"]


@pytest.mark.parametrize("data", [{}, {"contacts": []}, {"contacts": ""}, {"contacts": [{}, ""]}])
def test_without_an_entry_there_is_no_row(data: dict[str, Any]) -> None:
    assert lines(compiled(rows={"each": "contacts"}), student(**data)) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"contacts": "Mia"}, ("rows", "not_a_list")),
        ({"contacts": {"fname": "Mia"}}, ("rows", "not_a_list")),
        ({"contacts": [["Mia"]]}, ("rows", "not_an_entry")),
        ({"contacts": [{"fname": ["Mia"]}]}, ("F", "not_text")),
    ],
)
def test_an_invalid_entry_holds_the_student(data: Any, expected: tuple[str, str]) -> None:
    assert problems(compiled(rows={"each": "contacts"}), student(**data)) == [expected]


def test_one_wrong_entry_holds_the_student_and_all_their_rows() -> None:
    mapping = compiled(direct("entry.fname", "F", required=True), rows={"each": "contacts"})
    contacts = [{"fname": "Mia", "x": "1"}, {"fname": "", "x": "1"}, {"fname": " ", "x": "2"}]
    named = compiled(
        direct("entry.fname", "F", required=True),
        direct("entry.x", "X"),
        rows={"each": "contacts"},
    )

    assert lines(mapping, student(contacts=contacts)) == ["Mia"]
    assert problems(named, student(contacts=contacts)) == [("F", "required")]
    assert named.map(student(contacts=contacts)).lines == ()


def test_distinct_rows_are_claimed_by_their_value() -> None:
    mapping = compiled(direct("school.id", "ID"), rows={"distinct": "school.id"})

    mapped = mapping.map(student(school={"id": "A"}))

    assert (mapped.lines, mapped.claims) == (((b"A\r\n",),), [Claim(0, None, "A")])
    assert lines(mapping, student(school={"id": " "})) == []
    assert lines(mapping, student()) == []


def test_a_distinct_value_that_is_no_text_holds_the_student() -> None:
    mapping = compiled(direct("school.name", "Name"), rows={"distinct": "school.id"})

    assert problems(mapping, student(school={"id": ["A"]})) == [("rows", "not_text")]


def test_a_unique_field_claims_each_rows_value_but_no_blank() -> None:
    mapping = compiled(direct("entry.fname", "F", unique=True), *CONTACT[:1], rows=FLAT)

    claims = mapping.map(student(annual={"g1_fname": "Mia", "g2_fname": ""})).claims

    assert claims == [Claim(0, "F", "Mia")]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ([{"field": "students.grade", "equals": "K"}], ["007,1,Mia", "007,2,Leo"]),
        ([{"field": "students.grade", "equals": "1"}], []),
        ([{"field": "entry.kind", "not_equal": "Doctor"}], ["007,1,Mia"]),
        ([{"field": "row.number", "equals": "1"}], ["007,1,Mia"]),
        (
            [
                {"field": "students.grade", "equals": "K"},
                {"field": "entry.kind", "equals": "Doctor"},
            ],
            ["007,2,Leo"],
        ),
    ],
)
def test_a_row_has_to_fulfil_every_condition(where: Any, expected: list[str]) -> None:
    mapping = compiled(rows={"each": "contacts"}, where=where)
    contacts = [{"fname": "Mia", "kind": "Mother"}, {"fname": "Leo", "kind": "Doctor"}]

    assert lines(mapping, student(students={"grade": "K"}, contacts=contacts)) == expected


def test_a_row_that_a_condition_leaves_out_holds_nobody() -> None:
    mapping = compiled(
        direct("students.v", "V", required=True),
        where=[{"field": "students.grade", "equals": "K"}],
    )

    assert lines(mapping, student(students={"grade": "1", "v": ""})) == []
    assert problems(mapping, student(students={"grade": "K", "v": ""})) == [("V", "required")]


def test_a_condition_on_a_list_holds_the_student() -> None:
    mapping = compiled(where=[{"field": "students.grade", "equals": "K"}], rows=FLAT)

    one = student(students={"grade": ["K"]}, annual={"g1_fname": "Mia"})

    assert problems(mapping, one) == [("rows", "not_text")]


def test_a_student_who_is_not_due_has_rows_in_full_files_only() -> None:
    changes = {"name": "changes", "fields": [direct("students.v", "V", required=True)]}
    everyone = {"name": "all", "contents": "all", "fields": [direct("students.w", "W")]}
    mapping = compile_mapping(parse_mapping({"files": [changes, everyone]}), RUN)

    mapped = mapping.map(student(students={"v": "", "w": "x"}), due=False)

    assert (mapped.lines, mapped.problems) == (((), (b"x\r\n",)), [])


def test_a_full_run_includes_students_who_are_not_due_in_every_file() -> None:
    file = {"name": "f", "fields": [direct("students.w", "W")]}
    mapping = compile_mapping(parse_mapping({"files": [file]}), RUN, is_full=True)

    assert mapping.map(student(students={"w": "x"}), due=False).lines == ((b"x\r\n",),)


def test_ten_thousand_contacts_are_mapped_in_bounded_time() -> None:
    contacts = [{"fname": f"C{number}"} for number in range(10_000)]
    mapping = compiled(rows={"each": "contacts"})

    start = time.process_time()
    found = lines(mapping, student(contacts=contacts))

    assert (len(found), found[-1]) == (10_000, "007,10000,C9999")
    assert time.process_time() - start < 5


ENTRIES = st.lists(
    st.one_of(
        st.fixed_dictionaries({}, optional={"fname": st.text(max_size=3), "x": st.just(["y"])}),
        st.text(max_size=3),
        st.just([]),
    ),
    max_size=4,
)


@given(ENTRIES | st.just("text"), st.booleans(), st.sampled_from(["utf-8", "windows-1252"]))
def test_preview_and_export_agree_on_every_row(
    contacts: Any,
    required: bool,
    encoding: str,
) -> None:
    fields = [*CONTACT[:2], direct("entry.fname", "F", required=required)]
    mapping = compiled(
        *fields,
        encoding=encoding,
        rows={"each": "contacts"},
        where=[{"field": "row.number", "not_equal": "2"}],
    )
    one = student(contacts=contacts)

    mapped, previews = mapping.map(one), mapping.preview(one)

    reported = dict.fromkeys(problem for row in previews for problem in row.problems)
    assert list(reported) == mapped.problems
    shown = [row.line for row in previews if row.line]
    codec = "cp1252" if encoding == "windows-1252" else "utf-8"
    assert shown == [line.decode(codec) for of_file in mapped.lines for line in of_file]
