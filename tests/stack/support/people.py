"""People who sign in to the stack in addition to those of local.sign_in.people."""

import dataclasses
import time

from local import sign_in
from local.stack import LocalStack


def new_token(stack: LocalStack, *groups: str) -> str:
    """The token of a new person of these groups."""
    user = sign_in.User(f"new{time.monotonic_ns()}", "Correct-horse-1", groups)
    pool = stack.outputs["UserPoolId"]
    sign_in.create_people(stack.client("cognito-idp"), pool, {"new": user})
    return token_of(stack, user)


def operator_token(stack: LocalStack) -> str:
    """The token of a new operator with Full Access."""
    return new_token(stack, "full-access", "operators")


def as_(stack: LocalStack, role: str, token: str) -> LocalStack:
    """The stack with one more role."""
    return dataclasses.replace(stack, tokens=stack.tokens | {role: token})


def token_of(stack: LocalStack, user: sign_in.User) -> str:
    client, console = stack.outputs["PeopleClientId"], stack.console_url
    return sign_in.token_of_person(stack.endpoint_url, client, console, user)


def bind_program(stack: LocalStack, client_id: str, *districts: str) -> None:
    """Binds a program to districts, which only operators may do."""
    stack = as_(stack, "operator", operator_token(stack))
    body = {"districts": [*districts]}
    bound = stack.call("PUT", f"/programs/{client_id}", body, role="operator")
    assert bound.status == 200, bound.body
