"""Mappings through the API: previews, fields, versions, and their effect in a run."""

import copy
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.domain.errors import MAX_PROBLEMS
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.district import (
    CONNECTION,
    ENROLL,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    save,
    send,
    set_up,
)
from tests.functional.support.events import ADMINISTRATOR, STRANGER, VIEWER, api_event
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ROOT = Path(__file__).parents[2]
ONE = "/connections/{connection_id}"
GRADE_1 = {"K": "0", "1": "1"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


@pytest.fixture
def download(started: StartedExports) -> None:
    """Creates a connection without a server, and its mapping."""
    wanted = CONNECTION | {"delivery": "download"}
    status, answer = call(configuration, "POST", "/connections", wanted)
    assert status == 201, answer
    save(MAPPING)


def preview(body: object = None, **more: Any) -> tuple[int, Any]:
    return call(configuration, "POST", f"{ONE}/mapping/preview", body, **more)


def get(resource: str, query: dict[str, str] | None = None, **path: str) -> tuple[int, Any]:
    if "{connection_id}" in resource:
        path["connection_id"] = NORTH
    event = api_event("GET", resource, claims=VIEWER, query=query, **path)
    response = configuration.handler(event, None)
    return response["statusCode"], json.loads(response["body"])


def remove(student_id: str) -> None:
    resource = "/connections/{connection_id}/registrations/{school_year}/{student_id}"
    status, _ = call(
        sync, "DELETE", resource, claims=ENROLL, school_year="2025", student_id=student_id
    )
    assert status in {200, 204}


def draft(*fields: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"files": [{"name": "draft", "fields": list(fields)} | settings]}


def direct(path: str, to: str, **more: Any) -> dict[str, Any]:
    return {"from": path, "mapping_type": "direct", "to": to, **more}


# Saving


def put(body: str, **headers: str) -> tuple[int, Any]:
    event = api_event(
        "PUT",
        f"{ONE}/mapping",
        claims=ADMINISTRATOR,
        body=body,
        headers=headers,
        connection_id=NORTH,
    )
    response = configuration.handler(event, None)
    return response["statusCode"], json.loads(response["body"])


@pytest.mark.usefixtures("download")
def test_a_mapping_may_be_saved_as_yaml_repeatedly() -> None:
    text = "files:\n  - {name: s, fields: [{from: students.id, mapping_type: direct, to: ID}]}\n"

    first = put(text, **{"Content-Type": "application/yaml"})
    second = put(text, **{"Content-Type": "application/yaml"})

    assert (first[0], first[1]["version"]) == (200, 2)
    assert second[1]["version"] == 2


@pytest.mark.usefixtures("download")
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"files": [], "files": []}', "application/json"),
        ("files: []\nfiles: []", "application/yaml"),
    ],
)
def test_a_repeated_key_is_refused(body: str, content_type: str) -> None:
    status, answer = put(body, **{"Content-Type": content_type})

    assert status == 400
    assert "twice" in json.dumps(answer)


# Warnings


def household(student_id: str) -> dict[str, Any]:
    one = registration(student_id)
    one["data"]["household"] = {"state": "TX", "city": ""}
    return one


@pytest.mark.usefixtures("download")
def test_an_unknown_path_is_saved_with_a_warning_that_names_the_nearest_field() -> None:
    send(household("7"), household("8"))
    fields = [
        direct("students.id", "ID"),
        direct("household.stat", "State"),
        direct("\u201chousehold.city\u201d", "City"),
    ]

    status, saved = put(json.dumps(draft(*fields)))

    warnings = [
        {
            "path": "files[0].fields[1].from",
            "message": "No registration has the field household.stat: "
            "did you mean household.state?",
        },
        {
            "path": "files[0].fields[2].from",
            "message": "No registration has the field \u201chousehold.city\u201d: "
            "did you mean household.city?",
        },
    ]
    assert (status, saved["warnings"]) == (200, warnings)
    assert preview({"student_ids": ["7"]})[1]["warnings"] == warnings
    assert "warnings" not in get(f"{ONE}/mapping")[1]
    assert put(json.dumps(saved))[1]["version"] == saved["version"]  # the answer may be sent back


@pytest.mark.usefixtures("download")
def test_a_run_and_a_dry_run_warn_of_a_path_that_no_registration_has() -> None:
    send(household("7"), household("8"))
    put(json.dumps(draft(direct("students.id", "ID"), direct("household.stat", "State"))))

    runs = [run_export(dry_run=True), run_export(), run_export()]

    warning = "No registration has the field household.stat: did you mean household.state?"
    assert [[year["warnings"] for year in run["years"]] for run in runs] == [
        [[warning]],
        [[warning]],
        [[]],  # nothing to export
    ]


@pytest.mark.usefixtures("download")
def test_the_warnings_about_an_unfinished_draft_have_its_paths() -> None:
    send(household("7"))
    wrong, right = direct("household.state", ""), direct("household.state", "State")
    files = [
        {"name": "broken", "fields": "none"},
        draft(wrong, right, direct("household.stat", "S"))["files"][0],
    ]

    _, answer = preview({"mapping": {"files": files}, "student_ids": [], "unfinished": True})

    assert [one["path"] for one in answer["warnings"]] == ["files[1].fields[2].from"]


@pytest.mark.usefixtures("download")
def test_known_paths_and_connections_without_registrations_have_no_warnings() -> None:
    unknown = put(json.dumps(draft(direct("household.stat", "State"))))
    send(household("7"))
    known = put(json.dumps(draft(direct("household.state", "State"))))

    assert unknown[1]["warnings"] == known[1]["warnings"] == []


@pytest.mark.usefixtures("download")
def test_a_mapping_is_saved_while_the_registrations_cannot_be_listed() -> None:
    send(household("7"))
    key = {"pk": {"S": f"MARKER#{NORTH}"}, "sk": {"S": "MARKER"}}
    boto3.client("dynamodb").delete_item(TableName="registrations", Key=key)

    status, saved = put(json.dumps(draft(direct("household.stat", "State"))))

    assert (status, saved["version"], saved["warnings"]) == (200, 2, [])


# Ready-made mappings


def test_the_ready_made_mappings_are_listed_and_read() -> None:
    _, listed = get("/mappings")
    status, one = get("/mappings/{name}", name="powerschool")

    assert [item["name"] for item in listed["items"]] == sorted(
        path.stem for path in (ROOT / "mappings").glob("*.yaml")
    )
    assert all(item["title"] and item["description"] for item in listed["items"])
    assert (status, one["title"][:11]) == (200, "PowerSchool")
    assert one["mapping"]["files"][0]["separator"] == "tab"
    assert "# PowerSchool truncates longer values silently" in one["yaml"]
    assert get("/mappings/{name}", name="nope")[0] == 404


@pytest.mark.usefixtures("download")
def test_a_connection_can_start_from_each_ready_made_mapping() -> None:
    for item in get("/mappings")[1]["items"]:
        status, saved = call(configuration, "PUT", f"{ONE}/mapping", {"start_from": item["name"]})

        definition = get("/mappings/{name}", name=item["name"])[1]["mapping"]
        assert (status, saved["files"]) == (200, definition["files"])


@pytest.mark.usefixtures("download")
@pytest.mark.parametrize("body", [{"start_from": "nope"}, {"start_from": "plain", "files": []}])
def test_an_unknown_ready_made_mapping_is_refused(body: dict[str, Any]) -> None:
    status, answer = call(configuration, "PUT", f"{ONE}/mapping", body)

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "start_from")


# Preview


@pytest.mark.usefixtures("download")
def test_a_preview_shows_the_example_students_as_an_export_writes_them() -> None:
    call(configuration, "PUT", ONE, CONNECTION | {"delivery": "download", "example_students": [7]})
    send(registration("7", "José", grade="1"))

    status, answer = preview()

    assert (status, answer["unmatched"]) == (200, [])
    assert answer["students"] == [
        {
            "student_id": "7",
            "school_year": 2025,
            "files": [
                {
                    "name": "students.csv",
                    "place": 0,
                    "row": 1,
                    "fields": [
                        {"to": "ID", "place": 0, "source": "7", "value": "7"},
                        {"to": "First", "place": 1, "source": "José", "value": "José"},
                        {"to": "Grade", "place": 2, "source": "1", "value": "1"},
                    ],
                    "line": "7,José,1",
                }
            ],
            "test_files": [
                {
                    "name": "students.csv",
                    "path": "SISData/exports/2025/test/students.csv",
                    "header": "ID,First,Grade",
                    "replaces": None,
                }
            ],
        }
    ]


@pytest.mark.usefixtures("download")
def test_a_preview_names_the_package_of_a_test_record() -> None:
    send(registration("7"))
    mapping = draft(direct("students.fname", "First"), encoding="utf-8-bom")

    _, answer = preview({"mapping": mapping | {"package": {"name": "all"}}, "student_ids": ["7"]})

    (file,) = answer["students"][0]["test_files"]
    assert (file["path"], file["header"]) == ("SISData/exports/2025/test/all.zip", "First")


@pytest.mark.usefixtures("download")
def test_a_draft_is_previewed_without_being_saved() -> None:
    send(registration("7"))
    before = stored()

    _, answer = preview(
        {"mapping": draft(direct("students.fname", "Name")), "student_ids": ["7"]}, claims=VIEWER
    )

    assert answer["students"][0]["files"][0]["line"] == "Ann"
    assert stored() == before


def stored() -> list[Any]:
    """The items of both tables, without the log of reads."""
    items = [*stored_items("connections"), *stored_items("registrations")]
    return [item for item in items if not item["pk"]["S"].startswith("ACCESS#")]


@pytest.mark.usefixtures("download")
def test_a_preview_shows_each_problem_at_its_field_and_counts_values_without_a_code() -> None:
    send(registration("7", grade="12"), registration("8", grade="12"))

    _, answer = preview({"student_ids": ["7", "8"]})

    (shown,) = answer["students"][0]["files"]
    assert shown["line"] == ""
    assert shown["fields"][2]["problem"]["rule"] == "match_codes"
    assert answer["unmatched"] == [
        {
            "file": "students.csv",
            "field": "Grade",
            "value": "12",
            "count": 2,
            "students": ["7", "8"],
        }
    ]


def by_place(rows: list[dict[str, Any]]) -> dict[int, dict[int, str]]:
    return {row["place"]: {one["place"]: one["value"] for one in row["fields"]} for row in rows}


@pytest.mark.usefixtures("download")
def test_an_unfinished_draft_is_previewed_without_its_invalid_parts() -> None:
    send(registration("7", "Ann", grade="K"))
    right = [direct("students.id", "ID"), direct("students.fname", "First")]
    files = [
        {"name": "", "fields": right[:1]},
        {"name": "broken", "fields": "none"},
        {
            "name": "third",
            "separator": "comma and more",
            "where": [{"field": "students.grade"}],
            "fields": [
                direct("students.id", ""),
                {"from": "students.notes", "mapping_type": "do_not_map"},
                right[0],
                {"mapping_type": "transformation", "transformations": [], "to": "X"},
                "nonsense",
                {
                    **direct("students.fname", "C"),
                    "mapping_type": "match_codes",
                    "codes": {"Ann": 1},
                },
                direct("entry.x", "E"),
                right[1],
            ],
        },
        "nonsense",
    ]
    body = {"mapping": {"files": files, "package": {}}, "student_ids": ["7"]}

    refused = preview(body)
    status, answer = preview(body | {"unfinished": True})

    assert (refused[0], status) == (400, 200)
    assert answer["problems"] == refused[1]["error"]["problems"]
    (student,) = answer["students"]
    assert by_place(student["files"]) == {0: {0: "7"}, 2: {2: "7", 7: "Ann"}}
    assert [row["line"] for row in student["files"]] == ["7", "7,Ann"]


@pytest.mark.usefixtures("download")
@pytest.mark.parametrize("mapping", [{}, {"files": []}, {"files": ["x"]}, [], "x"])
def test_a_draft_without_a_valid_part_has_no_values(mapping: object) -> None:
    send(registration("7"))

    status, answer = preview({"mapping": mapping, "student_ids": ["7"], "unfinished": True})

    assert (status, answer["students"][0]["files"]) == (200, [])
    assert len(answer["problems"]) == (0 if mapping in ([], "x") else 1)


@pytest.mark.usefixtures("download")
def test_a_preview_of_ten_thousand_contacts_shows_some_and_counts_the_rest() -> None:
    one = registration("7")
    one["data"]["contacts"] = [{"fname": f"C{n}"} for n in range(10_000)]
    send(one)
    wanted = draft(direct("entry.fname", "F", max_length=4), rows={"each": "contacts"})

    _, answer = preview({"mapping": wanted, "student_ids": ["7"]})

    (student,) = answer["students"]
    assert [row["row"] for row in student["files"]] == [*range(1, 51), *range(1_001, 1_051)]
    assert student["message"] == "9900 further rows are not shown."


@pytest.mark.usefixtures("download")
@pytest.mark.parametrize("filler", ["\U0001f600", '"'])
def test_a_preview_stays_far_below_the_size_of_a_response(filler: str) -> None:
    students = [registration(f"{number}") for number in range(5)]
    for one in students:
        one["data"]["contacts"] = [{"fname": "C"}] * 40
    send(*students)
    grow = {"type": "value_input", "value": filler * 120}
    again = {"type": "substitute", "find": filler, "replace": filler * 20}
    long = {"mapping_type": "transformation", "transformations": [grow, again]}
    fields = [long | {"to": f"C{number}"} for number in range(40)]
    wanted = draft(direct("entry.fname", "F"), *fields, rows={"each": "contacts"})

    _, answer = preview({"mapping": wanted, "student_ids": [f"{number}" for number in range(5)]})

    assert len(json.dumps(answer)) < 3_000_000
    assert answer["students"][0]["files"][0]["fields"][1]["value"].startswith(filler * 2_000)
    for student in answer["students"]:
        assert f"{40 - len(student['files'])} further rows are not shown." in student["message"]
    assert "Some values are longer than shown." in answer["students"][0]["message"]


@pytest.mark.usefixtures("download")
def test_a_mapping_with_thousands_of_mistakes_gets_the_first_ones() -> None:
    wrong = {"files": [{"name": "f", "fields": [{}] * 3_000}]}

    refused = put(json.dumps(wrong))
    previewed = preview({"mapping": wrong, "student_ids": [], "unfinished": True})

    assert (refused[0], previewed[0]) == (400, 200)
    assert "3000 mistakes" in refused[1]["error"]["message"]
    assert refused[1]["error"]["problems"] == previewed[1]["problems"]
    assert len(previewed[1]["problems"]) == MAX_PROBLEMS + 1
    assert previewed[1]["problems"][-1] == {"path": "", "message": "And 2,900 more."}


@pytest.mark.usefixtures("download")
def test_codes_keep_their_order_in_every_answer_for_programs_that_sort_keys() -> None:
    codes = {"PK": "-1", "K": "0", "1": "01", "2": "02"}
    step = {"type": "match_codes", "codes": dict(reversed(codes.items()))}
    chain = {"mapping_type": "transformation", "transformations": [step]}
    field = {"from": "v", "to": "G"}
    sent = draft(
        field | {"mapping_type": "match_codes", "codes": codes}, field | chain | {"to": "H"}
    )
    lists = {"accept": "application/json; codes=list"}
    version = put(json.dumps(sent))[1]["version"]

    def answered(method: str, resource: str, **path: Any) -> list[Any]:
        path = {"connection_id": NORTH, **path}
        event = api_event(method, resource, claims=ADMINISTRATOR, headers=lists, **path)
        mapping = json.loads(configuration.handler(event, context())["body"])
        first, second = mapping.get("mapping", mapping)["files"][0]["fields"]
        return [
            [one["value"] for one in part["codes"]] for part in (first, *second["transformations"])
        ]

    expected = [list(codes), list(reversed(codes))]
    assert answered("GET", f"{ONE}/mapping") == expected
    assert answered("GET", f"{ONE}/mapping/versions/{{version}}", version=str(version)) == expected
    assert answered("POST", f"{ONE}/mapping/convert", body=sent) == expected
    assert get(f"{ONE}/mapping")[1]["files"][0]["fields"][0]["codes"] == codes


@pytest.mark.usefixtures("download")
def test_a_new_order_of_codes_is_a_new_version_and_another_form_is_not() -> None:
    field = {"from": "v", "to": "G", "mapping_type": "match_codes"}
    first = draft(field | {"codes": {"PK": "-1", "K": "0"}})
    pairs = [{"value": "PK", "code": "-1"}, {"value": "K", "code": "0"}]
    other_form = draft(field | {"codes": pairs})
    reordered = draft(field | {"codes": {"K": "0", "PK": "-1"}})

    versions = [put(json.dumps(one))[1]["version"] for one in (first, other_form, reordered)]

    assert versions[0] == versions[1] == versions[2] - 1
    _, saved = get(f"{ONE}/mapping")
    assert list(saved["files"][0]["fields"][0]["codes"]) == ["K", "PK"]


@pytest.mark.usefixtures("download")
def test_a_preview_takes_the_students_latest_year_unless_one_is_named() -> None:
    send(registration("7", "Old", year=2024), registration("7", "New", year=2025))

    latest = preview({"student_ids": ["7"]})[1]["students"][0]
    named = preview({"student_ids": ["7"], "school_year": 2024})[1]["students"][0]

    assert (latest["school_year"], latest["files"][0]["line"]) == (2025, "7,New,0")
    assert (named["school_year"], named["files"][0]["line"]) == (2024, "7,Old,0")


@pytest.mark.usefixtures("download")
def test_a_preview_reports_a_student_who_was_not_synced() -> None:
    _, answer = preview({"student_ids": ["99"]})

    (student,) = answer["students"]
    assert (student["school_year"], student["files"]) == (None, [])
    assert student["message"] == "No approved registration of this student was synced."


@pytest.mark.usefixtures("download")
@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"student_ids": ["1"] * 6}, ["student_ids"]),
        ({"student_ids": "1", "school_year": "x", "other": 1}, None),
        ({"mapping": {"files": []}, "student_ids": ["1"]}, ["files"]),
        ({"student_ids": ["a b"]}, ["student_ids[0]"]),
        ({"student_ids": [1001.0, -5]}, ["student_ids[0]", "student_ids[1]"]),
        ([], []),
    ],
)
def test_an_invalid_preview_request_is_explained(body: object, paths: list[str]) -> None:
    status, answer = preview(body)

    assert status == 400
    found = sorted(problem["path"] for problem in answer["error"]["problems"])
    assert found == (["other", "school_year", "student_ids"] if paths is None else paths)


@pytest.mark.usefixtures("download")
def test_another_district_gets_no_preview_and_no_fields() -> None:
    assert preview(claims=STRANGER)[0] == 403
    assert call(configuration, "GET", f"{ONE}/fields", claims=STRANGER)[0] == 403


# Import and export as text


def convert(body: object, **more: Any) -> tuple[int, Any]:
    return call(configuration, "POST", f"{ONE}/mapping/convert", body, **more)


@pytest.mark.usefixtures("download")
def test_a_mapping_survives_the_conversion_to_yaml_and_back() -> None:
    wanted = draft(
        {**direct("students.grade", "G"), "mapping_type": "match_codes", "codes": {"NO": "01"}},
        direct("students.fname", "José", default="", pattern="a: #b"),
    )

    status, answer = convert(wanted | {"version": 3}, claims=VIEWER)
    _, converted = convert_yaml(answer["yaml"])

    assert (status, answer["mapping"]) == (200, wanted)
    assert converted == answer
    assert "{from: students.fname, mapping_type: direct, to: José, default: ''" in answer["yaml"]


def convert_yaml(text: str) -> tuple[int, Any]:
    event = api_event(
        "POST",
        f"{ONE}/mapping/convert",
        claims=VIEWER,
        body=text,
        headers={"Content-Type": "application/yaml"},
        connection_id=NORTH,
    )
    response = configuration.handler(event, None)
    return response["statusCode"], json.loads(response["body"])


@pytest.mark.usefixtures("download")
@pytest.mark.parametrize(
    ("text", "status", "path"),
    [
        ("files: ]", 400, "line 1, column 8"),
        ("- a", 400, None),
        ("files:\n- {name: s, fields: [{to: 01}]}", 400, "files[0].fields[0].mapping_type"),
        ("#" * 1_000_001, 413, None),
    ],
)
def test_invalid_mapping_text_is_explained(text: str, status: int, path: str | None) -> None:
    found, answer = convert_yaml(text)

    assert found == status
    assert [one["path"] for one in answer["error"]["problems"]] == ([path] if path else [])


# Students


def search(words: str | None = None) -> list[dict[str, Any]]:
    status, answer = get(f"{ONE}/students", None if words is None else {"search": words})
    assert (status, answer["next"]) == (200, None)
    items: list[dict[str, Any]] = answer["items"]
    return items


@pytest.mark.usefixtures("download")
def test_a_search_finds_students_by_id_and_name_in_their_latest_year() -> None:
    jose = registration("17", "José")
    jose["data"]["students"]["lname"] = "Díaz"
    send(registration("7", "Ann"), jose, registration("7", "Ann", year=2024))

    assert search("díaz jos") == [
        {"student_id": "17", "school_year": 2025, "name": "José Díaz", "number": ""}
    ]
    assert [(one["student_id"], one["school_year"]) for one in search("7")] == [
        ("7", 2025),
        ("17", 2025),
    ]
    assert len(search()) == len(search(" ")) == 2
    assert search("nobody") == []
    _, named = get(f"{ONE}/students", {"ids": "17,99,7"})
    assert [one["student_id"] for one in named["items"]] == ["17", "7"]


@pytest.mark.usefixtures("download")
def test_a_search_omits_removed_students_and_accepts_any_name() -> None:
    odd = registration("8")
    odd["data"]["students"] = ["fname"]
    other = registration("9")
    other["data"]["students"] = {"fname": ["a"], "lname": " ", "mname": {}}
    send(registration("7"), odd, other)
    remove("7")

    assert [one["name"] for one in search()] == ["", ""]


@pytest.mark.usefixtures("download")
def test_a_search_shows_twenty_students_and_reports_more() -> None:
    send(*[registration(f"{number:03}") for number in range(25)])

    _, answer = get(f"{ONE}/students", {"search": "0"})

    assert (len(answer["items"]), answer["complete"], answer["next"]) == (20, False, "2025/019")


@pytest.mark.usefixtures("download")
@pytest.mark.parametrize("query", [{"search": "x" * 101}, {"q": "x"}, {"ids": "," * 100}])
def test_an_invalid_search_is_explained(query: dict[str, str]) -> None:
    status, answer = get(f"{ONE}/students", query)

    assert (status, len(answer["error"]["problems"])) == (400, 1)


# Fields


@pytest.mark.usefixtures("download")
def test_the_field_list_counts_filled_values() -> None:
    ann, ben = registration("7", "Ann"), registration("8", "")
    ben["data"]["contacts"] = [{"fname": "Mia"}, {"fname": "Leo"}]
    ben["data"]["languages"] = ["en"]
    send(ann, ben)

    status, answer = get(f"{ONE}/fields")

    assert status == 200
    assert (answer["looked_at"], answer["complete"], answer["next"]) == (2, True, None)
    found = {(item["each"], item["path"]): item for item in answer["items"]}
    assert found[None, "students.fname"]["filled"] == 1
    assert found[None, "students.fname"]["samples"] == ["Ann"]
    assert found["contacts", "entry.fname"]["samples"] == ["Mia", "Leo"]
    assert found["languages", "entry.value"]["filled"] == 1
    assert found[None, "registration.student_id"]["filled"] == 2


@pytest.mark.usefixtures("download")
def test_the_values_of_a_field_have_counts() -> None:
    send(
        registration("1", grade="K"),
        registration("2", grade="K"),
        registration("3", grade="1|K"),
        registration("4", grade=""),
    )

    _, answer = get(f"{ONE}/fields", {"path": "students.grade"})
    _, items = get(f"{ONE}/fields", {"path": "students.grade", "delimiter": "|"})

    assert answer["values"] == [{"value": "K", "count": 2}, {"value": "1|K", "count": 1}]
    assert items["values"] == [{"value": "K", "count": 3}, {"value": "1", "count": 1}]


@pytest.mark.usefixtures("download")
def test_the_field_list_contains_only_fields_that_a_mapping_can_name() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = {"a": deep}
    wrong = {"k" * 300_000: "x", "registration": {"x": "1"}, "entry": {"x": "1"}, " a": "x"}
    send(registration("7"), {**registration("8"), "data": wrong | {"deep": deep}})

    status, answer = get(f"{ONE}/fields")

    paths = [item["path"] for item in answer["items"]]
    assert status == 200
    assert [path for path in paths if not path.startswith("students.")] == [
        "registration.school_year",
        "registration.synced_at",
        "registration.student_id",
        "registration.registration_id",
    ]


@pytest.mark.usefixtures("download")
def test_the_field_list_omits_removed_students() -> None:
    send(registration("7", "Ann"))
    remove("7")

    _, answer = get(f"{ONE}/fields")

    assert answer["looked_at"] == 0


# Versions


@pytest.mark.usefixtures("download")
def test_a_restored_version_becomes_the_newest() -> None:
    changed = copy.deepcopy(MAPPING)
    changed["files"][0]["name"] = "changed"
    save(changed)

    status, restored = call(
        configuration, "POST", f"{ONE}/mapping/versions/{{version}}/restore", version="1"
    )
    _, listed = get(f"{ONE}/mapping/versions")

    assert (status, restored["version"], restored["files"]) == (200, 3, MAPPING["files"])
    assert [item["version"] for item in listed["items"]] == [3, 2, 1]
    assert all(item["saved_by"] and item["saved_at"] for item in listed["items"])
    _, second = get(f"{ONE}/mapping/versions/{{version}}", version="2")
    assert second["files"] == changed["files"]


@pytest.mark.usefixtures("download")
def test_restoring_the_current_version_makes_no_new_version() -> None:
    _, answer = call(
        configuration, "POST", f"{ONE}/mapping/versions/{{version}}/restore", version="1"
    )

    assert answer["version"] == 1


@pytest.mark.usefixtures("download")
@pytest.mark.parametrize(("version", "status"), [("9", 404), ("x", 400), ("-1", 400)])
def test_restoring_an_unknown_version_is_refused(version: str, status: int) -> None:
    resource = f"{ONE}/mapping/versions/{{version}}/restore"

    assert call(configuration, "POST", resource, version=version)[0] == status
    assert call(configuration, "POST", resource, claims=VIEWER, version="1")[0] == 403


@pytest.mark.usefixtures("download")
def test_versions_are_listed_in_pages() -> None:
    for number in range(24):
        changed = copy.deepcopy(MAPPING)
        changed["files"][0]["name"] = f"v{number}"
        save(changed)

    _, first = get(f"{ONE}/mapping/versions")
    _, second = get(f"{ONE}/mapping/versions", {"before": str(first["next"])})

    versions = [item["version"] for page in (first, second) for item in page["items"]]
    assert versions == list(range(25, 0, -1))
    assert second["next"] is None


# Effect in a run


def test_a_held_student_is_reported_and_delivered_after_the_mapping_is_corrected(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration("7", grade="12"), registration("8"))

    held = run_export()
    corrected = copy.deepcopy(MAPPING)
    corrected["files"][0]["fields"][2]["codes"] = GRADE_1 | {"12": "12"}
    save(corrected)
    run = run_export()

    (year,) = held["years"]
    (row,) = year["held"]
    assert (held["status"], year["rows"], year["held_count"]) == ("partial", 1, 1)
    assert (row["student_id"], row["file"], row["field"]) == ("7", "students.csv", "Grade")
    assert row["rule"] == "match_codes"
    assert row["message"].endswith(".")
    assert [(one["value"], one["count"]) for one in year["unmatched"]] == [("12", 1)]
    assert run["status"] == "succeeded"
    file = server.root / "SISData/exports/2025/students.csv"
    assert file.read_text().splitlines() == ["ID,First,Grade", "7,Ann,12"]


def test_the_second_student_with_a_unique_value_is_held_and_the_first_is_named(
    server: AsyncSftpServer,
) -> None:
    set_up(server, draft(direct("students.id", "ID"), direct("students.fname", "N", unique=True)))
    send(registration("1", "Same"), registration("2", "Same"), registration("3", "Other"))

    run = run_export()

    (row,) = run["years"][0]["held"]
    assert (row["student_id"], row["rule"], "Student 1 " in row["message"]) == ("2", "unique", True)
    file = server.root / "SISData/exports/2025/draft.csv"
    assert file.read_text().splitlines() == ["ID,N", "1,Same", "3,Other"]


def test_rows_of_contacts_and_of_distinct_values_are_delivered(server: AsyncSftpServer) -> None:
    contacts = {
        "name": "contacts",
        "rows": {"each": ["annual.g1_", "annual.g2_"], "skip_when_blank": "fname"},
        "fields": [
            direct("registration.student_id", "STUDENT_ID"),
            direct("row.number", "SORT_ORDER"),
            direct("entry.fname", "FIRST_NAME"),
        ],
    }
    schools = {
        "name": "schools",
        "rows": {"distinct": "annual.school"},
        "fields": [direct("annual.school", "ID")],
    }
    set_up(server, {"files": [contacts, schools]})
    one, two = registration("1"), registration("2")
    one["data"]["annual"] = {"g1_fname": "Mia", "g2_fname": "Leo", "school": "A"}
    two["data"]["annual"] = {"g1_fname": " ", "g2_fname": "Ida", "school": "A"}
    send(one, two)

    run = run_export()

    folder = server.root / "SISData/exports/2025"
    assert run["years"][0]["rows"] == 2
    assert (folder / "contacts.csv").read_text().splitlines() == [
        "STUDENT_ID,SORT_ORDER,FIRST_NAME",
        "1,1,Mia",
        "1,2,Leo",
        "2,2,Ida",
    ]
    assert (folder / "schools.csv").read_text().splitlines() == ["ID", "A"]


def test_a_condition_leaves_students_out_and_the_run_counts_them(server: AsyncSftpServer) -> None:
    condition = {"field": "students.grade", "not_equal": "PK"}
    set_up(server, draft(direct("students.id", "ID"), where=[condition]))
    send(registration("1", grade="PK"), registration("2"))

    (year,) = run_export()["years"]

    assert (year["rows"], year["left_out"], year["held_count"]) == (1, 1, 0)
    assert "filter 1 student out of every file" in year["warnings"][0]
    assert run_export()["status"] == "nothing_to_export"


def test_the_archives_index_leads_to_every_row_of_a_student(server: AsyncSftpServer) -> None:
    set_up(
        server,
        draft(
            direct("registration.student_id", "S"),
            direct("entry.n", "N"),
            rows={"each": "contacts"},
        ),
    )
    one = registration("1")
    one["data"]["contacts"] = [{"n": "a"}, {"n": "b"}]
    send(one)

    run = run_export()

    prefix = f"{NORTH}/{run['run_id']}/2025"
    s3 = boto3.client("s3")
    index = s3.get_object(Bucket="archive", Key=f"{prefix}/index-1.tsv")["Body"].read().decode()
    file = s3.get_object(Bucket="archive", Key=f"{prefix}/files/draft.csv")["Body"].read()
    lines = [line.split("\t") for line in index.splitlines()]
    found = [file[int(at) : int(at) + int(length)] for *_, at, length, _row in lines]
    assert found == [b"1,a\r\n", b"1,b\r\n"]


def test_a_package_is_delivered_complete_and_its_rows_can_be_found(server: AsyncSftpServer) -> None:
    manifest = {
        "rows": [
            {"property": "file.draft", "value": "delta", "file": "draft", "otherwise": "absent"},
            {"property": "file.none", "value": "delta", "file": "none", "otherwise": "absent"},
        ]
    }
    empty_file = {
        "name": "none",
        "where": [{"field": "students.grade", "equals": "no grade"}],
        "fields": [direct("students.id", "ID")],
    }
    mapping = draft(direct("students.id", "ID"))
    mapping["files"].append(empty_file)
    set_up(server, mapping | {"package": {"name": "set", "manifest": manifest}})
    send(registration("7"), registration("8"))

    run = run_export()

    (file,) = run["years"][0]["files"]
    assert (file["name"], file["path"], file["rows"]) == (
        "set.zip",
        "SISData/exports/2025/set.zip",
        2,
    )
    sent = (server.root / "SISData/exports/2025/set.zip").read_bytes()
    assert hashlib.sha256(sent).hexdigest() == file["sha256"]
    with zipfile.ZipFile(io.BytesIO(sent)) as archive:
        assert archive.read("draft.csv") == b"ID\r\n7\r\n8\r\n"
        manifest_lines = archive.read("manifest.csv").decode().splitlines()
    assert manifest_lines == ["propertyName,value", "file.draft,delta", "file.none,absent"]
    assert [path.name for path in (server.root / "SISData/exports/2025").iterdir()] == ["set.zip"]
    prefix = f"{NORTH}/{run['run_id']}/2025/files/"
    listed = boto3.client("s3").list_objects_v2(Bucket="archive", Prefix=prefix)["Contents"]
    assert sorted(item["Key"].removeprefix(prefix) for item in listed) == ["draft.csv", "set.zip"]


def test_a_removed_student_has_a_row_in_a_file_with_removals(server: AsyncSftpServer) -> None:
    status = {"type": "if_then_else", "field": "registration.removed_at", "is_blank": True}
    fields = [
        direct("registration.student_id", "sourcedId", required=True),
        {
            "mapping_type": "transformation",
            "transformations": [status | {"then": "active", "else": "tobedeleted"}],
            "to": "status",
        },
        direct("students.fname", "givenName", required=True),
        direct("registration.removed_at", "when"),
    ]
    set_up(server, draft(*fields, removals="row"))
    send(registration("7"), registration("8"))
    run_export()
    remove("7")

    run = run_export()

    file = server.root / "SISData/exports/2025/draft.csv"
    header, row = file.read_text().splitlines()
    assert run["status"] == "succeeded"
    assert header == "sourcedId,status,givenName,when"
    assert re.fullmatch(r"7,tobedeleted,,20[0-9T:.-]+Z", row)
    assert run_export()["status"] == "nothing_to_export"


def test_a_removed_student_makes_no_file_without_removals(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("7"))
    run_export()
    remove("7")

    assert run_export()["status"] == "nothing_to_export"
