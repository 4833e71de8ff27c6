"""A client that openapi-python-client generates has every call, and every call can be made."""

import contextlib
import datetime as dt
import importlib
import inspect
import json
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.unit.test_openapi import DOCUMENT, operations

PACKAGE = "generated_client"
OPERATIONS = dict(operations())


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package that the generator writes; any warning fails."""
    folder = tmp_path_factory.mktemp("client")
    document, config = folder / "openapi.json", folder / "config.json"
    document.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    config.write_text('{"post_hooks": []}')  # it would format the code
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate"),
        *("--meta=none", "--fail-on-warning", f"--path={document}", f"--config={config}"),
        f"--output-path={folder / PACKAGE}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module(PACKAGE)


def test_every_call_of_a_generated_client_works(generated: ModuleType) -> None:
    for name, operation in OPERATIONS.items():
        call = importlib.import_module(f"{PACKAGE}.api.default.{operation['operationId']}")
        sent: list[httpx.Request] = []
        status, answer = example_answer(operation)

        found = call.sync_detailed(
            client=client_of(generated, sent, status, answer), **arguments(operation, call)
        )

        method, path = name.split(" ")
        assert (sent[0].method, sent[0].url.path) == (method, "/v1" + filled(path, operation))
        assert moments_in(json.loads(sent[0].content or "null")) == moments_in(
            example_body(operation)
        )
        assert found.status_code == status
        assert moments_in(json_of(found.parsed)) == moments_in(answer)


def client_of(generated: ModuleType, sent: list[httpx.Request], status: int, answer: object) -> Any:
    """A client whose requests are kept in `sent` and all get this answer."""

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status) if answer is None else httpx.Response(status, json=answer)

    transport = {"transport": httpx.MockTransport(respond)}
    return generated.AuthenticatedClient("https://sync.example/v1", "token", httpx_args=transport)


def example_answer(operation: dict[str, Any]) -> tuple[int, Any]:
    status, answer = next(iter(operation["responses"].items()))
    return int(status), answer.get("content", {}).get("application/json", {}).get("example")


def example_body(operation: dict[str, Any]) -> Any:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return body.get("example")


def arguments(operation: dict[str, Any], call: ModuleType) -> dict[str, Any]:
    """The examples of the path and of the body, as the call takes them."""
    given = {one["name"]: one["example"] for one in operation["parameters"] if one["in"] == "path"}
    body = example_body(operation)
    if body is None:
        return given
    declared = inspect.signature(call.sync_detailed).parameters["body"].annotation
    models = [*typing.get_args(declared), declared]
    read: Callable[[Any], Any] = next(
        model.from_dict for model in models if hasattr(model, "from_dict")
    )
    return given | {"body": read(body)}


def filled(path: str, operation: dict[str, Any]) -> str:
    for one in operation["parameters"]:
        path = path.replace(f"{{{one['name']}}}", str(one.get("example")))
    return path


def json_of(parsed: Any) -> Any:
    return parsed.to_dict() if hasattr(parsed, "to_dict") else parsed


def moments_in(value: Any) -> Any:
    """The value with its times as times: a client may write them in another form."""
    if isinstance(value, dict):
        return {name: moments_in(each) for name, each in value.items()}
    if isinstance(value, list):
        return [moments_in(each) for each in value]
    if isinstance(value, str) and "T" in value:
        with contextlib.suppress(ValueError):
            return dt.datetime.fromisoformat(value)
    return value
