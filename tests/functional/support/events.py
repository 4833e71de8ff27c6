"""Events of API Gateway: the samples in events/, and variations of them."""

import copy
import itertools
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "events"


def sample(name: str) -> dict[str, Any]:
    """The sample event `events/NAME.json`."""
    event: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return event


def person(*groups: str, username: str = "ada") -> dict[str, str]:
    """Claims of a person's access token; its API scope has no effect."""
    claims = sample("configuration_read_connection")["requestContext"]["authorizer"]["claims"]
    return {**claims, "username": username, "cognito:groups": ",".join(groups)}


def program(client_id: str, *scopes: str) -> dict[str, str]:
    """Claims of a program's access token."""
    return {
        "sub": client_id,
        "token_use": "access",
        "client_id": client_id,
        "scope": " ".join(scopes),
    }


ADMINISTRATOR = person("full-access", "district:north")
VIEWER = person("limited-access", "district:north", username="vic")
OPERATOR = person("full-access", "operators", username="olga")
STRANGER = person("full-access", "district:south", username="sam")


def api_event(
    method: str,
    resource: str,
    *,
    claims: dict[str, str],
    body: object = None,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    **path: str,
) -> dict[str, Any]:
    """An event of the route; `path` has the values of the path parameters."""
    event = copy.deepcopy(sample("configuration_read_connection"))
    event["httpMethod"] = method
    event["resource"] = resource
    event["path"] = resource.format(**path)
    event["pathParameters"] = path or None
    event["queryStringParameters"] = query
    event["headers"] |= headers or {}
    event["body"] = body if body is None or isinstance(body, str) else json.dumps(body)
    event["stageVariables"] = {"clientId": "2abcdefghijklmnopqrstuvwxy"}
    number = next(_requests)
    event["requestContext"] |= {
        "requestId": f"request-{number}",
        "requestTimeEpoch": 1_772_485_200_000 + number,
        "authorizer": {"claims": claims},
    }
    return event


_requests = itertools.count()
"""Gives each request its own id and a later time."""
