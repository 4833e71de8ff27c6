"""Values as people type them: any script, accents, invisible characters, phones and addresses."""

import csv
import datetime as dt
import io
import unicodedata
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    MappedStudent,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.transformations.registry import TRANSFORMATIONS

RUN = RunContext(dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC), ZoneInfo("UTC"), 2025)
DATE = {"type": "date", "from": ["YYYY-MM-DD", "M/D/YYYY"], "to": "YYYYMMDD"}
PHONE = {"type": "phone_number", "to": "999-999-9999", "extension": "drop"}


def compiled(*fields: dict[str, Any], **file: Any) -> CompiledMapping:
    fields = tuple(
        {"from": "v", "mapping_type": "direct", "to": f"C{number}"} | field
        for number, field in enumerate((*fields, {"default": "."}))
    )
    definition = {"files": [{"name": "f", "header": False, "fields": list(fields)} | file]}
    return compile_mapping(parse_mapping(definition), RUN)


def mapped(mapping: CompiledMapping, value: Any, w: str = ".") -> MappedStudent:
    registration = {
        "student_id": "7",
        "registration_id": "r",
        "school_year": "2025",
        "synced_at": "2026-03-02T20:00:00.000Z",
        "data": {"v": value, "w": w},
    }
    found = mapping.map(registration)
    (row,) = mapping.preview(registration)
    assert row.problems == found.problems
    if found.lines and found.lines[0]:
        assert mapping.files[0].text(found.lines[0][0]) == row.line
    return found


def result(value: Any, *steps: dict[str, Any], w: str = ".", **field: Any) -> str:
    """The field's value in the file, or why it is held."""
    if steps:
        field |= {"mapping_type": "transformation", "transformations": list(steps)}
    last = {"from": "w"}
    found = mapped(compiled(field, last, quoting="always"), value, w)
    if found.problems:
        return found.problems[0].rule
    text = io.StringIO(found.lines[0][0].decode(), newline="")
    return next(csv.reader(text))[0]


@pytest.mark.parametrize(
    ("step", "value", "expected"),
    [
        ("proper_case", "1214 112TH AVE", "1214 112th Ave"),
        ("proper_case", "32ND ST APT 4B", "32nd St Apt 4B"),
        ("proper_case", "32nd St Apt 4B", "32nd St Apt 4B"),
        ("proper_case", "1ST", "1st"),
        ("proper_case", "MCDONALD-O'BRIEN III", "McDonald-O'Brien III"),
        ("proper_case", "ﬁONA", "Fiona"),
        ("proper_case", "ǆUNGLA", "ǅungla"),
        ("proper_case", "İBRAHİM", "İbrahim"),
        ("proper_case", "I\u0307BRAHI\u0307M", "I\u0307brahim"),
        ("proper_case", "MCİNTYRE IRMAK", "Mcİntyre Irmak"),
        ("proper_case", "ẞETA", "ẞeta"),
        ("proper_case", "E\u0307VA MC\u0327X J\u030cX\u0307", "E\u0307va Mc\u0327x J\u030c\u1e8b"),
        ("proper_case", "MCN\u0301 \u0391\u03a3", "Mcn\u0301 \u0391\u03c2"),
        ("proper_case", "O\u02bcBRIEN D`ANGELO", "O\u02bcBrien D`Angelo"),
        ("proper_case", "TAYLOR`S JO\u02bcS ROSE\u2018S", "Taylor`s Jo\u02bcs Rose\u2018s"),
        (
            "proper_case",
            "KA\u02bbIULANI \u02bbAUKAI O\u02bbAHU",
            "Ka\u02bbiulani \u02bbAukai O\u02bbahu",
        ),
        ("proper_case", "E\u0301LODIE", "E\u0301lodie"),
        ("proper_case", "A\u0300'ANGELO", "A\u0300'Angelo"),
        ("lower", "İBRAHİM", "ibrahim"),
        ("lower", "I\u0307BRAHI\u0307M", "ibrahim"),
        ("lower", "ÉLODIE", "élodie"),
        ("lower", "ΣΟΦΟΣ", "σοφος"[:-1] + "ς"),
        ("lower", "I\u0f72\u0307", "i\u0f72"),
        ("upper", "\u1faf\u0f71", "\u1f6f\u0399\u0f71"),
        ("upper", "\u03a9\u0f71\u0314\u0342\u0345", "\u1f6f\u0399\u0f71"),
        ("trim", "\ufeff\u200b Ana\u200e ", "Ana"),
        ("squish", "\u200bAna \xa0 María", "Ana María"),
        ("transliterate", "Ka\u02bbiulani", "Ka'iulani"),
        ("transliterate", "D\u2019Angelo", "D'Angelo"),
        ("transliterate", "Ka\u02bciulani \u2018Aukai Ka`ahu", "Ka'iulani 'Aukai Ka'ahu"),
        ("yes_no", "\u200byes\xa0", "Y"),
        ("count_items", "Asian|\u200b|White", "2"),
    ],
)
def test_letters_and_blanks(step: str, value: str, expected: str) -> None:
    assert result(value, {"type": step}) == expected


@pytest.mark.parametrize(
    "typed",
    [
        *("\u202a512-555-0147\u202c", "\u2066(512) 555-0147\u2069", "512\u200e555\u200f0147"),
        *("\ufeff5125550147", "512\u00a0555\u00a00147", "512\t555\t0147", "512/555/0147"),
        *(f"512{dash}555{dash}0147" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"),
        *("512-555-0147 Ext: 12", "512-555-0147 extn 12", "512-555-0147;ext=12"),
        *("512-555-0147 (ext 12)", "512-555-0147 x12", "512-555-0147, ext. 12", "5125550147 #12"),
        *("512-555-0147 extensión 12", "512-555-0147 extensio\u0301n 12", "512-555-0147 ext-12"),
        *("512-555-0147 Ext #12", "512-555-0147 Ext.12#", "tel: 512-555-0147", "Tel. 5125550147"),
        *("\uff08512\uff09555-0147", "[512] 555-0147", "512-555-0147 [x12]"),
        *("tel:+1-512-555-0147", "1 512 555 0147", "+1 (512) 555-0147", "1/512/555/0147"),
    ],
)
def test_a_phone_number_however_it_was_typed(typed: str) -> None:
    assert result(typed, PHONE) == "512-555-0147"


@pytest.mark.parametrize(
    "typed",
    [
        "512-555-0147 or 512-555-0148",
        "mom 5125550147",
        "555-0147",
        "+52 55 1234 5678",
        "512555014\uff17",
    ],
)
def test_another_text_is_not_a_phone_number(typed: str) -> None:
    assert result(typed, PHONE) == "phone_number"


@pytest.mark.parametrize(
    "value",
    [
        *("1/1/2012 ", " 2012-01-01", "\u200b1/1/2012\xa0"),
        *("\u200e1\u200e/\u200e1\u200e/\u200e2012", "2012-\u206001-01"),
    ],
)
def test_blanks_around_a_date_do_not_matter(value: str) -> None:
    assert result(value, DATE) == "20120101"


@pytest.mark.parametrize(
    "value",
    ["\u200b", "\ufeff", "\u200b \u2060", "\u180b\u17b4", "\U000e0020\U000e0100", "\u2800"],
)
def test_an_invisible_value_is_blank(value: str) -> None:
    assert result(value, required=True) == "required"
    assert result(value, {"type": "pick", "fields": ["w"]}) == "."


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ({"codes": {"José": "J"}}, "Jose\u0301", "J"),
        ({"codes": {"Jose\u0301": "J"}}, "José", "J"),
        ({"codes": {"JOSE\u0301": "J"}, "ignore_case": True}, "josé", "J"),
        ({"codes": {"A": "1"}, "trim": True}, "\u200bA\xa0", "1"),
        ({"codes": {"A": "1", "B": "2"}, "delimiter": "|"}, "A|\u200bB|A", "1|2"),
    ],
)
def test_match_codes_compare_composed_text(field: Any, value: str, expected: str) -> None:
    assert result(value, mapping_type="match_codes", **field) == expected


def test_a_code_table_cannot_have_two_codes_for_one_composed_text() -> None:
    with pytest.raises(InvalidRequest, match="mapping has a mistake"):
        compiled({"mapping_type": "match_codes", "codes": {"José": "1", "Jose\u0301": "2"}})


def test_one_of_writes_its_own_spelling() -> None:
    assert result("Jose\u0301", one_of=["José"]) == "José"


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ({"equals": "José"}, "Jose\u0301", True),
        ({"one_of": ["JOSÉ"], "ignore_case": True}, "jose\u0301", True),
        ({"includes": "José"}, "Ana|Jose\u0301", True),
        ({"contains": "sé"}, "Jose\u0301 Luis", True),
        ({"is_blank": True}, "\ufeff", True),
        ({"not_equal": "José"}, "Jose\u0301", False),
    ],
)
def test_conditions_compare_composed_text(condition: Any, value: str, holds: bool) -> None:
    step = {"type": "if_then_else", **condition, "then": "1", "else": "0"}

    assert result(value, step) == ("1" if holds else "0")


def test_unique_compares_composed_text() -> None:
    mapping = compiled({"unique": True})

    (one,), (other,) = (mapped(mapping, value).claims for value in ("José", "Jose\u0301"))

    assert one == other


@pytest.mark.parametrize(
    ("value", "length", "expected"),
    [("🇲🇽x", 1, ""), ("Jose\u0301x", 4, "José"), ("👨\u200d👩\u200d👧", 3, ""), ("Ana", 2, "An")],
)
def test_a_cut_keeps_whole_characters(value: str, length: int, expected: str) -> None:
    assert result(value, max_length=length, truncate=True) == expected
    assert result(value, {"type": "character_limit", "length": length}) == expected


CHINESE = {"Chinese": "A", "Vietnamese": "A", "White": "W"}


@pytest.mark.parametrize(
    ("value", "races", "count"),
    [("Chinese|Vietnamese", "A", "1"), ("White|Chinese", "W|A", "2"), ("Chinese", "A", "1")],
)
def test_items_with_one_code_are_one_code(value: str, races: str, count: str) -> None:
    codes = {"type": "match_codes", "delimiter": "|", "codes": CHINESE}

    assert result(value, codes) == races
    assert result(value, codes, {"type": "count_items"}) == count


FIND_E = {"type": "substitute", "find": "e", "replace": "x"}


@pytest.mark.parametrize(
    ("step", "value", "expected"),
    [
        ({"type": "substitute", "find": "é", "replace": "e"}, "Jose\u0301", "Jose"),
        ({"type": "substitute", "find": "e\u0301", "replace": "e"}, "José", "Jose"),
        ({"type": "substitute", "pattern": "[é-ñ]", "replace": "-"}, "Jose\u0301", "Jos-"),
        ({"type": "substitute", "pattern": "^.{4}$", "replace": "<\\\\>"}, "Jose\u0301", "<\\>"),
        ({"type": "substitute", "pattern": "e\u0301+", "replace": "e"}, "Joséé", "Jose"),
        (FIND_E, "Jose\u0301", "Jose\u0301"),
        (FIND_E, "e\u0301e", "éx"),
        ({"type": "split", "delimiter": " é "}, "Ana e\u0301 Bea", "Ana"),
        ({"type": "split", "delimiter": " e\u0301 ", "take": 2}, "Ana é Bea", "Bea"),
        ({"type": "count_items", "delimiter": "é"}, "1e\u03012é3", "3"),
        ({"type": "pad", "width": 5}, "Jose\u0301", "0Jose\u0301"),
        ({"type": "pad", "width": 5, "side": "right", "with": " "}, "Jose\u0301", "Jose\u0301 "),
        ({"type": "proper_case"}, "\u1025\u102eA", "\u1025\u102ea"),
        ({"type": "proper_case"}, "\u1026A", "\u1026a"),
    ],
)
def test_a_letter_and_its_accent_are_one_character(
    step: dict[str, Any], value: str, expected: str
) -> None:
    assert result(value, step) == expected


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ({"max_length": 4}, "Jose\u0301", "José"),
        ({"max_length": 5}, "Jose\u0301", "Jose\u0301"),
        ({"max_length": 3}, "Jose\u0301", "max_length"),
        ({"max_length": 4, "truncate": True}, "Jose\u0301", "José"),
        ({"pattern": ".{4}"}, "Jose\u0301", "Jose\u0301"),
        ({"pattern": "Jose\u0301"}, "José", "José"),
        ({"pattern": "Jose."}, "Jose\u0301", "pattern"),
    ],
)
def test_checks_count_a_letter_and_its_accent_as_one(
    rule: dict[str, Any], value: str, expected: str
) -> None:
    assert result(value, **rule) == expected


STEPS: list[dict[str, Any]] = [
    *({"type": name} for name in ("lower", "upper", "trim", "squish", "direct", "proper_case")),
    *({"type": "transliterate"}, {"type": "transliterate", "keep": "ñé0"}),
    *({"type": "character_limit", "length": 5}, {"type": "pad", "width": 3}),
    *({"type": "substitute", "pattern": r"\w+", "replace": "ñ"},),
    *({"type": "split", "delimiter": ","}, {"type": "count_items"}),
    *({"type": "split", "delimiter": "é"}, {"type": "count_items", "delimiter": "e"}),
    *({"type": "substitute", "find": find, "replace": "e"} for find in ("e\u0301", "ñ", "I")),
    {"type": "substitute", "pattern": ".é?", "replace": r"\\"},
]
STEPS += [
    *({"type": "today", "to": "M/D/YYYY"}, {"type": "enroll_school_year", "to": "end"}),
    *({"type": "date", "from": "M/D/YYYY", "to": "YYYYMMDD"}, {"type": "yes_no"}),
    *({"type": "value_input", "value": "Ñ"}, {"type": "join", "fields": ["w"]}),
    *({"type": "pick", "fields": ["w"]}, {"type": "phone_number", "to": "9999999999"}),
    {"type": "if_then_else", "contains": "é", "then": "1"},
    {"type": "match_codes", "codes": {"é": "É", "İ": "I"}, "unmatched": "keep"},
    {"type": "match_codes", "codes": {"é": "É"}, "delimiter": ",", "ignore_case": True},
]
STABLE = {"lower", "trim", "squish", "direct", "transliterate", "character_limit", "pad"}
STABLE |= {"upper"}
ANY_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"]),
        st.sampled_from("eE\u0301İIi\u0307ñßﬁǆ,' -\u200b\ufeff\u200d👨🇲🇽한Σς"),
    ),
    max_size=12,
)


def test_the_property_covers_every_transformation() -> None:
    assert {step["type"] for step in STEPS} == TRANSFORMATIONS.keys()


@settings(max_examples=400)
@given(st.sampled_from(STEPS), ANY_TEXT)
def test_any_text_gives_well_formed_text_alike_when_composed(
    step: dict[str, Any], value: str
) -> None:
    found = result(value, step)
    one, other = (result(unicodedata.normalize(form, value), step) for form in ("NFC", "NFD"))

    assert found.encode().decode() == found
    assert unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    if step["type"] in STABLE:
        assert result(found, step) == found


@pytest.mark.parametrize("value", [[], {}])
def test_an_empty_list_is_blank(value: Any) -> None:
    items = {"type": "match_codes", "codes": CHINESE, "delimiter": "|"}

    assert result(value, items) == ""
    assert result(value) == ""
    assert result(value, {"type": "value_input", "value": "US"}) == "US"
    assert result(value, {"type": "join", "fields": ["w"]}) == "."
    assert result(value, required=True) == "required"
    assert result(["Asian"], items) == "not_text"


def test_the_lines_of_a_student_with_an_empty_list_have_their_claims() -> None:
    mapping = compiled({"unique": True}, {"from": "w", "unique": True})

    assert [claim.value for claim in mapped(mapping, []).claims] == ["."]


CODES = [{"value": "PK", "code": "-1"}, {"value": "K", "code": "0"}, {"value": "1", "code": "1"}]


def test_codes_as_a_list_keep_their_order() -> None:
    mapping = parse_mapping(
        {
            "files": [
                {
                    "name": "f",
                    "fields": [
                        {"from": "v", "mapping_type": "match_codes", "codes": CODES, "to": "G"}
                    ],
                }
            ]
        }
    )
    (field,) = mapping.files[0].mapped_fields

    assert list(field.codes)  # type: ignore[union-attr] == ["PK", "K", "1"]
    assert result("K", mapping_type="match_codes", codes=CODES) == "0"


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ([{"value": "K"}], "Enter each code as"),
        ([*CODES, {"value": "K", "code": "2"}], '"K" is in the list twice'),
        ([{"value": "K", "code": 1}], 'in quotes, such as "1"'),
        ([], "This is empty"),
        (["K"], "Enter each code as"),
        ([{"value": ["K"], "code": "0"}], "Enter each code as"),
        ([{"value": {}, "code": "0"}], "Enter each code as"),
        ([{"value": True, "code": "0"}, {"value": 1, "code": "1"}], 'in quotes, such as "True"'),
        ([{"value": 1, "code": "0"}], 'in quotes, such as "1"'),
    ],
)
def test_a_wrong_list_of_codes_is_explained(codes: Any, words: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        compiled({"mapping_type": "match_codes", "codes": codes})

    assert words in error.value.problems[0].message
    assert error.value.problems[0].path.startswith("files[0].fields[0].codes")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ({}, "Other", "match_codes"),
        ({}, "K", "0"),
        ({"send_blank": ["Other"]}, "Other", ""),
        ({"send_blank": ["other"], "ignore_case": True}, "Other", ""),
        ({"send_blank": ["None"]}, "None", ""),
        ({"send_blank": ["None"]}, "Other", "match_codes"),
        ({}, "Space", "match_codes"),
        ({"send_blank": ["Space"]}, "Space", ""),
        ({"delimiter": "|"}, "K|Space", "match_codes"),
        ({"unmatched": "keep"}, "Other", "Other"),
        ({"unmatched": "blank"}, "Other", ""),
    ],
)
def test_an_empty_code_is_no_code_yet(field: Any, value: str, expected: str) -> None:
    codes = {"K": "0", "Other": "", "Space": "\u200b "}

    assert result(value, mapping_type="match_codes", codes=codes, **field) == expected


def test_a_value_without_a_code_yet_is_listed() -> None:
    mapping = compiled({"mapping_type": "match_codes", "codes": {"K": "0", "Other": ""}})
    mapped(mapping, "Other")

    assert [one.value for one in mapping.unmatched.values()] == ["Other"]


@pytest.mark.parametrize("value", ["", " ", "\u200b"])
def test_send_blank_is_for_values_that_are_not_blank(value: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        compiled({"mapping_type": "match_codes", "codes": {"K": "0"}, "send_blank": [value]})

    assert "in `blank`" in error.value.problems[0].message


def test_a_blank_and_a_code_for_one_value_are_refused() -> None:
    with pytest.raises(InvalidRequest) as error:
        compiled({"mapping_type": "match_codes", "codes": {"K": "0"}, "send_blank": ["K"]})

    assert "has a code" in error.value.problems[0].message


@pytest.mark.parametrize(
    ("value", "field", "expected"),
    [
        ("2025-08-01", "2025-08-15", "8/15/2025"),
        ("2025-08-15", "2025-08-15", "8/15/2025"),
        ("2025-09-02", "2025-08-15", "9/2/2025"),
        ("8/1/2025 ", "2025-08-15", "8/15/2025"),
        ("", "2025-08-15", ""),
        ("soon", "2025-08-15", "date"),
    ],
)
def test_a_date_is_not_before_the_first_day(value: str, field: str, expected: str) -> None:
    step = {**DATE, "to": "M/D/YYYY", "not_before": field}

    assert result(value, step) == expected
    assert result(value, {**step, "not_before": {"field": "w"}}, w=field) == expected


def test_a_date_is_not_before_a_field_unless_that_is_blank_or_no_date() -> None:
    step = {**DATE, "to": "M/D/YYYY", "not_before": {"field": "w"}}

    assert result("2025-08-01", step, w="") == "8/1/2025"
    assert result("2025-08-01", step, w="9/1/2025") == "9/1/2025"
    assert result("2025-08-01", step, w="later") == "date"


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"not_before": "8/15/2025"}, ".not_before", "Enter a valid date"),
        ({"not_before": "2025-02-30"}, ".not_before", "Enter a valid date"),
        ({"not_before": 20250815}, ".not_before", "Enter a date such as 2025-08-15 in quotes"),
        ({"not_before": "2025-08-15", "from": "YYYY-MM"}, "", "year, month and day"),
        ({"not_before": {"field": "entry.x"}}, ".not_before.field", "row for each entry"),
    ],
)
def test_a_wrong_not_before_is_explained(change: Any, path: str, words: str) -> None:
    step = {"type": "date", "from": "YYYY-MM-DD", "to": "YYYY-MM", **change}
    if "year" not in words:
        step["to"] = "M/D/YYYY"

    with pytest.raises(InvalidRequest) as error:
        compiled({"mapping_type": "transformation", "transformations": [step]})

    (problem,) = error.value.problems
    assert problem.path == f"files[0].fields[0].transformations[0]{path}"
    assert words in problem.message


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ({"before": "2025-08-15"}, "2025-08-14", "1"),
        ({"before": "2025-08-15"}, "2025-08-15", "0"),
        ({"before": "2025-08-15"}, "2025-08-14 23:59:59", "1"),
        ({"before": "2025-08-15"}, "2025\u200e-08-14", "1"),
        ({"less": "10"}, "\u202d-\u200b3.5\u202c", "1"),
        ({"after": "2025-08-15"}, "2025-08-16T00:00:00Z", "1"),
        ({"after": "2025-08-15"}, " 2025-08-15 ", "0"),
        ({"after": "2025-08-15"}, "", "0"),
        ({"after": "2025-08-15"}, "8/16/2025", "condition"),
        ({"after": "2025-08-15"}, "2025-02-30", "condition"),
        ({"less": "10"}, "9", "1"),
        ({"less": "10"}, "10.0", "0"),
        ({"less": "10"}, "-3.5", "1"),
        ({"greater": "2.5"}, " 10 ", "1"),
        ({"greater": "2.5"}, "2.50", "0"),
        ({"greater": "2.5"}, "", "0"),
        ({"greater": "2.5"}, "K", "condition"),
        ({"greater": "2.5"}, "1e3", "condition"),
    ],
)
def test_conditions_compare_dates_and_numbers(condition: Any, value: str, expected: str) -> None:
    step = {"type": "if_then_else", **condition, "then": "1", "else": "0"}

    assert result(value, step) == expected


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"before": "8/15/2025"}, "Enter a valid date"),
        ({"before": "2025-W01-1"}, "Enter a valid date"),
        ({"after": ""}, "Enter a valid date"),
        ({"less": "five"}, "Enter a number"),
        ({"greater": 5}, "in quotes"),
        ({"less": "1", "greater": "0"}, "exactly one of"),
    ],
)
def test_a_wrong_comparison_is_explained(condition: Any, words: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        compiled({}, where=[{"field": "v", **condition}])

    assert words in error.value.problems[0].message


def test_a_row_whose_value_cannot_be_compared_is_held() -> None:
    mapping = compiled({}, where=[{"field": "v", "after": "2020-09-01"}])

    assert mapped(mapping, "2021-01-01").lines[0]
    assert mapped(mapping, "2020-01-01").lines == ((),)
    assert [problem.rule for problem in mapped(mapping, "?").problems] == ["condition"]


@pytest.mark.parametrize("value", ["=1", " =1", "\u200b=1", "\ufeff@x", "\xa0-1", "\t1", "\uff1d1"])
def test_a_formula_after_blanks_is_a_formula(value: str) -> None:
    quoting, holding = compiled({}, formulas="quote"), compiled({}, formulas="hold")

    problem = mapped(holding, value).problems[0]

    assert mapped(quoting, value).lines[0][0].decode() == f"'{value},'{value}\r\n"
    assert problem.rule == "formula"


@pytest.mark.parametrize(
    ("file", "value", "words"),
    [
        ({"text_identifier": "none"}, "a,b", "U+002C (character 2)"),
        ({"text_identifier": "none"}, "ñ\nb", "U+000A (character 2)"),
        ({"text_identifier": "none", "separator": "\xa6"}, "12\xa6", "U+00A6 (character 3)"),
        ({"encoding": "windows-1252"}, "Jose\u0301 \u0141", "U+0141 (character 6)"),
        ({"formulas": "hold"}, " =1", "U+003D (character 2)"),
        ({}, "a\x07", "U+0007 (character 2)"),
    ],
)
def test_a_refused_value_says_which_character_and_where(file: Any, value: str, words: str) -> None:
    problem = mapped(compiled({}, **file), value).problems[0]

    assert words in problem.message
    assert value not in problem.message
