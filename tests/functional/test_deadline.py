"""A sync answers before the gateway stops waiting, whatever the function's own clock says."""

import json
import time
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from tests.functional.support.district import CONNECTION, ENROLL, NORTH, call, context, registration
from tests.functional.support.events import api_event

pytestmark = pytest.mark.usefixtures("started")


def event_of(seconds_ago: float) -> dict[str, Any]:
    """A sync that reached the gateway before this time, for example because of a cold start."""
    event = api_event(
        "POST",
        "/connections/{connection_id}/registrations",
        claims=ENROLL,
        body={"registrations": [registration("007")]},
        connection_id=NORTH,
    )
    event["requestContext"]["requestTimeEpoch"] = int((time.time() - seconds_ago) * 1000)
    return event


@pytest.mark.parametrize(
    ("seconds_ago", "lambda_left", "result"),
    [
        (1, 28, "synced"),
        (24, 28, "failed"),  # the function was started 23 seconds after the request arrived
        (1, 4, "failed"),
        (3_600, 28, "synced"),  # no request waits for an hour: the clocks differ
        (-3_600, 28, "synced"),
    ],
)
def test_the_deadline_is_that_of_the_gateway_or_of_lambda(
    seconds_ago: float, lambda_left: float, result: str
) -> None:
    status, _ = call(configuration, "POST", "/connections", CONNECTION | {"delivery": "download"})
    assert status == 201

    answer = sync.handler(event_of(seconds_ago), context(lambda_left))

    (one,) = json.loads(answer["body"])["registrations"]
    assert one["result"] == result
