"""A broken or hostile server ends the delivery in time, and costs little memory."""

import multiprocessing
import time
from pathlib import Path
from typing import Any

import pytest

from registration_sync.use_cases.delivery import check_connection
from tests.servers.hostile import (
    ANSWERS,
    FLOODS,
    SIGN_INS,
    HostileSftp,
    HostileSignIn,
    HostileSocket,
    NewKeys,
    deliver,
)
from tests.servers.scenario import check
from tests.servers.table import Kind

MOST_SECONDS = 60
"""Three attempts, each below the limits of `hostile.LIMITS`, on a busy machine."""
MOST_MEGABYTES = 145
"""Of a process that has 55 at its start."""

NEW_KEYS = "new keys after every packet"

DELIVERED = {"a count of no names", "errors without end", NEW_KEYS}
"""Attacks that a delivery survives: what is wrong is not needed."""


AFTER_A_LARGE_UPLOAD = ("long names", "names of a kilobyte", "errors without end")
"""Attacks by much data: a server may send more, the more it has received."""


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.servers.hostile"])  # imported once for all deliveries


def delivery_to(server: Any, megabytes: int = 1) -> dict[str, Any]:
    """In a process of its own, whose memory can be measured."""
    receiving, sending = PROCESSES.Pipe(duplex=False)
    arguments = (sending, server.port, server.host_keys[0], megabytes)
    process = PROCESSES.Process(target=deliver, args=arguments)
    process.start()
    sending.close()
    try:
        assert receiving.poll(2 * MOST_SECONDS), "the delivery did not end"
        result: dict[str, Any] = receiving.recv()
    finally:
        process.kill()
        process.join()
        receiving.close()
    return result


def server_that_sends(attack: str) -> Any:
    if attack == NEW_KEYS:
        return NewKeys()
    if attack in SIGN_INS:
        return HostileSignIn(attack)
    return HostileSftp(attack) if attack in ANSWERS else HostileSocket(attack)


@pytest.mark.parametrize(
    ("attack", "megabytes"),
    [
        *((attack, 1) for attack in (*ANSWERS, *FLOODS, *SIGN_INS, NEW_KEYS)),
        *((attack, 100) for attack in AFTER_A_LARGE_UPLOAD),
    ],
)
def test_a_hostile_server_is_bounded_in_time_and_memory(attack: str, megabytes: int) -> None:
    with server_that_sends(attack) as server:
        found = delivery_to(server, megabytes)

    print(attack, found)  # noqa: T201
    assert found["seconds"] < MOST_SECONDS
    assert found["megabytes"] < MOST_MEGABYTES
    assert (found["outcome"] == "delivered") == (attack in DELIVERED), found


def test_a_check_of_a_hostile_server_ends_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_connection, "CHECK_SECONDS", 1.0)
    kind = Kind("hostile", "Sends a byte now and then")
    started = time.monotonic()
    with HostileSocket("a byte now and then") as server:
        steps, _ = check(kind, server, tmp_path)

    assert time.monotonic() - started < 10
    assert [step.step for step in steps if step.result == "failed"] == ["algorithms"]
