"""Concurrent saves of a mapping, and its older versions."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.console.support.answers import holding, is_refused, refusing
from tests.console.support.mapping_page import (
    TO,
    TYPE,
    act,
    names,
    open_mapping,
    row,
    save,
    save_as_another_person,
    saved,
)
from tests.console.support.person import Person
from tests.stack.support.district import MAPPING, District

type Visit = Callable[..., Person]

FIELDS: list[dict[str, Any]] = MAPPING["files"][0]["fields"]


def test_two_people_who_save_keep_both_changes(ada: Person, district: District) -> None:
    ada.write(row(ada, 1).get_by_label(TO), "Mine")
    ada.write(row(ada, 2).get_by_label(TO), "My_First")
    act(ada, 3, "Move to the top")
    theirs = [
        FIELDS[0],
        FIELDS[1] | {"to": "Their_First", "required": True},
        FIELDS[2],
        {"from": "students.grade", "mapping_type": "direct", "to": "Grade"},
    ]
    save_as_another_person(district, [{"name": "students", "separator": "tab", "fields": theirs}])

    ada.press(ada.button("Save"))

    dialog = ada.dialog("Someone else saved this mapping")
    ada.sees(dialog.get_by_text("saved version 2"))
    expect(dialog).to_contain_text(ada.user.username)
    expect(dialog).to_contain_text("students, Grade the field was added")
    expect(dialog).to_contain_text("Field Separator: Comma → Tab")
    expect(dialog).to_contain_text("“Required” was switched on")
    expect(dialog).to_contain_text("To SFTP Field: First → Their_First")
    expect(dialog).to_contain_text("To SFTP Field: First → My_First")
    expect(dialog.get_by_text("changed by both").first).to_be_visible()
    ada.sees(dialog.get_by_role("heading", name="What your changes would replace"))
    expect(dialog.get_by_text("To SFTP Field: First → Their_First")).to_have_count(2)
    expect(dialog.get_by_text("“Required” was switched on")).to_have_count(1)
    ada.check()
    assert saved(district)[0]["fields"] == theirs  # nothing was overwritten
    save_as_another_person(district, [{"name": "students", "separator": "pipe", "fields": theirs}])
    ada.press(ada.button("Save mine and theirs"))
    ada.sees(dialog.get_by_text("saved version 3"))  # another conflict
    ada.check()
    ada.press(ada.button("Save mine and theirs"))

    ada.sees(ada.page.get_by_text("Version 4, saved by"))
    assert names(ada) == ["DOB", "Grade", "Mine", "My_First"]
    (file,) = saved(district)
    assert file["separator"] == "pipe"
    assert file["fields"][3] == FIELDS[1] | {"to": "My_First", "required": True}
    ada.press(ada.button("Undo"))  # their changes of version 3, then of version 2
    ada.press(ada.button("Undo"))
    assert names(ada) == ["DOB", "Mine", "My_First"]
    ada.press(ada.button("Save"))
    ada.sees(dialog.get_by_text("saved version 4"))  # and is not overwritten
    assert len(saved(district)[0]["fields"]) == 4


def test_a_merged_mapping_may_have_mistakes(ada: Person, district: District) -> None:
    ada.write(row(ada, 3).get_by_label(TO), "Grade")
    theirs = [*FIELDS, {"from": "students.grade", "mapping_type": "direct", "to": "Grade"}]
    save_as_another_person(district, [{"name": "students", "fields": theirs}])
    mine, both = ["ID", "First", "Grade"], ["ID", "First", "Grade", "Grade"]

    def keep_mine() -> None:
        ada.press(ada.button("Save"))
        dialog = ada.dialog("Someone else saved this mapping")
        ada.sees(dialog.get_by_text(re.compile("saved version 2.*changing version 1", re.DOTALL)))
        ada.check()
        ada.press(ada.button("Save mine and theirs"))
        ada.sees(ada.page.get_by_text("Not saved. Fix this issue first"))
        expect(dialog).to_have_count(0)
        expect(ada.page.locator("[aria-invalid=true]").first).to_be_focused()

    keep_mine()
    assert names(ada) == both
    ada.check()
    ada.press(ada.button("Undo"))
    assert names(ada) == mine
    keep_mine()
    assert names(ada) == both
    ada.write(row(ada, 3).get_by_label(TO), "Year")
    save(ada, 3)

    assert saved(district)[0]["fields"] == [*FIELDS[:2], FIELDS[2] | {"to": "Year"}, theirs[3]]


def test_a_person_may_take_the_other_version_or_keep_editing(
    ada: Person, district: District
) -> None:
    ada.write(row(ada, 1).get_by_label(TO), "Mine")
    save_as_another_person(district, [{"name": "students", "fields": FIELDS[:2]}])

    dialog = ada.dialog("Someone else saved this mapping")
    with holding(ada, "/mapping", "GET"):
        ada.press(ada.button("Save"))
        ada.sees(dialog.get_by_text("Loading …"))
        ada.check()
    ada.press(ada.button("Keep editing"))
    expect(ada.button("Save")).to_be_focused()
    expect(row(ada, 1).get_by_label(TO)).to_have_value("Mine")
    with refusing(ada, "/mapping", "GET"):
        ada.press(ada.button("Save"))
        is_refused(ada, dialog)
        expect(dialog.get_by_role("button", name="Discard mine")).to_have_count(0)
    ada.press(ada.button("Try again"))
    ada.press(ada.button("Discard mine"))

    expect(row(ada, 3)).to_have_count(0)
    assert names(ada) == ["ID", "First"]
    ada.sees(ada.page.get_by_text("Version 2, saved by"))
    expect(ada.button("Save")).to_be_disabled()
    ada.press(ada.button("Undo"))
    assert names(ada) == ["Mine", "First", "DOB"]
    ada.press(ada.button("Save"))
    ada.sees(dialog.get_by_text("saved version 2"))


def test_an_older_version_is_compared_and_restored(visit: Visit, district: District) -> None:
    codes = {f"value {n}": f"code {n}" for n in range(60)}
    field = FIELDS[1] | {"mapping_type": "match_codes", "codes": codes}
    save_as_another_person(district, [{"name": "students", "fields": [*FIELDS[:1], field]}])
    ada = visit()
    open_mapping(ada, district, "?tab=fields")
    ada.write(row(ada, 1).get_by_label(TO), "Number")
    ada.write(row(ada, 2).get_by_label(TYPE), "Direct")
    save(ada, 3)
    ada.write(row(ada, 1).get_by_label(TO), "Unsaved")

    dialog = ada.dialog("Older versions")
    with holding(ada, "/mapping/versions", "GET"):
        ada.press_entry(ada.button("Mapping"), "Older versions")
        ada.sees(dialog.get_by_text("Loading …"))
        ada.check()
    ada.sees(dialog.get_by_text("Version 3 (current)"))
    ada.sees(dialog.get_by_text("Your unsaved changes will be lost"))
    expect(dialog.locator(".visually-hidden[role=status]")).to_have_text(
        ""
    )  # not the earlier message
    ada.check()
    ada.press(ada.button("Compare version 2"))
    expect(dialog.get_by_role("heading", name="Version 2")).to_be_focused()
    ada.sees(dialog.get_by_text("value 0 → code 0 was added"))
    expect(dialog.get_by_text("value 59 → code 59 was added")).to_have_count(0)
    ada.check()
    ada.press(dialog.get_by_role("button", name=re.compile("Show all 6[0-9] changes")))
    expect(dialog.get_by_role("listitem").and_(dialog.locator(":focus"))).to_be_visible()
    ada.sees(dialog.get_by_text("value 59 → code 59 was added"))
    ada.press(ada.button("Compare version 1"))
    ada.sees(dialog.locator("#version-1").get_by_text("To SFTP Field: Number → ID"))
    ada.check()
    ada.press(ada.button("Restore version 1"))

    ada.sees(ada.page.get_by_text("Version 4, saved by"))
    expect(ada.button("Mapping")).to_be_focused()
    expect(row(ada, 1).get_by_label(TO)).to_have_value("ID")
    assert saved(district) == MAPPING["files"]


def test_an_error_with_older_versions_is_shown_and_can_be_retried(
    visit: Visit, district: District
) -> None:
    for number in range(21):
        field = FIELDS[1] | {"to": f"First_{number}"}
        save_as_another_person(district, [{"name": "students", "fields": [field]}])
    ada = visit()
    open_mapping(ada, district, "?tab=fields")
    dialog = ada.dialog("Older versions")

    with refusing(ada, "/versions", "GET"):
        ada.press_entry(ada.button("Mapping"), "Older versions")
        is_refused(ada, dialog)
    ada.press(ada.button("Try again"))
    ada.press(ada.button("Show older versions"))
    expect(ada.button("Compare version 2")).to_be_focused()
    expect(ada.button("Show older versions")).to_have_count(0)
    with refusing(ada, "/versions/2", "GET"):
        ada.press(ada.button("Compare version 2"))
        is_refused(ada, dialog)
    ada.press(ada.button("Compare version 2"))
    ada.sees(dialog.get_by_text("To SFTP Field: First_20 → First_0"))
    save_as_another_person(district, [{"name": "students", "fields": FIELDS}])
    ada.press(ada.button("Restore version 2"))

    ada.sees(dialog.get_by_text("Someone else saved this mapping. Reload"))
    ada.check()
    assert saved(district)[0]["fields"] == FIELDS
