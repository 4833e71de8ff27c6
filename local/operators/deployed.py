"""A deployed stack, for operators: one in an AWS account, or the one of `make local`."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from local.aws_region import use_region
from local.http_client import Answer, send
from local.processes import NotStarted
from local.sign_in import token_of_program
from local.stack import STACK_FILE, client_of

LOCAL = "local"

ONE_LONG_CALL = Config(read_timeout=910, retries={"total_max_attempts": 1})
"""For an invocation of up to 15 minutes: a repeated one would be a second run."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """`client` builds a boto3 client by the name of its service."""

    name: str
    api_url: str
    outputs: dict[str, str]
    client: Callable[..., Any]
    is_local: bool = False

    def call(self, method: str, path: str, token: str | None, body: object = None) -> Answer:
        """Calls the API; `path` begins with a slash."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = None if body is None else json.dumps(body)
        return send(method, self.api_url + path, body=text, headers=headers)

    def program_token(self, client_id: str, client_secret: str) -> str:
        """The access token of a program."""
        return token_of_program(self.outputs["SignInUrl"], client_id, client_secret)


def deployed_stack(name: str) -> Deployed:
    """The stack of this name in the account and region of the AWS environment; `local` is the one
    that `make local` runs. Raises NotStarted."""
    if name == LOCAL:
        return _local_stack()
    if not name:
        raise NotStarted("Give the stack's name: STACK=name.")
    use_region()
    stacks = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks[0].get("Outputs", [])}
    if "ApiUrl" not in outputs:
        raise NotStarted(f"The stack {name} is not one of this service: it has no output ApiUrl.")
    return Deployed(name, outputs["ApiUrl"], outputs, boto3.client)


def _local_stack() -> Deployed:
    if not STACK_FILE.is_file():
        raise NotStarted("No local stack is running: start one with make local.")
    state = json.loads(STACK_FILE.read_text())
    aws = state["aws"]

    def client(service: str, config: Config | None = None) -> Any:
        return client_of(service, aws["endpoint_url"], config)

    return Deployed(aws["stack_name"], state["api_url"], aws["outputs"], client, is_local=True)


def operator_token(stack: Deployed) -> str:
    """The access token of the program CLIENT_ID with CLIENT_SECRET; on the local stack, of the
    person with Full Access. Raises NotStarted."""
    client_id = os.environ.get("CLIENT_ID")
    if client_id:
        return stack.program_token(client_id, os.environ.get("CLIENT_SECRET", ""))
    if stack.is_local:
        return str(json.loads(STACK_FILE.read_text())["tokens"]["full_access"])
    raise NotStarted("Set CLIENT_ID and CLIENT_SECRET: docs/operations.md says how.")
