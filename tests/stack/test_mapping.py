"""Mapping over HTTP on the deployed template: previews, fields and versions, before any export."""

from typing import Any

from local.stack import LocalStack
from tests.stack.support.district import MAPPING, new_district, registration

PATTERN: dict[str, Any] = {
    "from": "students.fname",
    "mapping_type": "transformation",
    "transformations": [
        {"type": "transliterate"},
        {"type": "substitute", "pattern": "[^A-Za-z]", "replace": ""},
    ],
    "to": "Login",
    "pattern": "[A-Za-z]{1,20}",
}


def test_a_preview_shows_the_lines_that_the_export_delivers(stack: LocalStack) -> None:
    district = new_district(stack)
    (file,) = MAPPING["files"]
    draft = {"files": [file | {"fields": [*file["fields"], PATTERN]}]}
    district.sync(registration("007", "José-Ángel"), registration("1e5", "Ann"))

    shown = stack.call(
        "POST",
        f"{district.path}/mapping/preview",
        {"mapping": draft, "student_ids": ["007", "1e5"]},
        role="limited_access",
    )
    saved = stack.call("PUT", f"{district.path}/mapping", draft, role="full_access")
    run = district.export()

    assert (shown.status, saved.status, run["status"]) == (200, 200, "succeeded")
    lines = [student["files"][0]["line"] for student in shown.json()["students"]]
    assert lines == ["007,José-Ángel,4/5/2015,JoseAngel", "1e5,Ann,4/5/2015,Ann"]
    delivered = (district.folder / "exports/2025/students.csv").read_text(encoding="utf-8")
    assert delivered.splitlines()[1:] == lines


def test_the_field_list_has_fields_and_values(stack: LocalStack) -> None:
    district = new_district(stack)
    district.sync(registration("1", "Ann"), registration("2", "Ben"))

    fields = stack.call("GET", f"{district.path}/fields", role="limited_access")
    values = stack.call("GET", f"{district.path}/fields?path=students.fname", role="limited_access")

    assert fields.status == 200
    assert "students.dob" in [item["path"] for item in fields.json()["items"]]
    assert values.json()["values"] == [{"value": "Ann", "count": 1}, {"value": "Ben", "count": 1}]


def test_an_older_version_can_be_restored(stack: LocalStack) -> None:
    district = new_district(stack)
    (file,) = MAPPING["files"]
    changed = {"files": [file | {"name": "changed"}]}
    second = stack.call("PUT", f"{district.path}/mapping", changed, role="full_access")
    number = second.json()["version"]

    restored = stack.call(
        "POST", f"{district.path}/mapping/versions/{number - 1}/restore", role="full_access"
    )

    assert (restored.status, restored.json()["version"]) == (200, number + 1)
    assert restored.json()["files"] == MAPPING["files"]
