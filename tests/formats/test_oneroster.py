"""The checkers of OneRoster 1.1 and 1.2 find what an importer would refuse, in folder and zip."""

import zipfile
from pathlib import Path

import pytest

from tests.formats import oneroster_1_1, oneroster_1_2
from tests.formats.breakage import GOOD, Breakage, broken, locations

CHECKS = {"oneroster_1_1": oneroster_1_1.check, "oneroster_1_2": oneroster_1_2.check}
USERS, DEMOGRAPHICS, ORGS = "users.csv", "demographics.csv", "orgs.csv"
ENROLLMENTS, ROLES, MANIFEST = "enrollments.csv", "roles.csv", "manifest.csv"

BULK_1_1 = {
    "a header in other letters": Breakage(
        USERS, "sourcedId,status", "sourcedID,status", ((USERS, 1, "sourcedId"),)
    ),
    "columns in another order": Breakage(
        USERS, "givenName,familyName", "familyName,givenName", ((USERS, 1, "givenName"),)
    ),
    "an own column without metadata.": Breakage(
        USERS, "metadata.busRoute", "busRoute", ((USERS, 1, "busRoute"),)
    ),
    "a grade of one digit": Breakage(USERS, '"11,12"', '"9,12"', ((USERS, 3, "grades"),)),
    "kindergarten as K": Breakage(USERS, ",KG,", ",K,", ((USERS, 2, "grades"),)),
    "a list with blanks": Breakage(USERS, '"11,12"', '"11, 12"', ((USERS, 3, "grades"),)),
    "Yes for true": Breakage(
        USERS, "s-000074,,,true", "s-000074,,,Yes", ((USERS, 3, "enabledUser"),)
    ),
    "a role of another list": Breakage(USERS, ",guardian,", ",mother,", ((USERS, 5, "role"),)),
    "a user without a user name": Breakage(USERS, "sdiaz", "", ((USERS, 3, "username"),)),
    "an org that is not there": Breakage(
        USERS, '"o-101,o-1"', '"o-101,o-9"', ((USERS, 2, "orgSourcedIds"),)
    ),
    "an agent that is not there": Breakage(
        USERS, '"g-1,g-2"', '"g-1,g-3"', ((USERS, 2, "agentSourcedIds"),)
    ),
    "status in bulk": Breakage(USERS, "g-2,,", "g-2,active,", ((USERS, 5, "status"),)),
    "an id twice": Breakage(
        USERS, "\r\ng-2,", "\r\ng-1,", ((USERS, 2, "agentSourcedIds"), (USERS, 5, "sourcedId"))
    ),
    "an id with a blank": Breakage(ENROLLMENTS, "e-2,", "e 2,", ((ENROLLMENTS, 3, "sourcedId"),)),
    "a line break in a value": Breakage(
        ORGS, "Anytown High", '"Anytown\nHigh"', ((ORGS, 4, "name"),)
    ),
    "Unix line ends": Breakage(MANIFEST, "bulk\r\nsource", "bulk\nsource", ((MANIFEST, 16, ""),)),
    "a date in American style": Breakage(
        DEMOGRAPHICS, "2009-01-01", "1/1/2009", ((DEMOGRAPHICS, 3, "birthDate"),)
    ),
    "a sex that 1.1 has not": Breakage(DEMOGRAPHICS, "male", "other", ((DEMOGRAPHICS, 2, "sex"),)),
    "Y for true": Breakage(
        DEMOGRAPHICS, "true,MX", "Y,MX", ((DEMOGRAPHICS, 3, "hispanicOrLatinoEthnicity"),)
    ),
    "demographics of nobody": Breakage(
        DEMOGRAPHICS, "s-000074", "s-000075", ((DEMOGRAPHICS, 3, "sourcedId"),)
    ),
    "an enrollment in no class": Breakage(
        ENROLLMENTS, "e-2,,,c-1", "e-2,,,c-2", ((ENROLLMENTS, 3, "classSourcedId"),)
    ),
    "an end before the begin": Breakage(
        ENROLLMENTS, "2027-06-10", "2026-06-10", ((ENROLLMENTS, 2, "endDate"),)
    ),
    "a file removed": Breakage(
        "classes.csv",
        "",
        None,
        ((ENROLLMENTS, 0, "classSourcedId"), (MANIFEST, 6, "value")),
    ),
    "a file with a header only": Breakage(
        "classes.csv",
        "c-1,,,Homeroom,KG,k-1,,homeroom,,o-101,t-1,,,\r\n",
        "",
        (
            ("classes.csv", 0, ""),
            (ENROLLMENTS, 2, "classSourcedId"),
            (ENROLLMENTS, 3, "classSourcedId"),
        ),
    ),
    "no manifest": Breakage(MANIFEST, "", None, ((MANIFEST, 0, ""),)),
    "a file that the manifest calls absent": Breakage(
        MANIFEST, "file.orgs,bulk", "file.orgs,absent", ((MANIFEST, 13, "value"),)
    ),
    "a file that the manifest does not name": Breakage(
        MANIFEST, "file.results,absent\r\n", "", ((MANIFEST, 0, "propertyName"),)
    ),
    "the manifest of 1.2": Breakage(
        MANIFEST, "oneroster.version,1.1", "oneroster.version,1.2", ((MANIFEST, 3, "value"),)
    ),
    "a name in capitals": Breakage(
        "Roles.csv", "", "sourcedId\r\nr-1\r\n", (("Roles.csv", 0, ""),)
    ),
}

DELTA_1_1 = {
    "no status": Breakage(USERS, "active", "", ((USERS, 2, "status"),)),
    "a status of 1.0": Breakage(USERS, "active", "inactive", ((USERS, 2, "status"),)),
    "a moment without its zone": Breakage(
        USERS, "21:05:00.000Z", "21:05:00", ((USERS, 2, "dateLastModified"),)
    ),
}

BULK_1_2 = {
    "the columns of 1.1": Breakage(
        USERS,
        "enabledUser,username",
        "enabledUser,orgSourcedIds,role,username",
        ((USERS, 1, "username"), (USERS, 2, ""), (USERS, 3, ""), (USERS, 4, "")),
    ),
    "a role of 1.1": Breakage(
        ROLES, "primary,parent", "primary,administrator", ((ROLES, 5, "role"),)
    ),
    "a type of role of another list": Breakage(
        ROLES, "secondary", "other", ((ROLES, 4, "roleType"),)
    ),
    "a role of nobody": Breakage(
        ROLES, "r-3,,,s-000074", "r-3,,,s-000099", ((ROLES, 4, "userSourcedId"),)
    ),
    "a role in no org": Breakage(
        ROLES, ",,o-102,\r\nr-3", ",,,\r\nr-3", ((ROLES, 3, "orgSourcedId"),)
    ),
    "a role in an org that is not there": Breakage(
        ROLES, ",,o-102,\r\nr-3", ",,o-7,\r\nr-3", ((ROLES, 3, "orgSourcedId"),)
    ),
    "two primary roles in an org": Breakage(
        ROLES, "secondary", "primary", ((ROLES, 4, "roleType"),)
    ),
    "a user without a role": Breakage(
        ROLES, "r-4,,,g-1", "r-4,,,s-000074", ((USERS, 4, "sourcedId"),)
    ),
    "a primary org that is not there": Breakage(
        USERS, "o-102,", "o-7,", ((USERS, 3, "primaryOrgSourcedId"),)
    ),
    "a sex of another list": Breakage(DEMOGRAPHICS, "other", "X", ((DEMOGRAPHICS, 3, "sex"),)),
    "a file of 1.2 that the manifest does not name": Breakage(
        MANIFEST, "file.userProfiles,absent\r\n", "", ((MANIFEST, 0, "propertyName"),)
    ),
}

DELTA_1_2 = {
    "no moment": Breakage(ROLES, "2026-08-01T21:05:00.000Z", "", ((ROLES, 2, "dateLastModified"),)),
    "a mode beyond the list": Breakage(
        MANIFEST, "file.users,delta", "file.users,changes", ((MANIFEST, 24, "value"),)
    ),
}

SETS = {
    ("oneroster_1_1", "bulk"): BULK_1_1,
    ("oneroster_1_1", "delta"): DELTA_1_1,
    ("oneroster_1_2", "bulk"): BULK_1_2,
    ("oneroster_1_2", "delta"): DELTA_1_2,
}
CASES = [
    pytest.param(version, kind, breakage, id=f"{version} {kind}, {name}")
    for (version, kind), breakages in SETS.items()
    for name, breakage in breakages.items()
]


@pytest.mark.parametrize(("version", "kind"), SETS)
def test_a_good_set_passes(version: str, kind: str) -> None:
    assert CHECKS[version](GOOD / version / kind) == []


@pytest.mark.parametrize(("version", "kind", "breakage"), CASES)
def test_a_breakage_is_found_where_it_is(
    version: str, kind: str, breakage: Breakage, tmp_path: Path
) -> None:
    folder = broken(f"{version}/{kind}", breakage, tmp_path)

    assert locations(CHECKS[version], folder) == sorted(breakage.found)


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    breakage = Breakage(USERS, "sourcedId,", "\ufeffsourcedId,", ())

    assert locations(oneroster_1_1.check, broken("oneroster_1_1/bulk", breakage, tmp_path)) == []


@pytest.mark.parametrize(
    ("inside", "found"), [("", []), ("set/", [(MANIFEST, 0, ""), ("set/manifest.csv", 0, "")])]
)
def test_a_zip_has_its_files_at_the_top(
    inside: str, found: list[tuple[str, int, str]], tmp_path: Path
) -> None:
    source = GOOD / "oneroster_1_1" / "bulk"
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in source.glob("*.csv" if not inside else MANIFEST):
            archive.write(file, f"{inside}{file.name}")

    assert locations(oneroster_1_1.check, tmp_path / "set.zip") == found


def test_a_file_that_is_not_a_zip_is_reported(tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_text("sourcedId")

    assert ("set.zip", 0, "") in locations(oneroster_1_2.check, tmp_path / "set.zip")
