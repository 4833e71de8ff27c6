"""Invokes the functions, each time in a process of its own that can be killed."""

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from local.processes import ROOT, environment, running
from tests.torture.support.operations import NO_SLEEP, Kill, Operation, Sleep

SECONDS = 120
"""An invocation that takes longer fails the test."""


@dataclass(slots=True)
class Invocation:
    """What one process did: the operations it began, and its answer or the type of its error. One
    that was killed has neither."""

    operations: list[Operation] = field(default_factory=list)
    answer: Any = None
    raised: str = ""
    message: str = ""
    pid: int = 0

    @property
    def was_killed(self) -> bool:
        return self.answer is None and not self.raised


@dataclass(frozen=True)
class Functions:
    """The functions on a cloud."""

    path: Path

    def invoke(
        self,
        function: str,
        event: dict[str, Any],
        *,
        ahead_seconds: float = 0,
        kill: Kill | None = None,
        sleep: Sleep = NO_SLEEP,
        seconds_left: float = 900,
        invocation: Invocation | None = None,
    ) -> Invocation:
        """Invokes sync, export or configuration, with a clock that is so many seconds ahead. A
        given invocation shows how far it is, meanwhile."""
        request = {
            "function": function,
            "event": event,
            "ahead_seconds": ahead_seconds,
            "kill": asdict(kill) if kill else None,
            "sleep": asdict(sleep),
            "seconds_left": seconds_left,
        }
        invocation = invocation or Invocation()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(str(self.path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as lines:
                for line in lines:
                    if line.endswith(b"\n"):  # not cut off by the kill
                        _read(json.loads(line), invocation)
        return invocation


def _read(line: dict[str, Any], invocation: Invocation) -> None:
    if "pid" in line:
        invocation.pid = line["pid"]
    elif "operation" in line:
        invocation.operations.append(Operation(**line["operation"]))
    else:
        invocation.answer = line.get("answer")
        invocation.raised = line.get("raised", "")
        invocation.message = line.get("message", "")


@contextmanager
def loaded_functions(folder: Path, settings: dict[str, str]) -> Iterator[Functions]:
    """The functions with the settings of a cloud; their log is `folder`/functions.log."""
    path, temporary = folder / "functions.socket", folder / "functions"
    temporary.mkdir()
    with running(
        [sys.executable, "-m", "tests.torture.support.function_process", path],
        log=folder / "functions.log",
        env={
            **environment(),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/shared/python'}",
            "TMPDIR": str(temporary),
            **settings,
        },
    ):
        yield Functions(path)
