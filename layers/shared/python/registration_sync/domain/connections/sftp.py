"""Values of a delivery: the account, remote files, temporary names, and ways of replacing."""

import hashlib
import posixpath
import re
from dataclasses import dataclass, field
from enum import StrEnum


class ReplacedBy(StrEnum):
    """How a finished file replaced the old one; the run record shows it.

    NEW: there was no file of that name, and a plain rename was enough. PICKED_UP: after a lost
    connection the temporary file was gone, because the rename had taken effect.
    """

    POSIX_RENAME = "posix_rename"
    RENAME = "rename"
    NEW = "new"
    ASIDE_AND_RENAME = "aside_and_rename"
    IN_PLACE = "in_place"
    PICKED_UP = "picked_up"


@dataclass(frozen=True, slots=True)
class Replacement:
    """How a file was put in place, and the server's time of the file, in seconds since 1970."""

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
    """The server, the user and the credentials.

    `host_keys` are lines as in known_hosts without the host name, `ssh-ed25519 AAAA…`; several
    during a key rotation. `write_in_place` allows the last resort on servers that cannot rename.
    """

    host: str
    port: int
    username: str
    host_keys: tuple[str, ...]
    credentials: Credentials
    write_in_place: bool = False


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the server reports it: `size` in bytes, `modified` in seconds since 1970 by the
    server's clock; None if not reported."""

    path: str
    size: int | None
    modified: int | None = None


def temporary_name(name: str, token: str) -> str:
    """The name under which a file is uploaded, in the folder of its final name.

    It starts with a dot, which importers skip, and contains the lease's token: a name with another
    token belongs to another attempt.
    """
    return f".{name}.{token}.part"


def aside_name(temporary: str, final: str) -> str:
    """Where the old file is kept while it is replaced on a server that cannot rename over a file.

    It is a temporary name of the final file, which the fence finds. Its token is derived from that
    of the new file: two runs never share it. All three are paths.
    """
    folder, name = posixpath.split(final)
    token = hashlib.sha256(temporary.encode()).hexdigest()[:16]
    return posixpath.join(folder, temporary_name(name, token))


def is_temporary_name_of(candidate: str, name: str) -> bool:
    """Whether `candidate` is a temporary name of the file `name`, with any token."""
    return re.fullmatch(rf"\.{re.escape(name)}\.[0-9a-f]+\.part", candidate) is not None
