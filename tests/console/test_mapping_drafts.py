"""Drafts of a mapping that save themselves, the issues of unfinished rows, and the values of all
example students."""

import re
from collections.abc import Callable

from playwright.sync_api import Response, Route, expect

from tests.console.support.answers import answering, holding
from tests.console.support.mapping_page import (
    TO,
    TYPE,
    names,
    new_file,
    open_mapping,
    row,
    save_as_another_person,
    saved,
    source,
    value,
)
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import MAPPING, District, registration

type Visit = Callable[..., Person]

FIELDS = MAPPING["files"][0]["fields"]
WRONG = "[aria-invalid=true]"


def stored(district: District) -> int:
    """The status of reading the draft of the person with Full Access."""
    path = f"{district.path}/mapping/draft"
    return district.stack.call("GET", path, role="full_access").status


def answer(status: int, problem: str = "") -> Callable[[Route], None]:
    problems = [{"path": "files", "message": problem}] if problem else []
    error = {"code": "refused", "message": "The draft was not stored.", "problems": problems}
    return lambda route: route.fulfill(status=status, json={"error": error})


def test_an_unfinished_row_blocks_nothing_and_a_reload_loses_nothing(
    visit: Visit, ada: Person, district: District
) -> None:
    new_file(ada, "Something else")
    ada.press(ada.page.get_by_role("tab", name="students.csv"))
    ada.write(row(ada, 1).get_by_label(TO), "Number")
    ada.press(ada.button("Add Field"))
    ada.write(source(ada, 4), "students.grade")
    expect(ada.page.locator(WRONG)).to_have_count(0)  # nobody has left the row
    ada.sees(ada.page.get_by_text("Draft saved today at"))
    ada.sees(ada.page.get_by_text("Exports use version 1."))
    ada.check()
    assert saved(district) == MAPPING["files"]

    ada.page.reload()
    ada.sign_in()
    ada.sees(ada.page.get_by_text("Draft saved"))
    assert names(ada) == ["Number", "First", "DOB", ""]
    expect(source(ada, 4)).to_have_value("students.grade")
    elsewhere = visit()  # another computer
    open_mapping(elsewhere, district, "?tab=fields")
    elsewhere.sees(elsewhere.page.get_by_text("Draft saved"))
    assert names(elsewhere) == ["Number", "First", "DOB", ""]

    ada.press(ada.button("Save"))
    notice = ada.page.get_by_text("Not saved. Fix these")
    ada.sees(notice)
    expect(notice).to_be_in_viewport(ratio=1)
    ada.check()
    issues = ada.page.get_by_role("region", name="Issues")
    ada.press(issues.get_by_role("button", name="students, students.grade"))
    expect(row(ada, 4).get_by_label(TO)).to_be_focused()
    ada.page.keyboard.type("Grade")
    ada.press(ada.page.get_by_role("tab", name="New file"))
    ada.press(ada.button("Actions of the file"))
    ada.press(ada.page.get_by_role("menuitem", name="Delete file"))
    ada.press(ada.dialog("Delete this file?").get_by_role("button", name="Delete file"))
    ada.press(ada.button("Save"))

    ada.sees(ada.page.get_by_text("Version 2, saved by"))
    assert [one["to"] for one in saved(district)[0]["fields"]] == [
        "Number",
        "First",
        "DOB",
        "Grade",
    ]
    elsewhere.write(row(elsewhere, 1).get_by_label(TO), "Id")  # an older draft than the saved one
    elsewhere.sees(elsewhere.page.get_by_text("You changed this mapping in another window"))
    elsewhere.check()
    elsewhere.press(elsewhere.button("Keep this draft"))
    elsewhere.sees(elsewhere.page.get_by_text("Draft saved"))
    elsewhere.press(elsewhere.button("Discard draft"))
    elsewhere.check()
    elsewhere.press(
        elsewhere.dialog("Discard your draft?").get_by_role("button", name="Discard draft")
    )
    elsewhere.sees(elsewhere.page.get_by_text("Version 2, saved by"))
    assert names(elsewhere) == ["Number", "First", "DOB", "Grade"]
    elsewhere.press(elsewhere.button("Undo"))
    assert names(elsewhere) == ["Id", "First", "DOB", ""]


def is_draft_with(answer: Response, mapping_type: str, code: str) -> bool:
    """Whether a draft was stored whose second field has this type, and a table with this code."""
    if answer.request.method != "PUT" or not answer.url.endswith("/mapping/draft"):
        return False
    field = answer.request.post_data_json["mapping"]["files"][0]["fields"][1]
    return field["mapping_type"] == mapping_type and code in str(field.get("codes"))


def test_what_was_entered_for_another_mapping_type_survives_a_reload(
    ada: Person, district: District
) -> None:
    mapping_type = row(ada, 2).get_by_label(TYPE)

    ada.write(mapping_type, "Match Codes")
    ada.press(row(ada, 2).get_by_role("button", name="Add a code"))
    ada.write(row(ada, 2).get_by_label("Value in Enroll 1"), "Ann")
    ada.write(row(ada, 2).get_by_label("Code in the file 1"), "A1")
    with ada.page.expect_response(lambda answer: is_draft_with(answer, "direct", "A1")):
        ada.write(mapping_type, "Direct")
    ada.sees(ada.page.get_by_text("Version 1, saved by"))  # nothing that exports would see

    ada.page.reload()
    ada.sign_in()
    ada.write(mapping_type, "Match Codes")
    expect(row(ada, 2).get_by_label("Code in the file 1")).to_have_value("A1")
    with ada.page.expect_response(lambda answer: is_draft_with(answer, "direct", "A1")):
        mapping_type.select_option("Direct")
    save_as_another_person(district, [{"name": "students", "fields": FIELDS[:2]}])

    ada.page.reload()
    ada.sign_in()
    ada.sees(ada.page.get_by_text("Version 2, saved by"))
    assert len(names(ada)) == 2
    ada.page.wait_for_load_state("networkidle")
    assert stored(district) == 404


def test_a_draft_of_an_older_version_is_merged_and_one_that_fails_is_tried_again(
    ada: Person, district: District
) -> None:
    too_large = "The mapping has 310,000 characters as JSON."
    with answering(ada, "/mapping/draft", "PUT", answer(413, too_large)):
        ada.write(row(ada, 1).get_by_label(TO), "Long")
        ada.sees(ada.page.get_by_text(f"Draft not saved: {too_large}"))
        ada.check()
        ada.press(ada.link("Connections"))
        ada.press(ada.button("Keep editing"))
    with answering(ada, "/mapping/draft", "PUT", answer(503)):
        ada.write(row(ada, 1).get_by_label(TO), "Mine")
        ada.sees(ada.page.get_by_text("Draft not saved – trying again"))
        ada.check()
        ada.press(ada.link("Connections"))
        ada.press(ada.button("Keep editing"))
    ada.sees(ada.page.get_by_text("Draft saved"))
    ada.write(row(ada, 1).get_by_label(TO), "My")
    ada.press(ada.link("Connections"))  # at once: the draft is stored on the way
    ada.sees(ada.heading("Connections"))
    open_mapping(ada, district, "?tab=fields")
    expect(row(ada, 1).get_by_label(TO)).to_have_value("My")
    with holding(ada, "/mapping/draft", "PUT"):
        ada.write(row(ada, 1).get_by_label(TO), "Me")
        with ada.page.expect_request("**/mapping/draft"):
            ada.page.wait_for_timeout(0)
        ada.press(ada.link("Connections"))  # while the draft is on its way
        ada.sees(ada.heading("Connections"))
        ada.go(f"#{district.path}/mapping?tab=fields")
        ada.page.wait_for_timeout(300)
    expect(row(ada, 1).get_by_label(TO)).to_have_value("Me")
    theirs = [*FIELDS, {"from": "students.grade", "mapping_type": "direct", "to": "Grade"}]
    save_as_another_person(district, [{"name": "students", "fields": theirs}])

    ada.page.reload()
    ada.sign_in()
    ada.sees(ada.page.get_by_text("Draft saved today at"))
    ada.sees(ada.page.get_by_text("Exports use version 1."))
    ada.press(ada.button("Save"))
    dialog = ada.dialog("Someone else saved this mapping")
    ada.sees(dialog.get_by_text("students, Grade the field was added"))
    ada.press(ada.button("Save mine and theirs"))

    ada.sees(ada.page.get_by_text("Version 3, saved by"))
    assert [one["to"] for one in saved(district)[0]["fields"]] == ["Me", "First", "DOB", "Grade"]
    ada.go("#/")
    ada.sees(ada.heading("Connections"))
    ada.page.wait_for_load_state("networkidle")
    assert stored(district) == 404


def test_all_example_students_are_shown_beside_their_values_in_enroll(
    visit: Visit, district: District
) -> None:
    late = registration("9", "Bo")
    late["data"]["students"] |= {"dob": "soon", "grade": ""}
    district.sync(registration("7", "Ann"), registration("8", "José"), late)
    district.change(example_students=["7", "8", "9"])
    grade = {"from": "students.grade", "mapping_type": "direct", "to": "Grade"}
    save_as_another_person(district, [{"name": "students", "fields": [*FIELDS, grade]}])
    ada = visit(viewport=PHONE)
    open_mapping(ada, district, "?tab=fields")
    expect(value(ada, 3)).to_have_text("4/5/2015")
    expect(row(ada, 3)).to_contain_text("2015-04-05 →")

    ada.write(ada.field("Mapped Value of"), "All 3 examples")

    dob = row(ada, 3).get_by_role("listitem")
    expect(dob).to_have_count(3)
    expect(dob.nth(1)).to_contain_text(re.compile("José: 2015-04-05 →.*4/5/2015"))
    expect(dob.nth(2)).to_contain_text(re.compile("Bo: soon →.*Needs attention"))
    expect(row(ada, 4).get_by_role("listitem").nth(2)).to_contain_text("blank")
    ada.check()
    ada.press(ada.button("Check all students"))
    ada.sees(ada.page.get_by_text("1 of 3 students would need attention.").first)
    of_field = ada.page.get_by_text("1 of 3 students would need attention because of this field.")
    expect(of_field).to_have_count(1)
    ada.check()
    ada.write(source(ada, 3), "students.id")
    expect(of_field).to_have_count(0)
    ada.sees(ada.page.get_by_text("You changed the mapping since: check again."))
