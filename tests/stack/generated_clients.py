"""Clients of three generators, compiled and used against the stack: make clients.

No part of make test, whose environment lacks a Java and the packages of npm.
"""

import compileall
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.processes import ROOT
from local.stack import LocalStack
from tests.stack.support.district import District, new_district

DOCUMENT = ROOT / "docs" / "openapi.json"
ENVIRONMENT = ROOT / ".local" / "env" / "clients" / "bin"
TYPESCRIPT, FETCH = "npm:openapi-typescript@7.13.0", "npm:openapi-fetch@0.17.0"

HTTPX = """
import os
from client import AuthenticatedClient
from client.api.default import list_students, read_receipt, sync
from client.models import Error, Registrations

client = AuthenticatedClient(os.environ["API"], os.environ["TOKEN"])
connection = os.environ["CONNECTION"]
registration = {"registration_id": "r", "student_id": "h1", "school_year": 2025,
                "status": "Registration Approved", "data": {"students": {"id": "h1"}}}
answer = sync.sync(connection, client=client,
                   body=Registrations.from_dict({"registrations": [registration]}))
assert answer.registrations[0].result == "synced", answer
receipt = read_receipt.sync(connection, 2025, "h1", client=client)
assert receipt.status == "due", receipt
page = list_students.sync(connection, client=client, school_year=2025, status="due")
assert [one.student_id for one in page.items] == ["h1"], page
missing = read_receipt.sync(connection, 2025, "nobody", client=client)
assert isinstance(missing, Error) and missing.error.code == "not_found", missing
"""

GENERATOR = """
import os
import openapi_client
from openapi_client import ApiClient, Configuration, DefaultApi, Registrations
from openapi_client.exceptions import NotFoundException

api = DefaultApi(ApiClient(Configuration(host=os.environ["API"],
                                         access_token=os.environ["TOKEN"])))
connection = os.environ["CONNECTION"]
registration = {"registration_id": "r", "student_id": "g1", "school_year": 2025,
                "status": "Registration Approved", "data": {"students": {"id": "g1"}}}
answer = api.sync(connection, Registrations.from_dict({"registrations": [registration]}))
assert answer.registrations[0].result == "synced", answer
receipt = api.read_receipt(connection, 2025, "g1")
assert receipt.status == "due", receipt
assert api.read_status(connection).years[0].school_year == 2025
try:
    api.read_receipt(connection, 2025, "nobody")
except NotFoundException as error:
    assert "not_found" in error.body, error
else:
    raise AssertionError("no error")
"""

FETCHING = """
import createClient from "FETCH";
import type { paths } from "./schema.ts";

const client = createClient<paths>({
  baseUrl: Deno.env.get("API")!,
  headers: { Authorization: `Bearer ${Deno.env.get("TOKEN")}` },
});
const connection_id = Deno.env.get("CONNECTION")!;
const registration = { registration_id: "r", student_id: "t1", school_year: 2025,
  status: "Registration Approved", data: { students: { id: "t1" } } };
const synced = await client.POST("/connections/{connection_id}/registrations", {
  params: { path: { connection_id } }, body: { registrations: [registration] } });
if (synced.data?.registrations[0].result !== "synced") throw new Error(JSON.stringify(synced));
const student = "/connections/{connection_id}/registrations/{school_year}/{student_id}";
const receipt = await client.GET(student, {
  params: { path: { connection_id, school_year: 2025, student_id: "t1" } } });
if (receipt.data?.status !== "due") throw new Error(JSON.stringify(receipt));
const missing = await client.GET(student, {
  params: { path: { connection_id, school_year: 2025, student_id: "nobody" } } });
if (missing.error?.error.code !== "not_found") throw new Error(JSON.stringify(missing));
"""


@pytest.fixture(scope="module")
def district(stack: LocalStack) -> District:
    return new_district(stack)


@pytest.fixture
def environment(district: District, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "API": district.stack.api_url,
        "TOKEN": district.stack.tokens["enroll"],
        "CONNECTION": district.connection_id,
        "PYTHONPATH": str(tmp_path),
        "DENO_DIR": str(ROOT / ".local" / "deno"),
    }


def run(environment: dict[str, str], *command: str | Path, folder: Path) -> None:
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_openapi_python_client(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"post_hooks": []}')
    generate = ("-m", "openapi_python_client", "generate", "--meta=none", "--fail-on-warning")
    options = (f"--path={DOCUMENT}", "--output-path=client", "--config=config.json")

    run(environment, sys.executable, *generate, *options, folder=tmp_path)

    assert compileall.compile_dir(tmp_path / "client", quiet=1)
    run(environment, sys.executable, "-c", HTTPX, folder=tmp_path)


def test_openapi_generator(environment: dict[str, str], tmp_path: Path) -> None:
    generate = (ENVIRONMENT / "openapi-generator-cli", "generate", "-g", "python")

    run(environment, *generate, "-i", DOCUMENT, "-o", tmp_path, folder=tmp_path)

    assert compileall.compile_dir(tmp_path / "openapi_client", quiet=1)
    run(environment, ENVIRONMENT / "python", "-c", GENERATOR, folder=tmp_path)


def test_openapi_typescript(environment: dict[str, str], tmp_path: Path) -> None:
    deno = next((ROOT / ".local" / "env" / "deno").glob("*/bin/deno"))
    (tmp_path / "calls.ts").write_text(FETCHING.replace("FETCH", FETCH), encoding="utf-8")

    run(environment, deno, "run", "-A", TYPESCRIPT, DOCUMENT, "-o", "schema.ts", folder=tmp_path)

    run(environment, deno, "check", "calls.ts", folder=tmp_path)
    run(environment, deno, "run", "-A", "calls.ts", folder=tmp_path)
