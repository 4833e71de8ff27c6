"""Signs in. Each secret is used at most once: servers lock accounts after repeated failures."""

import io
import threading
from collections.abc import Callable

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)
from paramiko.auth_handler import AuthHandler

from registration_sync.adapters.sftp.transport import PEER_ERRORS, Link
from registration_sync.domain.errors import KeyRefused, NoCommonAlgorithm, SignInRefused
from registration_sync.domain.printable import printable, quote

type PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey

type Start = Callable[["_Method", threading.Event], None]
"""Sends the request of one method; the event is set when the server has answered."""

_KEY_CLASSES: dict[type[PrivateKey], type[paramiko.PKey]] = {
    Ed25519PrivateKey: paramiko.Ed25519Key,
    EllipticCurvePrivateKey: paramiko.ECDSAKey,
    RSAPrivateKey: paramiko.RSAKey,
}


class _Method(AuthHandler):
    """One sign-in method.

    paramiko requests the sign-in service with every method, which some servers reject; this
    requests it with the first method only. The tests sign in to such a server by two methods.
    """

    def __init__(self, transport: paramiko.Transport, *, service_is_open: bool) -> None:
        super().__init__(transport)
        self._service_is_open = service_is_open

    def _request_auth(self) -> None:
        if not self._service_is_open:
            super()._request_auth()  # type: ignore[misc]
            return
        accepted = paramiko.Message()
        accepted.add_string("ssh-userauth")
        accepted.rewind()
        self._parse_service_accept(accepted)  # type: ignore[attr-defined]


class _MorePrompts(paramiko.AuthenticationException):
    """The server asked for more than the password."""


def read_private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    """Reads an Ed25519, ECDSA or RSA key in OpenSSH or PEM format. Raises SignInRefused."""
    lines = [line.strip() for line in text.strip().splitlines()]
    if lines and lines[0].startswith("PuTTY-User-Key-File"):
        raise SignInRefused(
            "The private key is in PuTTY's format. Open it in PuTTYgen, choose Conversions, "
            "Export OpenSSH key, and store the exported key."
        )
    loaded = _load("\n".join([*lines, ""]).encode(), (passphrase or "").encode() or None)
    for kind, key_class in _KEY_CLASSES.items():
        if isinstance(loaded, kind):
            plain = loaded.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
            return key_class.from_private_key(io.StringIO(plain.decode()))
    raise SignInRefused("The type of the private key is not supported: use Ed25519 or RSA.")


def _load(data: bytes, passphrase: bytes | None) -> object:
    is_openssh = data.startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----")
    load: Callable[..., object] = load_ssh_private_key if is_openssh else load_pem_private_key
    try:
        return load(data, passphrase)
    except TypeError as error:  # a passphrase without need, or none where one is needed
        if passphrase is not None:
            return _load(data, None)
        raise SignInRefused(
            "The private key is protected by a passphrase, but none is stored: store it too."
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        how = "with the stored passphrase" if passphrase else "as stored"
        raise SignInRefused(
            f"The private key cannot be read {how}. Store the full text of the key file, from its "
            "BEGIN line to its END line, and its passphrase."
        ) from error


def sign_in(link: Link, username: str, password: str | None, key: paramiko.PKey | None) -> bool:
    """Signs in by the methods that the server asks for, each at most once. Returns whether the key
    was one of them.

    The request "none" first asks the server for its methods, as every SSH client does: a secret is
    sent only to a server that takes it, and no attempt is wasted.
    """
    link.transport.auth_timeout = link.limits.sign_in_seconds + 60  # our own limit ends first
    methods: dict[str, Start] = {}
    if key is not None:
        methods["publickey"] = lambda method, done: method.auth_publickey(username, key, done)
    if password:
        answer = _answer_once(password)
        methods["password"] = lambda method, done: method.auth_password(username, password, done)
        methods["keyboard-interactive"] = lambda method, done: method.auth_interactive(
            username, answer, done
        )
    accepted, by_key = _accepted_methods(link, username), False
    while accepted:
        method = next((name for name in methods if name in accepted), None)
        if method is None:
            raise SignInRefused(
                f"{link.server} asks for {quote(' or '.join(accepted))} to sign in "
                f"{printable(username)}, which is not stored for this connection."
            )
        if method == "publickey" and isinstance(key, paramiko.RSAKey):
            _check_rsa_signatures(link)
        start = methods.pop(method)
        if method != "publickey":  # the password was sent: never send it a second time
            methods.pop("password", None)
            methods.pop("keyboard-interactive", None)
        accepted = _attempt(link, username, method, start)
        by_key |= method == "publickey"
    return by_key


def _accepted_methods(link: Link, username: str) -> list[str]:
    """The methods that the server accepts; empty if it signs in without any."""
    try:
        return _run(link, lambda method, done: method.auth_none(username, done), first=True)
    except paramiko.BadAuthenticationType as answer:
        return list(answer.allowed_types)
    except PEER_ERRORS as error:
        raise link.lost("the server was asked how to sign in") from error


def _attempt(link: Link, username: str, method: str, start: Start) -> list[str]:
    """Tries one method; returns the methods that the server still requires, empty once signed in.

    A server that hangs up has refused: a retry with the same secret, as after a lost connection,
    could get the account locked.
    """
    try:
        return _run(link, start)
    except PEER_ERRORS as error:
        if link.socket.cut_because:
            raise link.lost("signing in") from error
        raise _refused(link, username, method, error) from error


def _run(link: Link, start: Start, *, first: bool = False) -> list[str]:
    done = threading.Event()
    method = _Method(link.transport, service_is_open=not first)
    link.transport.auth_handler = method
    with link.socket.waiting(link.limits.sign_in_seconds):
        start(method, done)
        return method.wait_for_response(done)


def _refused(link: Link, username: str, method: str, error: Exception) -> SignInRefused:
    if isinstance(error, _MorePrompts):
        return SignInRefused(
            f"{link.server} asks {printable(username)} for more than a password, such as a "
            "one-time code. The service needs an account that signs in without one."
        )
    secret = "private key" if method == "publickey" else "password"
    kind = KeyRefused if method == "publickey" else SignInRefused
    return kind(
        f"{link.server} rejected the user name {printable(username)} or its {secret}. Correct them "
        "before testing again: repeated failures can lock the account. The service does not try "
        "again by itself."
    )


def _check_rsa_signatures(link: Link) -> None:
    """Servers may announce the signatures that they accept after the handshake (RFC 8308)."""
    accepted = link.transport.server_extensions.get("server-sig-algs", b"").decode(errors="replace")
    if accepted and "rsa-sha2-" not in accepted:
        raise NoCommonAlgorithm(
            f"For RSA keys the server {link.server} accepts only signatures that are no longer "
            f"safe (it offers only {quote(accepted)}). Use an Ed25519 key for this connection."
        )


def _answer_once(password: str) -> Callable[[str, str, list[tuple[str, bool]]], list[str]]:
    left = [password]

    def answer(_title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        if not prompts:
            return []  # a notice, which requires an empty answer
        if len(prompts) > len(left):
            raise _MorePrompts
        return [left.pop()]

    return answer
