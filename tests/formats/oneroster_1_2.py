"""Checks a set of OneRoster 1.2 CSV files: `python -m tests.formats.oneroster_1_2 FOLDER_OR_ZIP`.

The rules of the set are in oneroster.py; those of the files are from the tables of the 1.2 CSV
binding. Differences from 1.1: a user's role and school are rows of roles.csv; sex may also be
unspecified or other; a vocabulary may be extended by ext:NAME. Assumed, without a published page:
every user of a bulk set has a role there, and a user has at most one primary role in an org.
"""

import sys
from pathlib import Path

from tests.formats import oneroster_1_1
from tests.formats.oneroster import (
    BOOLEAN,
    COMMON,
    DATE,
    GRADE_LIST,
    USER_IDS,
    File,
    Tables,
    Version,
    check_references,
    findings_of,
    is_active,
    read_set,
)
from tests.formats.rules import EMAIL, matches, one_of
from tests.formats.table import Finding, Table, run

_ROLES = (
    *("aide", "counselor", "districtAdministrator", "guardian", "parent", "principal"),
    *("proctor", "relative", "siteAdministrator", "student", "systemAdministrator", "teacher"),
)

USERS = File(
    columns=(
        *(*COMMON, "enabledUser", "username", "userIds", "givenName", "familyName", "middleName"),
        *("identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password"),
        *("userMasterIdentifier", "resourceSourcedIds", "preferredGivenName"),
        *("preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns"),
    ),
    required=("enabledUser", "username", "givenName", "familyName"),
    rules={
        "enabledUser": BOOLEAN,
        "userIds": USER_IDS,
        "email": EMAIL,
        "grades": GRADE_LIST,
    },
    references={
        "agentSourcedIds": "users",
        "resourceSourcedIds": "resources",
        "primaryOrgSourcedId": "orgs",
    },
)

ROLES = File(
    columns=(
        *(*COMMON, "userSourcedId", "roleType", "role", "beginDate", "endDate"),
        *("orgSourcedId", "userProfileSourcedId"),
    ),
    required=("userSourcedId", "roleType", "role", "orgSourcedId"),
    rules={
        "roleType": one_of("primary", "secondary"),
        "role": matches(
            rf"{'|'.join(_ROLES)}|ext:\S+", f"Write one of: {', '.join(_ROLES)}, or ext:NAME."
        ),
        "beginDate": DATE,
        "endDate": DATE,
    },
    references={
        "userSourcedId": "users",
        "orgSourcedId": "orgs",
        "userProfileSourcedId": "userProfiles",
    },
)

_BEFORE = oneroster_1_1.DEMOGRAPHICS
DEMOGRAPHICS = File(
    columns=_BEFORE.columns,
    rules={
        **_BEFORE.rules,
        "sex": matches(
            r"male|female|unspecified|other|ext:\S+",
            "Write male, female, unspecified, other, or ext:NAME.",
        ),
    },
    references=_BEFORE.references,
)

VERSION = Version(
    "1.2",
    names=(
        *("academicSessions", "categories", "classes", "classResources", "courses"),
        *("courseResources", "demographics", "enrollments", "lineItemLearningObjectiveIds"),
        *("lineItems", "lineItemScoreScales", "orgs", "resources", "resultLearningObjectiveIds"),
        *("results", "resultScoreScales", "roles", "scoreScales", "userProfiles"),
        *("userResources", "users"),
    ),
    files={
        "users": USERS,
        "roles": ROLES,
        "demographics": DEMOGRAPHICS,
        "enrollments": oneroster_1_1.ENROLLMENTS,
        "orgs": oneroster_1_1.ORGS,
    },
)


def check(path: Path) -> list[Finding]:
    """The findings for a folder or a zip that an importer of OneRoster 1.2 would reject."""
    tables, modes, findings = read_set(path, VERSION)
    check_references(tables, modes, VERSION)
    _check_roles(tables, modes)
    return findings + findings_of(tables)


def _check_roles(tables: Tables, modes: dict[str, str]) -> None:
    roles, users = tables.get("roles"), tables.get("users")
    if roles:
        seen: dict[tuple[str, str], int] = {}
        for line, row in roles.rows:
            key = (row.get("userSourcedId", ""), row.get("orgSourcedId", ""))
            if row.get("roleType") != "primary" or not is_active(row):
                continue
            if seen.setdefault(key, line) != line:
                wrong = f"is a second primary role after line {seen[key]}."
                roles.report(line, "roleType", wrong, "A user has one primary role in an org.")
    if (
        users
        and modes.get("file.users") == "bulk"
        and modes.get("file.roles") in {"bulk", "absent"}
    ):
        users.check_references("sourcedId", roles or Table("roles.csv"), "userSourcedId")


if __name__ == "__main__":
    sys.exit(run(check, sys.argv[1:]))
