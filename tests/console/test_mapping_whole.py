"""The whole mapping: as YAML, as one zip, and from a ready-made one."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.console.support.answers import holding, is_refused, refusing
from tests.console.support.mapping_page import TO, row, save, saved, source
from tests.console.support.person import Person
from tests.stack.support.district import MAPPING, District, connection_of, registration

type Visit = Callable[..., Person]


def test_yaml_is_exported_and_imported(ada: Person, district: District, tmp_path: Path) -> None:
    def menu(entry: str) -> None:
        ada.press_entry(ada.button("Mapping"), entry)

    menu("Export as YAML")
    dialog = ada.dialog("Export as YAML")
    ada.sees(dialog.get_by_role("textbox", name="YAML"))
    ada.press(ada.button("Copy"))
    ada.sees(dialog.get_by_text("Your browser blocked copying."))
    ada.check()
    ada.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.press(ada.button("Copy"))
    expect(dialog.get_by_role("status")).to_have_text("The YAML was copied.")
    expect(dialog.get_by_text("Your browser blocked copying")).to_have_count(0)
    assert "to: First" in ada.page.evaluate("navigator.clipboard.readText()")
    with ada.page.expect_download() as download:
        ada.press(ada.link("Download"))
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert (path.name, "to: First" in path.read_text()) == (f"{district.connection_id}.yaml", True)
    ada.press(ada.button("Close").last)

    menu("Import YAML")
    dialog = ada.dialog("Import YAML")
    ada.sees(dialog)
    ada.check()
    ada.write(
        dialog.get_by_role("textbox", name="YAML"), "files:\n- {name: s, fields: [{to: 01}]}\n"
    )
    dialog.get_by_label("From a file").dispatch_event("cancel")  # bubbles: no choice
    ada.press(ada.button("Load into editor"))
    ada.sees(dialog.get_by_text("files[0].fields[0].mapping_type"))
    ada.check()
    path.write_text(path.read_text().replace("to: First", "to: '01'"))
    with ada.page.expect_file_chooser() as chooser:
        ada.press(dialog.get_by_label("From a file"))
    chooser.value.set_files(path)
    ada.press(ada.button("Load into editor"))
    expect(row(ada, 2).get_by_label(TO)).to_have_value("01")
    expect(ada.page.get_by_role("tab", name="students.csv")).to_be_focused()
    save(ada, 2)
    assert saved(district)[0]["fields"][1]["to"] == "01"

    ada.write(row(ada, 2).get_by_label(TO), "ID")
    dialog = ada.dialog("Export as YAML")
    with refusing(ada, "/convert"):
        menu("Export as YAML")
        is_refused(ada, dialog)
        expect(dialog.get_by_text("Fix these first")).to_have_count(0)
    ada.press(ada.button("Try again"))
    ada.sees(dialog.get_by_text("Fix these first"))
    expect(dialog).to_contain_text("students, ID, To SFTP Field")
    expect(dialog.get_by_role("textbox")).to_have_count(0)
    ada.check()


def test_a_connection_without_a_mapping_starts_from_a_ready_made_one(
    visit: Visit, district: District
) -> None:
    town = district.connection["district"]
    fresh = District(district.stack, f"{district.connection_id}-fresh")
    wanted = connection_of(district.stack, fresh.connection_id) | {"district": town}
    assert district.stack.call("POST", "/connections", wanted, role="full_access").status == 201
    fresh.sync(registration("7", "Ann"))
    fresh.change(example_students=["7"])
    lin = visit("limited_access", path=f"#/connections/{fresh.connection_id}/mapping?tab=fields")
    ada = visit()
    start = ada.page.get_by_role("button", name="Use template Generic student CSV")

    lin.sees(lin.page.get_by_text("People with Full Access to this district can create one."))
    lin.check()
    with refusing(ada, "/v1/mappings", "GET"):
        ada.go(f"#/connections/{fresh.connection_id}/mapping")
        ada.sees(ada.heading("There is no mapping yet"))
        is_refused(ada)
    ada.press(ada.button("Try again"))
    ada.press(ada.page.get_by_text("About this template").first)
    with refusing(ada, "/v1/mappings/.*", "GET"):
        ada.press(start)
        is_refused(ada)
    ada.press(start)
    expect(source(ada, 1)).to_be_visible()
    ada.sees(ada.page.get_by_text("Ann", exact=True))
    ada.check()
    save(ada, 1)

    assert len(saved(fresh)[0]["fields"]) > 5


def test_a_package_of_all_files_has_a_manifest(ada: Person, district: District) -> None:
    dialog = ada.dialog("One zip of all files")

    ada.press(ada.button("Mapping"))
    entry = ada.page.get_by_role("menuitem", name="One zip of all files")
    ada.sees(entry)
    ada.check()
    ada.press(entry)
    ada.sees(dialog)
    ada.check()
    ada.press(ada.field("Deliver all files as one zip"))
    ada.sees(dialog.get_by_text("Enter a file name without its extension"))
    ada.check()
    ada.press(ada.button("Done"))
    ada.press(ada.button("1 issue – show"))
    expect(ada.page.locator("[tabindex]:focus")).to_contain_text("One zip of all files")
    ada.check()
    ada.press_entry(ada.button("Mapping"), "One zip of all files")
    ada.write(ada.field("Name of the zip"), "oneroster")
    ada.press(ada.field("With a manifest"))
    ada.write(ada.field("Name of the manifest"), "list")
    ada.write(ada.field("First header"), "name")
    ada.write(ada.field("Second header"), "is")
    first = dialog.get_by_role("listitem").nth(0)
    ada.write(first.get_by_label("Property"), "file.students")
    ada.write(first.get_by_label("Value"), "delta")
    ada.write(first.get_by_label("If the zip has"), "students")
    ada.write(first.get_by_label("Otherwise"), "absent")
    for number, name in enumerate(("version", "", "source"), start=1):
        ada.press(ada.button("Add a row"))
        added = dialog.get_by_role("listitem").nth(number)
        expect(added.get_by_label("Property")).to_be_focused()
        ada.page.keyboard.type(name)
        ada.write(added.get_by_label("Value"), "1.2")
    expect(dialog.get_by_label("Property").nth(2)).to_have_attribute("aria-invalid", "true")
    ada.check()
    ada.press(ada.button("Remove row 3 of the manifest"))
    expect(dialog.get_by_label("Property").nth(2)).to_be_focused()
    expect(dialog.get_by_label("Property").nth(2)).to_have_value("source")
    ada.press(ada.button("Remove row 3 of the manifest"))
    expect(dialog.get_by_label("Property").nth(1)).to_be_focused()
    ada.press(ada.button("Done"))
    expect(ada.button("Mapping")).to_be_focused()
    save(ada, 2)

    answer = district.stack.call("GET", f"{district.path}/mapping", role="full_access")
    rows = [
        {
            "property": "file.students",
            "value": "delta",
            "file": "students",
            "otherwise": "absent",
        },
        {"property": "version", "value": "1.2"},
    ]
    manifest = {"name": "list", "header": ["name", "is"], "rows": rows}
    assert answer.json()["package"] == {"name": "oneroster", "manifest": manifest}
    assert saved(district) == MAPPING["files"]


def test_a_manifest_can_name_only_the_files_of_the_mapping(ada: Person) -> None:
    menu = ada.button("Actions of the file")
    ada.press_entry(menu, "Duplicate file")
    ada.press_entry(menu, "Delete file")
    ada.press(ada.button("Delete file"))
    ada.press_entry(ada.button("Mapping"), "One zip of all files")
    ada.press(ada.field("Deliver all files as one zip"))
    ada.press(ada.field("With a manifest"))

    options = ada.field("If the zip has").get_by_role("option")
    expect(options).to_have_text(["always", "students"])


def test_a_ready_made_mapping_replaces_the_draft(ada: Person, district: District) -> None:
    dialog = ada.dialog("Start from a template")
    with holding(ada, "/mappings", "GET"):
        ada.press_entry(ada.button("Mapping"), "Start from a template")
        ada.sees(dialog.get_by_text("Loading …"))
        ada.check()
    ada.sees(dialog.get_by_role("listitem").first)
    ada.check()
    ada.press(ada.page.get_by_role("button", name="Use template Clever"))
    expect(ada.page.get_by_role("tab", name="students.csv")).to_be_focused()
    ada.sees(row(ada, 10))
    assert saved(district) == MAPPING["files"]
