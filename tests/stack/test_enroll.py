"""Enroll's developer: the commands and the client of docs/enroll, against the stack."""

import gzip
import http.client
import json
import os
import subprocess
import sys
import urllib.parse
import zlib
from pathlib import Path

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


BODY = json.dumps(BODIES["POST", "/connections/{connection_id}/registrations"]).encode()


@pytest.mark.parametrize(
    ("body", "coding", "status", "code"),
    [
        (gzip.compress(BODY), "gzip", 200, ""),
        (zlib.compress(BODY), "deflate", 200, ""),
        (gzip.compress(BODY), "", 400, "invalid_request"),
        (BODY, "gzip", 415, "unsupported_encoding"),
    ],
)
def test_a_compressed_sync(
    district: District, body: bytes, coding: str, status: int, code: str
) -> None:
    parts = urllib.parse.urlsplit(f"{district.stack.api_url}{district.path}/registrations")
    headers = {"Authorization": f"Bearer {district.stack.tokens['enroll']}"}
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)

    connection.request("POST", parts.path, body, headers | {"Content-Encoding": coding})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()

    assert (response.status, answer.get("error", {}).get("code", "")) == (status, code), answer
