"""Limits how often people connect to servers by checks and test records, and by other runs that
they request before the connection has signed in to its account.

Without limits, anyone who may change a connection could try ports of any public host, and
passwords, from the address that all districts share. Scheduled exports are never limited.
"""

import datetime as dt

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.connections.destinations import account_name
from registration_sync.domain.errors import TooManyAttempts
from registration_sync.domain.pluralize import pluralize
from registration_sync.ports.runs import CheckAttempts
from registration_sync.ports.sign_ins import SignIns

MAX_OF_CONNECTION, MAX_OF_HOST = 20, 60
"""Attempts in an hour of the clock: of a connection, and to a host by all connections of a
district."""

FIRST_WAIT, MAX_WAIT = dt.timedelta(seconds=30), dt.timedelta(hours=1)
"""After a refused sign-in; each further one doubles the wait."""


def admit_attempt(connection: Connection, *, attempts: CheckAttempts, now: dt.datetime) -> None:
    """Counts an attempt to connect to the connection's server. Raises TooManyAttempts when there
    were too many, or too soon after refused sign-ins."""
    if connection.delivery is not DeliveryMethod.SFTP:
        return
    refused, last = attempts.refused(connection.connection_id)
    left = last + wait_after(refused) - now if last else dt.timedelta()
    if left > dt.timedelta():
        raise TooManyAttempts(
            f"The server refused the last {pluralize(refused, 'sign-in')}: correct the user "
            f"name or the password in the settings, or try again in {_minutes(left)}. Exports "
            "continue.",
            _seconds(left),
        )
    _count(connection, attempts, now)


def admit_first_sign_in(
    connection: Connection, *, sign_ins: SignIns, attempts: CheckAttempts, now: dt.datetime
) -> None:
    """Counts an attempt if the connection has not signed in to its account yet. Raises
    TooManyAttempts when there were too many."""
    if connection.delivery is not DeliveryMethod.SFTP:
        return
    if not sign_ins.has(connection.connection_id, account_name(connection)):
        _count(connection, attempts, now)


def _count(connection: Connection, attempts: CheckAttempts, now: dt.datetime) -> None:
    host = connection.host.lower().removesuffix(".")
    groups = {
        f"connection#{connection.connection_id}": MAX_OF_CONNECTION,
        f"host#{connection.district}#{host}": MAX_OF_HOST,
    }
    for group, most in groups.items():
        if not attempts.count(group, now, most=most):
            next_hour = now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
            raise TooManyAttempts(
                f"There were {most} attempts to reach this server in this hour, the most "
                f"allowed: try again in {_minutes(next_hour - now)}. Scheduled exports continue.",
                _seconds(next_hour - now),
            )


def wait_after(refused: int) -> dt.timedelta:
    """The wait after so many refused sign-ins in a row."""
    return min(FIRST_WAIT * 2 ** min(refused - 1, 20), MAX_WAIT) if refused else dt.timedelta()


def _seconds(left: dt.timedelta) -> int:
    return max(1, -int(-left.total_seconds() // 1))


def _minutes(left: dt.timedelta) -> str:
    seconds = _seconds(left)
    return f"{seconds} seconds" if seconds < 60 else pluralize(-(-seconds // 60), "minute")
