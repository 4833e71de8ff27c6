"""Where a connection's files end up, to tell whether two connections would write the same file."""

import datetime as dt
import posixpath
from collections.abc import Iterable

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.school_year import current_school_year

YEARS_BACK, YEARS_AHEAD = 2, 3
"""Around the current school year: a folder may name a year by number, or take it from the run."""

type Destination = tuple[str, int, str, str]
"""(host, port, account, path)"""


def destinations(
    connection: Connection, file_names: Iterable[str], today: dt.date
) -> frozenset[Destination]:
    """Every file that the connection may write in these years; none for a download.

    A relative folder starts in a place of the account's own, so the account is part of the
    destination; an absolute one is taken for the same place for every account of the host.
    `{date}` and `{time}` of a name stay as they are: two names that differ only there may meet.
    """
    if connection.delivery is not DeliveryMethod.SFTP:
        return frozenset()
    current = current_school_year(today)
    found: set[Destination] = set()
    for school_year in range(current - YEARS_BACK, current + YEARS_AHEAD + 1):
        folder = connection.folder_for(school_year)
        for name in file_names:
            dated = name.replace("{school_year}", str(school_year)).replace(
                "{school_year_end}", str(school_year + 1)
            )
            found.add(destination(connection, posixpath.join(folder, dated)))
    return frozenset(found)


def destination(connection: Connection, path: str) -> Destination:
    """Where a file of this path ends up, as in `destinations`."""
    account = "" if path.startswith("/") else connection.username
    return (_host(connection), connection.port, account, path)


def same_host(one: Connection, other: Connection) -> bool:
    """Whether both name the same server, in whatever letters."""
    return _host(one) == _host(other)


def _host(connection: Connection) -> str:
    return connection.host.casefold().removesuffix(".")
