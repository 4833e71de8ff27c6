"""Binds programs to districts, as operators do."""

from typing import Any

import boto3

from functions.configuration import app as configuration
from tests.functional.conftest import stored_items
from tests.functional.support.district import call
from tests.functional.support.events import OPERATOR

SAMPLES = ("2abcdefghijklmnopqrstuvwxy", "3abcdefghijklmnopqrstuvwxy")
"""The programs in events/."""


def bind_samples() -> None:
    for client_id in SAMPLES:
        bind(client_id, "anytown", "north", "south")


def bind(client_id: str, *districts: str, **more: str) -> None:
    body = {"districts": [*districts], **more}
    status, answer = call(
        configuration, "PUT", "/programs/{client_id}", body, claims=OPERATOR, client_id=client_id
    )
    assert status == 200, answer


def forget_binding(client_id: str) -> None:
    """As if the program was listed before programs were bound."""
    key = {"pk": {"S": "PROGRAMS"}, "sk": {"S": client_id}}
    boto3.client("dynamodb").delete_item(TableName="connections", Key=key)


def stored_of_connections() -> list[dict[str, Any]]:
    """All items of the connections table except programs and their audit entries."""
    return [one for one in stored_items() if "PROGRAM" not in one["pk"]["S"]]
