"""The checker of PowerSchool's files finds what its import would stumble over."""

from pathlib import Path

import pytest

from tests.formats.breakage import GOOD, Breakage, broken, locations
from tests.formats.powerschool import check

FILE, BARE, RACES = "students.txt", "without_header.txt", "races.txt"

BREAKAGES = {
    "kindergarten as a word": Breakage(
        FILE, "O'Brien\t0\t", "O'Brien\tK\t", ((FILE, 2, "Grade_Level"),)
    ),
    "a date in ISO style": Breakage(FILE, "4/5/2020", "2020-04-05", ((FILE, 2, "DOB"),)),
    "a day that does not exist": Breakage(FILE, "12/31/2021", "2/29/2021", ((FILE, 3, "DOB"),)),
    "a gender as a word": Breakage(FILE, "\tX\t", "\tNonbinary\t", ((FILE, 4, "Gender"),)),
    "a status beyond the list": Breakage(
        FILE, "1/1/2009\t\t0", "1/1/2009\t\t7", ((FILE, 4, "Enroll_Status"),)
    ),
    "a zip that lost its zero": Breakage(FILE, "06520", "6520", ((FILE, 2, "Zip"),)),
    "a state as a word": Breakage(
        FILE, "Anytown\tIA\t06520", "Anytown\tIowa\t06520", ((FILE, 2, "State"),)
    ),
    "a name that would be cut off": Breakage(FILE, "Díaz", "D" * 61, ((FILE, 4, "Last_Name"),)),
    "a student without a number": Breakage(FILE, "1003\t", "\t", ((FILE, 4, "Student_Number"),)),
    "a number with a letter": Breakage(FILE, "1003\t", "A3\t", ((FILE, 4, "Student_Number"),)),
    "a student twice": Breakage(FILE, "1003\t", "1001\t", ((FILE, 4, "Student_Number"),)),
    "an exit before the entry": Breakage(FILE, "6/10/2027", "6/10/2026", ((FILE, 2, "ExitDate"),)),
    "a value too many": Breakage(FILE, "Moved here", "Moved\there", ((FILE, 3, ""),)),
    "a line break in a value": Breakage(
        FILE, "Moved here", '"Moved\r\nhere"', ((FILE, 3, "TransferComment"),)
    ),
    "a quote that is not doubled": Breakage(
        FILE, '"12 Main St, ""Rear"""', '12 Main St, "Rear"', ((FILE, 2, "Street"),)
    ),
    "a header with a blank in it": Breakage(
        FILE, "Family_Ident", "Family Ident", ((FILE, 1, "Family Ident"),)
    ),
    "a header twice": Breakage(FILE, "Mailing_Zip", "Zip", ((FILE, 1, "Zip"),)),
    "a needed header renamed": Breakage(FILE, "EntryDate", "Entry_Date", ((FILE, 1, "EntryDate"),)),
    "commas for tabs": Breakage(RACES, "\tRaceCd", ",RaceCd", ((RACES, 1, ""),)),
    "a byte order mark": Breakage(RACES, "Student", "\ufeffStudent", ((RACES, 1, ""),)),
    "Windows-1252": Breakage(FILE, "José", b"Jos\xe9", ((FILE, 2, ""),)),
    "a race as a word": Breakage(RACES, "1002\tA", "1002\tAsian", ((RACES, 4, "RaceCd"),)),
    "a student's race twice": Breakage(
        RACES, "1001\tB", "1001\tC", ((RACES, 3, "Student_Number"),)
    ),
    "a wrong code in a file without a header": Breakage(
        BARE, "\tF\t", "\tGirl\t", ((BARE, 2, "Gender"),)
    ),
    "a column missing from a file without a header": Breakage(
        BARE, "\tNguyễn", "", ((BARE, 2, ""),)
    ),
    "a header and no student": Breakage(
        "none.txt", "", "Student_Number\tRaceCd\r\n", (("none.txt", 0, ""),)
    ),
}


def test_good_files_pass_with_and_without_a_header() -> None:
    assert check(GOOD / "powerschool") == []


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES.keys())
def test_a_breakage_is_found_where_it_is(breakage: Breakage, tmp_path: Path) -> None:
    assert locations(check, broken("powerschool", breakage, tmp_path)) == list(breakage.found)


def test_a_folder_without_files_is_reported(tmp_path: Path) -> None:
    assert locations(check, tmp_path) == [(tmp_path.name, 0, "")]
