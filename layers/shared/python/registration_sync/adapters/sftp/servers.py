"""Delivers files over SFTP with paramiko: the port SftpServers."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import paramiko

from registration_sync.adapters.sftp.addresses import (
    LookUp,
    Network,
    checked_addresses,
    look_up_host,
)
from registration_sync.adapters.sftp.client import SftpClient
from registration_sync.adapters.sftp.session import ParamikoSftpSession
from registration_sync.adapters.sftp.sign_in import read_private_key, sign_in
from registration_sync.adapters.sftp.transport import (
    PEER_ERRORS,
    Endpoint,
    Limits,
    Link,
    check_host_key,
    connect,
)
from registration_sync.domain.connections.sftp import Credentials, SftpAccount
from registration_sync.domain.errors import (
    KeyRefused,
    NoCommonAlgorithm,
    PermissionRefused,
    ServiceRefused,
    Unavailable,
)
from registration_sync.ports.sftp import NEW_KEY_ACCEPTED, NEW_KEY_REFUSED, OnStep, ignore_step

DELETED = "The new key has signed in; the former one was deleted."
ACCEPTED = "The new key has signed in, and is used from now on."
NOT_INSTALLED = (
    "The server does not accept the new key yet, so the former sign-in was used: add the public "
    "half of the new key to the account on the server."
)


class ParamikoSftpServers:
    """Opens sessions.

    `seconds_left` returns how long the invocation may still run. Connections are cut
    `limits.before_end_seconds` before its end: the run then ends with an error and is not killed.
    """

    def __init__(
        self,
        allowed_private_networks: Sequence[Network],
        *,
        seconds_left: Callable[[], float] = lambda: float("inf"),
        limits: Limits | None = None,
        look_up: LookUp = look_up_host,
    ) -> None:
        self._allowed_private_networks = tuple(allowed_private_networks)
        self._seconds_left = seconds_left
        self._limits = limits or Limits()
        self._look_up = look_up
        # paramiko logs paths, user names and text from servers.
        logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

    def connect(
        self,
        account: SftpAccount,
        on_step: OnStep = ignore_step,
        *,
        at_most_seconds: float = float("inf"),
    ) -> ParamikoSftpSession:
        """Signs in once the server has shown a pinned host key. Raises DeliveryError.

        A new key is tried first. If it is refused, the former sign-in follows on a connection of
        its own: many servers hang up after a refused attempt.
        """
        secrets, began = account.credentials, time.monotonic()
        if secrets.new_key is None:
            return self._signed_in(account, secrets, on_step, at_most_seconds)[0]
        try:
            session, line = self._signed_in(
                account, secrets.with_new_key(), on_step, at_most_seconds
            )
        except (KeyRefused, NoCommonAlgorithm):
            if not (secrets.password or secrets.private_key):
                raise
            on_step(NEW_KEY_REFUSED, NOT_INSTALLED)
            left = at_most_seconds - (time.monotonic() - began)
            return self._signed_in(account, secrets.without_new_key(), ignore_step, left)[0]
        if line:
            with suppress(Unavailable, ServiceRefused):  # the next sign-in keeps it
                account.keep_new_key(line)
                on_step(NEW_KEY_ACCEPTED, DELETED if secrets.private_key else ACCEPTED)
        return session

    def _signed_in(
        self, account: SftpAccount, secrets: Credentials, on_step: OnStep, at_most_seconds: float
    ) -> tuple[ParamikoSftpSession, str]:
        """The session, and the public half of the key if it was used."""
        link = self._connect(account.host, account.port, on_step, at_most_seconds)
        try:
            offered = link.shake_hands(account.host_keys)
            line = _line_of(offered)
            on_step("algorithms", line)
            check_host_key(link.server, offered, account.host_keys)
            on_step("host_key", line)
            key = (
                read_private_key(secrets.private_key, secrets.passphrase)
                if secrets.private_key
                else None
            )
            by_key = sign_in(link, account.username, secrets.password, key)
            session = ParamikoSftpSession(
                link,
                _open_sftp(link),
                account.traits,
                write_in_place=account.write_in_place,
                keep_links=account.keep_links,
            )
        except BaseException:
            link.close()
            raise
        return session, _line_of(key) if key and by_key else ""

    def _connect(self, host: str, port: int, on_step: OnStep, at_most: float) -> Link:
        addresses = checked_addresses(host, port, self._allowed_private_networks, self._look_up)
        at = "" if host in addresses else f" at {', '.join(addresses)}"
        on_step("name", f"Found {host}{at}.")
        ends_at = time.monotonic() + at_most + self._limits.before_end_seconds
        link = connect(
            Endpoint(host, port),
            addresses,
            self._limits,
            lambda: min(self._seconds_left(), ends_at - time.monotonic()),
        )
        on_step("connection", f"Connected on port {port}.")
        return link


def _line_of(key: paramiko.PKey) -> str:
    return f"{key.get_name()} {key.get_base64()}"


def _open_sftp(link: Link) -> SftpClient:
    doing = "the SFTP session was being opened"
    try:
        with link.socket.waiting():
            channel = link.transport.open_session(timeout=link.limits.silence_seconds)
            channel.settimeout(link.limits.silence_seconds)
            channel.invoke_subsystem("sftp")
    except PEER_ERRORS as error:
        # paramiko closes a lost connection's channels before it marks the transport as inactive.
        link.transport.join(0.5)
        if not link.is_up:
            raise link.lost(doing) from error
        raise PermissionRefused(
            f"{link.server} let this account sign in but does not offer it SFTP. Its administrator "
            "must allow SFTP for the account."
        ) from error
    try:
        with link.socket.waiting():
            return SftpClient(channel)
    except PEER_ERRORS as error:
        raise link.lost(doing) from error
