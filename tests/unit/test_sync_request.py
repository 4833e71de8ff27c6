"""The names, ids, texts and times that a sync accepts, or refuses with the reason."""

import datetime as dt
import json
from typing import Any

import pytest

from registration_sync.domain.errors import InvalidRequest, TooLarge
from registration_sync.domain.registrations.registration import APPROVED, Registration
from registration_sync.domain.registrations.sync_request import (
    MAX_REQUEST_BYTES,
    parse_sync_request,
)

ONE: dict[str, Any] = {
    "registration_id": "r1",
    "student_id": "007",
    "school_year": 2025,
    "status": APPROVED,
    "data": {},
}
ARRIVED_AT = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)


def one_with(**written: str) -> str:
    """A body with one registration; each value replaces a field, as JSON text."""
    fields = {name: json.dumps(value) for name, value in ONE.items()} | written
    content = ", ".join(f'"{name}": {value}' for name, value in fields.items())
    return f'{{"registrations": [{{{content}}}]}}'


def parsed(body: str) -> Registration:
    (registration,) = parse_sync_request(body).registrations
    return registration


def problems_of(body: str) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        parse_sync_request(body)
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("data", "read"),
    [
        ('{"students.fname": "Ana"}', {"students": {"fname": "Ana"}}),
        ('{"students": {"home.zip": "00501"}}', {"students": {"home": {"zip": "00501"}}}),
        ('{"a": {"b": 1}, "a.c": 2.50}', {"a": {"b": "1", "c": "2.50"}}),
        ('{"a.b": {"c": "1"}, "a": {"b": {"d": null}}}', {"a": {"b": {"c": "1", "d": ""}}}),
        ('{"contacts": [{"name.last": "Díaz"}]}', {"contacts": [{"name": {"last": "Díaz"}}]}),
        ('{"a.b.c": ["x"]}', {"a": {"b": {"c": ["x"]}}}),
        ('{"a": null, "a.b": "x"}', {"a": {"b": "x"}}),
        ('{"a.b": "x", "a": null}', {"a": {"b": "x"}}),
        ('{"a": "", "a.b.c": "x", "a.b": null}', {"a": {"b": {"c": "x"}}}),
        # No mapping can name these, so they are kept as they are.
        ('{"Mr. Lee": "1", ".a": "2", "a.": "3", "b..c": "4", ".": "5"}', None),
        (f'{{"{"a." * 10}a": "1"}}', None),
        (f'{{"{"a." * 50_000}a": "1"}}', None),
    ],
    ids=range(12),
)
def test_a_dotted_name_is_read_as_the_path(data: str, read: object) -> None:
    registration = parsed(one_with(data=data))

    assert registration.refusal is None
    assert registration.data == (json.loads(data) if read is None else read)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ('{"a": 1, "a": 2}', "data.a"),
        ('{"students": {"fname": "x", "fname": "x"}}', "data.students.fname"),
        ('{"students": {"fname": null, "fname": "x"}}', "data.students.fname"),
        ('{"a": 1, "\\u0061": 2}', "data.a"),
        ('{"list": [{"b": 1}, {"b": 1, "b": 2}]}', "data.list[1].b"),
        ('{"a": {}, "a": {}}', "data.a"),
        ('{"students.fname": "x", "students": {"fname": "y"}}', "data.students.fname"),
        ('{"students": {"fname": ""}, "students.fname": null}', "data.students.fname"),
        ('{"a": "x", "a.b": "y"}', "data.a"),
        ('{"a.b": "y", "a": "x"}', "data.a"),
        ('{"a.b": "y", "a": {"b": {"c": "x"}}}', "data.a.b"),
        ('{"a": ["x"], "a.b": "y"}', "data.a"),
    ],
    ids=range(12),
)
def test_a_field_that_is_sent_twice_is_refused_with_its_name(data: str, name: str) -> None:
    registration = parsed(one_with(data=data))

    assert registration.refusal is not None
    assert registration.refusal.code == "repeated_field"
    assert f'"{name}"' in registration.refusal.message


@pytest.mark.parametrize(
    "data",
    [
        '{"a": "x", "a.b": "y"}',
        '{"a.b": "y", "a": "x"}',
        '{"a.b": {"c": "y"}, "a": {"b": "x"}}',
        '{"a.b.c": "y", "a.b": ["x"]}',
    ],
)
def test_a_field_with_a_value_and_fields_says_what_to_send(data: str) -> None:
    refusal = parsed(one_with(data=data)).refusal

    assert refusal is not None
    assert refusal.message.endswith(" has both a value and fields: send one of them.")


def test_only_the_registration_with_a_repeated_field_is_refused() -> None:
    twice = one_with(data='{"a": 1, "a": 2}')[len('{"registrations": [') : -len("]}")]

    request = parse_sync_request(f'{{"registrations": [{json.dumps(ONE)}, {twice}]}}')

    assert [one.refusal is None for one in request.registrations] == [True, False]


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ('{"asOf": "2020-01-01T00:00:00Z", "registrations": [{}]}', "asOf", "did you mean as_of?"),
        ('{"AS-OF": 1, "registrations": [{}]}', "AS-OF", "did you mean as_of?"),
        ('{"as_off": 1, "registrations": [{}]}', "as_off", "did you mean as_of?"),
        ('{"x": 1, "registrations": [{}]}', "x", "Known fields: registrations, as_of."),
        (one_with(studentId="1"), "registrations[0].studentId", "did you mean student_id?"),
        (one_with(schoolYear="1"), "registrations[0].schoolYear", "did you mean school_year?"),
        (one_with(Data="{}"), "registrations[0].Data", "did you mean data?"),
        (one_with(contents="{}"), "registrations[0].contents", "Known fields: registration_id,"),
        ('{"as_of": null, "as_of": null, "registrations": [{}]}', "as_of", "appears twice"),
        ('{"registrations": [{}], "registrations": [{}]}', "registrations", "appears twice"),
        (
            one_with(school_year='2025, "school_year": 2026'),
            "registrations[0].school_year",
            "appears twice",
        ),
    ],
)
def test_an_unknown_or_repeated_name_is_refused(body: str, path: str, message: str) -> None:
    assert message in problems_of(body)[path]


def test_names_in_data_are_free() -> None:
    data = {"asOf": "x", "student_id": "y", "data": {"status": "z"}}

    assert parsed(one_with(data=json.dumps(data))).data == data


@pytest.mark.parametrize("name", ["student_id", "registration_id"])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1001", "1001"),
        ("0", "0"),
        ("12345678901234567890123", "12345678901234567890123"),
        ('"1001.0"', "1001.0"),
        ('"1e3"', "1e3"),
        ('"-5"', "-5"),
        ('"0012"', "0012"),
        ("1001.0", None),
        ("1e3", None),
        ("1E3", None),
        ("1.001e3", None),
        ("-5", None),
        ("-0", None),
        ("0.0", None),
    ],
)
def test_a_number_as_an_id_has_digits_only_and_text_stays(
    name: str, written: str, read: str | None
) -> None:
    body = one_with(**{name: written})

    if read is None:
        assert "Send the id as text" in problems_of(body)[f"registrations[0].{name}"]
    else:
        assert getattr(parsed(body), name) == read


@pytest.mark.parametrize("written", ["2025.0", "2.025e3", "-2025", '"2025.0"', "20250", "true"])
def test_a_school_year_has_four_digits(written: str) -> None:
    assert problems_of(one_with(school_year=written)).keys() == {"registrations[0].school_year"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('{"students": {"fname": "Jos\ufffd"}}', "data.students.fname has U+FFFD as character 4"),
        ('{"a": ["x", {"b": "\ufffd"}]}', "data.a[1].b has U+FFFD as character 1"),
        ('{"ni\ufffdo": "x"}', "a name in data has U+FFFD as character 3"),
        ('{"students.fname": "\ufffd"}', "data.students.fname has U+FFFD as character 1"),
    ],
)
def test_text_that_was_not_utf_8_is_refused_with_its_position(data: str, message: str) -> None:
    registration = parsed(one_with(data=data))

    assert registration.refusal is not None
    assert registration.refusal.code == "invalid_text"
    assert registration.refusal.message.startswith(message)


def test_an_escaped_replacement_character_is_meant() -> None:
    assert parsed(one_with(data='{"a": "\\ufffd"}')).data == {"a": "\ufffd"}


@pytest.mark.parametrize(
    ("as_of", "used"),
    [
        (None, ARRIVED_AT),
        ("2026-03-02T20:59:59Z", ARRIVED_AT - dt.timedelta(seconds=1)),
        ("2026-03-02T21:05:00Z", ARRIVED_AT),
        ("2026-03-02T22:05:00+01:00", ARRIVED_AT),
        ("2015-07-01T00:00:00Z", dt.datetime(2015, 7, 1, tzinfo=dt.UTC)),
        ("2026-03-02T21:05:01Z", "in the future"),
        ("2027-03-02T21:00:00Z", "in the future"),
        ("9999-12-31T23:59:59-23:59", "in the future"),
        ("2015-06-30T23:59:59Z", "before the school year 2015"),
        ("1970-01-01T00:00:00Z", "before the school year 2015"),
        ("0001-01-01T00:00:00+23:59", "before the school year 2015"),
    ],
)
def test_as_of_is_bounded(as_of: str | None, used: dt.datetime | str) -> None:
    request = parse_sync_request(json.dumps({"registrations": [ONE], "as_of": as_of}))

    if isinstance(used, dt.datetime):
        assert request.moment(ARRIVED_AT) == used
        return
    with pytest.raises(InvalidRequest) as caught:
        request.moment(ARRIVED_AT)
    (problem,) = caught.value.problems
    assert problem.path == "as_of"
    assert used in problem.message


def test_what_is_not_an_object_is_named_with_its_place() -> None:
    problems = problems_of(f'{{"registrations": [{json.dumps(ONE)}, 7]}}')

    assert list(problems) == ["registrations[1]"]


def test_each_wrong_registration_is_reported_besides_a_wrong_school_year() -> None:
    problems = problems_of(one_with(school_year='"25"', status="null"))

    assert set(problems) == {"registrations[0].school_year", "registrations[0].status"}


def test_a_path_has_at_most_ten_names() -> None:
    ten, eleven = ".".join("abcdefghij"), ".".join("abcdefghijk")

    assert eleven in parsed(one_with(data=f'{{"{eleven}": "1"}}')).data
    assert set(parsed(one_with(data=f'{{"{ten}": "1"}}')).data) == {"a"}


def test_a_body_of_exactly_4_mb_is_taken() -> None:
    body = one_with()
    whole = body + " " * (MAX_REQUEST_BYTES - len(body))

    assert parsed(whole).student_id == "007"
    with pytest.raises(TooLarge):
        parse_sync_request(whole + " ")
