"""Copies: a new connection from another one, and the mapping of another connection."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.console.support.mapping_page import open_mapping, save, saved
from tests.console.support.person import Person
from tests.stack.support.district import District

type Visit = Callable[..., Person]


def copied(district: District) -> District:
    return District(district.stack, f"copy-of-{district.connection_id}")


def test_a_copy_has_all_settings_but_the_sign_in_and_its_mapping_comes_back(
    visit: Visit, district: District
) -> None:
    takes = {"school_years": [2026], "where": []}
    names = ["students.lname"]
    district.change(takes=takes, importer="removes", example_students=["1"], name_fields=names)
    ada = visit()

    ada.press_entry(ada.menu, "Copy")
    expect(ada.field("Name")).to_have_value(f"{district.connection['name']} (copy)")
    ada.write(ada.field("Connection ID"), copied(district).connection_id)
    ada.press(ada.button("Next: delivery"))
    expect(ada.field("Host")).to_have_value(district.stack.sftp.host)
    expect(ada.field("Password")).to_have_value("")
    ada.write(ada.field("Password"), district.stack.sftp.password)
    ada.write(ada.field("Folder"), f"{copied(district).connection_id}/{{school_year}}")
    ada.press(ada.button("Save and test"))
    ada.press(ada.button("Next: mapping"))
    name = f"The mapping of {district.connection['name']}"
    expect(ada.page.get_by_role("radio", name=name)).to_be_checked()
    ada.check()
    ada.press(ada.button("Use this mapping"))
    ada.sees(ada.page.get_by_role("heading", name="is created"))

    mine, other = copied(district).connection, district.connection
    same = ("takes", "importer", "name_fields", "guards", "host_keys", "programs", "time_zone")
    assert [mine[one] for one in same] == [other[one] for one in same]
    assert mine["example_students"] == []
    assert saved(copied(district)) == saved(district)

    # What was tried on the copy is brought back, after a look at the differences.
    files = saved(district)
    files[0]["fields"][0]["to"] = "Student_Number"
    body = {"files": files}
    answer = copied(district).stack.call(
        "PUT", f"{copied(district).path}/mapping", body, role="full_access"
    )
    assert answer.status == 200, answer.body
    open_mapping(ada, district, "?tab=fields")
    ada.press_entry(ada.button("Mapping"), "Copy from another connection")
    dialog = ada.dialog("Copy from another connection")
    dialog.get_by_label("Connection").select_option(mine["name"])
    expect(dialog.get_by_role("listitem")).to_contain_text("Student_Number")
    ada.check()
    ada.press(ada.button("Load into editor"))
    save(ada, 2)
    assert saved(district)[0]["fields"][0]["to"] == "Student_Number"


def test_a_connection_that_is_being_deleted_can_be_copied(visit: Visit, district: District) -> None:
    deleted = district.stack.call("DELETE", district.path, role="full_access")
    assert deleted.status == 204, deleted.body
    ada = visit()

    ada.press_entry(ada.menu, "Copy")
    ada.write(ada.field("Connection ID"), copied(district).connection_id)
    ada.press(ada.button("Next: delivery"))
    ada.press(ada.page.get_by_role("radio", name="Manual download"))
    ada.press(ada.button("Save"))

    ada.sees(ada.heading("What the files look like"))
    assert "deletion" not in copied(district).connection
