"""Checks and test records are limited per hour, and wait after refused sign-ins."""

import datetime as dt
from collections import Counter

import pytest

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.errors import TooManyAttempts
from registration_sync.use_cases.runs.check_attempts import (
    MAX_OF_CONNECTION,
    MAX_OF_HOST,
    admit_attempt,
    wait_after,
)

NOW = dt.datetime(2026, 11, 30, 4, 20, 30, tzinfo=dt.UTC)


class Attempts:
    """CheckAttempts in memory."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, int]] = Counter()
        self.refusals: dict[str, tuple[int, dt.datetime]] = {}

    def count(self, group: str, now: dt.datetime, *, most: int) -> bool:
        if self.counted[group, now.hour] == most:
            return False
        self.counted[group, now.hour] += 1
        return True

    def refused(self, connection_id: str) -> tuple[int, dt.datetime | None]:
        return self.refusals.get(connection_id, (0, None))

    def note_refused(self, connection_id: str, now: dt.datetime) -> None:
        self.refusals[connection_id] = self.refused(connection_id)[0] + 1, now

    def forget_refused(self, connection_id: str) -> None:
        self.refusals.pop(connection_id, None)


def connection(number: int = 0, **changes: object) -> Connection:
    settings = {
        "connection_id": f"c{number}",
        "name": "C",
        "host": "SFTP.example.org",
        "district": "north",
        "time_zone": "UTC",
    }
    return Connection.model_validate(settings | changes)


def refusal(one: Connection, attempts: Attempts, now: dt.datetime = NOW) -> TooManyAttempts:
    with pytest.raises(TooManyAttempts) as caught:
        admit_attempt(one, attempts=attempts, now=now)
    return caught.value


def test_a_connection_has_so_many_attempts_in_an_hour() -> None:
    attempts = Attempts()
    for _ in range(MAX_OF_CONNECTION):
        admit_attempt(connection(), attempts=attempts, now=NOW)

    error = refusal(connection(), attempts)

    assert error.retry_after_seconds == 39 * 60 + 30
    assert "try again in 40 minutes" in error.message
    admit_attempt(connection(), attempts=attempts, now=NOW + dt.timedelta(minutes=40))


def test_the_connections_of_a_district_share_the_attempts_to_a_host() -> None:
    attempts = Attempts()
    for number in range(MAX_OF_HOST):
        port = {"port": 1 + number, "host": "sftp.EXAMPLE.org."}
        admit_attempt(connection(number, **port), attempts=attempts, now=NOW)

    refusal(connection(100), attempts)

    admit_attempt(connection(100, host="other.example.org"), attempts=attempts, now=NOW)
    admit_attempt(connection(101, district="south"), attempts=attempts, now=NOW)


def test_a_download_is_not_limited() -> None:
    attempts = Attempts()
    for _ in range(MAX_OF_HOST + 1):
        admit_attempt(connection(delivery="download"), attempts=attempts, now=NOW)

    assert attempts.counted == {}


def test_each_refused_sign_in_doubles_the_wait_up_to_an_hour() -> None:
    seconds = [int(wait_after(refused).total_seconds()) for refused in range(12)]

    assert seconds == [0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600]
    assert wait_after(10**6) == dt.timedelta(hours=1)


def test_a_refused_sign_in_delays_the_next_attempt() -> None:
    attempts = Attempts()
    attempts.note_refused("c0", NOW)
    attempts.note_refused("c0", NOW)

    error = refusal(connection(), attempts, NOW + dt.timedelta(seconds=20))

    assert error.retry_after_seconds == 40
    assert "refused the last 2 sign-ins" in error.message
    admit_attempt(connection(), attempts=attempts, now=NOW + dt.timedelta(seconds=60))
    admit_attempt(connection(1), attempts=attempts, now=NOW)
