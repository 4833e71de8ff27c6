"""A plugin of pytest that runs the collected tests on mutants, each in a process of its own.

`pytest -p tests.torture.support.mutant_runs TESTS` collects the tests once. It learns which tests
call which functions, then forks for each mutant of the file MUTANT_PLAN, plants it, and runs the
tests that call its function, the fast ones first, until one fails. The results are appended to the
file MUTANT_RESULTS, a line for each mutant.
"""

import ast
import contextlib
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from tests.exploration import code as exploration
from tests.torture.support.planting import PACKAGE, Mutant, plant, planted

PROCESSES = 2
ENDLESS = "the limit of time"
"""Finds a mutant that never ends."""
MOST_SECONDS = 60.0
"""Of the tests of one mutant, as measured without a fault."""

_PARENT = pytest.StashKey[int]()

type Job = tuple[float, Callable[[pytest.Session], dict[str, Any]]]
"""The CPU seconds that it may take, and what it does in its process."""

MOST_WAITED_SECONDS = 600.0

type Calls = dict[str, tuple[float, set[str]]]
"""For each test its seconds, and the functions that it calls: `module:name`."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    session.config.stash[_PARENT] = os.getpid()
    plan = json.loads(Path(os.environ["MUTANT_PLAN"]).read_text(encoding="utf-8"))
    mutants = [Mutant(**one) for one in plan["mutants"]]
    calls = _calls(session)
    ends_at = time.monotonic() + plan["seconds"]
    with Path(os.environ["MUTANT_RESULTS"]).open("a", encoding="utf-8") as out:
        jobs = (_job(session.items, one, calls) for one in mutants if time.monotonic() < ends_at)
        for number, result in _in_processes(session, jobs):
            out.write(json.dumps({"number": number, **result}) + "\n")
            out.flush()
    return True


# Which test calls what


def _calls(session: pytest.Session) -> Calls:
    by_module: dict[str, list[pytest.Item]] = {}
    for item in session.items:
        by_module.setdefault(item.nodeid.split("::")[0], []).append(item)
    kept = Path(os.environ.get("MUTANT_CALLS", os.devnull))
    found: Calls = {}
    for line in kept.read_text(encoding="utf-8").splitlines() if kept.is_file() else ():
        test, seconds, names = json.loads(line)
        found[test] = seconds, set(names)
        by_module.pop(test.split("::")[0], None)
    jobs = (_measure(items) for items in by_module.values())
    for _, result in _in_processes(session, jobs):
        for test, (seconds, names) in result.get("calls", {}).items():
            found[test] = seconds, set(names)
            with kept.open("a", encoding="utf-8") as out:
                out.write(json.dumps([test, seconds, names]) + "\n")
    if failed := [item.nodeid for item in session.items if item.nodeid not in found]:
        raise pytest.UsageError(f"these tests fail without a fault: {', '.join(failed)}")
    return found


def _measure(items: list[pytest.Item]) -> Job:
    def measure(session: pytest.Session) -> dict[str, Any]:
        calls: dict[str, Any] = {}
        seen: set[str] = set()
        _watch(seen)
        for number, item in enumerate(items):
            seen.clear()
            sys.monitoring.restart_events()
            began = time.process_time()
            failed = _run(session, [item], items[number + 1 : number + 2])
            if not failed:
                calls[item.nodeid] = time.process_time() - began, sorted(seen)
        return {"calls": calls}

    return 900.0, measure


def _watch(seen: set[str]) -> None:
    tool = sys.monitoring.COVERAGE_ID
    sys.monitoring.use_tool_id(tool, "mutants")
    root = f"{PACKAGE}{os.sep}"

    def start(code: CodeType, _offset: int) -> Any:
        if code.co_filename.startswith(root):
            module = code.co_filename.removeprefix(root).removesuffix(".py").replace(os.sep, ".")
            seen.add(f"{module}:{code.co_qualname.partition('.<locals>')[0]}")
        return sys.monitoring.DISABLE

    sys.monitoring.register_callback(tool, sys.monitoring.events.PY_START, start)
    sys.monitoring.set_events(tool, sys.monitoring.events.PY_START)


# A mutant


def _job(items: Sequence[pytest.Item], mutant: Mutant, calls: Calls) -> Job:
    name = f"{mutant.module}:{mutant.function}"
    seeing = [
        (calls[item.nodeid][0], item)
        for item in items
        if item.nodeid in calls and name in calls[item.nodeid][1]
    ]
    seeing.sort(key=lambda one: one[0])
    chosen: list[pytest.Item] = []
    total = 0.0
    for seconds, item in seeing:
        total += seconds
        if total > MOST_SECONDS and chosen:
            break
        chosen.append(item)

    def run(session: pytest.Session) -> dict[str, Any]:
        plant(mutant)
        _plant_for_exploration(mutant)
        return {"found_by": _run(session, chosen, []), "tests": len(chosen)}

    return 5.0 + 5 * min(total, MOST_SECONDS), run


def _plant_for_exploration(mutant: Mutant) -> None:
    read = exploration.source_of
    name = f"registration_sync.{mutant.module}"
    text = ast.unparse(planted(mutant))
    exploration.source_of = lambda one: text if one == name else read(one)


def _run(
    session: pytest.Session, items: Sequence[pytest.Item], following: Sequence[pytest.Item]
) -> str:
    """Runs the tests; the id of the first that fails, or an empty text."""
    for number, item in enumerate(items):
        if os.getppid() != session.config.stash[_PARENT]:
            os._exit(1)  # nobody waits for the result
        after = [*items[number + 1 :], *following]
        failed = session.testsfailed
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after[0] if after else None)
        if session.testsfailed > failed:
            with contextlib.suppress(Exception):
                session._setupstate.teardown_exact(None)
            return item.nodeid
    return ""


# Processes


def _in_processes(
    session: pytest.Session, jobs: Iterator[Job]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Runs each job in a fork, two at a time; yields its number and its result."""
    running: dict[int, tuple[int, int, float, bytes]] = {}  # by pipe: pid, number, deadline, text
    numbered = enumerate(jobs)
    while True:
        while len(running) < PROCESSES and (job := next(numbered, None)):
            number, (seconds, work) = job
            pid, pipe = _forked(session, work, int(seconds))
            running[pipe] = pid, number, time.monotonic() + MOST_WAITED_SECONDS, b""
        if not running:
            return
        ready, _, _ = select.select(list(running), [], [], 0.5)
        for pipe in list(running):
            pid, number, deadline, text = running[pipe]
            piece = os.read(pipe, 65536) if pipe in ready else None
            is_late = time.monotonic() > deadline
            if piece:
                running[pipe] = pid, number, deadline, text + piece
            if piece == b"" or is_late:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                os.close(pipe)
                del running[pipe]
                yield number, json.loads(text) if text and not is_late else {"found_by": ENDLESS}


def _forked(
    session: pytest.Session, work: Callable[[pytest.Session], dict[str, Any]], seconds: int
) -> tuple[int, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, pid)
        return pid, reading
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        result = work(session)
    except BaseException as error:  # noqa: BLE001  # the tests cannot even start
        result = {"found_by": "", "error": f"{type(error).__name__}: {error}"}
    with os.fdopen(writing, "w") as out:
        out.write(json.dumps(result))
    os._exit(0)
