"""The definition of a mapping: accepted definitions, and the message for every mistake."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registration_sync.domain.errors import InvalidRequest, TooLarge
from registration_sync.domain.mapping.definition.file import may_coincide
from registration_sync.domain.mapping.definition.mapping import Mapping, parse_mapping
from registration_sync.domain.mapping.values.csv_format import CsvFormat

ROOT = Path(__file__).parents[2]
ID: dict[str, Any] = {"from": "students.id", "mapping_type": "direct", "to": "Student_Number"}
DOB: dict[str, Any] = {
    "from": "students.dob",
    "mapping_type": "transformation",
    "transformations": [{"type": "date", "from": "YYYY-MM-DD", "to": "M/D/YYYY"}],
    "to": "DOB",
}
GRADE: dict[str, Any] = {
    "from": "students.grade",
    "mapping_type": "match_codes",
    "codes": {"K": "0"},
    "to": "Grade",
}


def file(*fields: Any, **settings: Any) -> dict[str, Any]:
    return {"name": "students", **settings, "fields": list(fields or (ID,))}


def parse(*files: Any) -> Mapping:
    return parse_mapping({"files": list(files)})


def problems(definition: object) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as error:
        parse_mapping(definition)
    found = error.value.problems
    assert len({problem.path for problem in found}) == len(found), found
    return {problem.path: problem.message for problem in found}


def problems_of_file(*fields: Any, **settings: Any) -> dict[str, str]:
    return problems({"files": [file(*fields, **settings)]})


def problem_of_field(**field: Any) -> tuple[str, str]:
    """The one problem, its path after files[0].fields[0]."""
    ((path, message),) = problems_of_file(field).items()
    return path.removeprefix("files[0].fields[0]").removeprefix("."), message


def test_a_file_without_settings_is_a_plain_csv_file() -> None:
    (only,) = parse(file()).files

    assert only.file_name == "students.csv"
    assert (only.header, only.is_full) == (True, False)
    assert only.csv_format == CsvFormat(",", '"', False, "utf-8", "\r\n", False)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"separator": "tab"}, CsvFormat(separator="\t")),
        ({"separator": "Pipe"}, CsvFormat(separator="|")),
        ({"separator": "semicolon"}, CsvFormat(separator=";")),
        ({"separator": "comma"}, CsvFormat(separator=",")),
        ({"separator": "§"}, CsvFormat(separator="§")),
        ({"text_identifier": "single"}, CsvFormat(text_identifier="'")),
        ({"text_identifier": "'"}, CsvFormat(text_identifier="'")),
        ({"text_identifier": "double"}, CsvFormat(text_identifier='"')),
        ({"text_identifier": "none"}, CsvFormat(text_identifier="")),
        ({"text_identifier": ""}, CsvFormat(text_identifier="")),
        ({"quoting": "always"}, CsvFormat(quote_always=True)),
        ({"encoding": "windows-1252"}, CsvFormat(encoding="windows-1252")),
        ({"encoding": "utf-8-bom"}, CsvFormat(encoding="utf-8-bom")),
        ({"line_ending": "lf"}, CsvFormat(line_ending="\n")),
        ({"line_breaks": "space"}, CsvFormat(line_breaks_to_spaces=True)),
    ],
)
def test_settings_may_be_written_as_words_or_characters(
    settings: dict[str, Any], expected: CsvFormat
) -> None:
    assert parse(file(**settings)).files[0].csv_format == expected


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, "students.csv"),
        ({"extension": "CSV"}, "students.csv"),
        ({"extension": "txt"}, "students.txt"),
        ({"extension": ""}, "students"),
        ({"name": "STU {school_year}-{school_year_end} {date}_{time}"}, None),
        ({"name": "Ämter.v2"}, "Ämter.v2.csv"),
    ],
)
def test_a_file_is_named_as_given(settings: dict[str, Any], name: str | None) -> None:
    expected = name or f"{settings['name']}.csv"

    assert parse(file(**settings)).files[0].file_name == expected


@pytest.mark.parametrize(
    "name",
    [
        "", " ", " students", "students ", ".students", "..", "a..b", "a/b", "a\\b", "a\nb", "a\0b",
        "a:b", "{year}", "{", "a}", "{{date}}", "{date!r}", "{date:x}", "{}", "{0}", "x" * 300,
        "a\u202eb", "\ud800", 7, None,
    ],
)  # fmt: skip
def test_a_name_that_could_leave_the_folder_is_refused(name: object) -> None:
    assert list(problems_of_file(name=name)) == ["files[0].name"]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("students.csv", "students.csv", True),
        ("students.csv", "Students.CSV", True),
        ("students.csv", "students.txt", False),
        ("s{school_year}", "s2025", True),
        ("s{school_year}", "s{school_year_end}", True),
        ("s{school_year}", "s20250", False),
        ("s{school_year}", "s20x5", False),
        ("s{date}", "s2025-08-01", True),
        ("s{date}", "s2025_08_01", False),
        ("{date}{time}", "{date}_{time}", False),
        ("{time}", "{school_year}00", True),
    ],
)
def test_names_that_can_become_one_are_found(one: str, other: str, meet: bool) -> None:
    assert may_coincide(one, other) is meet
    assert may_coincide(other, one) is meet


def test_a_repeated_name_is_reported_with_other_mistakes() -> None:
    found = problems({"files": [file(encoding="latin1"), file(separator="::")]})

    assert found.keys() == {"files[0].encoding", "files[1].separator", "files[1].name"}


def test_two_files_may_not_have_one_name() -> None:
    found = problems({"files": [file(), file(name="other"), file(name="STUDENTS")]})

    assert list(found) == ["files[2].name"]
    assert "files[0]" in found["files[2].name"]


@pytest.mark.parametrize("separator", ["", "::", "\n", "\r", "\0", '"', 5, None, "coma", "\\t"])
def test_a_separator_is_one_character_of_its_own(separator: object) -> None:
    assert list(problems_of_file(separator=separator)) == ["files[0].separator"]


def test_settings_that_contradict_each_other_are_refused() -> None:
    assert list(problems_of_file(separator="'", text_identifier="single")) == ["files[0].separator"]
    assert list(problems_of_file(quoting="always", text_identifier="none")) == ["files[0].quoting"]
    assert list(problems_of_file(separator="→", encoding="windows-1252")) == ["files[0].separator"]


def test_a_header_must_fit_the_file() -> None:
    assert (
        "windows-1252" in problems_of_file({**ID, "to": "Ł"}, encoding="windows-1252").popitem()[1]
    )
    assert "separator" in problems_of_file({**ID, "to": "a,b"}, text_identifier="none").popitem()[1]
    assert parse(file({**ID, "to": "a,b"}))
    assert parse(file({**ID, "to": "a,b"}, text_identifier="none", header=False))


@pytest.mark.parametrize("formulas", ["hold", "quote"])
def test_a_header_is_no_formula(formulas: str) -> None:
    assert parse(file({**ID, "to": "-Total"}, formulas=formulas))


@pytest.mark.parametrize("header", ["a\x07b", "a\x85b"])
def test_a_control_character_in_a_header_has_one_message(header: str) -> None:
    ((_, message),) = problems_of_file({**ID, "to": header}).items()

    assert message.startswith(f"U+{ord(header[1]):04X} (character 2) is not visible")


@pytest.mark.parametrize(
    ("field", "path", "settings", "words"),
    [
        ({"default": "a\x07"}, "default", {}, "U+0007 (character 2)"),
        ({"default": "a,b"}, "default", {"text_identifier": "none"}, "U+002C (character 2)"),
        ({"default": "=1"}, "default", {"formulas": "hold"}, "U+003D (character 1)"),
        ({"default": "Ł"}, "default", {"encoding": "windows-1252"}, "U+0141 (character 1)"),
        ({**GRADE, "codes": {"K": "a\x85"}}, "codes.K", {}, "U+0085 (character 2)"),
        ({**GRADE, "blank": "=1"}, "blank", {"formulas": "hold"}, "U+003D (character 1)"),
        ({**GRADE, "delimiter": "|", "join_with": "\0"}, "join_with", {}, "U+0000 (character 1)"),
        (
            {**DOB, "transformations": [{"type": "substitute", "find": "x", "replace": "\x07"}]},
            *("transformations[0].replace", {}, "U+0007 (character 1)"),
        ),
    ],
)
def test_a_text_that_the_file_cannot_hold_is_refused_when_saved(
    field: dict[str, Any], path: str, settings: dict[str, Any], words: str
) -> None:
    ((at, message),) = problems_of_file(ID | field, **settings).items()

    assert at == f"files[0].fields[0].{path}"
    assert words in message


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ({"default": "-1"}, {"formulas": "quote"}),
        ({"default": "a\nb"}, {}),
        ({"default": "a\nb"}, {"text_identifier": "none", "line_breaks": "space"}),
        ({"default": ""}, {"text_identifier": "none"}),
        (
            {**DOB, "transformations": [{"type": "substitute", "find": "/", "replace": "-"}]},
            {"formulas": "hold"},
        ),
        ({**GRADE, "delimiter": "|", "join_with": "+"}, {"formulas": "hold"}),
    ],
)
def test_a_text_that_the_file_can_hold_is_accepted(field: Any, settings: Any) -> None:
    assert parse(file(ID | field, **settings))


@pytest.mark.parametrize("header", ["", "  ", "a\nb", "a\tb", "x" * 201, 7, True, None])
def test_a_header_is_text_on_one_line(header: object) -> None:
    assert problem_of_field(**{**ID, "to": header})[0] == "to"


def test_a_header_cannot_repeat_in_a_file() -> None:
    unmapped = {"from": "students.x", "mapping_type": "do_not_map", "to": "Student_Number"}

    found = problems_of_file(ID, DOB, {**GRADE, "to": "Student_Number"}, unmapped)

    assert list(found) == ["files[0].fields[2].to"]
    assert "fields[0]" in found["files[0].fields[2].to"]
    assert parse(file(ID, unmapped), file(ID, name="other"))


def test_a_file_needs_a_mapped_field() -> None:
    unmapped = {"from": "students.notes", "mapping_type": "do_not_map"}

    assert list(problems_of_file(unmapped)) == ["files[0].fields"]
    assert list(problems({"files": [{"name": "a", "fields": []}]})) == ["files[0].fields"]
    assert list(problems({"files": [{"name": "a"}]})) == ["files[0].fields"]
    assert list(problems({"files": []})) == ["files"]
    assert list(problems({})) == ["files"]
    assert [field.to for field in parse(file(unmapped, ID)).files[0].mapped_fields] == [ID["to"]]


@pytest.mark.parametrize("source", ["", ".", "a.", "a..b", " a", "a\nb", "a." * 10 + "b", "x" * 201,
    "run.x", "run", "registration.status", "registration.school_year.x", 7, None])  # fmt: skip
def test_a_source_is_a_path_or_a_known_fact(source: object) -> None:
    assert problem_of_field(**{**ID, "from": source})[0] == "from"


@pytest.mark.parametrize(
    "source",
    ["id", "students.id", "a.b.c.d", "registration.school_year", "registration.synced_at",
     "registration.student_id", "registration.registration_id", "run.started_at"],
)  # fmt: skip
def test_sources_of_any_depth_are_taken(source: str) -> None:
    assert parse(file({**ID, "from": source})).files[0].mapped_fields[0].source == source


@pytest.mark.parametrize(
    ("field", "path", "words"),
    [
        ({**ID, "Required": True}, "Required", "did you mean required?"),
        ({**ID, "colour": "x"}, "colour", "The keys are to, default"),
        ({**ID, "codes": {"a": "b"}}, "codes", "belongs to the mapping_type match_codes"),
        ({**ID, "maximum": 3}, "maximum", "does not exist"),
        ({**ID, "required": "yes"}, "required", '"yes" cannot be used here: enter true or false'),
        ({**ID, "on_error": "stop"}, "on_error", "enter hold, blank, keep or default"),
        ({**ID, "default": 0}, "default", 'in quotes, such as "0"'),
        ({**ID, "on_error": "default"}, "default", "This is missing"),
        ({"from": "a", "to": "b"}, "mapping_type", "enter one of direct, match_codes"),
        ({**ID, "mapping_type": "Match codes"}, "mapping_type", "did you mean match_codes?"),
        ({"mapping_type": "direct", "to": "b"}, "from", "Select an Enroll field"),
        ({"mapping_type": "direct", "from": "b"}, "to", "This is missing: enter the header"),
        ({**GRADE, "codes": {}}, "codes", "This is empty"),
        ({**GRADE, "codes": {"K": 0}}, "codes.K", 'in quotes, such as "0"'),
        ({**GRADE, "codes": {1: "01"}}, "codes[1]", 'in quotes, such as "1"'),
        ({**GRADE, "codes": {"K": None}}, "codes.K", "as text, in quotes"),
        ({**GRADE, "codes": {" ": "N"}}, "codes. ", "in `blank`"),
        ({**GRADE, "codes": ["K"]}, "codes", "Enter each code as"),
        ({**GRADE, "codes": "K"}, "codes", '"K" cannot be used here: enter the codes'),
        ({**GRADE, "unmatched": "drop"}, "unmatched", "hold, keep, blank or default"),
        ({**GRADE, "unmatched": "default"}, "default", "This is missing"),
        ({**DOB, "transformations": []}, "transformations", "Add a transformation"),
        ({**DOB, "transformations": "date"}, "transformations", "a list of 1 to 20"),
        ({**DOB, "transformations": ["date"]}, "transformations[0]", "as an object"),
        ({**DOB, "transformations": [{"type": "dates"}]}, "transformations[0].type", "mean date?"),
        ({**DOB, "transformations": [{"from": "x"}]}, "transformations[0].type", "date, today"),
        (
            {**DOB, "transformations": [{"type": "join", "fields": ["a", 3]}]},
            "transformations[0].fields[1]",
            "3 cannot be used here: enter a text in quotes.",
        ),
        (
            {**DOB, "transformations": [{"type": "join", "fields": ["a", "b.."]}]},
            "transformations[0].fields[1]",
            "Enter the field's path",
        ),
        ({**DOB, "from": None}, "from", "work without one"),
    ],
)
def test_each_mistake_is_explained_where_it_is(
    field: dict[str, Any], path: str, words: str
) -> None:
    found, message = problem_of_field(**field)

    assert found == path
    assert words in message


def test_only_a_chain_that_starts_with_a_constant_needs_no_source() -> None:
    constant = {"type": "value_input", "value": "US"}
    field = {"mapping_type": "transformation", "to": "x", "transformations": [constant]}

    assert parse(file(field))
    assert list(problems_of_file({**field, "transformations": [{"type": "upper"}, constant]})) == [
        "files[0].fields[0].from"
    ]


def test_overwrite_is_taken_and_kept() -> None:
    assert parse(file({**ID, "overwrite": True})).files[0].mapped_fields[0].overwrite is True


def test_a_file_with_contents_all_is_full() -> None:
    mapping = parse(file(), file(name="b", contents="all"))

    assert [one.is_full for one in mapping.files] == [False, True]


def test_ten_mistakes_are_ten_problems() -> None:
    found = problems(
        {
            "files": [
                {
                    "name": "../students",
                    "seperator": ",",
                    "header": "no",
                    "encoding": "latin1",
                    "fields": [
                        ID,
                        {**GRADE, "codes": {"K": 0}},
                        {**DOB, "to": "Student_Number"},
                        {
                            **DOB,
                            "transformations": [
                                {"type": "upper"},
                                {"type": "date", "from": "YYYY-MM-DD", "to": "MM/DD/YYYY HH"},
                            ],
                            "on_error": "default",
                        },
                    ],
                },
                {"name": "empty", "fields": []},
            ],
            "version": 3,
        }
    )

    assert sorted(found) == [
        "files[0].encoding",
        "files[0].fields[1].codes.K",
        "files[0].fields[2].to",
        "files[0].fields[3].default",
        "files[0].fields[3].transformations[1].to",
        "files[0].header",
        "files[0].name",
        "files[0].seperator",
        "files[1].fields",
        "version",
    ]
    assert "did you mean separator?" in found["files[0].seperator"]


def test_too_much_is_refused_at_once() -> None:
    many = [{**ID, "to": f"h{number}"} for number in range(10_000)]

    with pytest.raises(TooLarge) as error:
        parse(file(*many))

    ((path, message),) = ((one.path, one.message) for one in error.value.problems)
    assert path == "files"
    assert "more than the 300,000 allowed" in message
    assert list(problems({"files": [file(name=f"f{number}") for number in range(101)]})) == [
        "files"
    ]


def test_hostile_patterns_together_are_refused_before_they_are_compiled() -> None:
    many = [{**ID, "to": f"h{n}", "pattern": f"\\pL{{200}}{n}"} for n in range(2_000)]

    start = time.process_time()
    found = problems_of_file(*many)

    assert found == {"files": "2000 different patterns are too many: enter at most 100."}
    assert time.process_time() - start < 2
    assert parse(file(*({**one, "pattern": "[0-9]+"} for one in many)))


def test_keys_that_are_not_text_are_explained() -> None:
    assert list(problems({"files": [file()], 1: 2})) == ["[1]"]
    assert list(problems({"files": [file()], "[key]": 2})) == ["[key]"]
    assert problem_of_field(**ID, **{"[key]": 2})[0] == "[key]"


@pytest.mark.parametrize("definition", [None, [], "files", 7])
def test_a_mapping_is_an_object(definition: object) -> None:
    with pytest.raises(InvalidRequest, match="as an object"):
        parse_mapping(definition)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["files", "fields", "name", "to", "from", "mapping_type", "codes",
                "transformations", "type", "separator", "direct", "[key]", 1, None]),
            inner, max_size=4,
        ),
    ),
    max_leaves=15,
)  # fmt: skip


@given(JSON, JSON, JSON)
def test_whatever_is_sent_is_explained_without_pydantics_words(
    one: object, two: object, three: object
) -> None:
    step = {"type": "match_codes", "codes": three}
    field = {**DOB, "to": two, "transformations": [step, three]}
    definitions: list[Any] = [
        one,
        {"files": one},
        {"files": [{**file(), "fields": one, "separator": two}, two]},
        {"files": [file(field, one, {**GRADE, "codes": three, "on_error": one})]},
    ]
    for definition in definitions:
        try:
            parse_mapping(definition)
        except InvalidRequest as error:
            for problem in error.problems:
                assert problem.message[-1] in ".?", problem
                assert "nput should" not in problem.message
                assert "transformation." not in re.sub(r"transformations\[", "", problem.path)


def test_the_ready_made_plain_mapping_is_valid() -> None:
    definition = yaml.safe_load((ROOT / "mappings/plain.yaml").read_text(encoding="utf-8"))

    assert parse_mapping(definition).files[0].file_name == "students.csv"


def test_editors_get_a_schema_of_the_same_definition() -> None:
    schema = Mapping.model_json_schema()

    assert {"name", "separator", "fields"} <= schema["$defs"]["ExportFile"]["properties"].keys()
    assert "from" in schema["$defs"]["DirectField"]["properties"]


def test_a_mapping_with_ten_different_mistakes_gets_all_ten_reported() -> None:
    found = problems(
        {
            "files": [
                {
                    "name": "a/b",
                    "separator": "::",
                    "rows": {"each": "contacts", "distinct": "students.school"},
                    "where": [{"field": "students.grade"}],
                    "fields": [
                        {"from": "students..id", "mapping_type": "direct", "to": "ID"},
                        {**ID, "to": "ID", "max_lenght": 4},
                        {**DOB, "transformations": [{"type": "date", "from": "YY", "to": "M"}]},
                        {**GRADE, "to": "G", "codes": {"K": 0}},
                        {**ID, "to": "N", "on_error": "default"},
                        {**ID, "to": "P", "pattern": "("},
                    ],
                }
            ]
        }
    )

    assert found.keys() == {
        "files[0].name",
        "files[0].separator",
        "files[0].rows",
        "files[0].where[0]",
        "files[0].fields[0].from",
        "files[0].fields[1].max_lenght",
        "files[0].fields[2].transformations[0].to",
        "files[0].fields[2].transformations[0].pivot",
        "files[0].fields[3].codes.K",
        "files[0].fields[4].default",
        "files[0].fields[5].pattern",
        "files[0].fields[1].to",
    }
    assert all(message.endswith((".", "?")) for message in found.values())


@pytest.mark.parametrize(
    ("settings", "path", "words"),
    [
        ({"rows": "students"}, "rows", "student (one row for each)"),
        ({"rows": {}}, "rows", "`each` or `distinct`"),
        ({"rows": {"each": "a", "distinct": "b"}}, "rows", "not both"),
        ({"rows": {"each": []}}, "rows.each", "the path of a list"),
        ({"rows": {"each": ["a_", "a_"]}}, "rows.each", "twice"),
        ({"rows": {"each": "entry.x"}}, "rows.each", "a field of the registration"),
        ({"rows": {"eech": "a"}}, "rows.eech", "did you mean each"),
        ({"rows": {"each": ["a_"], "delimiter": "|"}}, "rows", "`each` of one path"),
        ({"rows": {"each": "a", "skip_when_blank": "entry.x"}}, "rows.skip_when_blank", "fname"),
        ({"rows": {"distinct": ["a"]}}, "rows.distinct", "one path"),
        ({"where": {"field": "a"}}, "where", "a list of conditions"),
        ({"where": ["x"]}, "where[0]", "a condition as an object"),
        ({"where": [{"field": "a"}]}, "where[0]", "exactly one of `equals`"),
        ({"where": [{"field": "entry.x", "equals": "1"}]}, "where[0].field", "row for each entry"),
        ({"where": [{"field": "a", "eqals": "1"}]}, None, "did you mean equals"),
        ({"removals": "yes"}, "removals", "omit, or row"),
    ],
)
def test_each_mistake_in_the_rows_is_explained(
    settings: dict[str, Any], path: str | None, words: str
) -> None:
    found = problems_of_file(**settings)

    if path is not None:
        assert list(found) == [f"files[0].{path}"]
    assert any(words in message for message in found.values()), found


@pytest.mark.parametrize(
    ("field", "settings", "path", "words"),
    [
        ({"from": "entry.x"}, {}, "from", "row for each entry"),
        ({"from": "row.number"}, {}, "from", "row for each entry"),
        ({"from": "entry"}, {}, "from", "such as entry.fname"),
        ({"from": "entry.a.b"}, {"rows": {"each": ["g1_"]}}, "from", "one name after entry"),
        ({"truncate": True}, {}, "max_length", "`truncate` needs"),
        ({"default": "x", "one_of": ["y"]}, {}, "default", "`one_of`"),
        ({"default": "xyz", "max_length": 2}, {}, "default", "`max_length` of 2"),
        ({"default": "Łódź"}, {"encoding": "windows-1252"}, "default", "windows-1252"),
        ({"one_of": [1]}, {}, "one_of[0]", "in quotes"),
        ({"max_length": 0}, {}, "max_length", "from 1"),
        ({"pattern": "(?<=a)b"}, {}, "pattern", "Lookarounds"),
    ],
)
def test_checks_that_cannot_hold_are_explained(
    field: dict[str, Any], settings: dict[str, Any], path: str, words: str
) -> None:
    found = problems_of_file({**ID, **field}, **settings)

    assert list(found) == [f"files[0].fields[0].{path}"]
    assert words in found[f"files[0].fields[0].{path}"]


def test_texts_of_the_mapping_that_the_encoding_lacks_are_found_before_any_student() -> None:
    steps = [{"type": "if_then_else", "field": "a", "equals": "x", "then": "Ł", "else": "ok"}]
    found = problems_of_file(
        {**GRADE, "codes": {"K": "Ł", "1": "1"}},
        {"mapping_type": "transformation", "transformations": steps, "to": "Y"},
        encoding="windows-1252",
    )

    assert list(found) == [
        "files[0].fields[0].codes.K",
        "files[0].fields[1].transformations[0].then",
    ]


def test_fields_of_steps_are_looked_at_too() -> None:
    chain = [{"type": "join", "fields": ["entry.a", "students.b"]}]
    found = problems_of_file({**ID, "mapping_type": "transformation", "transformations": chain})

    assert list(found) == ["files[0].fields[0].transformations[0].fields[0]"]


@pytest.mark.parametrize(
    ("package", "path", "words"),
    [
        ({"name": "a/b"}, "package.name", "Leave / out"),
        ("x", "package", "an object with a name"),
        ({"name": "x", "manifest": {}}, "package.manifest.rows", "missing"),
        (
            {"name": "x", "manifest": {"rows": [{"property": "p", "value": "v", "file": "no"}]}},
            "package.manifest.rows[0].file",
            'no file "',
        ),
        (
            {
                "name": "x",
                "manifest": {"name": "students", "rows": [{"property": "p", "value": "v"}]},
            },
            "package.manifest.name",
            "has this name",
        ),
        (
            {
                "name": "x",
                "manifest": {"name": "Students", "rows": [{"property": "p", "value": "v"}]},
            },
            "package.manifest.name",
            "has this name",
        ),
    ],
)
def test_each_mistake_in_a_package_is_explained(package: Any, path: str, words: str) -> None:
    found = problems({"files": [file()], "package": package})

    assert list(found) == [path]
    assert words in found[path]


def test_a_package_needs_a_name_that_no_file_has() -> None:
    files = [file(name="set", extension="zip"), file(name="other", extension="txt")]
    manifest = {"name": "other", "rows": [{"property": "p", "value": "v"}]}

    found = problems({"files": files, "package": {"name": "Set", "manifest": manifest}})

    assert list(found) == ["package.name"]


def test_a_mapping_of_five_thousand_mistakes_is_refused_in_bounded_time() -> None:
    fields = [{"from": "a..b", "mapping_type": "direct", "to": f"H{n}"} for n in range(5_000)]

    start = time.process_time()
    found = problems({"files": [file(*fields)]})

    assert len(found) == 5_000
    assert time.process_time() - start < 10


SCHEMA = json.loads((ROOT / "mappings" / "schema.json").read_text(encoding="utf-8"))
OWN = sorted([*(ROOT / "mappings").glob("*.yaml"), *(ROOT / "local/mappings").glob("*.yaml")])


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_editors_find_no_fault_with_our_own_mappings(path: Path) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)

    assert list(validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"files": [{"name": "a"}]},
        {"files": [file({**ID, "max_lenght": 3})]},
        {"files": [file({**DOB, "transformations": [{"type": "dates"}]})]},
        {"files": [file(rows={"eech": "a"})]},
        {"files": [file({**GRADE, "codes": {"K": 0}})]},
    ],
)
def test_editors_see_mistakes_that_the_schema_can_tell(wrong: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(wrong)


def test_the_schema_takes_every_way_to_write_rows() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    ways: list[Any] = ["student", {"each": "a"}, {"each": ["a_"], "skip_when_blank": "x"}]

    assert [way for way in ways if not validator.is_valid({"files": [file(rows=way)]})] == []


@pytest.mark.parametrize(
    ("change", "path", "character"),
    [
        ({"to": "First\u200bName"}, "to", "U+200B (character 6)"),
        ({"to": "a\nb"}, "to", "U+000A (character 2)"),
        ({"from": "students.\tfname"}, "from", "U+0009 (character 10)"),
        ({"from": "x\ud800"}, "from", "U+D800 (character 2)"),
    ],
)
def test_a_character_that_cannot_be_used_is_named(
    change: dict[str, Any], path: str, character: str
) -> None:
    found, message = problem_of_field(**{**ID, **change})

    assert found == path
    assert message.startswith(character)


@pytest.mark.parametrize(
    "change",
    [
        {"to": "x" * 2_001},
        {"default": "x" * 2_001},
        {"one_of": ["M", "x" * 2_001]},
        {"mapping_type": "match_codes", "codes": {"M": "x" * 2_001}},
        {
            "mapping_type": "transformation",
            "transformations": [{"type": "substitute", "find": "x" * 2_001, "replace": ""}],
        },
    ],
)
def test_a_text_that_is_too_long_is_refused_with_its_limit(change: dict[str, Any]) -> None:
    _, message = problem_of_field(**{**ID, **change})

    assert message == "This is too long: enter at most 2000 characters."


def test_characters_that_no_file_name_has_are_named() -> None:
    (message,) = problems_of_file(name="a\u200bb/\0").values()

    assert "Leave U+200B (character 2) / U+0000 (character 5) out of the name" in message


EVERY_KEY: dict[str, Any] = {
    "files": [
        {
            "name": "f",
            "rows": {"each": ["a_", "b_"], "skip_when_blank": ["x"]},
            "where": [{"field": "v", "one_of": ["a"]}],
            "fields": [
                {"from": "v", "mapping_type": "match_codes", "to": "A", "codes": {"a": "1"}}
                | {"send_blank": ["b"], "unmatched": "default", "default": "d", "one_of": ["d"]},
                {"from": "v", "mapping_type": "match_codes", "to": "B"}
                | {"codes": [{"value": "a", "code": "1"}]},
                {"from": "v", "mapping_type": "transformation", "to": "C"}
                | {
                    "transformations": [
                        {"type": "date", "from": ["YYYY"], "to": "YYYY"},
                        {
                            "type": "if_then_else",
                            "field": "v",
                            "equals": "a",
                            "then": {"field": "v"},
                        },
                        {"type": "join", "fields": ["v"]},
                        {"type": "substitute", "find": "a", "replace": "b"},
                    ]
                },
            ],
        },
        {"name": "g", "rows": {"distinct": "v"}, "fields": [{"mapping_type": "do_not_map"}]},
    ],
    "package": {"name": "p", "manifest": {"header": ["a", "b"], "rows": [{"property": "a"}]}},
}


def _replaced(part: Any, new: Any) -> Iterator[Any]:
    """Each copy of the part in which one value is another one."""
    yield new
    items = enumerate(part) if isinstance(part, list) else ()
    for key, inner in part.items() if isinstance(part, dict) else items:
        for one in _replaced(inner, new):
            copy = part.copy()
            copy[key] = one
            yield copy


@pytest.mark.parametrize("new", [[], {}, [[]], [{}], 1, 1.5, True, None, "", "x", {"field": []}])
def test_no_type_of_a_value_is_an_error_of_the_service(new: Any) -> None:
    for definition in _replaced(EVERY_KEY, new):
        with suppress(InvalidRequest):
            parse_mapping(definition)


@pytest.mark.parametrize("path", ["a\u2028b", "a.b\u2029", "a\x07.b"])
def test_the_invisible_character_of_a_path_is_named(path: str) -> None:
    index = next(i for i, one in enumerate(path) if not one.isprintable())

    ((_, message),) = problems_of_file({**ID, "from": path}).items()

    assert message.startswith(f"U+{ord(path[index]):04X} (character {index + 1}) is not visible")
