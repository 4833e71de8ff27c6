"""Checks Clever's students.csv: `python -m tests.formats.clever FOLDER`.

The rules, from Clever's SFTP specification, its article on student contacts and a real district's
file:

- the name is students.csv, with a header: exact names, any order, additional columns as ext.NAME;
- all current students, never only changes (not visible in a file);
- each student once, or once per contact: such rows differ only in the Contact_ columns;
- DOB mm/dd/yyyy; Grade 1 to 12, Kindergarten, PreKindergarten, InfantToddler, PreSchool, Ungraded;
  Gender M, F, X; Race A, B, I, M, P, W; Hispanic_Latino, Ell_status and IEP_status Y, N;
  Frl_status F, R, N; Contact_type and Contact_relationship from their lists, Contact_phone 10 or
  11 digits;
- School_id is in schools.csv, if that file is in the same folder.
"""

import sys
from pathlib import Path

from tests.formats.rules import EMAIL, STATE, Y_N, ZIP, date, matches, one_of
from tests.formats.table import WHOLE_FILE, Finding, Table, read, run

STUDENTS, SCHOOLS = "students.csv", "schools.csv"
REQUIRED = ("School_id", "Student_id", "Student_number", "Last_name", "First_name")
COLUMNS = (
    *("School_id", "Student_id", "Student_number", "State_id", "Last_name", "Middle_name"),
    *("First_name", "Grade", "Gender", "Graduation_year", "DOB", "Race", "Hispanic_Latino"),
    *("Home_language", "Ell_status", "Frl_status", "IEP_status"),
    *("Student_street", "Student_city", "Student_state", "Student_zip", "Student_email"),
    *("Contact_relationship", "Contact_type", "Contact_name", "Contact_phone"),
    *("Contact_phone_type", "Contact_email", "Contact_sis_id", "Username", "Password"),
)
GRADES = (
    *(str(grade) for grade in range(1, 13)),
    *("Kindergarten", "PreKindergarten", "InfantToddler", "PreSchool", "Ungraded"),
)
RULES = {
    "Grade": one_of(*GRADES),
    "Gender": one_of("M", "F", "X"),
    "Graduation_year": matches(r"20\d\d", "Write the year in four digits."),
    "DOB": date("MM/DD/YYYY"),
    "Race": one_of("A", "B", "I", "M", "P", "W"),
    **dict.fromkeys(("Hispanic_Latino", "Ell_status", "IEP_status"), Y_N),
    "Home_language": matches(r"[^|;,]+", "Write one language."),
    "Frl_status": one_of("F", "R", "N"),
    "Student_state": STATE,
    "Student_zip": ZIP,
    **dict.fromkeys(("Student_email", "Contact_email"), EMAIL),
    "Contact_relationship": one_of(
        "Parent", "Grandparent", "Self", "Aunt/Uncle", "Sibling", "Other"
    ),
    "Contact_type": one_of(
        "Primary", "Secondary", "Parent/Guardian", "Emergency", "Family", "Other"
    ),
    "Contact_phone": matches(r"1?\d{10}", "Write 10 or 11 digits and nothing else."),
    "Contact_phone_type": one_of("Cell", "Home", "Work", "Other"),
}


def check(folder: Path) -> list[Finding]:
    """The findings for values that Clever would reject or misread."""
    file = folder / STUDENTS
    if not file.is_file():
        return [Finding(STUDENTS, WHOLE_FILE, "", "is missing.", "Use exactly this name.")]
    table = read(STUDENTS, file.read_bytes())
    if not table.columns:
        return table.findings
    table.check_names(REQUIRED, may_be=lambda name: name in COLUMNS or name.startswith("ext."))
    table.check_values(RULES, REQUIRED)
    _check_repeated(table)
    _check_contacts(table)
    if (folder / SCHOOLS).is_file():
        schools = read(SCHOOLS, (folder / SCHOOLS).read_bytes())
        table.check_references("School_id", schools, "School_id")
    return table.findings


def _check_repeated(table: Table) -> None:
    """Rows of one student may differ only in the contact."""
    first: dict[str, tuple[int, dict[str, str]]] = {}
    for line, row in table.rows:
        student = row.get("Student_id")
        if not student:
            continue
        where, other = first.setdefault(student, (line, row))
        if other is row:
            continue
        for column, value in row.items():
            if not column.startswith("Contact_") and value != other[column]:
                table.report(line, column, f"differs from line {where}.", "Write the same value.")
        if all(row[column] == other[column] for column in row):
            table.report(line, "Student_id", f"is already on line {where}.", "Use it once.")


def _check_contacts(table: Table) -> None:
    """A contact has a type and a name if the file has those columns."""
    for line, row in table.rows:
        if any(value for column, value in row.items() if column.startswith("Contact_")):
            for column in ("Contact_type", "Contact_name"):
                if row.get(column) == "":
                    table.report(line, column, "is blank.", "A contact needs it.")


if __name__ == "__main__":
    sys.exit(run(check, sys.argv[1:]))
