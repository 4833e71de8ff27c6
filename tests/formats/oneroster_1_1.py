"""Checks a set of OneRoster 1.1 CSV files: `python -m tests.formats.oneroster_1_1 FOLDER_OR_ZIP`.

The rules of the set are in oneroster.py; those of the files are from the tables of the 1.1 CSV
specification (sections on users, demographics, enrollments and orgs). Other files of the version
may be in the set, and are checked for form, ids and status only.
"""

import sys
from pathlib import Path

from tests.formats.oneroster import (
    BOOLEAN,
    COMMON,
    DATE,
    GRADE_LIST,
    USER_IDS,
    File,
    Version,
    check_references,
    findings_of,
    read_set,
)
from tests.formats.rules import EMAIL, matches, one_of
from tests.formats.table import Finding, run

USERS = File(
    columns=(
        *(*COMMON, "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName"),
        *("familyName", "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds"),
        *("grades", "password"),
    ),
    required=("enabledUser", "orgSourcedIds", "role", "username", "givenName", "familyName"),
    rules={
        "enabledUser": BOOLEAN,
        "role": one_of(
            *("administrator", "aide", "guardian", "parent", "proctor", "relative"),
            *("student", "teacher"),
        ),
        "userIds": USER_IDS,
        "email": EMAIL,
        "grades": GRADE_LIST,
    },
    references={"orgSourcedIds": "orgs", "agentSourcedIds": "users"},
)

_RACES = (
    *("americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican"),
    *("nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces"),
    "hispanicOrLatinoEthnicity",
)
DEMOGRAPHICS = File(
    columns=(
        *(*COMMON, "birthDate", "sex", *_RACES, "countryOfBirthCode"),
        *("stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus"),
    ),
    rules={
        "birthDate": DATE,
        "sex": one_of("male", "female"),
        **dict.fromkeys(_RACES, BOOLEAN),
        "countryOfBirthCode": matches("[A-Z]{2,3}", "Write the country's code, such as US."),
        "stateOfBirthAbbreviation": matches("[A-Z]{2}", "Write the state in two letters."),
    },
    references={"sourcedId": "users"},
)

ENROLLMENTS = File(
    columns=(
        *(*COMMON, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary"),
        *("beginDate", "endDate"),
    ),
    required=("classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
    rules={
        "role": one_of("administrator", "proctor", "student", "teacher"),
        "primary": BOOLEAN,
        "beginDate": DATE,
        "endDate": DATE,
    },
    references={"classSourcedId": "classes", "schoolSourcedId": "orgs", "userSourcedId": "users"},
)

ORGS = File(
    columns=(*COMMON, "name", "type", "identifier", "parentSourcedId"),
    required=("name", "type"),
    rules={"type": one_of("department", "school", "district", "local", "state", "national")},
    references={"parentSourcedId": "orgs"},
)

VERSION = Version(
    "1.1",
    names=(
        *("academicSessions", "categories", "classes", "classResources", "courses"),
        *("courseResources", "demographics", "enrollments", "lineItems", "orgs", "resources"),
        *("results", "users"),
    ),
    files={
        "users": USERS,
        "demographics": DEMOGRAPHICS,
        "enrollments": ENROLLMENTS,
        "orgs": ORGS,
    },
)


def check(path: Path) -> list[Finding]:
    """The findings for a folder or a zip that an importer of OneRoster 1.1 would reject."""
    tables, modes, findings = read_set(path, VERSION)
    check_references(tables, modes, VERSION)
    return findings + findings_of(tables)


if __name__ == "__main__":
    sys.exit(run(check, sys.argv[1:]))
