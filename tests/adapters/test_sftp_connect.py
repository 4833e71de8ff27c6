"""Connecting: the host key, sign-in, old servers, silent servers."""

import contextlib
import logging
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.sftp.transport import Limits
from registration_sync.domain.connections.sftp import Credentials, SftpAccount
from registration_sync.domain.errors import (
    AddressRefused,
    ConnectionFailed,
    HostKeyMismatch,
    NoCommonAlgorithm,
    PermissionRefused,
    SignInRefused,
    TerminalDeliveryError,
    TransientDeliveryError,
)
from tests.support.sftp_servers import (
    PASSWORD,
    AsyncSftpServer,
    Greeter,
    KeyAndPasswordServer,
    SilentServer,
    public_line,
)

LOCAL = [ip_network("127.0.0.0/8")]
ED25519 = asyncssh.generate_private_key("ssh-ed25519")
OTHER_ED25519 = asyncssh.generate_private_key("ssh-ed25519")
ECDSA = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
RSA = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
PROTECTED = ED25519.export_private_key("openssh", "open sesame", rounds=16, ignore_few_rounds=True)


def servers(**options: Any) -> ParamikoSftpServers:
    return ParamikoSftpServers(LOCAL, **options)


def account_at(server: Any) -> SftpAccount:
    return SftpAccount(
        server.host, server.port, "district", (public_line(ED25519),), Credentials(PASSWORD)
    )


def with_key(server: AsyncSftpServer, key: str, passphrase: str | None = None) -> SftpAccount:
    secrets = Credentials(private_key=key, passphrase=passphrase)
    return server.account(credentials=secrets)


def only_sha_1(key: asyncssh.SSHKey) -> asyncssh.SSHKeyPair:
    """The key as shown by a server too old for SHA-2."""
    pair = asyncssh.load_keypairs([key])[0]
    pair.host_key_algorithms = (b"ssh-rsa",)
    return pair


class NoSftp(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return False


# Signing in


def test_a_password_signs_in(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server:
        servers().connect(server.account()).close()

    assert server.sign_ins == ["asked", "password"]


@pytest.mark.parametrize(
    ("key", "text", "passphrase"),
    [
        (ED25519, ED25519.export_private_key("openssh"), None),
        (ED25519, PROTECTED, "open sesame"),
        (ED25519, ED25519.export_private_key("pkcs8-pem"), None),
        (ECDSA, ECDSA.export_private_key("openssh"), None),
        (ECDSA, ECDSA.export_private_key("pkcs1-pem"), None),
        (ECDSA, ECDSA.export_private_key("pkcs8-pem", "open sesame"), "open sesame"),
        (RSA, RSA.export_private_key("openssh"), None),
        (RSA, RSA.export_private_key("pkcs1-pem"), None),
        (RSA, RSA.export_private_key("pkcs1-pem", "open sesame"), "open sesame"),
        (RSA, RSA.export_private_key("pkcs8-pem", "open sesame"), "open sesame"),
    ],
)
def test_a_private_key_of_any_usual_format_signs_in(
    tmp_path: Path, key: asyncssh.SSHKey, text: bytes, passphrase: str | None
) -> None:
    with AsyncSftpServer(tmp_path, methods=("publickey",), known_keys=(key,)) as server:
        servers().connect(with_key(server, text.decode(), passphrase)).close()

    assert "publickey" in server.sign_ins


def test_a_key_pasted_with_windows_line_ends_and_blanks_signs_in(tmp_path: Path) -> None:
    text = ED25519.export_private_key().decode().replace("\n", " \r\n")

    with AsyncSftpServer(tmp_path, methods=("publickey",), known_keys=(ED25519,)) as server:
        servers().connect(with_key(server, f"\r\n {text}", "not needed")).close()

    assert "publickey" in server.sign_ins


@pytest.mark.parametrize(
    ("text", "passphrase", "advice"),
    [
        (PROTECTED.decode(), "wrong", "passphrase"),
        (PROTECTED.decode(), None, "store it too"),
        (RSA.export_private_key("pkcs8-pem", "right").decode(), "wrong", "passphrase"),
        (RSA.export_private_key("pkcs1-pem", "right").decode(), None, "store it too"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", None, "BEGIN line"),
        (ED25519.export_public_key().decode(), None, "BEGIN line"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\n", None, "PuTTYgen"),
    ],
    ids=["wrong", "none", "pem-wrong", "pem-none", "broken", "public", "putty"],
)
def test_an_unreadable_key_is_reported_before_any_connection(
    tmp_path: Path, text: str, passphrase: str | None, advice: str
) -> None:
    with (
        AsyncSftpServer(tmp_path) as server,
        pytest.raises(SignInRefused, match=advice) as refused,
    ):
        servers().connect(with_key(server, text, passphrase))

    assert server.sign_ins == []
    assert "wrong" not in refused.value.message


def test_a_refused_password_is_tried_once_and_never_shown(tmp_path: Path) -> None:
    with (
        AsyncSftpServer(tmp_path, methods=("password", "keyboard-interactive")) as server,
        pytest.raises(SignInRefused, match="rejected the user name district") as refused,
    ):
        servers().connect(server.account(credentials=Credentials(password="wrong-secret")))

    assert server.sign_ins == ["asked", "password"]
    assert "wrong-secret" not in refused.value.message
    assert isinstance(refused.value, TerminalDeliveryError)


def test_a_refused_key_is_not_followed_by_the_password(tmp_path: Path) -> None:
    secrets = Credentials(PASSWORD, OTHER_ED25519.export_private_key().decode())

    with (
        AsyncSftpServer(
            tmp_path, methods=("publickey", "password"), known_keys=(ED25519,)
        ) as server,
        pytest.raises(SignInRefused, match="private key"),
    ):
        servers().connect(server.account(credentials=secrets))

    assert "password" not in server.sign_ins


def test_a_server_that_hangs_up_on_a_password_has_refused_it(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server:
        server.faults.drop_before.add("sign_in")

        with pytest.raises(SignInRefused):
            servers().connect(server.account())


def test_the_password_answers_keyboard_interactive(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path, methods=("keyboard-interactive",)) as server:
        servers().connect(server.account()).close()

    assert server.sign_ins == ["asked", "keyboard-interactive", "answer"]


def test_a_server_that_asks_for_more_than_the_password_gets_nothing(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path, methods=("keyboard-interactive",)) as server:
        server.prompts = ["Password: ", "One-time code: "]

        with pytest.raises(SignInRefused, match="one-time code"):
            servers().connect(server.account())

    assert "answer" not in server.sign_ins


def test_a_method_that_is_not_stored_is_named(tmp_path: Path) -> None:
    with (
        AsyncSftpServer(tmp_path, methods=("publickey",)) as server,
        pytest.raises(SignInRefused, match="publickey"),
    ):
        servers().connect(server.account())

    assert server.sign_ins == ["asked"]


@pytest.mark.parametrize("order", [("publickey", "password"), ("password", "publickey")])
def test_a_server_that_wants_both_gets_both(order: tuple[str, str]) -> None:
    secrets = Credentials(PASSWORD, ED25519.export_private_key().decode())

    with KeyAndPasswordServer(order) as server:
        account = replace(account_at(server), host_keys=server.host_keys, credentials=secrets)
        servers().connect(account).close()

    assert server.sign_ins == list(order)


def test_an_account_without_sftp_is_reported(tmp_path: Path) -> None:
    with (
        AsyncSftpServer(tmp_path, sftp_factory=None, server_factory=NoSftp) as server,
        pytest.raises(PermissionRefused, match="SFTP"),
    ):
        servers().connect(server.account())


# The host key


def test_another_host_key_than_the_pinned_one_ends_before_any_sign_in(tmp_path: Path) -> None:
    with (
        AsyncSftpServer(tmp_path, host_keys=(ED25519,)) as server,
        pytest.raises(HostKeyMismatch) as mismatch,
    ):
        servers().connect(server.account(host_keys=(public_line(OTHER_ED25519),)))

    assert server.sign_ins == []
    assert f"ssh-ed25519 {ED25519.get_fingerprint()}" in mismatch.value.message
    assert f"ssh-ed25519 {OTHER_ED25519.get_fingerprint()}" in mismatch.value.message
    assert isinstance(mismatch.value, TerminalDeliveryError)


def test_the_fingerprint_is_the_one_that_ssh_keygen_prints(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_bytes(RSA.export_public_key())
    try:
        printed = subprocess.check_output(["ssh-keygen", "-lf", tmp_path / "key.pub"], text=True)
    except FileNotFoundError:
        pytest.skip("OpenSSH's ssh-keygen is not installed")

    with (
        AsyncSftpServer(tmp_path, host_keys=(ED25519,)) as server,
        pytest.raises(HostKeyMismatch) as mismatch,
    ):
        servers().connect(server.account(host_keys=(public_line(RSA),)))

    assert f"ssh-rsa {printed.split()[1]}" in mismatch.value.message


@pytest.mark.parametrize("pinned", [ED25519, ECDSA, RSA])
def test_of_several_host_keys_the_server_shows_the_pinned_type(
    tmp_path: Path, pinned: asyncssh.SSHKey
) -> None:
    with AsyncSftpServer(tmp_path, host_keys=(RSA, ED25519, ECDSA)) as server:
        servers().connect(server.account(host_keys=(public_line(pinned),))).close()

    assert server.sign_ins == ["asked", "password"]


def test_one_of_several_pinned_keys_is_enough(tmp_path: Path) -> None:
    pinned = (public_line(OTHER_ED25519), f"{public_line(ED25519)} comment")

    with AsyncSftpServer(tmp_path, host_keys=(ED25519,)) as server:
        servers().connect(server.account(host_keys=pinned)).close()

    assert server.sign_ins == ["asked", "password"]


@pytest.mark.parametrize("line", ["ssh-ed25519", "ssh-ed25519 AAAA-not-base64", "nonsense"])
def test_a_pinned_key_that_cannot_be_read_pins_nothing(tmp_path: Path, line: str) -> None:
    with AsyncSftpServer(tmp_path) as server, pytest.raises(HostKeyMismatch):
        servers().connect(server.account(host_keys=(line,)))

    assert server.sign_ins == []


def test_no_pinned_key_means_no_sign_in(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server, pytest.raises(HostKeyMismatch, match="none"):
        servers().connect(server.account(host_keys=()))

    assert server.sign_ins == []


def test_each_step_of_connecting_is_reported_and_the_key_before_it_is_checked(
    tmp_path: Path,
) -> None:
    steps: list[tuple[str, str]] = []
    with AsyncSftpServer(tmp_path) as server, pytest.raises(HostKeyMismatch):
        servers().connect(
            server.account(host_keys=()), lambda step, detail: steps.append((step, detail))
        )

    assert [step for step, _ in steps] == ["name", "connection", "algorithms"]
    assert (steps[-1][1],) == server.host_keys
    assert server.sign_ins == []


# Old servers


@pytest.mark.parametrize(
    ("options", "offered"),
    [
        ({"kex_algs": ["diffie-hellman-group1-sha1"]}, "diffie-hellman-group1-sha1"),
        ({"server_host_keys": [only_sha_1(RSA)]}, "ssh-rsa"),
        ({"encryption_algs": ["arcfour256"]}, "arcfour256"),
        ({"encryption_algs": ["3des-cbc"]}, "3des-cbc"),
        ({"encryption_algs": ["aes256-cbc"]}, "aes256-cbc"),
        ({"encryption_algs": ["aes128-ctr"], "mac_algs": ["hmac-md5"]}, "hmac-md5"),
        ({"encryption_algs": ["aes128-ctr"], "mac_algs": ["hmac-sha1-96"]}, "hmac-sha1-96"),
        ({"mac_algs": ["umac-64@openssh.com"]}, "umac-64@openssh.com"),
    ],
)
def test_a_server_without_a_common_algorithm_is_reported_in_a_sentence(
    tmp_path: Path, options: dict[str, Any], offered: str
) -> None:
    with (
        AsyncSftpServer(tmp_path, **options) as server,
        pytest.raises(NoCommonAlgorithm, match=f"offers only “{offered}”,") as failed,
    ):
        servers().connect(server.account())

    assert isinstance(failed.value, TerminalDeliveryError)
    assert server.sign_ins == []


def test_a_short_rsa_host_key_is_refused_in_a_sentence(tmp_path: Path) -> None:
    short = asyncssh.generate_private_key("ssh-rsa", key_size=1024)
    steps: list[str] = []

    with (
        AsyncSftpServer(tmp_path, host_keys=(short,)) as server,
        pytest.raises(NoCommonAlgorithm, match="only 1024 bits"),
    ):
        servers().connect(server.account(), lambda step, _detail: steps.append(step))

    assert steps == ["name", "connection"]
    assert server.sign_ins == []


def test_a_short_group_of_a_key_exchange_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may ignore the minimum of 2048 bits in the request (RFC 4419, section 3)."""
    shortest = min(asyncssh.kex_dh._dh_gex_groups)
    monkeypatch.setattr(asyncssh.kex_dh, "_dh_gex_groups", (shortest,))
    algorithm = "diffie-hellman-group-exchange-sha256"

    with (
        AsyncSftpServer(tmp_path, kex_algs=[algorithm]) as server,
        pytest.raises(NoCommonAlgorithm, match="only 1024 bits"),
    ):
        servers().connect(server.account())

    assert server.sign_ins == []


@pytest.mark.parametrize(
    "preamble",
    [
        b"Welcome\r\n" * 150,
        "Gr\xfc\xdfe\r\n".encode("latin-1"),
        b"no end of line yet" * 300 + b"\n",
    ],
    ids=["many lines", "not UTF-8", "long line"],
)
def test_lines_before_the_version_are_skipped(tmp_path: Path, preamble: bytes) -> None:
    with AsyncSftpServer(tmp_path) as server, Greeter(server.port, preamble) as greeter:
        servers().connect(server.account(port=greeter.port)).close()

    assert server.sign_ins == ["asked", "password"]


def test_a_server_of_another_protocol_is_reported_with_its_answer() -> None:
    with (
        SilentServer(b"HTTP/1.1 400 Bad Request\r\n\r\n", hangs_up=True) as server,
        pytest.raises(ConnectionFailed, match="HTTP/1"),
    ):
        servers().connect(account_at(server))


def test_a_server_of_ssh_1_is_reported_in_a_sentence() -> None:
    with (
        SilentServer(b"SSH-1.5-OldServer\r\n") as server,
        pytest.raises(NoCommonAlgorithm, match=r"SSH-1\.5-OldServer"),
    ):
        servers().connect(account_at(server))


def test_a_server_that_takes_rsa_keys_with_sha_1_only_is_reported_in_a_sentence(
    tmp_path: Path,
) -> None:
    with (
        AsyncSftpServer(
            tmp_path,
            methods=("publickey",),
            known_keys=(RSA,),
            signature_algs=["ssh-ed25519", "ssh-rsa"],
        ) as server,
        pytest.raises(NoCommonAlgorithm, match="Ed25519"),
    ):
        servers().connect(with_key(server, RSA.export_private_key().decode()))


# Silent, hostile or absent servers


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-Silent\r\n", b"hello\r\n", b"SSH-2.0-x"])
def test_a_silent_server_ends_within_the_limit(greeting: bytes) -> None:
    with SilentServer(greeting) as server:
        started = time.monotonic()
        with pytest.raises(ConnectionFailed) as failed:
            servers(limits=Limits(handshake_seconds=0.3)).connect(account_at(server))

    assert time.monotonic() - started < 4
    assert isinstance(failed.value, TransientDeliveryError)


@pytest.mark.parametrize(
    "greeting", [b"", b"SSH-2.0-Full\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 500]
)
def test_a_server_that_hangs_up_is_a_lost_connection(greeting: bytes) -> None:
    with SilentServer(greeting, hangs_up=True) as server, pytest.raises(ConnectionFailed):
        servers().connect(account_at(server))


def test_a_server_that_is_silent_during_the_sign_in_ends_within_the_limit(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server:
        server.faults.silent.add("sign_in")
        started = time.monotonic()

        with pytest.raises(ConnectionFailed, match="signing in"):
            servers(limits=Limits(sign_in_seconds=1)).connect(server.account())

    assert time.monotonic() - started < 4


@pytest.mark.parametrize("slow_seconds", [0, 5])
def test_a_server_that_never_opens_sftp_ends_within_the_limit(
    tmp_path: Path, slow_seconds: float
) -> None:
    with AsyncSftpServer(tmp_path, sftp_factory=None) as server:
        server.faults.slow_seconds = slow_seconds
        started = time.monotonic()

        with pytest.raises(ConnectionFailed, match="SFTP session"):
            servers(limits=Limits(silence_seconds=1)).connect(server.account())
        seconds = time.monotonic() - started

    assert seconds < 4  # far above the limit, for a busy machine


def test_a_closed_port_is_a_refused_connection() -> None:
    with SilentServer() as server:
        account = account_at(server)

    with pytest.raises(ConnectionFailed, match=rf"127\.0\.0\.1:{account.port} refused"):
        servers().connect(account)


def test_the_address_that_was_checked_is_the_one_connected_to(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server:
        account = server.account(host="sis.invalid")
        servers(look_up=lambda _host, _port: ["127.0.0.1"]).connect(account).close()

    assert server.sign_ins == ["asked", "password"]


def test_the_next_address_is_tried_where_one_does_not_answer(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server:
        there = servers(look_up=lambda _host, _port: ["127.0.0.9", "127.0.0.1"])
        there.connect(server.account()).close()

    assert server.sign_ins == ["asked", "password"]


def test_a_refused_address_is_not_connected_to(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server, pytest.raises(AddressRefused):
        ParamikoSftpServers([]).connect(server.account())

    assert server.sign_ins == []


def test_no_connection_is_begun_when_the_time_is_up(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server, pytest.raises(ConnectionFailed, match="No time"):
        servers(seconds_left=lambda: 19.0).connect(server.account())

    assert server.sign_ins == []


def test_an_ipv6_address_is_shown_in_brackets() -> None:
    there = ParamikoSftpServers([ip_network("::1/128")], look_up=lambda _host, _port: ["::1"])

    with pytest.raises(ConnectionFailed, match=r"\[::1\]:9 "):
        there.connect(SftpAccount("::1", 9, "district", (), Credentials(PASSWORD)))


# Threads and logs


@pytest.mark.parametrize(
    "change",
    [
        lambda account: account,
        lambda account: replace(account, host_keys=()),
        lambda account: replace(account, credentials=Credentials(password="wrong")),
    ],
)
def test_no_thread_outlives_a_connection(
    tmp_path: Path, change: Callable[[SftpAccount], SftpAccount]
) -> None:
    with AsyncSftpServer(tmp_path) as server:
        before = set(threading.enumerate())
        with contextlib.suppress(HostKeyMismatch, SignInRefused):
            servers().connect(change(server.account())).close()

        assert still_running(set(threading.enumerate()) - before) == set()


def still_running(left: set[threading.Thread]) -> set[threading.Thread]:
    """The threads that do not end soon: paramiko's cancelled handshake timer takes a moment."""
    for thread in left:
        thread.join(0.2)  # far below the handshake's limit
    return {thread for thread in left if thread.is_alive()}


def test_no_thread_outlives_a_failed_handshake() -> None:
    with SilentServer(b"SSH-2.0-Full\r\n", hangs_up=True) as server:
        before = set(threading.enumerate())
        with pytest.raises(ConnectionFailed):
            servers().connect(account_at(server))

        assert still_running(set(threading.enumerate()) - before) == set()


def test_paramiko_logs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), AsyncSftpServer(tmp_path) as server:
        session = servers().connect(server.account())
        session.find("SISData")
        session.close()
        with pytest.raises(SignInRefused):
            servers().connect(server.account(credentials=Credentials(password="wrong")))

    assert [record for record in caplog.records if record.name.startswith("paramiko")] == []
