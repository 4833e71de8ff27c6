"""Signing in: each secret is used once at most, because servers lock out who repeats himself."""

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

from registration_sync.adapters.sftp.transport import PEER_ERRORS, Link, printable
from registration_sync.domain.errors import NoCommonAlgorithm, SignInRefused

type PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey

type Start = Callable[["_Method", threading.Event], None]
"""Sends the request of a method; the event is set when the server has answered."""

_KEY_CLASSES: dict[type[PrivateKey], type[paramiko.PKey]] = {
    Ed25519PrivateKey: paramiko.Ed25519Key,
    EllipticCurvePrivateKey: paramiko.ECDSAKey,
    RSAPrivateKey: paramiko.RSAKey,
}


class _Method(AuthHandler):
    """One method of signing in.

    paramiko asks for the sign-in service anew with every method, which some servers take for an
    error; this asks with the first only. The tests sign in to such a server by two methods.
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


class _AskedForMore(paramiko.AuthenticationException):
    """The server asked for something else than the password."""


def read_private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    """An Ed25519, ECDSA or RSA key, in OpenSSH's format or as PEM; raises SignInRefused."""
    lines = [line.strip() for line in text.strip().splitlines()]
    if lines and lines[0].startswith("PuTTY-User-Key-File"):
        raise SignInRefused(
            "The private key is in PuTTY's format. Open it in PuTTYgen, choose Conversions, "
            "Export OpenSSH key, and store what that gives."
        )
    loaded = _load("\n".join([*lines, ""]).encode(), (passphrase or "").encode() or None)
    for kind, key_class in _KEY_CLASSES.items():
        if isinstance(loaded, kind):
            plain = loaded.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
            return key_class.from_private_key(io.StringIO(plain.decode()))
    raise SignInRefused("The private key is of a kind that is not used: take Ed25519 or RSA.")


def _load(data: bytes, passphrase: bytes | None) -> object:
    is_openssh = data.startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----")
    load: Callable[..., object] = load_ssh_private_key if is_openssh else load_pem_private_key
    try:
        return load(data, passphrase)
    except TypeError as error:  # one of the two has a passphrase and the other none
        if passphrase is not None:
            return _load(data, None)
        raise SignInRefused(
            "The private key is protected by a passphrase, and none is stored: store it too."
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        what = "with the stored passphrase" if passphrase else "as it is stored"
        raise SignInRefused(
            f"The private key cannot be read {what}. Store the whole text of the key file, from "
            "its BEGIN line to its END line, and the passphrase that belongs to it."
        ) from error


def sign_in(link: Link, username: str, password: str | None, key: paramiko.PKey | None) -> None:
    """Signs in by what the server asks for, each way once at most.

    The server is asked first, by the request "none" as every SSH client does, so that no secret
    goes where it is not wanted, and nothing is refused that need not be.
    """
    link.transport.auth_timeout = link.limits.sign_in_seconds + 60  # our own limit comes first
    ways: dict[str, Start] = {}
    if key is not None:
        ways["publickey"] = lambda method, done: method.auth_publickey(username, key, done)
    if password:
        answer = _answer_once(password)
        ways["password"] = lambda method, done: method.auth_password(username, password, done)
        ways["keyboard-interactive"] = lambda method, done: method.auth_interactive(
            username, answer, done
        )
    wanted = _wanted(link, username)
    while wanted:
        method = next((way for way in ways if way in wanted), None)
        if method is None:
            raise SignInRefused(
                f"{link.server} asks for {printable(' or '.join(wanted))} to sign in "
                f"{printable(username)}, which is not stored for this connection."
            )
        if method == "publickey" and isinstance(key, paramiko.RSAKey):
            _check_rsa_signatures(link)
        start = ways.pop(method)
        if method != "publickey":  # the password went out; to answer with it again is to repeat it
            ways.pop("password", None)
            ways.pop("keyboard-interactive", None)
        wanted = _attempt(link, username, method, start)


def _wanted(link: Link, username: str) -> list[str]:
    """The methods that the server takes; none if it lets everyone in."""
    try:
        return _run(link, lambda method, done: method.auth_none(username, done), first=True)
    except paramiko.BadAuthenticationType as answer:
        return list(answer.allowed_types)
    except PEER_ERRORS as error:
        raise link.lost("the server was asked how to sign in") from error


def _attempt(link: Link, username: str, method: str, start: Start) -> list[str]:
    """Tries one way; what the server wants next, nothing if that was all.

    A server that hangs up on us has refused us: to take that for a lost connection, and to come
    back with the same secret, is what gets an account locked.
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
    if isinstance(error, _AskedForMore):
        return SignInRefused(
            f"{link.server} asks {printable(username)} for more than a password, such as a "
            "one-time code. A program needs an account that signs in without."
        )
    secret = "private key" if method == "publickey" else "password"
    return SignInRefused(
        f"{link.server} refused to sign in {printable(username)} with the stored {secret}. Check "
        f"the user name and the {secret}. It is not tried again by itself, because servers lock "
        "out addresses and accounts after refused sign-ins."
    )


def _check_rsa_signatures(link: Link) -> None:
    """A server may say right after the handshake what signatures it takes (RFC 8308)."""
    taken = link.transport.server_extensions.get("server-sig-algs", b"").decode(errors="replace")
    if taken and "rsa-sha2-" not in taken:
        raise NoCommonAlgorithm(
            f"For RSA keys the server {link.server} takes only signatures that are no longer safe "
            f"(it offers only {printable(taken)}). Use an Ed25519 key for this connection."
        )


def _answer_once(password: str) -> Callable[[str, str, list[tuple[str, bool]]], list[str]]:
    left = [password]

    def answer(_title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        if not prompts:
            return []  # a mere notice; it wants an empty answer
        if len(prompts) > len(left):
            raise _AskedForMore
        return [left.pop()]

    return answer
