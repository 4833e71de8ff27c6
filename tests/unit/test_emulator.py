"""The parts of the emulator that the local stack replaces."""

import asyncio
import contextlib
import os
import queue
import resource
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.emulator import (
    LAMBDA_BYTES,
    behave_as_api_gateway,
    behave_as_cognito,
    follow_log,
    log_so_far,
)

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
def many_open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    with contextlib.ExitStack() as files:
        for _ in range(1100):
            files.enter_context(Path(os.devnull).open())
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


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


def test_the_log_is_complete_while_many_files_are_open(
    many_open_files: None, worker: Worker
) -> None:
    test_all_log_lines_are_available_with_the_response(worker)


def test_unread_log_lines_are_available_later(worker: Worker) -> None:
    for number in range(3):
        worker.invoke()
        assert log_so_far(worker).splitlines()[0] == f"line one of {number}, é"


def test_more_log_lines_than_a_pipe_holds_do_not_block_a_function(worker: Worker) -> None:
    threading.Thread(target=follow_log, args=[worker], daemon=True).start()
    for _ in range(5):
        worker.invoke()

    assert len(log_so_far(worker)) > 70_000


class Gateway(SimpleNamespace):
    """The emulator's functions for REST APIs, each of which admits everything."""

    def __init__(self, claims: dict[str, str]) -> None:
        async def claims_of(*_: Any) -> tuple[Any, Any]:
            return claims, None

        async def invoke(*_: Any) -> str:
            return "an answer"

        super().__init__(
            _gateway_error_response=lambda error, _request: error.response_type,
            _validate_cognito_authorizer=claims_of,
            _invoke_lambda_proxy_v1=invoke,
            _lambda_proxy_response=lambda result: (result["body"], None),
            _gw_error=lambda kind, _message: kind,
            _header_ci=lambda headers, name: headers.get(name, ""),
            _GatewayError=lambda kind, _message, _type: SimpleNamespace(response_type=kind),
        )
        behave_as_api_gateway(self)


def result_of[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """In a thread: a browser of an earlier test may have a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


@pytest.mark.parametrize(
    ("headers", "answered"),
    [({}, "MISSING_AUTHENTICATION_TOKEN"), ({"authorization": "Bearer x"}, "DEFAULT_4XX")],
)
def test_an_unknown_path_with_a_token_lacks_a_signature(
    headers: dict[str, str], answered: str
) -> None:
    unknown = SimpleNamespace(response_type="MISSING_AUTHENTICATION_TOKEN")

    assert Gateway({})._gateway_error_response(unknown, {"headers": headers}) == answered


@pytest.mark.parametrize(
    ("use", "scopes", "error"),
    [
        ("access", ["openid"], None),
        ("id", ["openid"], "UNAUTHORIZED"),
        ("access", [], "UNAUTHORIZED"),
        ("id", [], None),
    ],
)
def test_the_use_of_a_token_is_checked(use: str, scopes: list[str], error: str | None) -> None:
    method = {"authorizationScopes": scopes}

    found = result_of(Gateway({"token_use": use})._validate_cognito_authorizer({}, method))

    assert found[1] == error


@pytest.mark.parametrize(
    ("size", "answer"), [(LAMBDA_BYTES, "an answer"), (LAMBDA_BYTES + 1, "REQUEST_TOO_LARGE")]
)
def test_a_request_over_6_mb_does_not_reach_a_function(size: int, answer: str) -> None:
    headers: dict[str, str] = {}
    request = [*[None] * 7, headers, b"x" * size]

    assert result_of(Gateway({})._invoke_lambda_proxy_v1(*request)) == answer


def test_an_answer_over_6_mb_is_an_error() -> None:
    within, over = ({"body": "x" * size} for size in (LAMBDA_BYTES, LAMBDA_BYTES + 1))

    assert Gateway({})._lambda_proxy_response(within) == (within["body"], None)
    assert Gateway({})._lambda_proxy_response(over) == (None, "Internal server error")


def test_the_groups_of_the_trigger_before_tokens_are_in_both_tokens() -> None:
    cognito = SimpleNamespace(_extract_trigger_response=lambda payload: payload)
    behave_as_cognito(cognito)
    groups = {"groupsToOverride": ["a"]}

    assert cognito._extract_trigger_response(
        {"claimsAndScopeOverrideDetails": {"groupOverrideDetails": groups}}
    ) == {
        "claimsAndScopeOverrideDetails": {
            "groupOverrideDetails": groups,
            "idTokenGeneration": {"groupOverrideDetails": groups},
            "accessTokenGeneration": {"groupOverrideDetails": groups},
        }
    }
    assert cognito._extract_trigger_response(None) is None
