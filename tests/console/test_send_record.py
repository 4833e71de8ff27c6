"""Send Record: what is sent and where, "OK, Continue", and what then lies on the server."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.console.person import PHONE, Person
from tests.stack.district import District, registration

type Visit = Callable[..., Person]

INJECTED = '<script>document.title="1"</script>'


def receipt(district: District, student_id: str) -> str:
    return f"#{district.path}/students?id={student_id}"


def test_a_record_is_shown_sent_by_keyboard_and_lies_beside_the_real_files(
    visit: Visit, district: District
) -> None:
    district.sync(registration("007", INJECTED))
    lin = visit("limited_access", path=f"#{district.path}/students", viewport=PHONE)
    lin.sees(lin.field("Student id"))
    lin.field("Student id").focus()
    press = lin.page.keyboard.press

    lin.page.keyboard.type("007")
    press("Enter")
    lin.sees(lin.button("Send Record"))
    lin.tab_to(lin.button("Send Record"))
    press("Enter")
    dialog = lin.dialog("Send Record: student 007")
    expect(dialog).to_contain_text(f"{district.connection_id}/exports/2025/test/students.csv")
    expect(dialog.get_by_role("row", name="First")).to_contain_text(INJECTED)
    line = '007,"<script>document.title=""1""</script>",4/5/2015'
    lines = dialog.get_by_role("region", name="Lines of students.csv")
    expect(lines).to_have_text(f"ID,First,DOB\n{line}")
    lin.check()
    assert not district.folder.exists()
    lin.tab_to(lin.button("OK, Continue"))
    press("Enter")

    lin.sees(dialog.get_by_text("Sent as a test, beside the real files").first)
    expect(dialog.get_by_role("status")).to_contain_text("Sent as a test")
    expect(dialog.get_by_role("heading", level=2)).to_be_focused()
    lin.check()
    assert district.files() == {"2025/test/students.csv": f"ID,First,DOB\r\n{line}\r\n"}
    press("Escape")
    expect(lin.button("Send Record")).to_be_focused()
    lin.sees(lin.page.get_by_text("The next export takes this student."))
    assert lin.page.title().startswith("Students")


def test_what_cannot_be_sent_is_told_before_and_after(visit: Visit, district: District) -> None:
    late = registration("7")
    late["data"]["students"]["dob"] = "soon"
    district.sync(late, registration("8"))
    district.change(password="wrong")
    ada = visit(path=receipt(district, "7"), viewport=PHONE)

    ada.button("Send Record").click()

    dialog = ada.dialog("Send Record: student 7")
    expect(dialog).to_contain_text("would be held back, so there is nothing to send")
    expect(dialog).to_contain_text("DOB: The value is not a date")
    expect(ada.button("OK, Continue")).to_be_disabled()
    ada.check()
    ada.page.keyboard.press("Escape")

    ada.field("Student id").fill("8")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.page.get_by_text("The next export takes this student."))
    ada.button("Send Record").click()
    ada.button("OK, Continue").click()
    expect(ada.dialog("Send Record: student 8")).to_contain_text("Check the user name")
    ada.check()
