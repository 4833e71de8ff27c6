"""The registrations that a sync accepts, refuses and stores."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_sync.domain.errors import InvalidRequest, TooLarge
from registration_sync.domain.registrations.registration import (
    APPROVED,
    MAX_SNAPSHOT_BYTES,
    Refusal,
    Registration,
    decode_snapshot,
    encode_snapshot,
    has_same_content,
    parse_school_year,
    parse_student_id,
    school_year_of,
)
from registration_sync.domain.registrations.sync_request import parse_sync_request

ONE: dict[str, Any] = {
    "registration_id": "r1",
    "student_id": "007",
    "school_year": 2025,
    "status": APPROVED,
    "data": {"students": {"fname": "Ann"}},
}


def body(*registrations: dict[str, Any], **more: Any) -> str:
    return json.dumps({"registrations": list(registrations)} | more)


def data_of(text: str) -> Any:
    """The data of one registration whose `data` is this JSON text."""
    written = json.dumps(ONE | {"data": "HERE"}).replace('"HERE"', text)
    return parse_sync_request(f'{{"registrations": [{written}]}}').registrations[0].data


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"06520"', "06520"),
        ("1e5", "1e5"),
        ("1.10", "1.10"),
        ("-0", "-0"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("null", ""),
        ("true", "true"),
        ("false", "false"),
        ('["a", null, 1]', ["a", "", "1"]),
        ('{"b": 2.50}', {"b": "2.50"}),
    ],
)
def test_every_value_is_text_as_it_was_typed(written: str, kept: object) -> None:
    assert data_of(f'{{"a": {written}}}') == {"a": kept}


def test_ids_may_be_numbers_and_years_text() -> None:
    request = parse_sync_request(body(ONE | {"student_id": 42, "school_year": "2025"}))

    assert (request.registrations[0].student_id, request.registrations[0].school_year) == (
        "42",
        2025,
    )


def test_every_problem_is_reported_together_with_its_path() -> None:
    bad = {"registration_id": "", "student_id": "a b", "school_year": 25, "data": []}

    with pytest.raises(InvalidRequest) as caught:
        parse_sync_request(body(ONE, bad, as_of="yesterday"))

    assert {problem.path for problem in caught.value.problems} == {
        "as_of",
        "registrations[1].registration_id",
        "registrations[1].student_id",
        "registrations[1].school_year",
        "registrations[1].status",
        "registrations[1].data",
    }


@pytest.mark.parametrize("student_id", [None, "", "a/b", "a b", "é", "x" * 65, "1\n", ["1"]])
def test_an_id_is_1_to_64_letters_digits_or_a_few_signs(student_id: object) -> None:
    with pytest.raises(InvalidRequest):
        parse_sync_request(body(ONE | {"student_id": student_id}))


@pytest.mark.parametrize(
    ("value", "words"),
    [("7\u200b", "U+200B (character 2)"), ("José", "U+00E9 (character 4)"), ("a/b", "U+002F")],
)
def test_the_character_that_no_id_has_is_named(value: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        parse_sync_request(body(ONE | {"student_id": value}))
    assert words in error.value.problems[0].message

    with pytest.raises(InvalidRequest, match=re.escape(words)):
        parse_student_id(value)


def test_the_invisible_character_of_a_status_is_named() -> None:
    refusal = encoded({}, f"{APPROVED}\u200b")

    assert isinstance(refusal, Refusal)
    assert refusal.message.endswith("with U+200B (character 22).")
    for status in ("", "Started", "Registration Approve", f"{APPROVED} "):
        refusal = encoded({}, status)
        assert isinstance(refusal, Refusal)
        assert refusal.message.endswith(f'this one is "{status}".')


@pytest.mark.parametrize("year", [None, "", 25, 20255, "2025.0", True])
def test_a_school_year_is_four_digits(year: object) -> None:
    with pytest.raises(InvalidRequest):
        parse_sync_request(body(ONE | {"school_year": year}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"registrations": {}}',
        '{"registrations": []}',
        '{"a": NaN}',
        '{"registrations": ' + "[" * 100_000,
    ],
    ids=range(8),
)
def test_a_body_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_sync_request(text)


def test_data_nested_too_deeply_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        data_of('{"a": ' * 5_000 + "1" + "}" * 5_000)


def test_more_than_500_or_over_4_mb_is_too_large() -> None:
    with pytest.raises(TooLarge):
        parse_sync_request(body(*[ONE] * 501))
    with pytest.raises(TooLarge):
        parse_sync_request(body(ONE, more="é" * 2_000_001))
    assert len(parse_sync_request(body(*[ONE] * 500)).registrations) == 500


def test_as_of_is_a_time_with_an_offset() -> None:
    request = parse_sync_request(body(ONE, as_of="2026-03-02T10:00:00-06:00"))

    assert request.as_of == dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)
    with pytest.raises(InvalidRequest):
        parse_sync_request(body(ONE, as_of="2026-03-02T10:00:00"))


def encoded(data: Any, status: str = APPROVED) -> bytes | Refusal:
    return encode_snapshot(Registration(0, "r1", "007", 2025, status, data), "2026-03-02T10:00Z")


@given(
    st.dictionaries(
        st.text(max_size=20),
        st.recursive(
            st.text(max_size=400),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(st.text(max_size=9), inner, max_size=4)
            ),
            max_leaves=20,
        ),
        max_size=8,
    )
)
def test_a_snapshot_is_read_back_unchanged(data: Any) -> None:
    stored = encoded(data)

    assert isinstance(stored, bytes)
    assert decode_snapshot(stored)["data"] == data


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({}, "In Processing", "not_approved"),
        ({}, "registration approved", "not_approved"),
        ({"a": "x" * 350_000}, APPROVED, "too_large"),
        ({"a": "\ud800"}, APPROVED, "invalid_text"),
        ({"\udfff": "a"}, APPROVED, "invalid_text"),
    ],
)
def test_values_that_cannot_be_stored_are_refused(data: Any, status: str, code: str) -> None:
    refusal = encoded(data, status)

    assert isinstance(refusal, Refusal)
    assert refusal.code == code


def test_an_unknown_codec_is_never_guessed() -> None:
    with pytest.raises(ValueError, match="codec"):
        decode_snapshot(b"?{}")


@pytest.mark.parametrize("year", ["1889", "1989", "2101", "0000"])
def test_a_path_has_a_school_year_from_1990_to_2100(year: str) -> None:
    with pytest.raises(InvalidRequest):
        school_year_of(year)


@pytest.mark.parametrize(
    ("value", "year"),
    [
        *((2025, 2025), ("2025", 2025), (1990, 1990), (2100, 2100)),
        *((1989, None), (2101, None), (True, None), (2025.0, None), (None, None), ([2025], None)),
    ],
)
def test_a_school_year_is_a_number_or_its_text(value: object, year: int | None) -> None:
    assert parse_school_year(value) == year


@pytest.mark.parametrize("value", [1001.0, 1e5, True, None, -1])
def test_a_number_as_an_id_that_is_not_of_digits_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequest) as error:
        parse_student_id(value)

    is_number = isinstance(value, float | int) and value is not True
    assert error.value.message.startswith("Send the id as text" if is_number else "A student id")


def stored(data: dict[str, Any], synced_at: str = "2026-08-01T21:05:00.000Z") -> bytes:
    encoded = encode_snapshot(Registration(0, "r", "007", 2025, APPROVED, data), synced_at)
    assert isinstance(encoded, bytes)
    return encoded


def test_a_snapshot_of_a_kilobyte_is_compressed_and_one_of_350_kb_is_the_largest() -> None:
    around = len(stored({"a": ""})) - 1  # the codec
    longest = {"a": "x" * (MAX_SNAPSHOT_BYTES - around)}

    assert [stored({"a": "x" * (size - around)})[:1] for size in (1_000, 1_001)] == [b"J", b"Z"]
    assert decode_snapshot(stored(longest))["data"] == longest
    longer = Registration(0, "r", "007", 2025, APPROVED, {"a": longest["a"] + "x"})
    assert isinstance(encode_snapshot(longer, "2026-08-01T21:05:00.000Z"), Refusal)


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        (stored({"a": "1"}), stored({"a": "1"}, "2026-08-02T21:05:00.000Z"), True),
        (stored({"a": "1"}), stored({"a": "2"}), False),
        (stored({"a": "1"}), stored({"a": "10"}), False),
        (b"Z" + b"no zlib", stored({"a": "1"}), False),
        (b"J{", stored({"a": "1"}), False),
        (b"?", stored({"a": "1"}), False),
    ],
    ids=range(6),
)
def test_two_snapshots_are_compared_without_the_time(
    before: bytes, after: bytes, is_same: bool
) -> None:
    assert has_same_content(before, after) is is_same


@pytest.mark.parametrize("number", [0xD800, 0xDFFF])
def test_half_of_a_character_is_refused_with_its_number(number: int) -> None:
    data = {"a": chr(number)}
    refused = encode_snapshot(Registration(0, "r", "007", 2025, APPROVED, data), "now")

    assert isinstance(refused, Refusal)
    assert f"U+{number:04X} as character 1" in refused.message


def test_every_visible_character_of_a_status_is_plain() -> None:
    refused = encode_snapshot(Registration(0, "r", "007", 2025, " !~", {}), "now")

    assert isinstance(refused, Refusal)
    assert "U+" not in refused.message
