"""The connection check against all kinds of servers: a sentence for each fault, and no hang."""

import datetime as dt
import re
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.sftp.transport import Limits
from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.sftp import Credentials, ReplacedBy, SftpAccount
from registration_sync.domain.runs.check import STEPS, CheckStep, StepResult
from registration_sync.use_cases.delivery.check_connection import check_connection
from tests.support.sftp_servers import AsyncSftpServer, SilentServer

LIMITS = Limits(connect_seconds=2, handshake_seconds=2, sign_in_seconds=3, silence_seconds=2)
LONGEST_SECONDS = 10  # above the longest limit, for a busy machine
FOLDER = "SISData/exports/2025"


def checked(
    account: SftpAccount, workspace: Path, *, folder: str = FOLDER, **servers: Any
) -> tuple[list[CheckStep], ReplacedBy | None]:
    workspace.mkdir(exist_ok=True)
    connection = Connection(
        connection_id="north",
        name="North",
        delivery="sftp",
        host=account.host,
        port=account.port,
        username=account.username,
        host_keys=account.host_keys,
        district="north",
        time_zone="UTC",
        folder="SISData/exports/{school_year}",
    )
    options: dict[str, Any] = {"limits": LIMITS} | servers
    steps, traits = check_connection(
        connection,
        lambda: account,
        folder=folder,
        token="c0ffee",
        workspace=workspace,
        servers=ParamikoSftpServers([ip_network("127.0.0.1/32")], **options),
        now=lambda: dt.datetime.now(dt.UTC),
    )
    assert tuple(step.step for step in steps) == STEPS
    return list(steps), traits.replaced_by


def failed(steps: list[CheckStep]) -> CheckStep:
    """The one failed step; all before it passed, perhaps with a warning about a new folder, and all
    after it were skipped."""
    index = [step.result for step in steps].index(StepResult.FAILED)
    passed = {step.step for step in steps[:index] if step.result is StepResult.OK}
    assert {step.step for step in steps[:index]} - passed <= {"folder"}
    assert all(step.result is StepResult.SKIPPED for step in steps[index + 1 :])
    return steps[index]


@contextmanager
def within(seconds: float) -> Any:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


def test_a_working_connection_passes_every_step_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path / "server") as server:
        (server.root / FOLDER).mkdir(parents=True)
        steps, way = checked(server.account(), tmp_path / "w")

        assert [step.result for step in steps] == [StepResult.OK] * len(STEPS)
        assert way is ReplacedBy.POSIX_RENAME
        assert [path for path in server.root.rglob("*") if path.is_file()] == []
        assert server.sign_ins.count("password") == 1
    assert "127.0.0.1" in steps[0].message
    assert "SHA256:" in steps[3].message
    assert steps[3].host_key == server.host_keys[0]
    assert all(step.seconds >= 0 and step.message.endswith(".") for step in steps)


def folder_step(server: AsyncSftpServer, tmp_path: Path, folder: str) -> tuple[str, str]:
    steps, _ = checked(server.account(), tmp_path / "w", folder=folder)
    step = steps[STEPS.index("folder")]
    assert all(one.result is StepResult.OK for one in steps if one is not step)
    return step.result.value, step.message


def test_a_created_folder_is_a_warning_with_the_folders_beside_it(tmp_path: Path) -> None:
    created = (
        "There was no folder {}, so we created it. If your SIS already has a folder, check the "
        "spelling."
    )
    with AsyncSftpServer(tmp_path / "server") as server:
        for name in ("SISData", "imports\u202e", "x" * 70):
            (server.root / name).mkdir(parents=True)
        (server.root / "students.csv").touch()

        first = folder_step(server, tmp_path, "NoSuch/2026")
        again = folder_step(server, tmp_path, "NoSuch/2026")
        next_year = folder_step(server, tmp_path, "NoSuch/2027")
        for number in range(13):
            (server.root / "NoSuch" / str(number)).mkdir()
        many = folder_step(server, tmp_path, "NoSuch/x/2027")

    there = f" Folders there: imports\ufffd, SISData, {'x' * 59}…."
    assert first == ("warning", created.format("NoSuch/2026") + there)
    assert again == ("ok", "Found the folder NoSuch/2026.")
    assert next_year == ("warning", created.format("NoSuch/2027") + " Folders there: 2026.")
    assert many[1].endswith(" Folders there: 0, 1, 10, 11, 12, 2, 2026, 2027, 3, 4 and 5 more.")


def closed_port(account: SftpAccount) -> SftpAccount:
    with AsyncSftpServer(Path("/nowhere")) as gone:
        port = gone.port
    return replace(account, port=port)


def other_key(account: SftpAccount) -> SftpAccount:
    line = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    return replace(account, host_keys=(line,))


@cache  # takes a second
def protected() -> str:
    """A private key whose passphrase is "right"."""
    made = asyncssh.generate_private_key("ssh-ed25519").export_private_key(passphrase="right")
    return made.decode()


ACCOUNTS: dict[str, tuple[Callable[[SftpAccount], SftpAccount], str, str]] = {
    "wrong port": (closed_port, "connection", "refused"),
    "wrong host key": (other_key, "host_key", "by phone or mail"),
    "no host key yet": (
        lambda a: replace(a, host_keys=()),
        "host_key",
        "confirm that this is your server",
    ),
    "refused password": (
        lambda a: replace(a, credentials=Credentials(password="wrong")),
        "sign_in",
        "rejected the user name district or its password",
    ),
    "locked key": (
        lambda a: replace(a, credentials=Credentials(private_key=protected(), passphrase="wrong")),
        "sign_in",
        "cannot be read with the stored passphrase",
    ),
    "locked key, no passphrase": (
        lambda a: replace(a, credentials=Credentials(private_key=protected())),
        "sign_in",
        "protected by a passphrase",
    ),
    "nothing stored": (
        lambda a: replace(a, credentials=Credentials()),
        "sign_in",
        "not stored for this connection",
    ),
    "unknown name": (lambda a: replace(a, host="no.such.host.invalid"), "name", "typing error"),
    "private address": (lambda a: replace(a, host="10.20.30.40"), "name", "no public address"),
}


@pytest.mark.parametrize("case", ACCOUNTS)
def test_the_step_shows_what_is_wrong_with_the_account(case: str, tmp_path: Path) -> None:
    change, step, words = ACCOUNTS[case]
    with AsyncSftpServer(tmp_path) as server, within(15):
        found = failed(checked(change(server.account()), tmp_path / "w")[0])

    assert (found.step, words in found.message) == (step, True), found
    assert server.sign_ins.count("password") <= 1


def test_the_key_to_confirm_is_shown_in_full(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server:
        found = failed(checked(server.account(host_keys=()), tmp_path / "w")[0])

    assert (found.host_key,) == server.host_keys
    assert server.sign_ins == []


FAULTS: dict[str, tuple[str, set[str], str, str]] = {
    "no right to make the folder": ("forbidden", {"mkdir"}, "folder", "does not permit making"),
    "the folder cannot be made": ("failing", {"mkdir"}, "folder", "refused making the folder"),
    "no right to write": ("forbidden", {"open"}, "write", "does not permit creating"),
    "no rename at all": (
        "unsupported",
        {"rename", "posix_rename"},
        "replace",
        "every way to rename",
    ),
    "no right to rename": ("forbidden", {"rename", "posix_rename"}, "replace", "does not permit"),
    "silent at the folder": ("silent", {"stat"}, "folder", "without an answer"),
    "silent at writing": ("silent", {"write"}, "write", "without an answer"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_the_step_shows_what_the_server_does_not_allow(case: str, tmp_path: Path) -> None:
    fault, operations, step, words = FAULTS[case]
    with AsyncSftpServer(tmp_path / "server") as server, within(20):
        server.root.mkdir()
        getattr(server.faults, fault).update(operations)

        found = failed(checked(server.account(), tmp_path / "w")[0])

    assert (found.step, words in found.message) == (step, True), found


def test_a_full_disk_is_found_when_writing(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path / "server") as server:
        server.root.mkdir()
        server.faults.fail_write = 1

        found = failed(checked(server.account(), tmp_path / "w")[0])

    assert (found.step, "free space" in found.message) == ("write", True)


@pytest.mark.parametrize(
    ("fault", "allowed", "way", "words"),
    [
        ({"posix_rename"}, False, ReplacedBy.ASIDE_AND_RENAME, "for an instant there is no file"),
        ({"posix_rename", "rename"}, True, ReplacedBy.IN_PLACE, "may read an incomplete file"),
    ],
)
def test_a_weaker_way_to_replace_files_is_a_warning(
    fault: set[str],
    allowed: bool,
    way: ReplacedBy,
    words: str,
    tmp_path: Path,
) -> None:
    with AsyncSftpServer(tmp_path / "server") as server:
        server.root.mkdir()
        server.faults.unsupported.update(fault)
        account = server.account(write_in_place=allowed)

        steps, found = checked(account, tmp_path / "w")

        left = [path for path in server.root.rglob("*") if path.is_file()]
    replacing = steps[STEPS.index("replace")]
    assert (found, replacing.result, left) == (way, StepResult.WARNING, [])
    assert words in replacing.message


def test_an_account_that_may_not_delete_gets_a_warning(tmp_path: Path) -> None:
    """As for a delivery, which goes on; and repeated checks leave one file behind."""
    with AsyncSftpServer(tmp_path / "server") as server:
        server.root.mkdir()
        server.faults.forbidden.add("remove")
        for _ in range(2):
            steps, _way = checked(server.account(), tmp_path / "w")

        left = [path.name for path in server.root.rglob("*") if path.is_file()]
    assert [step.result for step in steps] == [*[StepResult.OK] * 8, StepResult.WARNING]
    assert "may not delete" in steps[-1].message
    assert left == [".registration-sync-check.csv"]


def test_the_message_lists_the_algorithms_of_an_old_server(tmp_path: Path) -> None:
    options: dict[str, Any] = {"kex_algs": ["diffie-hellman-group1-sha1"]}
    with AsyncSftpServer(tmp_path, **options) as server:
        found = failed(checked(server.account(), tmp_path / "w")[0])

    assert found.step == "algorithms"
    assert "offers only “diffie-hellman-group1-sha1”" in found.message


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-Quiet\r\n"])
def test_a_host_that_goes_silent_ends_within_the_limit(greeting: bytes, tmp_path: Path) -> None:
    with SilentServer(greeting) as server, within(15):
        account = SftpAccount(
            server.host, server.port, "district", (), Credentials(password="secret")
        )
        found = failed(checked(account, tmp_path)[0])

    assert found.step == "algorithms"
    # Silence and handshake have the same limit here; either may end first.
    words = ("without an answer", "took more than")
    assert any(word in found.message for word in words), found


def test_a_check_has_a_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{check_connection.__module__}.CHECK_SECONDS", 1.0)
    with AsyncSftpServer(tmp_path / "server") as server, within(15):
        server.root.mkdir()
        server.faults.silent.add("write")
        found = failed(checked(server.account(), tmp_path / "w", limits=Limits())[0])

    assert "nearly up" in found.message


def test_every_fault_has_a_sentence_of_its_own(tmp_path: Path) -> None:
    found: dict[str, CheckStep] = {}
    for case, (change, _, _) in ACCOUNTS.items():
        with AsyncSftpServer(tmp_path) as server:
            found[case] = failed(checked(change(server.account()), tmp_path / "w")[0])
    for case, (fault, operations, _, _) in FAULTS.items():
        root = tmp_path / case
        root.mkdir()
        with AsyncSftpServer(root) as server:
            getattr(server.faults, fault).update(operations)
            found[case] = failed(checked(server.account(), tmp_path / "w")[0])
    with AsyncSftpServer(tmp_path, kex_algs=["diffie-hellman-group1-sha1"]) as server:
        found["old"] = failed(checked(server.account(), tmp_path / "w")[0])
    with SilentServer() as silent:
        account = SftpAccount(silent.host, silent.port, "district", (), Credentials("secret"))
        found["silent"] = failed(checked(account, tmp_path / "w")[0])

    sentences = {re.sub(r":[0-9]{4,5}", ":PORT", step.message) for step in found.values()}
    assert len(sentences) == len(found) == len(ACCOUNTS) + len(FAULTS) + 2
    assert [case for case, step in found.items() if "secret" in step.message] == []
    assert all(step.seconds < LONGEST_SECONDS for step in found.values())
