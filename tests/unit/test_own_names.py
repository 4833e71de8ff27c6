"""No file of a mapping has a name that the service uses itself in the folder of the files."""

from typing import Any

import pytest

from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.own_names import (
    PROBE,
    done_file_problems,
    own_name_problem,
)
from registration_sync.domain.temporary_names import (
    NameForm,
    aside_name,
    has_temporary_form,
    retired_name,
    temporary_name,
    upload_token,
)

FIELDS = [{"from": "students.id", "mapping_type": "direct", "to": "ID"}]
TOKEN = upload_token("north", "0c4ec0" * 4)


def problems(**definition: Any) -> list[str]:
    """The paths of the problems of a mapping."""
    try:
        parse_mapping({"files": [{"name": "students", "fields": FIELDS}], **definition})
    except InvalidRequest as error:
        return [problem.path for problem in error.problems]
    return []


@pytest.mark.parametrize("form", list(NameForm))
def test_every_name_that_an_upload_uses_has_the_temporary_form(form: NameForm) -> None:
    for name in ("students.csv", "students", "a.b.zip", "students.csv.done"):
        temporary = temporary_name(name, TOKEN, form)
        used = [temporary, aside_name(temporary), retired_name(temporary)]
        used += [retired_name(temporary, of="x"), temporary.upper()]
        assert all(map(has_temporary_form, used)), used


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("students.csv.0a1b2c3d", "part"),
        ("students.csv.0a1b2c3d.part", "csv"),
        ("students.csv.0A1B2C3D.PART", "csv"),
        ("students.{time}", "part"),
        ("students.{date}.part", "csv"),
        ("students.csv.{school_year}{school_year_end}", "part"),
        (PROBE, "csv"),
        (PROBE.title(), "txt"),
        (PROBE, ""),
        (f"{PROBE}.csv", "done"),
        ("test", ""),
        ("TEST", ""),
        ("test.", ""),
    ],
)
def test_a_file_cannot_have_one_of_our_names(name: str, extension: str) -> None:
    file = {"name": name, "extension": extension, "fields": FIELDS}

    assert problems(files=[file]) == ["files[0].name"]


@pytest.mark.parametrize(
    "name", ["students.part", "part", "spare.parts", "test", "test_{date}", "registration-sync"]
)
def test_a_similar_name_is_allowed(name: str) -> None:
    assert problems(files=[{"name": name, "fields": FIELDS}]) == []


def test_a_package_and_its_manifest_have_none_of_our_names() -> None:
    rows = [{"property": "a", "value": "b"}]

    assert problems(package={"name": PROBE}) == ["package.name"]
    manifest = {"name": "manifest.0a1b2c3d.part", "rows": rows}
    assert problems(package={"name": "set", "manifest": manifest}) == ["package.manifest.name"]


@pytest.mark.parametrize(
    ("names", "refused"),
    [
        (["students.csv", "students.csv.done"], [1]),
        (["students.csv.done", "students.csv"], [0]),
        (["students.csv", "Students.CSV.Done"], [1]),
        (["cafe\u0301.csv", "caf\u00e9.csv.done"], [1]),
        (["students{date}.csv", "students2026-11-30.csv.done"], [1]),
        (["students2025.csv", "students{school_year}.csv.done"], [1]),
        (["students", "students.done"], [1]),
        (["a.csv", "a.csv.done", "a.csv.done.done"], [1, 2]),
        (["students.csv", "students.done"], []),
        (["students.csv", "contacts.csv.done"], []),
        (["students.csv.done"], []),
    ],
)
def test_a_file_cannot_have_the_name_of_anothers_done_file(
    names: list[str], refused: list[int]
) -> None:
    assert [index for index, _ in done_file_problems(names)] == refused


def test_a_windows_server_ignores_case_and_a_dot_at_the_end() -> None:
    for other in ("Students", "students.", "STUDENTS."):
        files = [{"name": name, "extension": "", "fields": FIELDS} for name in ("students", other)]
        assert problems(files=files) == ["files[1].name"]


def test_a_message_says_what_the_name_is() -> None:
    assert "test records" in (own_name_problem("test") or "")
    assert "a delivery deletes" in (own_name_problem("a.b.0a.part") or "")
