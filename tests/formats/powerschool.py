"""Checks text files for PowerSchool's student import: `python -m tests.formats.powerschool FOLDER`.

The rules, from PowerSchool's import guides, the lengths that its API gives for the fields of table
Students, and a district's import template:

- text files (.txt, .tab, .tsv or .csv), tab-separated; AutoComm setups often have no header row
  but the columns of the template in its order;
- Enroll_Status -1 pre-registered, 0 active, 1 inactive, 2 transferred out, 3 graduated,
  4 historical; Grade_Level -1 pre-kindergarten, 0 kindergarten, 1 to 12;
- dates as m/d/yyyy; FedEthnicity 1 Hispanic, 0 not; RaceCd C, B, H, A, I, P;
- numbers for fields that PowerSchool keeps as numbers (Student_Number, SchoolID, ...);
- PowerSchool truncates long values silently, so lengths are checked;
- each student once, or once per race in a file with RaceCd.

Assumed, without a published page: 60 characters for a name, X as a gender (before: M and F only).
Not checked, as a file does not show it: an EntryDate before the day of the import makes the record
a historical one; SchoolID and FTEID must exist in PowerSchool.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.formats.rules import STATE, ZIP, as_day, at_most, date, matches, one_of
from tests.formats.table import WHOLE_FILE, Finding, Table, read, run

COLUMNS = (
    *("Student_Number", "SchoolID", "First_Name", "Middle_Name", "Last_Name", "Grade_Level"),
    *("Home_Phone", "Gender", "DOB", "FTEID", "Enroll_Status", "EntryDate", "ExitDate"),
    *("Street", "City", "State", "Zip"),
    *("Mailing_Street", "Mailing_City", "Mailing_State", "Mailing_Zip"),
    *("Sched_NextYearGrade", "Next_School", "Sched_Scheduled", "Sched_YearOfGraduation"),
    *("TransferComment", "Family_Ident"),
)
SUFFIXES = (".txt", ".tab", ".tsv", ".csv")
REQUIRED = (
    *("Student_Number", "SchoolID", "First_Name", "Last_Name", "Grade_Level"),
    *("Enroll_Status", "EntryDate"),
)

_NUMBER = matches(r"\d+", "Write digits only: PowerSchool keeps it as a number.")
_DATE = date("M/D/YYYY")
_GRADE = matches(
    "-1|[0-9]|1[0-2]", "Write -1 for pre-kindergarten, 0 for kindergarten, or 1 to 12."
)
_FIELD_NAME = matches(r"[A-Za-z]\w*(\.[A-Za-z]\w*)?", "")

RULES = {
    **dict.fromkeys(("Student_Number", "SchoolID", "FTEID", "Next_School"), _NUMBER),
    **dict.fromkeys(("First_Name", "Middle_Name", "Last_Name"), at_most(60)),
    **dict.fromkeys(("Street", "Mailing_Street"), at_most(60)),
    **dict.fromkeys(("City", "Mailing_City"), at_most(50)),
    **dict.fromkeys(("State", "Mailing_State"), STATE),
    **dict.fromkeys(("Zip", "Mailing_Zip"), ZIP),
    **dict.fromkeys(("DOB", "EntryDate", "ExitDate"), _DATE),
    **dict.fromkeys(("Grade_Level", "Sched_NextYearGrade"), _GRADE),
    "Home_Phone": at_most(30),
    "Gender": one_of("M", "F", "X"),
    "Enroll_Status": one_of("-1", "0", "1", "2", "3", "4"),
    "FedEthnicity": one_of("0", "1"),
    "RaceCd": one_of("C", "B", "H", "A", "I", "P"),
    "Sched_Scheduled": one_of("0", "1"),
    "Sched_YearOfGraduation": matches(r"20\d\d", "Write the year in four digits."),
}


def check(folder: Path, columns: Sequence[str] = COLUMNS) -> list[Finding]:
    """The findings for values that PowerSchool would reject or misread; `columns` apply to files
    without a header."""
    files = sorted(path for path in folder.glob("*") if path.suffix in SUFFIXES)
    if not files:
        remedy = f"Name it with one of {', '.join(SUFFIXES)}."
        return [Finding(folder.name, WHOLE_FILE, "", "has no text file.", remedy)]
    return [finding for file in files for finding in _check_file(file, columns)]


def _check_file(file: Path, columns: Sequence[str]) -> list[Finding]:
    content = file.read_bytes()
    first = content.split(b"\n", 1)[0].rstrip(b"\r").decode("utf-8", "replace")
    if "\t" not in first:
        wrong = "is not tab-separated."
        return [Finding(file.name, 1, "", wrong, "Separate the values with tabs.")]
    names = [name.strip('"\N{ZERO WIDTH NO-BREAK SPACE}') for name in first.split("\t")]
    header = not {"Student_Number", "Last_Name", "SchoolID"}.isdisjoint(names)
    table = read(file.name, content, separator="\t", columns=() if header else columns)
    if header and table.columns:
        race_file = "RaceCd" in names  # the import needs only Student_Number and RaceCd
        needed = ("Student_Number", "RaceCd") if race_file else REQUIRED
        table.check_names(needed, may_be=_FIELD_NAME.accepts)
    _check_rows(table)
    return table.findings


def _check_rows(table: Table) -> None:
    table.check_values(RULES, (*REQUIRED, "RaceCd"))
    several = "RaceCd" in table.columns
    table.check_unique("Student_Number", *(("RaceCd",) if several else ()))
    table.check_period("EntryDate", "ExitDate", as_day("M/D/YYYY"))


if __name__ == "__main__":
    sys.exit(run(check, sys.argv[1:]))
