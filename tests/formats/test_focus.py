"""The checker of the four files for Focus finds what Focus would refuse."""

from pathlib import Path

import pytest

from tests.formats.breakage import GOOD, Breakage, broken, locations
from tests.formats.focus import check

STUDENTS, ENROLLMENT = "demographics.csv", "student_enrollment.csv"
ADDRESSES, CONTACTS = "addresses.csv", "contacts.csv"

BREAKAGES = {
    "a file missing": Breakage(ADDRESSES, "", None, ((ADDRESSES, 0, ""),)),
    "a header in small letters": Breakage(
        STUDENTS, "LAST_NAME", "last_name", ((STUDENTS, 1, "LAST_NAME"),)
    ),
    "columns in another order": Breakage(
        ADDRESSES, "CITY,STATE", "STATE,CITY", ((ADDRESSES, 1, "CITY"),)
    ),
    "a column more": Breakage(
        ADDRESSES,
        "MAIL_STATE",
        "MAIL_STATE,MAIL_ZIP",
        ((ADDRESSES, 1, "MAIL_ZIP"), (ADDRESSES, 2, ""), (ADDRESSES, 3, "")),
    ),
    "a date with dashes": Breakage(
        STUDENTS, "20200405", "2020-04-05", ((STUDENTS, 2, "DT_BIRTH"),)
    ),
    "N for a race": Breakage(STUDENTS, ",Y,,US", ",N,,US", ((STUDENTS, 2, "RACE_WHITE"),)),
    "a race as a word": Breakage(STUDENTS, ",N,A,", ",N,Asian,", ((STUDENTS, 3, "SINGLE_ETHNIC"),)),
    "a language as a word": Breakage(STUDENTS, ",es,", ",Spanish,", ((STUDENTS, 2, "LANG"),)),
    "a permission as a word": Breakage(
        STUDENTS, "N,,,,,20260801", "No,,,,,20260801", ((STUDENTS, 2, "PHOTO_VID_PERM"),)
    ),
    "a student twice": Breakage(
        STUDENTS,
        "\r\n000074",
        "\r\n000037",
        (
            (ADDRESSES, 3, "STUDENT_ID"),
            (CONTACTS, 4, "STUDENT_ID"),
            (STUDENTS, 3, "STDT_ID"),
            (ENROLLMENT, 3, "STUDENT_ID"),
        ),
    ),
    "the end year": Breakage(
        ENROLLMENT, "\r\n2026,0102", "\r\n2027,0102", ((ENROLLMENT, 3, "SYEAR"),)
    ),
    "a school year as two": Breakage(
        ENROLLMENT,
        "\r\n2026,0101",
        "\r\n2026-27,0101",
        ((ENROLLMENT, 2, "SYEAR"), (ENROLLMENT, 3, "SYEAR")),
    ),
    "a grade of one digit": Breakage(ENROLLMENT, ",09,", ",9,", ((ENROLLMENT, 3, "GRADE_ID"),)),
    "the entry code of another grade": Breakage(
        ENROLLMENT, "E05", "E01", ((ENROLLMENT, 2, "ENROLLMENT_CODE"),)
    ),
    "an end before the start": Breakage(
        ENROLLMENT, "20270601", "20260601", ((ENROLLMENT, 3, "END_DATE"),)
    ),
    "an end that is no date": Breakage(
        ENROLLMENT, "20270601", "2027-06-01", ((ENROLLMENT, 3, "END_DATE"),)
    ),
    "an enrollment of nobody": Breakage(
        ENROLLMENT, "0102,000074", "0102,74", ((ENROLLMENT, 3, "STUDENT_ID"),)
    ),
    "an address of nobody": Breakage(ADDRESSES, "000037", "37", ((ADDRESSES, 2, "STUDENT_ID"),)),
    "a zip that lost its zero": Breakage(ADDRESSES, "06520", "6520", ((ADDRESSES, 2, "ZIPCODE"),)),
    "a state as a word": Breakage(
        ADDRESSES, "Anytown,FL,06520", "Anytown,Florida,06520", ((ADDRESSES, 2, "STATE"),)
    ),
    "a contact of nobody": Breakage(
        CONTACTS, "000074,Guardian", "000075,Guardian", ((CONTACTS, 4, "STUDENT_ID"),)
    ),
    "two first contacts": Breakage(
        CONTACTS, "Grandfather,2", "Grandfather,1", ((CONTACTS, 3, "STUDENT_ID"),)
    ),
    "a number without its type": Breakage(
        CONTACTS, "Work,9045550104", ",9045550104", ((CONTACTS, 3, "CONTACT2_TYPE"),)
    ),
    "a contact without a name": Breakage(CONTACTS, ",Lou,,", ",,,", ((CONTACTS, 4, "FIRST_NAME"),)),
    "a byte order mark": Breakage(STUDENTS, "STDT_ID", "\ufeffSTDT_ID", ((STUDENTS, 1, ""),)),
    "Windows-1252": Breakage(STUDENTS, "José", b"Jos\xe9", ((STUDENTS, 2, ""),)),
}


def test_four_good_files_pass() -> None:
    assert check(GOOD / "focus") == []


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES.keys())
def test_a_breakage_is_found_where_it_is(breakage: Breakage, tmp_path: Path) -> None:
    assert locations(check, broken("focus", breakage, tmp_path)) == sorted(breakage.found)


def test_a_file_of_a_header_only_is_refused(tmp_path: Path) -> None:
    folder = broken("focus", Breakage(CONTACTS, "", "", ()), tmp_path)
    header = (folder / CONTACTS).read_bytes().split(b"\r\n")[0]
    (folder / CONTACTS).write_bytes(header + b"\r\n")

    assert locations(check, folder) == [(CONTACTS, 0, "")]
