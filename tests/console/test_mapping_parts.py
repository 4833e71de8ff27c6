"""All settings of a field: transformations, codes from a spreadsheet, rows, conditions, checks."""

import re
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from registration_sync.domain.mapping.transformations.registry import TRANSFORMATIONS
from tests.console.support.answers import holding, is_refused, refusing
from tests.console.support.mapping_page import (
    TO,
    TYPE,
    act,
    add_step,
    file_settings,
    many_fields,
    milliseconds_of_keys,
    new_file,
    open_mapping,
    options,
    row,
    save,
    save_as_another_person,
    saved,
    source,
    value,
)
from tests.console.support.person import DRAWN, Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]

HOSTILE = (
    "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>'\"&{{7*7}}"
)

NO_DOT = HOSTILE.replace(".", "")
"""As a path segment of a field; a dot would separate segments."""

SLOW_FRAMES = "() => { window.requestAnimationFrame = (act) => setTimeout(act, 300) }"
"""Slows the page down, as a busy machine does: the API may respond before the page is drawn."""


@pytest.fixture
def ada(visit: Visit, district: District) -> Person:
    one = registration("7", "Ann")
    one["data"]["students"] |= {"grade": "K", "phone": "5125550147", "vaccinated": "true"}
    one["data"]["contacts"] = [{"fname": "Mia"}, {"fname": "Leo"}]
    one["data"]["annual"] = {"guardian1_role": "Mother", "guardian2_role": "Father"}
    district.sync(one)
    district.change(example_students=["7"])
    person = visit(permissions=["clipboard-write", "clipboard-read"])
    open_mapping(person, district)
    expect(value(person, 1)).to_have_text("7")
    return person


SET: dict[str, dict[str, str]] = {
    "value_input": {"Value": "US"},
    "join": {"Other field 1": "students.grade"},
    "pick": {"Other field 1": "students.grade"},
    "substitute": {"Pattern to find": "n", "Replace with": "m"},
    "if_then_else": {"Compared with": "Ann", "Then: text": "yes"},
    "match_codes": {"Value in Enroll 1": "Ann", "Code in the file 1": "A1"},
    "split": {"Delimiter": "n"},
    "date": {"Format in the file": "YYYY"},
    "today": {"Format in the file": "YYYY"},
    "pad": {"Fill with": "*"},
    "transliterate": {"Also keep": "0"},
    "phone_number": {"Format in the file": "999-999-9999"},
    "yes_no": {"Yes": "1"},
    "count_items": {"Delimiter": "n"},
    "character_limit": {"Length": "2"},
}
"""The texts to enter by label; the other transformations have no text box."""

OF = {"date": "students.dob", "phone_number": "students.phone", "yes_no": "students.vaccinated"}
MAPPED: dict[str, str | re.Pattern[str]] = {
    "date": "2015",
    "today": re.compile("^20[0-9]{2}$"),
    "enroll_school_year": "2026",
    "lower": "ann",
    "upper": "ANN",
    "direct": "Ann",
    "transliterate": "Ann",
    "proper_case": "Ann",
    "trim": "Ann",
    "squish": "Ann",
    "pad": "***Ann",
    "character_limit": "An",
    "split": "A",
    "substitute": "Amm",
    "phone_number": "512-555-0147",
    "yes_no": "1",
    "count_items": "1",
    "value_input": "US",
    "join": "Ann K",
    "pick": "Ann",
    "if_then_else": "yes",
    "match_codes": "A1",
}


@pytest.mark.lint
def test_every_transformation_has_an_expected_value() -> None:
    without = TRANSFORMATIONS.keys() - MAPPED.keys()

    assert without == set(), (
        "add to MAPPED in tests/console/test_mapping_parts.py what they make of Ann, and to SET "
        "what to write into their boxes"
    )
    assert MAPPED.keys() == TRANSFORMATIONS.keys()


def test_every_transformation_can_be_added_and_edited_by_keyboard(
    ada: Person, district: District
) -> None:
    field = row(ada, 2)
    ada.write(field.get_by_label(TYPE), "Transformation")
    adding = field.get_by_role("combobox", name="Add a transformation")
    ada.write(adding, "accent")
    found = field.get_by_role("listbox").get_by_role("option")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("José Nguyễn-O'Brien → Jose Nguyen-O'Brien")
    ada.check()
    ada.page.keyboard.press("Tab")
    expect(field.get_by_text("Checks and default")).to_be_focused()
    expect(adding).to_have_value("")

    for name, made in TRANSFORMATIONS.items():
        if source(ada, 2).input_value() != (of := OF.get(name, "students.fname")):
            ada.write(source(ada, 2), of)
        add_step(ada, 2, made.title)
        step = field.get_by_role("group", name=f"Step 1: {made.title}")
        if name == "substitute":
            ada.write(step.get_by_label("Find", exact=True), "Text that matches a pattern")
        for label, text in SET.get(name, {}).items():
            box = step.get_by_label(label, exact=True).and_(step.locator("input, textarea, select"))
            if box.evaluate("box => box.matches('select')"):
                box.select_option(text)
            else:
                ada.write(box, text)
        if name == "join":
            ada.press(step.get_by_role("button", name="Add another field"))
            ada.press(step.get_by_role("button", name="Remove other field 2"))
        if name == "if_then_else":
            ada.write(step.get_by_label("Test"), "contains")
        expect(value(ada, 2)).to_have_text(MAPPED[name])
        ada.press(step.get_by_role("button", name="Remove Step 1"))

    for title in ("Upper", "Character Limit"):
        add_step(ada, 2, title)
    ada.press(field.get_by_role("button", name="Move Step 2: Character Limit up"))
    expect(field.get_by_role("button", name="Move Step 1: Character Limit down")).to_be_visible()
    ada.check()
    save(ada, 2)
    assert saved(district)[0]["fields"][1]["transformations"] == [
        {"type": "character_limit", "length": 1},
        {"type": "upper"},
    ]


def paste(ada: Person, label: str, text: str) -> None:
    """Puts cells of a spreadsheet on the clipboard."""
    ada.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    ada.tab_to(ada.page.get_by_label(label, exact=True))
    ada.page.keyboard.press("Control+v")


def test_any_text_can_be_typed_as_a_format(ada: Person) -> None:
    ada.write(row(ada, 2).get_by_label(TYPE), "Transformation")
    add_step(ada, 2, "Date")
    step = row(ada, 2).get_by_role("group", name="Step 1: Date")
    ada.write(step.get_by_label("Format in Enroll", exact=True), "Custom")

    for text in ("YYYY[T", "[", "[(]", "YYYY{2,1}", "(?", "YYYY\\"):
        ada.write(step.get_by_label("Format in Enroll: custom"), text)
        ada.page.evaluate(DRAWN)

        expect(step.get_by_label("Format in the file", exact=True)).to_have_value("M/D/YYYY")


def test_codes_are_pasted_as_two_columns_of_a_spreadsheet(ada: Person, district: District) -> None:
    ada.write(source(ada, 2), "students.grade")
    ada.write(row(ada, 2).get_by_label(TYPE), "Match Codes")

    paste(
        ada, "Value in Enroll 1", 'K\t00\r\n"with\ttab"\t"say ""hi"""\r\n__proto__\tp\r\n10\t1\r\n'
    )
    expect(value(ada, 2)).to_have_text("00")
    ada.press(row(ada, 2).get_by_role("button", name="Add a code"))
    expect(ada.page.get_by_label("Value in Enroll 5")).to_be_focused()
    ada.press(row(ada, 2).get_by_role("button", name="Remove code 5"))
    ada.press(row(ada, 2).get_by_role("button", name="Remove code 2"))
    ada.press(ada.button("Undo"))  # undoes that alone, not the paste
    expect(ada.page.get_by_label("Value in Enroll 2")).to_have_value("with\ttab")
    expect(ada.page.get_by_label("Value in Enroll 4")).to_have_value("10")
    paste(ada, "Value in Enroll 4", "K\t01\r\nPK\t-1")
    expect(value(ada, 2)).to_have_text("01")
    twice = ada.page.get_by_label("Value in Enroll 5")
    ada.write(twice, "K")

    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Not saved. Fix this issue first"))
    expect(twice).to_be_focused()
    expect(twice).to_have_accessible_description('"K" is listed twice. Remove one.')
    ada.check()
    ada.press(row(ada, 2).get_by_role("button", name="Remove code 5"))
    ada.press(row(ada, 2).get_by_label("Ignore extra spaces"))
    save(ada, 2)
    field = saved(district)[0]["fields"][1]
    codes = {"K": "01", "with\ttab": 'say "hi"', "__proto__": "p", "10": "1"}
    assert field["codes"] == [{"value": value, "code": code} for value, code in codes.items()]
    assert field["trim"] is True

    many = "".join(f"v{n}\t{n}\r\n" for n in range(3000))
    paste(ada, "Value in Enroll 1", many)
    ada.write(ada.page.get_by_label("Value in Enroll 1", exact=True), "v2999")
    source(ada, 1).focus()  # a row's issues are shown once it was left
    last = row(ada, 2).get_by_label("Value in Enroll 3001")
    expect(last).to_have_accessible_description('"v2999" is listed twice. Remove one.')
    assert row(ada, 2).get_by_label(re.compile("^Value in Enroll")).count() < 300
    last.fill("w")
    expect(last).not_to_have_attribute("aria-invalid", "true")
    expect(last).to_be_focused()  # the field is still there
    ada.press(row(ada, 2).get_by_role("button", name="Remove code 3001"))
    expect(ada.page.get_by_label("Value in Enroll 200")).to_be_focused()


def reopen_mapping(ada: Person, district: District) -> None:
    ada.go("#/")
    expect(ada.heading("Export Student Mapping")).to_have_count(0)
    open_mapping(ada, district)


def test_codes_keep_their_order_after_a_reload(ada: Person, district: District) -> None:
    ada.write(source(ada, 2), "students.grade")
    ada.write(row(ada, 2).get_by_label(TYPE), "Match Codes")
    paste(ada, "Value in Enroll 1", "PK\t-1\r\nK\t0\r\n1\t01\r\n2\t02\r\n")
    save(ada, 2)

    reopen_mapping(ada, district)
    ada.sees(ada.page.get_by_text("Version 2, saved by"))
    options(ada, 2)
    boxes = row(ada, 2).get_by_label(re.compile("^Value in Enroll"))
    expect(boxes).to_have_count(4)
    assert [box.input_value() for box in boxes.all()] == ["PK", "K", "1", "2"]
    expect(ada.button("Save")).to_be_disabled()
    ada.write(row(ada, 2).get_by_label("Code in the file 2"), "00")
    save(ada, 3)

    codes = [("PK", "-1"), ("K", "00"), ("1", "01"), ("2", "02")]
    stored = saved(district)[0]["fields"][1]["codes"]
    assert [(one["value"], one["code"]) for one in stored] == codes


LEAVE_ONCE_SAVED = """() => new MutationObserver((_, observer) => {
  if (!document.body.textContent.includes("Version 2, saved by")) return;
  observer.disconnect();
  location.hash = "#/";
}).observe(document.body, {subtree: true, childList: true, characterData: true})"""


def test_leaving_at_the_moment_of_the_save_asks_nothing(ada: Person) -> None:
    ada.write(source(ada, 2), "students.grade")
    ada.page.evaluate(SLOW_FRAMES)
    ada.page.evaluate(LEAVE_ONCE_SAVED)
    ada.press(ada.button("Save"))
    expect(ada.heading("Export Student Mapping")).to_have_count(0)


def test_codes_saved_as_an_object_keep_their_order(ada: Person, district: District) -> None:
    codes = {"PK": "-1", "K": "0", "1": "01"}
    field = {"from": "students.grade", "mapping_type": "match_codes", "codes": codes, "to": "G"}
    save_as_another_person(district, [{"name": "students", "fields": [field]}])

    reopen_mapping(ada, district)
    options(ada, 1)

    boxes = row(ada, 1).get_by_label(re.compile("^Value in Enroll"))
    expect(boxes).to_have_count(3)
    assert [box.input_value() for box in boxes.all()] == list(codes)


def test_a_value_without_a_code_is_held_until_its_blank_is_chosen(
    ada: Person, district: District
) -> None:
    field = row(ada, 2)
    ada.write(source(ada, 2), "students.grade")
    ada.write(field.get_by_label(TYPE), "Match Codes")
    ada.press(ada.button("Fill from values found"))
    expect(field.get_by_label("Value in Enroll 1")).to_have_value("K")
    expect(field.get_by_label("Code in the file 1")).to_have_attribute("placeholder", "no code yet")
    ada.sees(field.get_by_text("1 value has no code yet"))
    expect(value(ada, 2)).to_contain_text("Needs attention")
    ada.check()

    blank = field.get_by_role("checkbox", name="Send blank 1")
    ada.press(blank)
    expect(blank).to_be_checked()
    expect(field.get_by_text("1 value has no code yet")).to_have_count(0)
    expect(value(ada, 2)).not_to_contain_text("Needs attention")
    ada.check()
    save(ada, 2)
    stored = saved(district)[0]["fields"][1]
    assert stored["codes"] == [{"value": "K", "code": ""}]
    assert stored["send_blank"] == ["K"]

    reopen_mapping(ada, district)
    ada.sees(ada.page.get_by_text("Version 2, saved by"))
    ada.sees(field.get_by_text("K → blank"))
    options(ada, 2)
    expect(blank).to_be_checked()
    ada.write(field.get_by_label("Code in the file 1"), "0")
    expect(blank).to_have_count(0)
    save(ada, 3)
    assert "send_blank" not in saved(district)[0]["fields"][1]


FOLLOW = """async ([c, fix]) => {
    const base = document.querySelector("script[type=module]").src;
    const { fixAddress } = await import(new URL("pages/mapping/link.js", base));
    location.hash = fixAddress(c, fix);
    return location.hash;
}"""


def follow(ada: Person, district: District, **fix: str) -> str:
    """Follow the link that a run has for a held student."""
    address: str = ada.page.evaluate(
        FOLLOW, [district.connection_id, {"file": "students.csv", **fix}]
    )
    return address


def test_a_link_prepares_the_change_that_fixes_a_held_student(
    ada: Person, district: District
) -> None:
    steps = [
        {"type": "date", "from": "YYYY-MM-DD", "to": "M/D/YYYY"},
        {"type": "match_codes", "codes": {f"{n}": f"{n}" for n in range(150)}},
    ]
    source_of = {"from": "students.grade", "mapping_type": "match_codes", "codes": {"K": "0"}}
    fields = [
        source_of | {"to": "Grade"},
        {"from": "students.dob", "mapping_type": "transformation", "transformations": steps}
        | {"to": "Born"},
        {"from": "students.fname", "mapping_type": "direct", "to": "First"},
    ]
    save_as_another_person(district, [{"name": "students", "fields": fields}])
    reopen_mapping(ada, district)
    focused = ada.page.locator(":focus")

    address = follow(ada, district, field="Grade", fix="add_code", value="Pre & K")
    assert "Pre" not in address
    expect(row(ada, 1).get_by_label("Code in the file 2")).to_be_focused()
    expect(row(ada, 1).get_by_label("Value in Enroll 2")).to_have_value("Pre & K")
    ada.page.keyboard.type("-1")
    follow(ada, district, field="Born", fix="add_code", value="late")
    expect(focused).to_have_accessible_name("Code in the file 151")
    ada.check()
    follow(ada, district, field="Born", fix="add_date_format", value="4/9/2015")
    expect(focused).to_have_accessible_name("Format in Enroll 2")
    expect(focused).to_have_value("M/D/YYYY")
    follow(ada, district, field="First", fix="set_default")
    expect(focused).to_have_accessible_name("Default: text")
    ada.page.keyboard.type("Ann")
    follow(ada, district, field="First", fix="add_code", value="x")
    ada.sees(ada.page.get_by_text("First no longer uses Match Codes"))
    save(ada, 3)

    grade, born, first = saved(district)[0]["fields"]
    assert grade["codes"][1] == {"value": "Pre & K", "code": "-1"}
    assert born["transformations"][0]["from"] == ["YYYY-MM-DD", "M/D/YYYY"]
    assert born["transformations"][1]["codes"][-1] == {"value": "late", "code": ""}
    assert first["default"] == "Ann"


def test_the_row_in_the_file_marks_what_has_changed_since_the_last_save(ada: Person) -> None:
    table = ada.page.get_by_role("region", name="Values of the row")
    marked = table.locator("mark")
    ada.sees(table.get_by_role("cell", name="Ann"))
    expect(marked).to_have_count(0)

    ada.write(source(ada, 2), "students.lname")

    expect(marked).to_have_count(1)
    expect(table.get_by_role("cell").nth(1)).to_contain_text("before: Ann")
    ada.sees(ada.page.get_by_text("Marked values have changed since you opened or saved"))
    ada.check()
    save(ada, 2)
    expect(marked).to_have_count(0)


def test_a_minute_where_a_month_is_meant_has_a_notice(ada: Person, district: District) -> None:
    step = {"type": "date", "from": "YYYY-MM-DD HH:mm", "to": "mm/DD/YYYY"}
    field = {"from": "students.dob", "mapping_type": "transformation", "transformations": [step]}
    save_as_another_person(district, [{"name": "students", "fields": [field | {"to": "Born"}]}])

    reopen_mapping(ada, district)

    ada.sees(row(ada, 1).get_by_text("mm in mm/DD/YYYY is the minute: for the month enter MM."))


def test_an_unknown_path_has_a_notice_and_can_be_saved(ada: Person) -> None:
    ada.write(source(ada, 2), "students.fnam")

    notice = row(ada, 2).get_by_text("No registration has the field students.fnam")
    ada.sees(notice)
    expect(notice).to_contain_text("did you mean students.fname?")
    ada.check()
    save(ada, 2)
    ada.write(source(ada, 2), "students.fname")
    expect(notice).to_have_count(0)


def test_checks_rows_and_conditions_are_set(ada: Person, district: District) -> None:
    options(ada, 2)
    checks = row(ada, 2)
    ada.press(checks.get_by_label("Required"))
    ada.write(checks.get_by_label("Maximum length"), "2")
    expect(value(ada, 2)).to_contain_text("Needs attention The value is longer than 2 characters")
    ada.sees(ada.page.get_by_text("None: this student needs attention first."))
    ada.check()
    ada.press(checks.get_by_label("Shorten longer values"))
    expect(value(ada, 2)).to_have_text("An")
    ada.write(checks.get_by_label("Allowed values"), "An\nBe")
    ada.press(checks.get_by_label("Default", exact=True))
    ada.write(checks.get_by_label("Default: text"), "Be")
    ada.write(checks.get_by_label("On error"), "Write the default")
    ada.check()

    act(ada, 3, "Delete")
    act(ada, 1, "Delete")
    file_settings(ada)
    ada.press(ada.page.get_by_text("More settings"))
    ada.write(ada.field("Rows"), "One row for each group of fields")
    ada.write(ada.field("Field groups"), "annual.guardian1_\nannual.guardian2_")
    ada.write(source(ada, 1), "entry.role")
    ada.write(row(ada, 1).get_by_label(TYPE), "Match Codes")
    ada.press(row(ada, 1).get_by_role("button", name="Fill from values found"))
    expect(row(ada, 1).get_by_label("Value in Enroll 1")).to_have_value("Mother")
    expect(row(ada, 1).get_by_label("Value in Enroll 2")).to_have_value("Father")
    ada.write(row(ada, 1).get_by_label(TYPE), "Direct")
    ada.write(ada.field("Rows"), "One row for each entry of a list")
    ada.write(ada.field("List"), "contacts")
    ada.press(ada.button("Add a condition"))
    where = ada.page.get_by_role("group", name="Include rows only if")
    ada.write(where.get_by_role("combobox", name="If the field"), "students.grade")
    ada.write(where.get_by_label("Test"), "is one of")
    ada.write(where.get_by_label("Compared with"), "1")
    ada.sees(ada.page.get_by_text("This student has no row in this file."))
    ada.check()
    ada.write(where.get_by_label("Compared with"), "K\nPK")
    ada.press(where.get_by_role("button", name="Add a condition"))
    ada.press(where.get_by_role("button", name="Remove condition 2"))
    ada.press(ada.field("Header"))
    ada.write(ada.field("Encoding"), "Windows-1252")
    ada.write(source(ada, 1), "entry.fname")
    options(ada, 1)
    ada.write(row(ada, 1).get_by_label("Allowed values"), "")
    expect(value(ada, 1)).to_have_text("Mi")
    ada.write(ada.field("Shown row"), "Row 2")
    expect(value(ada, 1)).to_have_text("Le")
    ada.check()

    save(ada, 2)
    (file,) = saved(district)
    assert file == {
        "name": "students",
        "rows": {"each": "contacts"},
        "where": [{"field": "students.grade", "one_of": ["K", "PK"]}],
        "header": False,
        "encoding": "windows-1252",
        "fields": [
            {
                "from": "entry.fname",
                "mapping_type": "direct",
                "to": "First",
                "required": True,
                "max_length": 2,
                "truncate": True,
                "default": "Be",
                "on_error": "default",
            }
        ],
    }


def test_values_stay_readable_while_the_next_preview_loads(ada: Person) -> None:
    ada.write(row(ada, 3).get_by_label(TYPE), "Do Not Map")
    ada.sees(row(ada, 3).get_by_text("not in the file"))
    with holding(ada, "/mapping/preview"):
        ada.write(row(ada, 2).get_by_label(TO), "Name")
        ada.page.locator(".fields.asking").wait_for()
        ada.page.wait_for_timeout(1000)  # until it is as pale as it gets
        ada.check()


def test_the_page_states_that_a_condition_includes_blanks(ada: Person) -> None:
    """A copied spreadsheet column ends in an empty line."""
    file_settings(ada)
    ada.press(ada.page.get_by_text("More settings"))
    ada.press(ada.button("Add a condition"))
    where = ada.page.get_by_role("group", name="Include rows only if")
    ada.write(where.get_by_label("Test"), "is one of")
    ada.write(where.get_by_label("Compared with"), "K\nPK\n")

    ada.sees(where.get_by_text("One line is empty, so a blank value counts too."))
    ada.check()


def test_files_are_duplicated_moved_and_deleted(ada: Person, district: District) -> None:
    menu = ada.button("Actions of the file")

    ada.press_entry(menu, "Duplicate file")
    expect(ada.page.get_by_role("tab", name="students_2.csv")).to_have_attribute(
        "aria-selected", "true"
    )
    expect(ada.field("File Name")).to_be_focused()
    ada.press(menu)
    ada.sees(ada.page.get_by_role("menuitem", name="Move file left"))
    ada.check()
    ada.press(ada.page.get_by_role("menuitem", name="Move file left"))
    new_file(ada, "Something else")
    expect(ada.field("File Name")).to_be_focused()
    act(ada, 1, "Delete")
    expect(ada.button("Add Field")).to_be_focused()
    ada.sees(ada.page.get_by_text("No fields yet."))
    ada.check()
    ada.press_entry(menu, "Delete file")
    ada.check()
    ada.press(ada.button("Delete file"))
    expect(ada.page.get_by_role("tab", name="students.csv")).to_be_focused()
    save(ada, 2)

    assert [file["name"] for file in saved(district)] == ["students_2", "students"]

    ada.press_entry(menu, "Delete file")
    ada.press(ada.button("Delete file"))
    ada.press_entry(menu, "Delete file")
    ada.page.evaluate(SLOW_FRAMES)
    ada.press(ada.button("Delete file"))
    ada.sees(ada.page.get_by_role("button", name="Use template").first)
    expect(ada.button("New File")).to_be_focused()
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Not saved. Fix this issue first"))
    ada.press(ada.button("1 issue – show"))
    expect(ada.page.locator("[tabindex]:focus")).to_contain_text("Files")
    ada.check()
    ada.press(ada.button("Undo"))
    expect(ada.page.get_by_role("tab", name="students_2.csv")).to_be_visible()
    expect(ada.button("Undo")).to_be_focused()
    assert len(saved(district)) == 2


def test_codes_are_filled_from_the_values_of_students(ada: Person, district: District) -> None:
    field, fill = row(ada, 2), ada.button("Fill from values found")
    ada.write(field.get_by_label(TYPE), "Match Codes")

    with refusing(ada, "/fields", "GET"):
        ada.press(fill)
        is_refused(ada, field)
    ada.write(field.get_by_label("Value in Enroll 1"), "Zed")
    with holding(ada, "/fields", "GET"):
        ada.press(fill)
        ada.write(field.get_by_label("Code in the file 1"), "typed meanwhile")
    ada.sees(field.get_by_text("1 new value found among all 1 student."))
    expect(field.get_by_label("Code in the file 1")).to_have_value("typed meanwhile")
    ada.press(fill)
    ada.sees(field.get_by_text("0 new values found among all 1 student."))
    ada.check()
    district.sync(*(registration(str(n), f"Bo {n}") for n in range(100, 210)))
    ada.press(fill)
    ada.sees(field.get_by_text("110 new values found among all 111 students."))
    ada.check()
    ada.press(field.get_by_role("button", name="Show more of 112 codes"))
    expect(field.get_by_label("Value in Enroll 101")).to_be_focused()


def test_names_codes_and_student_values_are_shown_as_text(ada: Person, district: District) -> None:
    one = registration("8", HOSTILE)
    one["data"]["students"][NO_DOT] = HOSTILE
    one["data"]["students"]["lname"] = HOSTILE
    district.sync(one)
    district.change(example_students=["8"])
    fields: list[dict[str, Any]] = [
        {"from": f"students.{NO_DOT}", "mapping_type": "direct", "to": HOSTILE},
        {
            "from": "students.fname",
            "mapping_type": "match_codes",
            "codes": {HOSTILE: HOSTILE},
            "to": "B",
            "default": HOSTILE,
        },
    ]
    save_as_another_person(district, [{"name": "students", "fields": fields}])
    reopen_mapping(ada, district)

    expect(value(ada, 1)).to_have_text(HOSTILE)
    expect(value(ada, 2)).to_have_text(HOSTILE)
    options(ada, 2)
    expect(row(ada, 2).get_by_label("Code in the file 1")).to_have_value(HOSTILE)
    source(ada, 2).click()
    source(ada, 2).fill("onerror")
    ada.sees(row(ada, 2).get_by_role("option", name="onerror").first)
    ada.page.keyboard.press("Escape")
    row(ada, 1).get_by_label(TO).fill(f"{HOSTILE}2")
    ada.page.get_by_role("tab", name="Registration Examples").click()
    ada.sees(ada.page.get_by_text(f"8 · {HOSTILE}"))
    ada.check()
    assert ada.page.title().startswith("Export Student Mapping")


def test_a_hundred_fields_stay_quick_to_type_in(visit: Visit, district: District) -> None:
    many_fields(district, 100)
    ada = visit()
    open_mapping(ada, district)
    expect(value(ada, 100)).to_have_text("VALUE 99")
    drawn = ada.page.evaluate_handle(
        """() => {
            const seen = new Set();
            const rows = [...document.querySelectorAll("li[id^=row-]")];
            const watch = new MutationObserver((all) => all.forEach(
                ({ target }) => seen.add(rows.findIndex((row) => row.contains(target)) + 1)));
            watch.observe(rows[0].parentElement, { subtree: true, childList: true, attributes: true,
                characterData: true });
            return seen;
        }"""
    )

    for _ in range(10):  # others may have the processor meanwhile
        took = milliseconds_of_keys(ada, 8)[2:]
        if statistics.median(took) < 300:
            break

    assert drawn.evaluate("seen => [...seen]") == [50]
    # The documented limit, by the median of the keys after the first two, which are slower.
    assert statistics.median(took) < 300
