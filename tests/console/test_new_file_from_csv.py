"""A file of a mapping from a SIS's template: fields and codes are suggested by name and value."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from local.district.fields import FIELDS
from tests.console.support.mapping_page import (
    TO,
    new_file,
    open_mapping,
    row,
    save,
    saved,
    source,
    value,
)
from tests.console.support.person import Person
from tests.console.support.sample_files import GUARDIANS, STUDENTS, choose, enrolled
from tests.stack.support.district import District

type Visit = Callable[..., Person]

PARENTS = "Student_Number;guardianFirst;Guardian1_LastName;Parent Relationship;contactPhone\n"


@pytest.fixture
def ada(visit: Visit, district: District) -> Person:
    district.sync(
        enrolled(1, gender="Female", grade="K"),
        enrolled(2, gender="Male", grade="3"),
        enrolled(3, gender="Nonbinary", grade="3"),
    )
    district.change(example_students=["001"])
    person = visit()
    open_mapping(person, district, "?tab=fields")
    return person


def test_a_file_without_a_table_is_refused_with_the_remedy(ada: Person) -> None:
    ada.press(ada.button("New File from a CSV"))

    choose(ada, "students.xlsx", "PK\x03\x04 and more")
    ada.sees(ada.page.get_by_text("save the list as CSV"))
    choose(ada, "empty.csv", "\n\n")
    ada.sees(ada.page.get_by_text("The file is empty."))
    assert ada.button("Add fields").get_attribute("aria-disabled") == "true"
    choose(ada, "ids.csv", 'Student_Number,Zip\n="007",="06520"\n')
    ada.sees(ada.page.get_by_text("06520"))
    expect(ada.page.get_by_text("The file is empty.")).to_have_count(0)


def test_a_header_row_can_be_pasted_and_each_field_chosen(ada: Person, district: District) -> None:
    ada.press(ada.button("New File from a CSV"))
    ada.write(ada.field("Or its header row"), "Id\tPupil's first name\tHomeroom")
    ada.sees(ada.page.get_by_text("3 columns: "))
    room = ada.page.get_by_role("combobox", name="Enroll field of Homeroom")
    ada.write(room, "school i")
    ada.pick(ada.page.get_by_role("option", name="student_annual.school_id"))
    ada.sees(ada.page.get_by_text("Your choice"))
    ada.press(ada.button("Add 3 fields"))
    ada.write(ada.field("File Name"), "homerooms")
    save(ada, 2)

    _, file = saved(district)
    assert file["separator"] == "tab"
    assert [one.get("from") for one in file["fields"]] == [
        "students.student_district_id",
        "students.fname",
        "student_annual.school_id",
    ]


def test_a_row_for_each_guardian_takes_the_fields_of_each(ada: Person, district: District) -> None:
    """Also where headers say “guardian”: a field of the first one would be the same in each row."""
    ada.press(ada.button("New File from a CSV"))
    choose(ada, "guardians.txt", PARENTS)
    ada.press(ada.page.get_by_label("One row for each guardian"))
    ada.press(ada.button("Add 5 fields"))
    save(ada, 2)

    _, file = saved(district)
    assert [one["from"] for one in file["fields"]] == [
        "students.student_district_id",
        "entry.fname",
        "entry.lname",
        "entry.relationship",
        "entry.phone",
    ]


def test_two_files_with_twenty_fields_take_at_most_fifteen_clicks(
    ada: Person, district: District
) -> None:
    """15 fields of students and 5 of guardians, from sample files to the saved mapping."""
    ada.page.evaluate(
        """() => {
            window.clicks = 0;
            const count = (event) => { window.clicks += event.isTrusted && event.detail > 0; };
            addEventListener("click", count, true);
        }"""
    )

    for name, content, fields in (("a.csv", STUDENTS, 15), ("b.csv", GUARDIANS, 5)):
        ada.button("New File from a CSV").click()
        with ada.page.expect_file_chooser() as chooser:
            ada.page.get_by_label("Template or sample file").click()
        file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
        chooser.value.set_files([file])
        if fields == 5:
            ada.page.get_by_label("One row for each guardian").click()
        ada.button(f"Add {fields} fields").click()
    expect(value(ada, 2)).to_have_text("Mia")
    ada.button("Save").click()
    ada.sees(ada.page.get_by_text("Version 2, saved by"))

    assert ada.page.evaluate("window.clicks") <= 10, "the goal is 15"
    _, students, guardians = saved(district)
    assert (len(students["fields"]), len(guardians["fields"])) == (15, 5)


KINDS = {
    "Guardians": {
        "name": "guardians",
        "rows": {"each": ["student_annual.guardian1_"], "skip_when_blank": "fname"},
    },
    "Schools": {"name": "schools", "rows": {"distinct": "student_annual.school_id"}},
}


def test_new_file_asks_what_is_in_it(ada: Person, district: District) -> None:
    ada.press(ada.button("New File"))
    ada.check()
    ada.press(ada.button("Cancel"))
    expect(ada.button("New File")).to_be_focused()
    for kind, settings in KINDS.items():
        new_file(ada, kind)
        expect(ada.field("File Name")).to_be_focused()
        expect(ada.field("File Name")).to_have_value(settings["name"])
        ada.write(row(ada, 1).get_by_label(TO), "ID")
    save(ada, 2)

    files = saved(district)[1:]
    assert [{key: one[key] for key in ("name", "rows")} for one in files] == [*KINDS.values()]
    assert [one["fields"][0]["from"] for one in files] == [
        "students.student_district_id",
        "student_annual.school_id",
    ]
    new_file(ada, "Columns from a CSV")
    ada.sees(ada.dialog("New File from a CSV"))


FIRST = {
    "lname": "students.lname",
    "first na": "students.fname",
    "birth": "students.dob",
    "BIRTHDÁTE": "students.dob",
    "student number": "students.id",
    "guardian last": "student_annual.guardian1_lname",
    "zip": "household.zip",
}
"""The first field in the list, by the text that a person types."""


def test_the_field_list_shows_the_best_match_first(ada: Person) -> None:
    listed = ada.page.get_by_role("listbox").get_by_role("option")

    for typed, first in FIRST.items():
        source(ada, 1).fill(typed)
        expect(listed.first).to_contain_text(first)
    source(ada, 1).fill("zip")
    expect(listed.first.locator("mark").first).to_have_text("zip")
    source(ada, 1).fill("")
    expect(listed.first).to_have_attribute("data-group", "Student")


def test_enter_keeps_a_field_that_is_not_listed(ada: Person) -> None:
    field = source(ada, 1)
    for typed, kept in (("students.student_dis", "students.student_dis"), ("ZIP", "ZIP")):
        field.fill(typed)
        ada.page.keyboard.press("Enter")
        expect(field).to_have_attribute("aria-expanded", "false")
        expect(field).to_have_value(kept)


SUGGEST = """async ([columns, fields]) => {
    const base = document.querySelector("script[type=module]").src;
    const { suggestions } = await import(new URL("pages/mapping/suggesting/suggest.js", base));
    return suggestions(columns, fields);
}"""


def test_suggestions_for_the_headers_of_the_ready_made_mappings(
    visit: Visit, district: District
) -> None:
    """Most are right, and none that is called a good match is wrong."""
    paths = [*FIELDS, "registration.student_id", "registration.school_year"]
    fields = [{"path": path, "filled": 1, "samples": []} for path in paths]
    listed = district.stack.call("GET", "/mappings", role="full_access").json()["items"]
    page = visit().page
    right, wrong, sure_and_wrong = 0, [], []
    for mapping in listed:
        path = f"/mappings/{mapping['name']}"
        body = district.stack.call("GET", path, role="full_access").json()["mapping"]
        for file in body["files"]:
            if file.get("rows", "student") != "student":
                continue
            mapped = [one for one in file["fields"] if one.get("from") in paths and "to" in one]
            columns = [{"header": one["to"], "values": []} for one in mapped]
            found = page.evaluate(SUGGEST, [columns, fields])
            for one, suggested in zip(mapped, found, strict=True):
                same = address(one["from"]) == address(suggested["from"])
                right += same
                if not same:
                    wrong.append((mapping["name"], one["to"], suggested["from"]))
                if not same and suggested["sureness"] == "sure":
                    sure_and_wrong.append(wrong[-1])

    assert sure_and_wrong == []
    assert right > 9 * len(wrong), wrong


OTHERS = {
    "Perm ID": "students.student_district_id",
    "SSID": "students.state_student_id",
    "Mother's Cell Phone": "student_annual.guardian1_phone",
    "Primary Language": "student_annual.home_language",
    "Legal First Name": "students.fname",
    "Ethnicity Code": "students.hispanic",
    "Locker Combination": "",
}


def test_suggestions_for_headers_of_other_systems(visit: Visit) -> None:
    fields = [{"path": path, "filled": 1, "samples": []} for path in FIELDS]

    columns = [{"header": header, "values": []} for header in OTHERS]
    found = visit().page.evaluate(SUGGEST, [columns, fields])

    assert {one["header"]: one["from"] for one in found} == OTHERS
    assert found[5]["sureness"] == "likely", "ethnicity may mean race"


def test_a_header_that_is_the_exact_name_of_a_field_is_a_good_match(visit: Visit) -> None:
    fields = [{"path": path, "filled": 1, "samples": []} for path in FIELDS]
    exact = ["grade", "Gender", "nickname", "ZIP", "guardian2_phone", "email", "ID"]

    columns = [{"header": header, "values": []} for header in exact]
    found = visit().page.evaluate(SUGGEST, [columns, fields])

    assert [(one["from"], one["sureness"]) for one in found] == [
        ("students.grade", "sure"),
        ("students.gender", "sure"),
        ("students.nickname", "sure"),
        ("household.zip", "sure"),  # the student's own is the same address
        ("student_annual.guardian2_phone", "sure"),
        ("students.email", "likely"),  # or the household's
        ("students.student_district_id", "likely"),  # not that of Enroll
    ]


def test_an_exact_name_with_values_of_another_kind_is_to_be_checked(visit: Visit) -> None:
    samples = {"students.dob": "2015-03-09", "students.nickname": "Ann"}
    fields = [{"path": path, "filled": 1, "samples": [one]} for path, one in samples.items()]
    columns = [
        {"header": "dob", "values": ["ann@example.org"]},
        {"header": "dob", "values": ["3/9/2015"]},
        {"header": "nickname", "values": ["3/9/2015"]},
    ]

    found = visit().page.evaluate(SUGGEST, [columns, fields])

    assert [(one["from"], one["sureness"]) for one in found] == [
        ("students.dob", "likely"),
        ("students.dob", "sure"),
        ("students.nickname", "likely"),
    ]


def test_ten_digits_may_be_a_number_of_a_student_in_a_state(visit: Visit) -> None:
    """Ohio writes two letters and seven digits; phones are often written as ten digits."""
    samples = {"students.state_student_id": "0412686830", "household.phone": "6145550101"}
    fields = [
        {"path": path, "filled": 1, "samples": [samples[path]] if path in samples else []}
        for path in FIELDS
    ]
    columns = [
        {"header": "stateID", "values": ["OH8812345"]},
        {"header": "homePhone", "values": ["614-555-0101"]},
    ]
    found = visit().page.evaluate(SUGGEST, [columns, fields])

    assert [one["from"] for one in found] == [*samples]
    assert found[1]["step"] == {"type": "phone_number", "to": "999-999-9999"}


def address(path: str) -> str:
    """The path, with the household's address for the student's own, which is the same address."""
    own = path.removeprefix("students.")
    same = {"address": "street", "city": "city", "state": "state", "zip": "zip"}
    return f"household.{same[own]}" if own in same and own != path else path
