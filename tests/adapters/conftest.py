"""An empty table of an in-process DynamoDB."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from tests.functional.support.memory_dynamodb import tables
from tests.functional.support.quick_dynamodb import be_quick

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "table"


def dynamodb_client() -> "DynamoDBClient":
    return boto3.client(
        "dynamodb",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


_kept_client = cache(dynamodb_client)
"""Made once: that takes longer than most tests."""


@pytest.fixture
def dynamodb() -> Iterator["DynamoDBClient"]:
    """A client, which other tests use, too, and the only table."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        be_quick(environment)
        tables.clear()
        tables[TABLE] = {}
        yield _kept_client()
