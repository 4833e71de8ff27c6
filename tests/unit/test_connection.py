"""Connections as administrators define them."""

import base64
import copy
import functools
from collections.abc import Iterator
from typing import Any

import pytest

from registration_sync.domain.connections.connection import Connection, parse_connection
from registration_sync.domain.connections.rules import check_folder, check_host_key
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import InvalidRequest

PRIVATE_KEY = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n"
)


def key_line(kind: str, *fields: bytes, named: str = "") -> str:
    """An OpenSSH public key line made of the fields, `named` in front."""
    content = b"".join(len(part).to_bytes(4) + part for part in (kind.encode(), *fields))
    return f"{named or kind} {base64.b64encode(content).decode()}"


HOST_KEY = key_line("ssh-ed25519", bytes(32))

DEFINITION: dict[str, Any] = {
    "connection_id": "north-powerschool",
    "name": "North: PowerSchool",
    "host": "sftp.north.example.org",
    "username": "enroll",
    "password": "correct horse",
    "host_keys": [HOST_KEY],
    "district": "north",
    "time_zone": "America/Chicago",
}


def problems_of(**changes: object) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        parse_connection({**DEFINITION, **changes})
    return {problem.path: problem.message for problem in refused.value.problems}


def parsed(**changes: object) -> Connection:
    return parse_connection({**DEFINITION, **changes})[0]


def test_an_omitted_setting_takes_its_default() -> None:
    connection, credentials = parse_connection(DEFINITION)

    assert connection.to_json() == {
        "connection_id": "north-powerschool",
        "name": "North: PowerSchool",
        "sis": "",
        "host": "sftp.north.example.org",
        "port": 22,
        "username": "enroll",
        "host_keys": [HOST_KEY],
        "folder": "SISData/exports/{school_year}",
        "delivery": "sftp",
        "importer": "unknown",
        "write_in_place": False,
        "keep_links": False,
        "done_file": False,
        "guards": {
            "row_count": {"action": "warn", "percent": 50, "at_least": 10},
            "blank_required": {"action": "warn", "percent": 50, "at_least": 10},
            "blank_column": {"action": "warn", "percent": 80, "at_least": 10},
            "unmatched": {"action": "off", "count": 50},
            "not_collected": {"action": "warn"},
        },
        "district": "north",
        "time_zone": "America/Chicago",
        "example_students": [],
        "name_fields": ["students.fname", "students.mname", "students.lname"],
        "programs": [],
        "takes": {"school_years": [], "where": []},
    }
    assert credentials == Credentials(password="correct horse")


def test_a_shown_connection_can_be_saved_unchanged() -> None:
    connection = parsed(example_students=["S-1", 1002], programs=["3n4b5urk1ft4fl3mg5e62d9ado"])

    assert parse_connection(connection.to_json()) == (connection, Credentials())
    assert connection.example_students == ("S-1", "1002")


def texts_in(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of the texts."""
    if isinstance(content, str):
        yield path
    elif isinstance(content, dict | list):
        parts = content.items() if isinstance(content, dict) else enumerate(content)
        for key, part in parts:
            yield from texts_in(part, (*path, key))


WITH_ALL_TEXTS = DEFINITION | {
    "guards": {"row_count": {"action": "hold"}},
    "example_students": ["S-1"],
    "name_fields": ["students.fname"],
    "programs": ["3n4b5urk1ft4fl3mg5e62d9ado"],
    "takes": {
        "where": [
            {"field": "students.grade", "one_of": ["K"]},
            {"field": "a", "includes": "b", "delimiter": ";"},
        ]
    },
}


def test_a_text_that_is_too_long_is_refused_with_its_limit() -> None:
    where = [{"field": "a", "equals": "x" * 2_001}]

    problems = problems_of(takes={"where": where}, programs=["x" * 129])

    assert problems == {
        "takes.where[0].equals": "Enter at most 2000 characters.",
        "programs[0]": "Enter at most 128 characters.",
    }


@pytest.mark.parametrize("path", list(texts_in(WITH_ALL_TEXTS)), ids=str)
def test_no_text_can_be_saved_that_cannot_be_read_again(path: tuple[Any, ...]) -> None:
    definition = copy.deepcopy(WITH_ALL_TEXTS)
    *around, last = path
    part: Any = functools.reduce(lambda inner, key: inner[key], around, definition)

    part[last] += "\ud800"  # JSON can write it; nothing else can

    with pytest.raises(InvalidRequest):
        parse_connection(definition)


def test_every_problem_is_reported_at_once_with_its_remedy() -> None:
    problems = problems_of(
        connection_id="North!",
        name="",
        host="sftp://north.example.org",
        port="22",
        hostkeys=[],
        host_keys=["ssh-ed25519"],
        folder="../exports",
        delivery="ftp",
        write_in_place="yes",
        time_zone="America/Chicgo",
        example_students=["1", "2", "3", "4", "5", "6"],
        programs=["not a client id"],
        passphrase="secret",
    )

    assert problems == {
        "connection_id": (
            "Enter 1 to 40 lowercase letters, digits or hyphens, such as north-powerschool."
        ),
        "name": "Enter a name.",
        "host": "Enter the server's name alone, without sftp:// before it.",
        "port": "Enter a whole number from 1 to 65535, such as 22.",
        "hostkeys": "There is no such field: did you mean host_keys?",
        "host_keys[0]": "Enter one key on one line: its type and the key, as ssh-ed25519 AAAA…",
        "folder": "Leave .. out of the folder: enter the path directly.",
        "delivery": "Enter sftp or download.",
        "write_in_place": "Enter true or false.",
        "time_zone": "There is no such time zone: did you mean America/Chicago?",
        "example_students": "Enter a list of at most 5 student ids.",
        "programs[0]": "Enter a list of at most 20 client ids of programs.",
        "passphrase": "A passphrase needs its private key: enter both, or neither.",
    }


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_connection({})

    assert [problem.path for problem in refused.value.problems] == [
        "connection_id",
        "name",
        "district",
        "time_zone",
        "host",
        "username",
    ]


@pytest.mark.parametrize("definition", [None, [], "text", 7])
def test_a_connection_is_an_object(definition: object) -> None:
    with pytest.raises(InvalidRequest, match="JSON object"):
        parse_connection(definition)


def test_a_download_needs_no_server() -> None:
    definition = {
        name: value
        for name, value in DEFINITION.items()
        if name not in {"host", "username", "password", "host_keys"}
    }

    connection, _ = parse_connection({**definition, "delivery": "download"})

    assert (connection.delivery, connection.host) == ("download", "")


def test_a_connection_may_be_saved_before_its_host_key_is_known() -> None:
    assert parsed(host_keys=[]).host_keys == ()


@pytest.mark.parametrize(
    "host", ["sftp.example.org", "10.0.0.8", "2001:db8::1", "SFTP_1.example.org.", "localhost"]
)
def test_a_host_is_a_name_or_an_address(host: str) -> None:
    assert parsed(host=host).host == host


@pytest.mark.parametrize(
    ("host", "hint"),
    [
        ("ssh://x.org", "without sftp://"),
        ("x.org:2222", "field port"),
        ("x .org", "no spaces"),
        ("x.org/folder", "no path"),
        ("-x.org", "host name"),
        ("x..org", "host name"),
        ("user@x.org", "host name"),
        ("", "Enter the name or address"),
        (None, "Enter the name or address"),
        ("x.org\n", "host name"),
    ],
)
def test_other_hosts_are_refused(host: str | None, hint: str) -> None:
    assert hint in problems_of(host=host)["host"]


@pytest.mark.parametrize("port", [0, 65536, -1, 22.5, True, "22", None])
def test_a_port_is_a_number_in_range(port: object) -> None:
    assert problems_of(port=port) == {"port": "Enter a whole number from 1 to 65535, such as 22."}


@pytest.mark.parametrize(
    "line",
    [
        HOST_KEY,
        key_line("ecdsa-sha2-nistp256", b"nistp256", bytes(65)),
        key_line("ssh-rsa", b"\x01\x00\x01", bytes(257)),
    ],
)
def test_host_keys_of_every_common_type_are_accepted(line: str) -> None:
    assert check_host_key(f"  {line} comment of the file\n") == line


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("", "one key on one line"),
        (f"{HOST_KEY}\n{HOST_KEY}", "one key on one line"),
        (f"sftp.example.org {HOST_KEY}", "Leave out the host name"),
        (key_line("ssh-dss", bytes(128)), "is not supported"),
        ("ssh-ed25519 AAAA…", "incomplete"),
        (HOST_KEY[:-1], "incomplete"),
        (HOST_KEY[:-4], "not a complete key"),
        (key_line("ssh-rsa", bytes(32), named="ssh-ed25519"), "not a complete key"),
        (key_line("ssh-ed25519"), "not a complete key"),
    ],
)
def test_other_host_keys_are_refused(line: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        check_host_key(line)


@pytest.mark.parametrize(
    ("folder", "rendered"),
    [
        ("SISData/exports/{school_year}", "SISData/exports/2025"),
        ("/in/{school_year}-{school_year_end}/", "/in/2025-2026"),
        ("fixed", "fixed"),
        ("a//b/./c", "a/b/c"),
        ("//a", "/a"),
        ("", "."),
        (".", "."),
        ("/", "/"),
        ("Año {school_year}", "Año 2025"),
    ],
)
def test_a_folder_is_rendered_for_a_year(folder: str, rendered: str) -> None:
    assert parsed(folder=folder).folder_for(2025) == rendered


@pytest.mark.parametrize(
    "folder",
    [
        "..",
        "a/../b",
        "a\\b",
        "a\nb",
        "{date}",
        "{school_year",
        "a}",
        "{{school_year}}",
        " a",
        "x" * 501,
    ],
)
def test_folders_outside_the_root_are_refused(folder: str) -> None:
    assert list(problems_of(folder=folder)) == ["folder"]


@pytest.mark.parametrize(
    "zone", ["", "CST6", "../etc/passwd", "America", "Europe/Nowhere", "a\x00b"]
)
def test_time_zones_are_those_of_iana(zone: str) -> None:
    assert "no such time zone" in problems_of(time_zone=zone)["time_zone"]


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("EST", "America/New_York"),
        ("MST7MDT", "America/Denver"),
        ("GMT+0", "UTC"),
        ("Etc/GMT+5", "UTC"),
        ("Zulu", ""),
        ("right/America/Chicago", "America/Chicago"),
    ],
)
def test_time_zones_that_the_scheduler_may_refuse_are_refused(zone: str, hint: str) -> None:
    assert hint in problems_of(time_zone=zone)["time_zone"]


@pytest.mark.parametrize(
    "zone", ["UTC", "America/Argentina/Buenos_Aires", "America/Port-au-Prince"]
)
def test_utc_and_places_are_time_zones(zone: str) -> None:
    assert parsed(time_zone=zone).time_zone == zone


@pytest.mark.parametrize(
    "district", ["", "a b", "a,operators", "[a", "x" * 101, "Zürich", "Ju\u0301arez"]
)
def test_a_district_can_be_part_of_a_groups_name(district: str) -> None:
    assert list(problems_of(district=district)) == ["district"]


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ({}, Credentials()),
        ({"password": "p"}, Credentials(password="p")),
        ({"password": None}, Credentials(password="")),
        ({"private_key": PRIVATE_KEY}, Credentials(private_key=PRIVATE_KEY, passphrase="")),
        (
            {"private_key": PRIVATE_KEY, "passphrase": "pp"},
            Credentials(private_key=PRIVATE_KEY, passphrase="pp"),
        ),
        ({"private_key": None}, Credentials(private_key="", passphrase="")),
    ],
)
def test_an_omitted_secret_stays_and_null_removes_it(
    sent: dict[str, Any], taken: Credentials
) -> None:
    definition = {name: value for name, value in DEFINITION.items() if name != "password"}

    _, credentials = parse_connection({**definition, **sent})

    assert credentials == taken


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("password", "", "leave it out"),
        ("password", 12345, "as text"),
        ("password", "sesame\x00", "plain text"),
        ("password", "sesame\ud800", "plain text"),
        ("private_key", "sesame", "whole private key file"),
        ("private_key", "PuTTY-User-Key-File-3: sesame", "OpenSSH key"),
        ("private_key", "ssh-ed25519 sesame", "public key"),
        ("passphrase", "sesame", "needs its private key"),
    ],
)
def test_a_secret_is_never_quoted(name: str, value: object, hint: str) -> None:
    problems = problems_of(**{name: value})

    assert list(problems) == [name]
    assert hint in problems[name]
    assert "sesame" not in problems[name]
    assert "12345" not in problems[name]


def test_a_secret_under_a_misspelled_name_is_not_quoted() -> None:
    problems = problems_of(pasword="sesame")

    assert problems == {"pasword": "There is no such field: did you mean password?"}


def test_secrets_do_not_show_in_the_repr() -> None:
    connection, credentials = parse_connection(DEFINITION)

    assert "correct horse" not in f"{connection!r} {credentials!r}"


def test_an_omitted_guard_takes_its_default() -> None:
    connection = parsed(guards={"row_count": {"action": "hold", "percent": 30}})

    assert connection.guards.row_count.action == "hold"
    assert connection.guards.row_count.at_least == 10
    assert connection.guards.not_collected.action == "warn"
    assert parsed(guards={}) == parsed()


@pytest.mark.parametrize(
    ("guards", "path", "message"),
    [
        ("on", "guards", 'Enter an object such as {"row_count"'),
        ({"row_count": "hold"}, "guards.row_count", "Enter an object such as"),
        ({"row_count": {"action": "stop"}}, "guards.row_count.action", "Enter off, warn or hold."),
        ({"row_count": {"percent": 0}}, "guards.row_count.percent", "from 1 to 1000"),
        ({"blank_required": {"percent": "5"}}, "guards.blank_required.percent", "from 0 to 99"),
        ({"unmatched": {"count": -1}}, "guards.unmatched.count", "from 0 to 1000000"),
        ({"row_counts": {}}, "guards.row_counts", "did you mean row_count?"),
        (
            {"unmatched": {"percent": 5}},
            "guards.unmatched.percent",
            "Known fields: action, count.",
        ),
        ({"not_collected": {"Action": 5}}, "guards.not_collected.Action", "did you mean action?"),
    ],
)
def test_a_mistake_in_a_guard_is_reported_at_its_path(guards: Any, path: str, message: str) -> None:
    problems = problems_of(guards=guards)

    assert list(problems) == [path]
    assert message in problems[path]


@pytest.mark.parametrize(
    ("folder", "advice"),
    [
        ("~/SISData", "Leave out ~"),
        ("~", "Leave out ~"),
        ("~district/SISData", "Leave out ~"),
        ("/~/SISData", "Leave out ~"),
        ("x/~/y", "Leave out ~"),
        ("SISData/~", "Leave out ~"),
        ("district@sis.example.org:/SISData", "without the host"),
        ("sis.example.org:/SISData", "without the host"),
        ("sis.example.org:SISData", "without the host"),
        ("10.0.0.5:/SISData", "without the host"),
        ("file:/SISData", "without the host"),
        ("file:SISData", "without the host"),
        ("'/SISData'", "quotation marks"),
        ('"SIS Data/exports"', "quotation marks"),
        ("\N{LEFT DOUBLE QUOTATION MARK}SISData\N{RIGHT DOUBLE QUOTATION MARK}", "quotation marks"),
        ("`SISData`", "quotation marks"),
        ("$HOME/x", "variables"),
        ("${HOME}/x", "variables"),
        ("%USERPROFILE%/x", "variables"),
        ("sftp://sis.example.org/SISData", "without sftp://"),
        ("C:\\SISData", "drive letter"),
        ("C:/SISData", "drive letter"),
        ("SISData\\exports", "forward slashes"),
    ],
)
def test_a_folder_that_a_server_would_take_literally_is_refused(folder: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        check_folder(folder)


@pytest.mark.parametrize(
    "folder", ["/C:/SISData", "SIS Data/exports", "a~b", "cash$", "50% off", "St. Mary's", "x/a:b"]
)
def test_an_odd_folder_that_may_exist_is_accepted(folder: str) -> None:
    assert check_folder(folder) == folder
