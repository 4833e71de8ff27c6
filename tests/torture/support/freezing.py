"""Invocations that stand still, as a sandbox that AWS has frozen."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.torture.support.district import District
from tests.torture.support.invocations import Invocation
from tests.torture.support.operations import NO_SLEEP, Kill, Sleep

SECONDS = 60


@contextmanager
def frozen_export(
    district: District, event: dict[str, Any], at: Kill, sleep: Sleep = NO_SLEEP
) -> Iterator[Invocation]:
    """An export that stands still at this operation until the block ends. Its clock does, too, but
    for the seconds of `sleep`."""
    invocation = Invocation()
    freeze = replace(at, by=signal.SIGSTOP)
    ahead = district.ahead_seconds

    def invoke() -> None:
        functions = district.cloud.functions
        functions.invoke(
            "export",
            event,
            ahead_seconds=ahead,
            kill=freeze,
            sleep=sleep,
            invocation=invocation,
        )

    thread = threading.Thread(target=invoke)
    thread.start()
    try:
        _wait_until_frozen(invocation, thread)
        yield invocation
    finally:
        if thread.is_alive():
            os.kill(invocation.pid, signal.SIGCONT)
        thread.join()


def _wait_until_frozen(invocation: Invocation, thread: threading.Thread) -> None:
    give_up = time.monotonic() + SECONDS
    while thread.is_alive() and not _is_frozen(invocation.pid):
        assert time.monotonic() < give_up, "the process does not stand still"
        time.sleep(0.005)


def _is_frozen(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:  # not begun, or over
        return False
    return state in {"T", "t"}
