"""Starts the processes of the local stack, and stops all of them."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

_FOREIGN = ("AWS_", "PYTHON", "VIRTUAL_ENV", "SAM_", "MINISTACK_", "LAMBDA_")
_PR_SET_PDEATHSIG = 1


class NotStarted(Exception):
    """A process of the local stack did not start, or a command failed; the message says why."""


def environment(**more: str) -> dict[str, str]:
    """This process's environment without variables that could lead tools to a real AWS account."""
    kept = {
        name: value for name, value in os.environ.items() if not name.upper().startswith(_FOREIGN)
    }
    here = "127.0.0.1,localhost"  # no proxy for the local stack
    return {
        **kept,
        "NO_PROXY": here,
        "no_proxy": here,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        **more,
    }


def run(command: Sequence[str | Path], *, log: Path, **more: str) -> None:
    """Runs a command to its end, its output in `log`; raises NotStarted with the last lines."""
    with log.open("ab") as output:
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode != 0:
        name = " ".join(Path(part).name for part in command[:2])
        raise NotStarted(f"`{name}` failed; the end of {log}:\n{last_lines(log)}")


@contextmanager
def running(
    command: Sequence[str | Path], *, log: Path, env: Mapping[str, str], seconds_to_stop: int = 5
) -> Iterator[dict[str, Any]]:
    """Starts a process that prints one line of JSON when it is ready; stops it at the end.

    Yields the content of that line. The process has its own group, which is stopped as a whole.
    Raises NotStarted with the last lines of its log if it ends before.
    """
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,  # Ctrl-C reaches only this process, which stops the others
            preexec_fn=_end_with_parent,  # noqa: PLW1509  # no threads are running at this time
        )
    try:
        yield _first_line(process, log)
    finally:
        _stop(process, seconds_to_stop)


def _first_line(process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        raise NotStarted(f"A part of the local stack ended; the end of {log}:\n{last_lines(log)}")
    said: dict[str, Any] = json.loads(line)
    return said


def _stop(process: subprocess.Popen[bytes], seconds: int) -> None:
    """Ends the process with its whole group, before its id can be reused."""
    with suppress(ProcessLookupError, PermissionError):  # it has already ended
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout:
        process.stdout.close()


def _end_with_parent() -> None:
    """Has the kernel end the process with its parent, where the system supports that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def end_on_signals() -> None:
    """Makes SIGTERM and SIGINT unwind this process, so that nothing is left running."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # background shells ignore SIGINT


def last_lines(log: Path, count: int = 25) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
