"""Calls the API as Enroll and a person do: sync, export and follow the run."""

import time
from collections.abc import Iterable
from itertools import batched
from typing import Any

from local.district import Registration
from local.http_client import Answer
from local.stack import LocalStack, Say

AT_ONCE = 500
RUN_SECONDS = 300


class Refused(Exception):
    """The API refused a request; the message is its answer."""


def done(answer: Answer) -> Any:
    """The answer's content. Raises Refused with the API's message, one problem per line."""
    if answer.status < 300:
        return answer.json() if answer.body else None
    try:
        error = answer.json()["error"]
        problems = [f"  {one['path']}: {one['message']}" for one in error["problems"][:10]]
    except (ValueError, KeyError, TypeError):
        raise Refused(f"The API answered {answer.status}: {answer.body[:500]}") from None
    raise Refused("\n".join([f"The API answered {answer.status}: {error['message']}", *problems]))


def sync(
    stack: LocalStack, connection: str, registrations: Iterable[Registration], say: Say
) -> list[dict[str, Any]]:
    """Syncs as Enroll does; returns the refused registrations. Raises Refused if some failed."""
    synced, refused = 0, []
    for bulk in batched(registrations, AT_ONCE):
        body = {"registrations": list(bulk)}
        path = f"/connections/{connection}/registrations"
        answer = done(stack.call("POST", path, body, role="enroll"))
        if answer["failed"]:
            raise Refused(f"{answer['failed']} registrations failed: send them again.")
        synced += answer["synced"] + answer["superseded"]
        refused += [one for one in answer["registrations"] if one["result"] == "refused"]
        say(f"  {synced:,} synced")
    return refused


def export(stack: LocalStack, connection: str, **options: Any) -> dict[str, Any]:
    """Requests an export and waits for its end. Raises Refused if it takes too long."""
    exports = f"/connections/{connection}/exports"
    run_id = done(stack.call("POST", exports, options, role="full_access"))["run_id"]
    return finished(stack, f"{exports}/{run_id}")


def finished(stack: LocalStack, path: str) -> dict[str, Any]:
    """The run when it has finished."""
    give_up = time.monotonic() + RUN_SECONDS
    while time.monotonic() < give_up:
        run: dict[str, Any] = done(stack.call("GET", path, role="full_access"))
        if run["status"] not in {"pending", "in_progress"}:
            return run
        time.sleep(0.3)
    raise Refused(f"The run was not finished after {RUN_SECONDS} seconds; see {stack.state}.")
