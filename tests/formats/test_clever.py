"""The checker of Clever's students.csv finds what Clever would refuse."""

from pathlib import Path

import pytest

from tests.formats.breakage import GOOD, Breakage, broken, locations
from tests.formats.clever import check
from tests.formats.table import run

FILE = "students.csv"

BREAKAGES = {
    "another file name": Breakage(FILE, "", None, ((FILE, 0, ""),)),
    "a grade as a number too high": Breakage(FILE, ",12,X", ",13,X", ((FILE, 4, "Grade"),)),
    "a grade with a zero before": Breakage(FILE, ",12,X", ",09,X", ((FILE, 4, "Grade"),)),
    "kindergarten as a letter": Breakage(FILE, "PreKindergarten,F", "K,F", ((FILE, 5, "Grade"),)),
    "a date in ISO style": Breakage(FILE, "01/01/2009", "2009-01-01", ((FILE, 4, "DOB"),)),
    "a date without its zeros": Breakage(FILE, "01/01/2009", "1/1/2009", ((FILE, 4, "DOB"),)),
    "races as chosen": Breakage(FILE, ",W,Y", ",White|Asian,Y", ((FILE, 4, "Race"),)),
    "Yes for Y": Breakage(FILE, ",Spanish,Y,F,Y", ",Spanish,Yes,F,Y", ((FILE, 4, "Ell_status"),)),
    "a lunch status of another list": Breakage(
        FILE, ",,,,,R,", ",,,,,P,", ((FILE, 5, "Frl_status"),)
    ),
    "two languages": Breakage(
        FILE, ",Spanish,", ",Spanish|English,", ((FILE, 4, "Home_language"),)
    ),
    "a phone with dashes": Breakage(
        FILE, ",5155550101,", ",515-555-0101,", ((FILE, 2, "Contact_phone"),)
    ),
    "a relationship of another list": Breakage(
        FILE, "Grandparent", "Grandmother", ((FILE, 3, "Contact_relationship"),)
    ),
    "a contact without a type": Breakage(
        FILE, "Parent,Primary", "Parent,", ((FILE, 2, "Contact_type"),)
    ),
    "a student without a name": Breakage(FILE, ",Chen,", ",,", ((FILE, 5, "Last_name"),)),
    "a student twice for no other contact": Breakage(
        FILE,
        "102,000111,1003,,Chen,,Ava,PreKindergarten,F,,12/31/2021,,,,,R,,,,,,,,,,,,,,,",
        "102,000111,1003,,Chen,,Ava,PreKindergarten,F,,12/31/2021,,,,,R,,,,,,,,,,,,,,,\r\n"
        "102,000111,1003,,Chen,,Ava,PreKindergarten,F,,12/31/2021,,,,,R,,,,,,,,,,,,,,,",
        ((FILE, 6, "Student_id"),),
    ),
    "a known column in other letters": Breakage(
        FILE, "Contact_sis_id,Username", "Contact_sis_id,username", ((FILE, 1, "username"),)
    ),
    "another school for the second contact": Breakage(
        FILE, "\r\n101,000037", "\r\n102,000037", ((FILE, 3, "School_id"),)
    ),
    "a header in other letters": Breakage(
        FILE, "Student_id", "Student_ID", ((FILE, 1, "Student_ID"), (FILE, 1, "Student_id"))
    ),
    "an own column without ext.": Breakage(
        FILE, "ext.bus_route", "bus_route", ((FILE, 1, "bus_route"),)
    ),
    "a school that is not there": Breakage(
        FILE, "102,000111", "103,000111", ((FILE, 5, "School_id"),)
    ),
    "a byte order mark": Breakage(FILE, "School_id", "\ufeffSchool_id", ((FILE, 1, ""),)),
    "UTF-16": Breakage(FILE, "School_id", b"\xff\xfeS", ((FILE, 1, ""),)),
    "a blank line at the end": Breakage(FILE, "", "\r\n", ((FILE, 6, ""),)),
    "mixed line ends": Breakage(FILE, "bus_route\r\n", "bus_route\n", ((FILE, 2, ""),)),
}


def test_a_good_file_passes_with_several_contacts_of_a_student() -> None:
    assert check(GOOD / "clever") == []


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES.keys())
def test_a_breakage_is_found_where_it_is(breakage: Breakage, tmp_path: Path) -> None:
    assert locations(check, broken("clever", breakage, tmp_path)) == list(breakage.found)


def test_the_command_line_prints_a_sentence_for_each_finding_and_no_child_s_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = broken("clever", BREAKAGES["races as chosen"], tmp_path)

    code = run(check, [str(folder)])

    assert code == 1
    assert capsys.readouterr().out == (
        "students.csv, line 4, Race: is not allowed. Write one of: A, B, I, M, P, W.\n1 found.\n"
    )
