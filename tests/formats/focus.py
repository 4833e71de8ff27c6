"""Checks the four files for Focus: `python -m tests.formats.focus FOLDER`.

The rules, from a district's import specification:

- demographics.csv, student_enrollment.csv, addresses.csv and contacts.csv: all four, with these
  names, overwritten each night; exactly these uppercase headers in this order;
- UTF-8, dates YYYYMMDD;
- SYEAR is the start year, the same in every row;
- GRADE_ID PK, KG, 01 to 12 (or 23, 30, 31: adults and others); entry code E05 is for kindergarten;
- races Y or blank; permissions and the flags of contacts Y, N or blank;
- each student is in demographics.csv once, also the students of the other files;
- contacts.csv has a row per contact, numbered by SORT_ORDER; each of its seven CONTACTn groups has
  both type and value, or neither.

Assumed, without a published page: the codes of grade, gender and SINGLE_ETHNIC are those of
Florida's reporting; the required values are those needed to file a student.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.formats.rules import EMAIL, STATE, Y_N, ZIP, Rule, as_day, date, matches, one_of
from tests.formats.table import WHOLE_FILE, Finding, Table, read, run

_DATE = date("YYYYMMDD")
_YES = one_of("Y")
_STUDENT = matches(r"[\w.\-]{1,64}", "Write letters, digits and . - _ only.")
_LANGUAGE = matches("[A-Za-z]{2,3}", "Write the language's code of two or three letters.")
_GRADE = one_of("PK", "KG", *(f"{grade:02}" for grade in range(1, 13)), "23", "30", "31")
_RACES = (
    *("RACE_AM_IND_AK_NAT", "RACE_ASIAN", "RACE_BLACK", "RACE_NAT_HAW_PAC_ISL", "RACE_WHITE"),
)
_PERMISSIONS = (
    *("INTERNT_PERM", "ACT_PERM", "DIRECT_PERM", "SCREEN_PERM", "PHOTO_VID_PERM", "SURVEY_PERM"),
)
_WAYS = tuple(f"CONTACT{number}" for number in range(1, 8))

COLUMNS = {
    "student_enrollment.csv": (
        *("SYEAR", "SCHOOL_ID", "STUDENT_ID", "GRADE_ID", "START_DATE", "ENROLLMENT_CODE"),
        *("END_DATE", "DROP_CODE", "CALENDAR_ID", "PRIOR_DIST", "PRIOR_STATE", "PRIOR_COUNTRY"),
        *("ED_CHOICE", "STDT_DIS_AFFECT", "OFFENDER_TRANSFER_STDT", "CAME_FROM", "MOVED_TO"),
        *("SEC_SCH", "GRDE_PROM_ST", "GOOD_CAUSE_EXEMPT", "GRADUATION_REQUIREMENT_PROGRAM"),
        *("NEXT_SCHOOL", "NEXT_GRADE", "DISTRICT_OOD", "SCH_OOD", "INCLUDE_IN_CLASS_RANK"),
        *("FL_DAYS_PRESENT", "FL_DAYS_ABSENT"),
    ),
    "addresses.csv": (
        *("STUDENT_ID", "ADDRESS", "ADDRESS2", "CITY", "STATE", "ZIPCODE", "PHONE", "MAILING"),
        *("MAIL_ADDRESS", "MAIL_ADDRESS2", "MAIL_CITY", "MAIL_STATE"),
    ),
    "demographics.csv": (
        *("STDT_ID", "LAST_NAME", "FIRST_NAME", "NAME_SUFFIX", "MIDDLE_NAME", "NICKNAME"),
        *("DT_BIRTH", "GENDER", "LANG", "STDT_EMAIL", "ETHNIC_HL", "SINGLE_ETHNIC", *_RACES),
        *("RESIDENCE_COUNTY", "CONTRY_BIRTH", "HOMEROOM_TCHR", "RESIDENT_ST", "BIRTH_LOC"),
        *("BDATE_VERIF", "IMMUN_ST", "PRIMARY_HOME_LANG", "NATIVE_PARENT_LANG"),
        *("GRDE_ENTER_DIST", "MSIX_ID", "HOMEROOM", "PMRN", *_PERMISSIONS, "MCKAY_SCH_ATTEND"),
        *("FHSAA_EL3_IND", "FHSAA_EL3CH_IND", "DT_HOME_LANG_SURVEY", "CASAS_TRACK"),
        "LCP_CONT_STDT",
    ),
    "contacts.csv": (
        *("STUDENT_ID", "STUDENT_RELATION", "SORT_ORDER", "FIRST_NAME", "MIDDLE_NAME"),
        *("LAST_NAME", "RESIDES_WITH_STUD", "CUSTODY", "EMERGENCY", "PICKUP", "ADDRESS"),
        *("ADDRESS2", "CITY", "STATE", "ZIPCODE", "EMAIL"),
        *(
            f"{way}_{part}"
            for way in _WAYS
            for part in ("TYPE", "VALUE", "BLOCKED", "UNLISTED", "CALLOUT", "SMS")
        ),
    ),
}

REQUIRED = {
    "student_enrollment.csv": (
        *("SYEAR", "SCHOOL_ID", "STUDENT_ID", "GRADE_ID", "START_DATE", "ENROLLMENT_CODE"),
    ),
    "addresses.csv": ("STUDENT_ID", "ADDRESS", "CITY", "STATE", "ZIPCODE"),
    "demographics.csv": ("STDT_ID", "LAST_NAME", "FIRST_NAME", "DT_BIRTH", "GENDER"),
    "contacts.csv": ("STUDENT_ID", "STUDENT_RELATION", "SORT_ORDER", "FIRST_NAME", "LAST_NAME"),
}

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("STUDENT_ID", "STDT_ID"), _STUDENT),
    **dict.fromkeys(("START_DATE", "END_DATE", "DT_BIRTH", "DT_HOME_LANG_SURVEY"), _DATE),
    **dict.fromkeys(("GRADE_ID", "NEXT_GRADE", "GRDE_ENTER_DIST"), _GRADE),
    **dict.fromkeys(_RACES, _YES),
    **dict.fromkeys(("ETHNIC_HL", *_PERMISSIONS, "MAILING"), Y_N),
    **dict.fromkeys(("RESIDES_WITH_STUD", "CUSTODY", "EMERGENCY", "PICKUP"), Y_N),
    **{f"{way}_{flag}": Y_N for way in _WAYS for flag in ("BLOCKED", "UNLISTED", "CALLOUT", "SMS")},
    **dict.fromkeys(("STATE", "MAIL_STATE", "PRIOR_STATE"), STATE),
    **dict.fromkeys(("LANG", "PRIMARY_HOME_LANG", "NATIVE_PARENT_LANG"), _LANGUAGE),
    **dict.fromkeys(("STDT_EMAIL", "EMAIL"), EMAIL),
    "SYEAR": matches(r"20\d\d", "Write the year in which the school year starts."),
    "ENROLLMENT_CODE": matches(r"[ER]\w\w", "Write an entry code, such as E01."),
    "GENDER": one_of("M", "F", "X"),
    "SINGLE_ETHNIC": one_of("A", "B", "H", "I", "M", "P", "W"),
    "ZIPCODE": ZIP,
    "SORT_ORDER": matches("[1-9][0-9]?", "Write 1 for the first contact, 2 for the next."),
}


def check(folder: Path) -> list[Finding]:
    """The findings for values that Focus would reject or misread."""
    tables: dict[str, Table] = {}
    for name, columns in COLUMNS.items():
        tables[name] = table = Table(name, complete=False)
        if not (folder / name).is_file():
            table.report(WHOLE_FILE, "", "is missing.", "Focus needs all four files.")
            continue
        tables[name] = table = read(name, (folder / name).read_bytes())
        if table.columns:
            table.check_order(columns, may_follow=lambda _name: False)
        if table.complete:
            table.check_values(RULES, REQUIRED[name])
    students = tables["demographics.csv"]
    students.check_unique("STDT_ID")
    for name, table in tables.items():
        if name != students.name:
            table.check_references("STUDENT_ID", students, "STDT_ID")
    _check_enrollment(tables["student_enrollment.csv"])
    tables["addresses.csv"].check_unique("STUDENT_ID", "MAILING")
    _check_contacts(tables["contacts.csv"])
    return [finding for table in tables.values() for finding in table.findings]


def _check_enrollment(table: Table) -> None:
    table.check_unique("STUDENT_ID", "SCHOOL_ID", "START_DATE")
    table.check_period("START_DATE", "END_DATE", as_day("YYYYMMDD"))
    for line, row in table.rows:
        if row.get("SYEAR") != table.rows[0][1].get("SYEAR"):
            table.report(line, "SYEAR", "differs from the first line.", "Use one folder per year.")
        kindergarten = row.get("GRADE_ID") == "KG"
        if row.get("ENROLLMENT_CODE") == ("E01" if kindergarten else "E05"):
            remedy = "E05 is for kindergarten, E01 for the other grades."
            table.report(line, "ENROLLMENT_CODE", "does not fit GRADE_ID.", remedy)


def _check_contacts(table: Table) -> None:
    table.check_unique("STUDENT_ID", "SORT_ORDER")
    for line, row in table.rows:
        for way in _WAYS:
            for there, missing in (
                (f"{way}_TYPE", f"{way}_VALUE"),
                (f"{way}_VALUE", f"{way}_TYPE"),
            ):
                if row.get(there) and not row.get(missing):
                    table.report(line, missing, "is blank.", f"{there} is filled: fill in both.")


if __name__ == "__main__":
    sys.exit(run(check, sys.argv[1:]))
