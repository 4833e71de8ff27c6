"""`make apply`: a district's file over the API, in this process."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from local.calls import Refused
from local.http_client import Answer
from local.operators.apply import apply
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.connections.sftp import Credentials
from tests.functional.conftest import StartedExports
from tests.functional.support.district import context
from tests.functional.support.events import OPERATOR, VIEWER, api_event, person, program
from tests.functional.support.programs import SAMPLES, bind, bind_samples, stored_of_connections
from tests.functional.support.secrets import stored_secrets

EXAMPLE = (Path(__file__).parents[2] / "events" / "district.yaml").read_text()
PROGRAM = program("2abcdefghijklmnopqrstuvwxy", "sync/configuration.write", "sync/read")
SECRETS = {"ANYTOWN_PASSWORD": "correct horse"}
POWERSCHOOL, OFFICE = "anytown-powerschool", "anytown-office"
ADA, OFFICE_PEOPLE = (
    f"/connections/{POWERSCHOOL}/recipients/{name}%40anytown.example.org"
    for name in ("ada", "office")
)


class Operator:
    """Applies files as a caller of the API; `writes` are the requests that change something."""

    def __init__(self, folder: Path, claims: dict[str, str]) -> None:
        self.file = folder / "district.yaml"
        self.claims = claims
        self.writes: list[str] = []
        self.said: list[str] = []

    def call(self, method: str, path: str, body: Any) -> Answer:
        if method != "GET":
            self.writes.append(f"{method} {path}")
        for route in configuration.ROUTES:
            pattern = re.sub("{([a-z_]+)}", r"(?P<\1>[^/]+)", route.resource)
            found = re.fullmatch(pattern, path)
            if found and route.method == method:
                event = api_event(
                    method, route.resource, claims=self.claims, body=body, **found.groupdict()
                )
                response = configuration.handler(event, context())
                return Answer(response["statusCode"], response["body"])
        raise AssertionError(path)

    def apply(self, text: str = EXAMPLE, secrets: dict[str, str] = SECRETS, **how: Any) -> bool:
        self.file.write_text(text)
        self.writes.clear()
        self.said.clear()
        return apply(
            self.file,
            self.call,
            secret_of=lambda variable: secrets.get(variable, ""),
            say=self.said.append,
            **how,
        )

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@pytest.fixture(autouse=True)
def programs(started: StartedExports) -> None:
    bind_samples()


@pytest.fixture
def olga(tmp_path: Path) -> Operator:
    return Operator(tmp_path, OPERATOR)


def test_a_new_district_is_created_with_mappings_schedules_and_secrets(olga: Operator) -> None:
    assert olga.apply()

    assert olga.writes == [
        "POST /connections",
        f"PUT /connections/{POWERSCHOOL}/mapping",
        f"PUT /connections/{POWERSCHOOL}/schedule",
        f"PUT {ADA}",
        f"PUT {OFFICE_PEOPLE}",
        "POST /connections",
        f"PUT /connections/{OFFICE}/mapping",
    ]
    deps = configuration_function.dependencies()
    connection = deps.connections.get(POWERSCHOOL)
    assert (connection.district, connection.time_zone) == ("anytown", "America/Chicago")
    assert stored_secrets(POWERSCHOOL) == Credentials(password="correct horse")
    schedule = deps.schedules.get(POWERSCHOOL)
    assert schedule
    assert schedule.to_json()["times"] == ["13:15", "21:00"]
    assert "saturday" not in schedule.weekdays
    assert schedule.to_json()["pauses"] == [{"from": "2026-06-30", "to": "2026-07-31"}]
    assert "password: from ANYTOWN_PASSWORD" in olga.text
    assert "correct horse" not in olga.text


def test_a_file_corrects_a_setting_that_an_earlier_version_saved(olga: Operator) -> None:
    assert olga.apply()
    connections = configuration_function.dependencies().connections
    stored = connections.get(OFFICE).model_copy(update={"time_zone": "EST"})
    connections.replace(stored)

    assert olga.apply()

    assert olga.writes == [f"PUT /connections/{OFFICE}"]
    assert connections.get(OFFICE).time_zone == "America/Chicago"


def test_applying_the_same_file_again_changes_nothing(olga: Operator) -> None:
    olga.apply()
    before = stored_of_connections()

    assert olga.apply(secrets={})

    assert (olga.writes, olga.said) == ([], ["No difference: nothing to change."])
    assert stored_of_connections() == before


def test_a_dry_run_shows_the_difference_and_writes_nothing(olga: Operator) -> None:
    assert olga.apply(dry_run=True, secrets={})
    assert (olga.writes, stored_of_connections()) == ([], [])
    olga.apply()
    changed = EXAMPLE.replace("21:00", "22:30").replace("to: Last", "to: Surname")
    changed = changed.replace("name: Anytown, PowerSchool", "name: Anytown")

    assert olga.apply(changed, dry_run=True)

    assert olga.writes == []
    assert "  name: Anytown, PowerSchool -> Anytown" in olga.text
    assert "  times: ['13:15', '21:00'] -> ['13:15', '22:30']" in olga.text
    assert "to: Surname" in olga.text
    assert "password" not in olga.text

    assert olga.apply(changed)

    assert [one.split("/")[-1] for one in olga.writes] == [POWERSCHOOL, "schedule", "mapping"]
    assert olga.apply(changed)
    assert olga.writes == []


def test_a_file_changes_no_connection_that_is_being_deleted(olga: Operator) -> None:
    olga.apply()
    olga.call("DELETE", f"/connections/{OFFICE}", None)

    assert not olga.apply(EXAMPLE.replace("21:00", "22:30"))

    assert olga.writes == []
    assert "being deleted" in olga.text


def test_settings_that_the_file_leaves_out_stay(olga: Operator) -> None:
    olga.apply()
    path = f"/connections/{POWERSCHOOL}"
    shown = olga.call("GET", path, None).json()
    olga.call("PUT", path, {**shown, "example_students": ["1001"]})

    olga.apply(EXAMPLE.replace("sis: PowerSchool", "sis: Skyward"))

    after = olga.call("GET", path, None).json()
    assert (after["example_students"], after["sis"]) == (["1001"], "Skyward")


def test_secrets_are_sent_to_a_new_host_and_on_request_only(olga: Operator) -> None:
    olga.apply()
    newer = {"ANYTOWN_PASSWORD": "newer"}
    moved = EXAMPLE.replace("sftp.anytown", "files.anytown")

    olga.apply(secrets=newer)
    unchanged = stored_secrets(POWERSCHOOL)
    olga.apply(secrets=newer, send_secrets=True)
    sent = stored_secrets(POWERSCHOOL)
    assert olga.apply(moved, secrets={}) is False
    assert "Set the environment variable ANYTOWN_PASSWORD." in olga.text
    assert olga.apply(moved, secrets={"ANYTOWN_PASSWORD": "of the new host"})

    assert (unchanged.password, sent.password) == ("correct horse", "newer")
    assert stored_secrets(POWERSCHOOL).password == "of the new host"


MISTAKES = {
    "a setting": ("username: enroll", "user: enroll", "did you mean username?"),
    "a value": ("host: sftp", "host: http://sftp", "host"),
    "a shared setting": ("America/Chicago", "Chicago", "time_zone"),
    "a key above": ("district: anytown #", "state: x\ndistrict: anytown #", "no such key"),
    "a guard": ("action: hold", "action: stop", "guards.row_count.action"),
    "a secret": ("sis: PowerSchool", "password: hunter2", "Never write a secret"),
    "a secret in a name's place": ("ANYTOWN_PASSWORD}", "hunter2}", "environment variable"),
    "a ready-made mapping": ("mapping: powerschool", "mapping: powerschol", "Ready-made"),
    "a mapping": ("mapping_type: direct, to: Last", "mapping_type: dirct, to: Last", "Enter"),
    "a time": ("21:00", "9 pm", "two digits"),
    "a number as time": ("[13:15, 21:00]", "[1315, 2100]", "two digits"),
    "a pause": ("to: 2026-07-31", "to: 2026-06-01", "swap"),
    "an id twice": ("anytown-office", "anytown-powerschool", "no other"),
    "people": ("schedule:\n", "people: []\n    schedule:\n", "no such field"),
    "YAML": ("sis: PowerSchool", "name: again", "here twice"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_nothing_changes(case: str, olga: Operator) -> None:
    old, new, remedy = MISTAKES[case]
    text = EXAMPLE.replace(old, new, 1)
    line = text[: text.rindex(new)].count("\n") + 1

    assert olga.apply(text) is False

    (problems,) = olga.said
    assert f"{olga.file}, line {line}" in problems
    assert remedy in problems
    assert "hunter2" not in problems
    assert problems.endswith("Nothing was changed.")
    assert (olga.writes, stored_of_connections()) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        "connections: {}",
        "connections: []",
        "connections: [5, null]",
        "connections: [{connection_id: 7}]",
        "connections: [{connection_id: ../x}]",
        EXAMPLE.replace("mapping: powerschool", "mapping: a/b?c d"),
        EXAMPLE.replace("mapping: powerschool", "mapping: [powerschool]"),
        EXAMPLE.replace("mapping: powerschool", "mapping: missing.yaml"),
        EXAMPLE.replace("times: [13:15, 21:00]", "times: [[21]]"),
        EXAMPLE.replace("{from: 2026-06-30, to: 2026-07-31}", "{from: [1]}, 5"),
        EXAMPLE.replace("{password: ANYTOWN_PASSWORD}", "[ANYTOWN_PASSWORD]"),
        EXAMPLE.replace("{password: ANYTOWN_PASSWORD}", "{pin: ANYTOWN_PASSWORD}"),
        EXAMPLE.replace("[2abcdefghijklmnopqrstuvwxy, 3abcdefghijklmnopqrstuvwxy]", "{}"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_a_line(text: str, olga: Operator) -> None:
    assert olga.apply(text) is False
    assert "line " in olga.text or "cannot be read" in olga.text
    assert (olga.writes, stored_of_connections()) == ([], [])


def test_a_mistake_in_the_last_connection_keeps_the_first_from_being_created(
    olga: Operator,
) -> None:
    assert olga.apply(EXAMPLE.replace("to: Last", "to: ID")) is False
    assert (olga.writes, stored_of_connections()) == ([], [])


def test_a_mapping_may_be_in_a_file_of_its_own(olga: Operator, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "files:\n  - name: students\n    fields:\n"
        "      - {from: students.id, mapping_type: direct, to: ID}\n"
    )
    text = EXAMPLE.replace("mapping: powerschool", "mapping: own.yaml")

    assert olga.apply(text)
    saved = olga.call("GET", f"/connections/{POWERSCHOOL}/mapping", None).json()
    assert saved["files"][0]["fields"][0]["to"] == "ID"

    (tmp_path / "own.yaml").write_text("files:\n  - name: students\n    feilds: []\n")
    assert olga.apply(text) is False
    assert f"{tmp_path / 'own.yaml'}, line 3: files[0].feilds" in olga.text


def test_a_program_that_the_connections_name_may_apply(tmp_path: Path) -> None:
    ci = Operator(tmp_path, PROGRAM)

    bind(SAMPLES[0], "north")
    assert ci.apply() is False
    assert "Bind the program that you sign in with" in ci.text
    assert ci.writes == []
    bind(SAMPLES[0], "anytown")
    assert ci.apply()
    assert ci.apply()
    assert ci.writes == []
    assert ci.apply(EXAMPLE.replace("2abcdefghijklmnopqrstuvwxy", "another")) is False
    assert "Add the program that you sign in with" in ci.text


@pytest.mark.parametrize(
    ("claims", "reason"),
    [(VIEWER, "no right to configure"), (person("full-access", "district:north"), "not a member")],
    ids=["viewer", "another district"],
)
def test_a_caller_without_the_right_changes_nothing(
    claims: dict[str, str], reason: str, tmp_path: Path
) -> None:
    caller, before = Operator(tmp_path, claims), stored_of_connections()

    assert caller.apply() is False

    assert reason in caller.text
    assert (caller.writes, stored_of_connections()) == ([], before)


def test_a_refused_request_says_what_was_made_before(olga: Operator) -> None:
    """Two connections with one destination: only the service sees that."""
    second = EXAMPLE[EXAMPLE.index("  - connection_id: anytown-powerschool") :]
    second = second[: second.index("  - connection_id: anytown-office")]
    text = EXAMPLE + second.replace("anytown-powerschool", "anytown-second")

    with pytest.raises(
        Refused, match=r"anytown-second: .*\n.*\d of 12 changes were made"
    ) as raised:
        olga.apply(text)

    assert "correct horse" not in str(raised.value)
    assert json.dumps(SECRETS) not in olga.text


def test_a_person_who_does_not_confirm_changes_nothing(olga: Operator) -> None:
    assert olga.apply(confirm=lambda: False) is False
    assert olga.writes == []
    assert "Nothing was changed." in olga.text


def test_the_file_has_all_recipients_of_a_connection(olga: Operator) -> None:
    olga.apply()
    recipients = configuration_function.dependencies().recipients
    changed = EXAMPLE.replace("[weekly_summary]", "[weekly_summary, failed]").replace(
        "      ada@anytown", "      ben@anytown"
    )

    assert olga.apply(changed)

    assert olga.writes == [
        f"DELETE {ADA}",
        f"PUT {ADA.replace('/ada', '/ben')}",
        f"PUT {OFFICE_PEOPLE}",
    ]
    assert f"{POWERSCHOOL}: remove the recipient ada@anytown.example.org" in olga.text
    assert "  for: weekly_summary -> failed, weekly_summary" in olga.text
    assert [one.email.partition("@")[0] for one in recipients.all(POWERSCHOOL)] == ["ben", "office"]


def test_a_file_without_recipients_leaves_them(olga: Operator) -> None:
    olga.apply()
    lines = EXAMPLE.splitlines(keepends=True)
    start = next(index for index, line in enumerate(lines) if "recipients:" in line)

    assert olga.apply("".join(lines[:start] + lines[start + 3 :]))

    assert olga.writes == []
    assert len(configuration_function.dependencies().recipients.all(POWERSCHOOL)) == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("ada: [failed]", "ada: Enter one email address"),
        ("a@b.example: [lunch]", "a@b.example: Enter a list of what to mail: failed, "),
        ("a@b.example: failed", "a@b.example: Enter a list of what to mail"),
        (
            "{A@b.example: [failed], a@b.example: [failed]}",
            "a@b.example: This address is here twice.",
        ),
        ("[a@b.example]", "Write addresses, such as {ada@anytown.example.org: [failed]}."),
    ],
)
def test_a_mistake_among_recipients_is_named_with_its_line(
    olga: Operator, wrong: str, message: str
) -> None:
    start = EXAMPLE.index("      ada@anytown")
    end = EXAMPLE.index("\n\n", start)

    assert not olga.apply(f"{EXAMPLE[:start]}      {wrong}{EXAMPLE[end:]}")

    line = EXAMPLE[:start].count("\n") + 1
    assert f"line {line}: connections[0].recipients: {message}" in olga.text
    assert olga.writes == []
