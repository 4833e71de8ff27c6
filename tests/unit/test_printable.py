"""Text from outside is one printable line in every message, and no link in any mail."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from registration_sync.adapters.sftp.client import Refusal
from registration_sync.domain.connections.rules import check_folder, check_host, check_name
from registration_sync.domain.errors import InvalidRequest, PermissionRefused, Problem
from registration_sync.domain.printable import mail_text, printable, quote
from registration_sync.domain.runs.alerts import Alert, alert_of, concerns_of
from registration_sync.domain.runs.check import CheckStep, StepResult
from registration_sync.domain.runs.endings import failed_run
from registration_sync.domain.runs.run import (
    Finding,
    HeldRow,
    Run,
    RunError,
    RunStatus,
    YearOutcome,
)
from tests.unit.test_alerts import DONE, HELD, NIGHT, REFUSED, run_of

HOSTILE = (
    "fe80::1%\n<b>Call http://evil.example</b>",
    "http://evil",
    "HTTPS://evil.example/a?b=c#d",
    "ftp://evil\r\nSubject: Free money",
    "www.evil.com",
    "evil.zip",
    "set.csv.evil.com",
    "ada@evil.org",
    "mailto:ada",
    "javascript:alert(1)",
    "\\\\evil\\share",
    "http\uff1a\uff0f\uff0fevil\uff0ecom",
    "evil\u3002com",
    "xn--e1afmkfd.xn--p1ai",
    "ev\u200bil.com",
    "http:/\u2060/evil",
    "a\x00b\x07c\x1b[31mred\x7f\x9b",
    "one\ntwo\rthree\u2028four\u2029five\x85six\x0bseven",
    "\u202efdp.elif\u202c \u2066x\u2069 \u200f\u061c",
    "\ufeff\u00ad\u200d\u2060\U000e0041\U000e007f",
    "\u3164\u2800\u115f",
    "\ud800 \udc80",
    "\ue000 \uffff \U0010ffff",
    "x" * 50_000,
    "“quoted” http://evil.com",
)

LINKS = (
    re.compile(r"[:\uff1a][/\uff0f]{2}"),
    re.compile(r"(?i)\b(mailto|tel|javascript):\S"),
    re.compile(r"[^\W_]\.(?!(csv|txt|done)\b)[^\W\d_]{2}"),
    re.compile("[\u3002\uff0e\uff61]\\w"),
    re.compile(r"\\\\"),
)
"""What mail programs make links of."""


def is_line(text: str) -> bool:
    """One line in which every character has its own width, as Unicode's categories have it."""
    return all(c == " " or unicodedata.category(c)[0] not in "CZ" for c in text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_becomes_one_visible_line_of_limited_length(text: str) -> None:
    line = printable(text)

    assert is_line(line)
    assert len(line) <= 300
    assert printable(line) == line
    assert line.encode().decode() == line


@pytest.mark.parametrize(
    "text", ["", "Peñasco – SFTP", "学校", "a  b", "SISData/exports/2025", "“x”", "e\u0301", "🏫"]
)
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def messages(text: str) -> Iterable[str]:
    """Every kind of message that the API, the console and the records show, about this text."""
    error = PermissionRefused(f"The server does not permit making {text}.")
    yield from (error.message, str(error), RunError.of(error).message)
    yield failed_run(run_of(DONE), error, NIGHT).message
    yield quote(text)
    yield Refusal(3, text).said
    problem = Problem(f"files[0].{text}", f'There is no field "{text}".')
    yield from (problem.path, problem.message)
    yield from (one.message for one in InvalidRequest("", problems=[problem]).problems)
    yield CheckStep("folder", StepResult.WARNING, 0.1, f"The folder has {text}.").message
    yield Finding("row_count", "warn", text, f"{text} has 2 rows.").message
    yield from YearOutcome(2025, RunStatus.SUCCEEDED, warnings=(f"{text} is new.",)).warnings


@pytest.mark.parametrize("text", HOSTILE)
def test_every_message_is_one_line(text: str) -> None:
    assert all(map(is_line, messages(text)))


def runs(text: str) -> list[Run]:
    """Runs of each kind of concern, about this text."""
    error = PermissionRefused(f"srv:22 does not permit making {text}{Refusal(3, text).said}.")
    finding = Finding("not_collected", "hold", text, f"{text} was not collected.")
    held = (HeldRow("4711", text, text, "no_match", "This value has no code."),)
    return [
        run_of(replace(REFUSED, error=RunError.of(error))),
        failed_run(run_of(), error, NIGHT),
        run_of(replace(DONE, status=RunStatus.AWAITING_CONFIRMATION, findings=(finding,))),
        run_of(replace(DONE, findings=(finding,))),
        run_of(replace(HELD, held=held)),
    ]


def alerts(text: str, name: str) -> list[Alert]:
    found = []
    for run in runs(text):
        concerns = concerns_of(run, {2025: 1} if run.years and run.years[0].held else {})
        assert concerns
        found.append(alert_of(run, concerns, name=name, zone=ZoneInfo("UTC")))
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_a_mail_has_no_link_and_no_line_from_outside(text: str) -> None:
    for alert, plain in zip(alerts(text, text), alerts("x", "x"), strict=True):
        assert alert.subject.isascii()
        assert len(alert.subject) < 100
        assert len(alert.body.splitlines()) == len(plain.body.splitlines())
        for line in (alert.subject, *alert.body.removesuffix("\n").split("\n")):
            assert is_line(line)
            assert [link for link in LINKS if link.search(line)] == [], line


@pytest.mark.parametrize("said", ["Quota!", "see evil”. Call 555 “now", "one\ntwo"])
def test_a_mail_has_no_text_of_a_server(said: str) -> None:
    message = f"The server does not permit making x{Refusal(3, said).said}. Ask."

    assert printable(said.replace("”", '"').replace("“", '"')) in printable(message)
    assert mail_text(message) == (
        "The server does not permit making x (its message: (see the run)). Ask."
    )


@pytest.mark.parametrize(
    "line",
    [
        "SISData/exports/2025/students.csv has 2 rows; usually it has about 20.",
        "2025-26 failed: 10.0.0.8:22 refused it at 9:02 PM, e.g. with 1.5 of 2. Ask.",
        "students.csv.done and students.txt",
    ],
)
def test_a_plain_line_stays_as_it_is_in_a_mail(line: str) -> None:
    assert mail_text(line) == line


@pytest.mark.parametrize(
    "host",
    [
        "fe80::1%\n<b>x</b>",
        "fe80::1%eth0",
        "fe80::1%",
        "::1%http://evil",
        "[2001:db8::1]",
        "2001:db8::1\n",
        "\uff11\uff10.0.0.8",
        "10.0.0.8\n",
        "010.0.0.8",
        "10.0.8",
        "256.0.0.1",
        "2130706433",
        "0x7f.0.0.1",
        "example.0x7f",
        "sftp.ex\u00e4mple.org",
        "sftp.example.org\u200b",
        "\u202esftp.example.org",
        "a b.org",
        "<b>.org",
        "x" * 64 + ".org",
        ".".join(["x" * 60] * 5),
        ".",
        "%",
    ],
)
def test_a_host_is_a_name_or_an_address_and_nothing_else(host: str) -> None:
    with pytest.raises(ValueError, match=r"^Enter "):
        check_host(host)


@pytest.mark.parametrize(
    "host", ["sftp.example.org", "sftp.example.org.", "SFTP_1", "3com.org", "10.0.0.8", "::1"]
)
def test_names_and_addresses_are_hosts(host: str) -> None:
    assert check_host(host) == host


@pytest.mark.parametrize("check", [check_name, check_folder])
@pytest.mark.parametrize("text", ["a\nb", "a\u202eb", "a\u200bb", "a\u2028b", "\ufeffa", "a\ud800"])
def test_a_name_and_a_folder_have_no_invisible_character(
    check: Callable[[str], str], text: str
) -> None:
    with pytest.raises(ValueError, match="no invisible character"):
        check(text)
