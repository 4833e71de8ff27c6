"""A compiled mapping: the output for a registration, and that preview and export agree."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    RowProblem,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.transformations.registry import TRANSFORMATIONS

RUN = RunContext(dt.datetime(2026, 8, 2, 2, 5, 7, tzinfo=dt.UTC), ZoneInfo("America/Chicago"), 2025)
DATE = {"type": "date", "from": "YYYY-MM-DD", "to": "M/D/YYYY"}


def direct(path: str, to: str = "x", **more: Any) -> dict[str, Any]:
    return {"from": path, "mapping_type": "direct", "to": to, **more}


def codes(table: dict[str, str], path: str = "students.v", **more: Any) -> dict[str, Any]:
    return {"from": path, "mapping_type": "match_codes", "codes": table, "to": "x", **more}


def steps(*chain: dict[str, Any], path: str | None = "students.v", **more: Any) -> dict[str, Any]:
    return {
        "from": path,
        "mapping_type": "transformation",
        "transformations": list(chain),
        "to": "x",
        **more,
    }


def compiled(*fields: dict[str, Any], **settings: Any) -> CompiledMapping:
    named = [{**field, "to": f"{field['to']}{n}"} for n, field in enumerate(fields)]
    return compile_all({"name": "students", **settings, "fields": named})


def compile_all(*files: dict[str, Any]) -> CompiledMapping:
    return compile_mapping(parse_mapping({"files": list(files)}), RUN)


def registration(data: Any = None, **students: Any) -> dict[str, Any]:
    return {
        "registration_id": "r-1",
        "student_id": "007",
        "school_year": "2025",
        "synced_at": "2026-08-01T21:05:00.000Z",
        "data": {"students": students} if data is None else data,
    }


def line(mapping: CompiledMapping, one: dict[str, Any]) -> str:
    mapped = mapping.map(one)
    assert mapped.problems == []
    ((only,),) = mapped.lines
    return only.decode().removesuffix("\r\n")


def rules(mapping: CompiledMapping, one: dict[str, Any]) -> list[tuple[str, str]]:
    mapped = mapping.map(one)
    assert mapped.lines == ()
    return [(problem.field, problem.rule) for problem in mapped.problems]


def test_values_stand_in_the_order_of_the_fields() -> None:
    mapping = compiled(
        direct("students.zip"), direct("annual.a.b"), direct("students.id"), direct("note")
    )

    data = {"students": {"id": "007", "zip": "06520"}, "annual": {"a": {"b": "1e5"}}, "note": "n"}

    assert line(mapping, registration(data)) == "06520,1e5,007,n"


def test_facts_of_the_registration_and_the_run_are_sources() -> None:
    mapping = compiled(
        direct("registration.school_year"),
        direct("registration.synced_at"),
        direct("registration.student_id"),
        direct("registration.registration_id"),
        direct("run.started_at"),
        steps({"type": "lower"}, path="run.started_at"),
    )

    assert line(mapping, registration()) == (
        "2025,2026-08-01T21:05:00.000Z,007,r-1,2026-08-02T02:05:07.000Z,2026-08-02t02:05:07.000z"
    )


def test_the_name_has_the_districts_day_and_time() -> None:
    name = "s_{school_year}-{school_year_end}_{date}_{time}"

    assert compiled(direct("a"), name=name).files[0].name == "s_2025-2026_2026-08-01_210507.csv"


@pytest.mark.parametrize(
    "data",
    [{}, {"students": {}}, {"students": ""}, {"students": {"a": ""}}, {"students": {"a": {}}}],
)
def test_an_absent_path_or_parent_is_blank(data: dict[str, Any]) -> None:
    mapping = compiled(direct("students.a.b"), direct("students.v"))

    assert line(mapping, registration(data)) == ","


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ({"students": "text"}, "not_a_group"),
        ({"students": ["x"]}, "not_a_group"),
        ({"students": {"v": {"a": "b"}}}, "not_text"),
        ({"students": {"v": ["a"]}}, "not_text"),
        ({"students": {"v": [[]]}}, "not_text"),
        ({"students": {"v": {"a": {}}}}, "not_text"),
    ],
)
@pytest.mark.parametrize(
    "field",
    [
        direct("students.v"),
        direct("students.v", default="d", required=True, on_error="blank"),
        codes({"a": "b"}, unmatched="keep"),
        steps({"type": "upper"}),
        steps({"type": "lower"}, {"type": "value_input", "value": "c"}),
        steps({"type": "value_input", "value": "c"}),
        steps(DATE, on_error="keep"),
    ],
)
def test_a_group_or_a_list_is_never_written_as_text(
    data: dict[str, Any], rule: str, field: dict[str, Any]
) -> None:
    assert rules(compiled(field), registration(data)) == [("x0", rule)]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (direct("students.v"), "", ""),
        (direct("students.v", default="NA"), "", "NA"),
        (direct("students.v", default="NA"), "  ", "NA"),
        (direct("students.v", default="NA"), "x", "x"),
        (direct("students.v", default="NA", required=True), "", "NA"),
        (codes({"K": "0"}), "", ""),
        (codes({"K": "0"}, default="99"), "", "99"),
        (codes({"K": ""}, default="99", send_blank=["K"]), "K", ""),
        (codes({"K": "0"}, on_error="blank"), "13", ""),
        (codes({"K": "0"}, on_error="keep"), "13", "13"),
        (codes({"K": "0"}, on_error="default", default="99"), "13", "99"),
        (codes({"K": "0"}, unmatched="blank"), "13", ""),
        (codes({"K": "0"}, unmatched="keep"), "13", "13"),
        (codes({"K": "0"}, unmatched="default", default="99"), "13", "99"),
        (codes({"K": "0"}, unmatched="keep", on_error="blank"), "13", "13"),
        (steps(DATE), "2005-04-04", "4/4/2005"),
        (steps(DATE), "", ""),
        (steps(DATE, default="1/1/1900"), "", "1/1/1900"),
        (steps(DATE, on_error="blank"), "soon", ""),
        (steps(DATE, on_error="keep"), "soon", "soon"),
        (steps(DATE, on_error="default", default="1/1/1900"), "soon", "1/1/1900"),
        (steps({"type": "upper"}, DATE, on_error="keep"), "soon", "soon"),
        (steps({"type": "value_input", "value": "US"}), "Mexico", "US"),
        (steps({"type": "value_input", "value": "US"}, path=None), "Mexico", "US"),
        (steps({"type": "upper"}, {"type": "match_codes", "codes": {"K": "0"}}), "k", "0"),
    ],
)
def test_a_value_is_mapped_by_the_settings_of_its_field(
    field: dict[str, Any], value: str, expected: str
) -> None:
    mapping = compiled(field, direct("students.other"))

    assert line(mapping, registration(v=value)) == f"{expected},"


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        (direct("students.v", required=True), "", "required"),
        (direct("students.v", required=True), " \t", "required"),
        (codes({"K": "0"}), "13", "match_codes"),
        (codes({"K": "0"}, unmatched="hold", on_error="keep"), "13", "match_codes"),
        (codes({"K": "0"}, on_error="blank", required=True), "13", "required"),
        (steps(DATE), "2005-02-30", "date"),
        (
            steps(
                {"type": "match_codes", "codes": {"K": "0"}, "unmatched": "hold"}, on_error="keep"
            ),
            "13",
            "match_codes",
        ),
        (direct("students.v", on_error="keep"), "\ud800", "encoding"),
    ],
)
def test_a_value_that_cannot_be_mapped_holds_the_student(
    field: dict[str, Any], value: str, rule: str
) -> None:
    assert rules(compiled(field, direct("students.other")), registration(v=value)) == [("x0", rule)]


def test_a_character_that_the_encoding_lacks_holds_the_row_and_names_the_field() -> None:
    mapping = compiled(direct("students.a"), direct("students.b"), encoding="windows-1252")

    assert mapping.map(registration(a="José", b="€")).lines == ((b"Jos\xe9,\x80\r\n",),)
    assert rules(mapping, registration(a="José", b="Łukasz")) == [("x1", "encoding")]


def test_without_a_text_identifier_a_separator_in_a_value_holds_the_row() -> None:
    mapping = compiled(direct("students.a"), direct("students.b"), text_identifier="none")

    assert rules(mapping, registration(a="x", b="a,b")) == [("x1", "text_identifier")]


def test_one_problem_holds_the_student_in_all_files_and_all_are_reported() -> None:
    mapping = compile_all(
        {"name": "one", "fields": [direct("students.id", "ID"), steps(DATE, to="DOB")]},
        {"name": "two", "fields": [direct("students.fname", "First", required=True)]},
        {"name": "three", "fields": [direct("students.id", "ID")]},
    )

    mapped = mapping.map(registration(id="007", v="secret"))

    assert mapped.lines == ()
    assert [(problem.file, problem.field, problem.rule) for problem in mapped.problems] == [
        ("one.csv", "DOB", "date"),
        ("two.csv", "First", "required"),
    ]
    assert "secret" not in str(mapped.problems)


def test_each_file_has_its_own_lines_header_and_contents() -> None:
    mapping = compile_all(
        {"name": "one", "fields": [direct("students.id", "ID")], "encoding": "utf-8-bom"},
        {"name": "two", "fields": [direct("students.id", "Key")], "header": False},
        {"name": "three", "fields": [direct("students.id", "K")], "contents": "all"},
    )

    assert [file.header for file in mapping.files] == [b"\xef\xbb\xbfID\r\n", b"", b"K\r\n"]
    assert [file.is_full for file in mapping.files] == [False, False, True]
    assert mapping.map(registration(id="1")).lines == ((b"1\r\n",), (b"1\r\n",), (b"1\r\n",))


def test_fields_that_are_not_mapped_are_no_columns() -> None:
    unmapped = {"from": "students.notes", "mapping_type": "do_not_map"}
    mapping = compile_all({"name": "a", "fields": [unmapped, direct("students.id", "ID")]})

    assert mapping.files[0].header == b"ID\r\n"
    assert line(mapping, registration(id="1", notes="n")) == "1"


def test_a_preview_shows_each_value_and_the_line() -> None:
    mapping = compiled(direct("students.a"), steps(DATE), encoding="windows-1252")

    (preview,) = mapping.preview(registration(a="José, Ana", v="2005-04-04"))

    assert preview.name == "students.csv"
    assert [(field.to, field.value, field.problem) for field in preview.fields] == [
        ("x0", "José, Ana", None),
        ("x1", "4/4/2005", None),
    ]
    assert preview.line == '"José, Ana",4/4/2005\r\n'


def test_a_preview_shows_the_problem_beside_the_value_it_was_found_with() -> None:
    mapping = compiled(direct("students.a"), steps(DATE))

    (preview,) = mapping.preview(registration(a="Ana", v="soon"))

    assert preview.line == ""
    assert [(field.value, bool(field.problem)) for field in preview.fields] == [
        ("Ana", False),
        ("soon", True),
    ]


VALUES = st.one_of(
    st.sampled_from(
        ["", " ", "K", "2005-04-04", "2005-02-30", "a,b", "Łukasz", "x\ny", '"', "\ud800"]
    ),
    st.text(max_size=6),
    st.just(["a"]),
    st.just({"a": "b"}),
    st.just([]),
)
EVERY_STEP: dict[str, dict[str, Any]] = {
    name: {"type": name, **row.examples[0].parameters} for name, row in TRANSFORMATIONS.items()
}
FIELDS = st.one_of(
    st.builds(
        steps,
        st.sampled_from(list(EVERY_STEP.values())),
        st.sampled_from(list(EVERY_STEP.values())),
        on_error=st.sampled_from(["hold", "blank", "keep", "default"]),
        default=st.sampled_from(["", "d"]),
        required=st.booleans(),
    ),
    st.just(direct("students.v")),
    st.just(direct("students.w")),
    st.builds(codes, st.just({"K": "0"}), unmatched=st.sampled_from(["hold", "keep", "blank"])),
)


@given(
    st.lists(FIELDS, min_size=1, max_size=4),
    VALUES,
    VALUES,
    st.sampled_from(["double", "none"]),
    st.sampled_from(["utf-8", "windows-1252"]),
    st.sampled_from(["keep", "space"]),
)
def test_preview_and_export_never_disagree(
    fields: list[dict[str, Any]], v: Any, w: Any, identifier: str, encoding: str, breaks: str
) -> None:
    mapping = compiled(*fields, text_identifier=identifier, encoding=encoding, line_breaks=breaks)
    one = registration(v=v, w=w)

    mapped, (preview,) = mapping.map(one), mapping.preview(one)

    assert [field.problem for field in preview.fields if field.problem] == mapped.problems
    if mapped.problems:
        assert (mapped.lines, preview.line) == ((), "")
        return
    ((exported,),) = mapped.lines
    codec = "cp1252" if encoding == "windows-1252" else "utf-8"
    assert exported.decode(codec) == preview.line
    assert mapping.files[0].write([field.value for field in preview.fields]) == exported


def test_a_mapping_with_as_many_fields_as_can_be_kept_compiles() -> None:
    fields = [direct(f"g{number % 700}.f{number}", f"h{number}") for number in range(4_000)]
    mapping = compile_all({"name": "wide", "fields": fields})

    assert line(mapping, registration({"g1": {"f1": "x"}})).count(",") == 3_999


def test_names_in_a_mapping_are_never_run() -> None:
    name = "'+__import__('os').abort()+'"
    mapping = compiled(direct(f"students.{name.replace('.', '')}", "a'b\\"))

    assert line(mapping, registration(**{name.replace(".", ""): "safe"})) == "safe"


def test_a_problem_has_the_shape_of_a_held_row() -> None:
    mapping = compiled(direct("students.v", required=True))

    assert mapping.map(registration()).problems == [
        RowProblem(
            "students.csv",
            "x0",
            "required",
            "The value is blank: enter it in Enroll, or give the field a default.",
        )
    ]


def test_a_removal_that_cannot_be_written_is_reported_field_by_field() -> None:
    numbers = direct("registration.student_id", "ID", pattern="[0-9]+")
    upper = steps({"type": "value_input", "value": "µ"}, {"type": "upper"}, path=None, to="Unit")
    first = direct("students.fname", "First", required=True)
    mapping = compile_all(
        {"name": "one", "removals": "row", "fields": [numbers, first]},
        {"name": "two", "removals": "row", "encoding": "windows-1252", "fields": [upper]},
        {"name": "three", "fields": [numbers]},
    )

    mapped = mapping.map_removed("A-1", "2026-08-01T21:05:00.000Z")

    assert mapped.lines == ()
    assert [(problem.file, problem.field, problem.rule) for problem in mapped.problems] == [
        ("one.csv", "ID", "pattern"),
        ("two.csv", "Unit", "encoding"),
    ]


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ({"field": "students.grade", "equals": "K"}, 1),
        ({"field": "students.grade", "greater": "0"}, 1),
        ({"field": "registration.synced_at", "after": "2025-08-15"}, 1),
        ({"field": "registration.removed_at", "is_blank": False}, 1),
        ({"field": "registration.removed_at", "is_blank": True}, 0),
        ({"field": "registration.student_id", "not_equal": "007"}, 0),
    ],
)
def test_conditions_on_unknown_fields_do_not_hide_a_removal(condition: Any, rows: int) -> None:
    ids = direct("registration.student_id", "ID")
    mapping = compile_all({"name": "a", "removals": "row", "where": [condition], "fields": [ids]})

    mapped = mapping.map_removed("007", "2026-08-01T21:05:00.000Z")

    assert (len(mapped.lines[0]), mapped.problems) == (rows, [])


def test_only_rows_of_current_students_that_are_sent_count_as_filled() -> None:
    first, last = direct("students.fname", "First"), direct("students.lname", "Last", required=True)
    mapping = compile_all(
        {"name": "one", "removals": "row", "fields": [first]}, {"name": "two", "fields": [last]}
    )
    mapping.map(registration(fname="Ana", lname="Díaz"))
    mapping.map(registration(fname="Ana", lname=[]))
    mapping.map(registration(fname="", lname=""))
    mapping.map_removed("007", "2026-08-01T21:05:00.000Z")

    assert mapping.files[0].filled.blank_in(10) == {"First": 0}

    mapping.map(registration(fname="\u200b", lname="Díaz"))
    assert mapping.files[0].filled.blank_in(10) == {"First": 5}
