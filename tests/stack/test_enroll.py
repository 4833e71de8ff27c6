"""Enroll's developer: the commands and the client of docs/enroll, against the stack."""

import gzip
import http.client
import json
import os
import subprocess
import sys
import urllib.parse
from pathlib import Path
from typing import Any

import pytest

from local.docs.api_examples import BODIES
from local.stack import LocalStack
from tests.stack.support.district import District, new_district, registration

DOCS = Path(__file__).parents[2] / "docs" / "enroll"
AS_OF = "2026-03-02T16:05:00Z"


@pytest.fixture(scope="module")
def district(stack: LocalStack) -> District:
    return new_district(stack)


@pytest.fixture(scope="module")
def environment(stack: LocalStack, district: District) -> dict[str, str]:
    """What an operator gives to Enroll's developer."""
    client = {"UserPoolId": stack.outputs["UserPoolId"], "ClientId": stack.programs[0]}
    described = stack.client("cognito-idp").describe_user_pool_client(**client)
    return {
        **os.environ,
        "SYNC_API": stack.api_url,
        "SYNC_SIGN_IN": stack.endpoint_url,
        "SYNC_ID": stack.programs[0],
        "SYNC_SECRET": described["UserPoolClient"]["ClientSecret"],
        "CONNECTION": district.connection_id,
    }


def ran(command: list[str], environment: dict[str, str], typed: str = "") -> str:
    done = subprocess.run(
        command, env=environment, input=typed, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_commands_sync_the_first_student(environment: dict[str, str]) -> None:
    printed = ran(["bash", "-eu", str(DOCS / "first_sync.sh")], environment)

    answer, _, receipt = printed.partition("}{")
    assert json.loads(f"{answer}}}")["synced"] == 1
    assert json.loads(f"{{{receipt}")["status"] == "due"


def test_the_client_syncs_students(district: District, environment: dict[str, str]) -> None:
    sent = [registration("11"), registration("12", status="Started"), registration("13")]
    command = [sys.executable, str(DOCS / "client.py"), district.connection_id, AS_OF]

    found = json.loads(ran(command, environment, json.dumps(sent)))

    assert [(one["student_id"], one["result"]) for one in found] == [
        ("11", "synced"),
        ("12", "refused"),
        ("13", "synced"),
    ]
    receipt = district.stack.call(
        "GET", f"{district.path}/registrations/2025/11", role="enroll"
    ).json()
    assert (receipt["status"], receipt["synced_at"]) == ("due", "2026-03-02T16:05:00.000Z")


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content-Encoding": "gzip"}, 200), ({}, 400)],
    ids=["gzip", "unmarked"],
)
def test_a_compressed_sync(district: District, headers: dict[str, str], status: int) -> None:
    body: Any = BODIES["POST", "/connections/{connection_id}/registrations"]
    parts = urllib.parse.urlsplit(f"{district.stack.api_url}{district.path}/registrations")
    authorization = {"Authorization": f"Bearer {district.stack.tokens['enroll']}"}
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)

    content = gzip.compress(json.dumps(body).encode())
    connection.request("POST", parts.path, content, {**headers, **authorization})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()

    assert response.status == status, answer
    if status == 400:
        assert "Content-Encoding: gzip" in answer["error"]["message"]
