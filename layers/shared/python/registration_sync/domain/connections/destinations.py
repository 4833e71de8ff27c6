"""The destinations of a connection's files, to detect two connections that write the same file."""

import datetime as dt
import posixpath
import re
import unicodedata
from collections.abc import Iterable

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.mapping.definition.own_names import done_name
from registration_sync.domain.school_year import current_school_year

YEARS_BACK, YEARS_AHEAD = 2, 3
"""Around the current school year: a folder may have a fixed year or the year of the run."""

type Destination = tuple[str, int, str, str]
"""(host, port, account, key of the path)"""


def destinations(
    connection: Connection, file_names: Iterable[str], today: dt.date
) -> dict[Destination, str]:
    """Every file that the connection may write in these years, done files too, each with its path;
    empty for downloads.

    The account is part of the destination: a relative folder starts in the account's own folder,
    and an absolute one may be below the account's own root. `{date}` and `{time}` are not
    replaced: the names of two files may become the same.
    """
    if connection.delivery is not DeliveryMethod.SFTP:
        return {}
    names = tuple(file_names)
    if connection.done_file:
        names += tuple(done_name(name) for name in names)
    current = current_school_year(today)
    found: dict[Destination, str] = {}
    for school_year in range(current - YEARS_BACK, current + YEARS_AHEAD + 1):
        folder = connection.folder_for(school_year)
        for name in names:
            dated = name.replace("{school_year}", str(school_year)).replace(
                "{school_year_end}", str(school_year + 1)
            )
            path = posixpath.join(folder, dated)
            found[destination(connection, path)] = path
    return found


def destination(connection: Connection, path: str) -> Destination:
    """The destination of a file with this path, as in `destinations`. A server may ignore case."""
    host, port, username = plain_host(connection), connection.port, connection.username
    return (host, port, username, path_key(path))


def folders(found: Iterable[Destination]) -> set[Destination]:
    """The folders of the destinations. The name of a file has no slash."""
    return {(host, port, user, posixpath.dirname(key)) for host, port, user, key in found}


def path_key(path: str) -> str:
    """The same text for two spellings of a path that a server may take for one file: `.` and
    repeated slashes are left out, and case is ignored, as on Windows servers."""
    normalized = posixpath.normpath(re.sub("/+", "/", path))
    return unicodedata.normalize("NFC", normalized).casefold()


def account_name(connection: Connection) -> str:
    """The account at the server, `user@host:port`, in one of its spellings."""
    return f"{connection.username}@{plain_host(connection)}:{connection.port}"


def plain_host(connection: Connection) -> str:
    """The host in one of its spellings."""
    return connection.host.casefold().removesuffix(".")
