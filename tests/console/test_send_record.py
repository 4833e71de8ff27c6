"""Send Record: the preview, "OK, Continue", and the files on the server."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.console.support.answers import SCRIPT, going_on, is_refused, refusing
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]


def receipt(district: District, student_id: str) -> str:
    return f"#{district.path}/students?id={student_id}"


def test_a_test_record_is_shown_and_sent_by_keyboard_beside_the_real_files(
    visit: Visit, district: District
) -> None:
    district.sync(registration("007", SCRIPT))
    lin = visit("limited_access", path=f"#{district.path}/students", viewport=PHONE)
    press = lin.page.keyboard.press

    lin.write(lin.field("Find a student"), "007")
    press("Enter")
    with refusing(lin, "/mapping/preview"):
        lin.press(lin.button("Send Record"))
        is_refused(lin, lin.page.get_by_role("dialog"))
    lin.press(lin.button("Try again"))
    dialog = lin.dialog("Send Record: student 007")
    expect(dialog).to_contain_text(f"{district.connection_id}/exports/2025/test/students.csv")
    cells = dialog.get_by_role("region", name="Values of students.csv").get_by_role("cell")
    expect(cells).to_have_text(["007", SCRIPT, "4/5/2015"])
    lin.check()
    lin.press(dialog.get_by_text("Raw lines").first)
    quoted = SCRIPT.replace('"', '""')
    line = f'007,"{quoted}",4/5/2015'
    lines = dialog.get_by_role("region", name="Lines of students.csv")
    expect(lines).to_have_text(f"ID,First,DOB\n{line}")
    lin.check()
    assert not district.folder.exists()
    with refusing(lin, "/test-record"):
        lin.press(lin.button("OK, Continue"))
        is_refused(lin, dialog)
    with going_on(lin, phase="2025: delivering"):
        lin.press(lin.button("OK, Continue"))
        lin.sees(dialog.get_by_role("progressbar", name="2025–26: sending"))
        lin.check()

    lin.sees(dialog.get_by_text("Sent as a test.").first)
    expect(dialog.get_by_role("status")).to_contain_text("Sent as a test")
    expect(dialog.get_by_role("heading", level=2)).to_be_focused()
    lin.check()
    assert district.files() == {"2025/test/students.csv": f"ID,First,DOB\r\n{line}\r\n"}
    press("Escape")
    expect(lin.button("Send Record")).to_be_focused()
    lin.sees(lin.page.get_by_text("is ready to send to"))
    assert lin.page.title().startswith("Students")
    lin.press(lin.button("Send Record"))
    expect(dialog.get_by_role("list", name="Files that are replaced")).to_have_text(
        re.compile(
            r"^\s*This replaces students\.csv from (today|yesterday) at \d+:\d\d [AP]M \(1 row\)\. "
            r"The replaced file was a test, too\.\s*$"
        )
    )


def test_a_test_record_that_cannot_be_sent_is_reported_before_and_after(
    visit: Visit, district: District
) -> None:
    late = registration("7")
    late["data"]["students"]["dob"] = "soon"
    district.sync(late, registration("8"))
    district.change(password="wrong")
    ada = visit(path=receipt(district, "7"), viewport=PHONE)

    ada.press(ada.button("Send Record"))

    dialog = ada.dialog("Send Record: student 7")
    expect(dialog).to_contain_text("This student can't be sent until you fix:")
    expect(dialog).to_contain_text("DOB: The value is not a date")
    expect(ada.button("OK, Continue")).to_be_disabled()
    ada.check()
    ada.page.keyboard.press("Escape")

    ada.write(ada.field("Find a student"), "8")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.page.get_by_text("is ready to send to"))
    ada.press(ada.button("Send Record"))
    ada.press(ada.button("OK, Continue"))
    dialog = ada.dialog("Send Record: student 8")
    expect(dialog).to_contain_text("rejected the user name")
    ada.check()
    ada.press(dialog.get_by_role("link", name="Open the run"))
    ada.sees(ada.heading("Test record"))
    ada.check()
