"""`make remove`: secrets are found by the stack's name, which a newer stack may have."""

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.remove import description, remove

OLD, NEW = "arn:aws:cloudformation:us-west-2:123456789012:stack/sync/old", "arn:…:stack/sync/new"
SECRET = "sync/connections/north/password"


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "…"}}, "DescribeStacks")


class Aws:
    """An account with a deleted stack and its secret; `by_name` is the stack that has its name
    now."""

    def __init__(self, by_name: str | ClientError) -> None:
        self.by_name = by_name
        self.secrets = [SECRET]

    def __call__(self, _service: str) -> Any:
        return self

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803  # of boto3
        found = OLD if StackName == OLD else self.by_name
        if isinstance(found, ClientError):
            raise found
        created = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
        return {"Stacks": [{"StackId": found, "StackName": "sync", "CreationTime": created}]}

    def delete_stack(self, **_: str) -> None:
        pass

    def get_waiter(self, _name: str) -> Any:
        return self

    def wait(self, **_: str) -> None:
        pass

    def get_paginator(self, name: str) -> Any:
        return Pages(self.secrets if name == "list_secrets" else [])

    def delete_secret(self, *, SecretId: str, **_: bool) -> None:  # noqa: N803  # of boto3
        self.secrets.remove(SecretId)


class Pages:
    def __init__(self, secrets: list[str]) -> None:
        self.secrets = secrets

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        found = [{"Name": name} for name in self.secrets]
        return [{"SecretList": found, "StackResourceSummaries": []}]


def test_the_secrets_of_a_newer_stack_with_the_same_name_are_kept() -> None:
    aws, said = Aws(by_name=NEW), list[str]()

    remove(OLD, aws, said.append, with_data=True)

    assert aws.secrets == [SECRET]
    assert said[1:] == ["Kept: the secrets. A newer stack has this name and uses them."]


def test_without_a_newer_stack_the_secrets_are_deleted() -> None:
    aws = Aws(by_name=refusal("ValidationError"))

    remove(OLD, aws, print, with_data=True)

    assert aws.secrets == []


def test_an_account_that_does_not_answer_keeps_its_secrets() -> None:
    aws = Aws(by_name=refusal("Throttling"))

    with pytest.raises(ClientError):
        remove(OLD, aws, print, with_data=True)

    assert aws.secrets == [SECRET]


def test_the_question_names_account_region_stack_and_age() -> None:
    said = description(OLD, Aws(by_name=NEW))

    assert said == f"Account 123456789012, us-west-2: {OLD}, created 2026-03-02 21:00 UTC"
