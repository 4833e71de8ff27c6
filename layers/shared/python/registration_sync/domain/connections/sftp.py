"""Values of a delivery: where to, with what, and how a file took the place of the old one."""

import hashlib
import posixpath
import re
from dataclasses import dataclass, field
from enum import StrEnum


class ReplacedBy(StrEnum):
    """How a finished file was put in place; the run says which way it went.

    NEW: nothing of that name was there, so a plain rename was enough. PICKED_UP: the temporary
    name was gone when we came back after a lost connection, so the rename had gone through.
    """

    POSIX_RENAME = "posix_rename"
    RENAME = "rename"
    NEW = "new"
    ASIDE_AND_RENAME = "aside_and_rename"
    IN_PLACE = "in_place"
    PICKED_UP = "picked_up"


@dataclass(frozen=True, slots=True)
class Placed:
    """How a file was put in place, and when the server says it was written, by its own clock."""

    way: ReplacedBy
    modified: int | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets of one SFTP account; never shown by repr."""

    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SftpAccount:
    """Where and as whom to sign in.

    `host_keys` are lines as in known_hosts without the name, `ssh-ed25519 AAAA…`; several for a
    rotation. `write_in_place` allows the last resort on servers without any rename.
    """

    host: str
    port: int
    username: str
    host_keys: tuple[str, ...]
    credentials: Credentials
    write_in_place: bool = False


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """What the server says lies at a path; `size` in bytes, `modified` in seconds since 1970 by
    its own clock; None where it does not say."""

    path: str
    size: int | None
    modified: int | None = None


def temporary_name(name: str, token: str) -> str:
    """The name under which a file is uploaded, in the folder of its final name.

    It starts with a dot so that importers overlook it, and holds the lease's token: whoever finds
    such a name with another token knows that it belongs to another attempt.
    """
    return f".{name}.{token}.part"


def aside_name(temporary: str, final: str) -> str:
    """Where the old file waits while it is replaced on a server that cannot rename over one: a
    temporary name of the final one, so that cleaning up finds it. All are paths.

    Its token is derived from that of the new file, for two runs never to share it.
    """
    folder, name = posixpath.split(final)
    token = hashlib.sha256(temporary.encode()).hexdigest()[:16]
    return posixpath.join(folder, temporary_name(name, token))


def is_temporary_name_of(candidate: str, name: str) -> bool:
    """Whether `candidate` is a temporary name of the file `name`, with whatever token."""
    return re.fullmatch(rf"\.{re.escape(name)}\.[0-9a-f]+\.part", candidate) is not None
