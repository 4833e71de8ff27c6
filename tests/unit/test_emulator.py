"""The parts of the emulator that the local stack replaces."""

import queue
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from local.emulator import follow_log, log_so_far

FUNCTION = """
import sys
sys.stdout.reconfigure(line_buffering=True)
for number, _ in enumerate(sys.stdin):
    print(f"line one of {number}, é", file=sys.stderr)
    print("x" * 70_000 * (number == 3) + f"line two of {number}", file=sys.stderr)
    print("an answer")
"""


class Worker:
    """The log of the emulator."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._proc = process
        self._stderr_queue: queue.Queue[str] = queue.Queue()

    def _drain_stderr(self) -> str:
        return "\n".join(self._stderr_queue.get() for _ in range(self._stderr_queue.qsize()))

    def invoke(self) -> None:
        assert self._proc.stdin
        assert self._proc.stdout
        self._proc.stdin.write("an event\n")
        self._proc.stdin.flush()
        assert self._proc.stdout.readline() == "an answer\n"


@pytest.fixture
def worker() -> Iterator[Worker]:
    with subprocess.Popen(
        [sys.executable, "-X", "utf8", "-c", FUNCTION],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield Worker(process)
        process.terminate()


def test_all_log_lines_are_available_with_the_response(worker: Worker) -> None:
    following = threading.Thread(target=follow_log, args=[worker])
    following.start()

    for number in range(50):
        worker.invoke()
        lines = log_so_far(worker).splitlines()
        assert [line.lstrip("x") for line in lines] == [
            f"line one of {number}, é",
            f"line two of {number}",
        ]

    worker._proc.terminate()
    following.join(10)
    assert not following.is_alive()


def test_unread_log_lines_are_available_later(worker: Worker) -> None:
    for number in range(3):
        worker.invoke()
        assert log_so_far(worker).splitlines()[0] == f"line one of {number}, é"


def test_more_log_lines_than_a_pipe_holds_do_not_block_a_function(worker: Worker) -> None:
    threading.Thread(target=follow_log, args=[worker], daemon=True).start()
    for _ in range(5):
        worker.invoke()

    assert len(log_so_far(worker)) > 70_000
