"""The settings of AWS clients, and the DynamoDB client, which every function needs."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.session import get_session

from registration_sync.adapters.aws.quick_answers import QuickAnswers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

API_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=32,
)
"""For functions behind API Gateway, which ends a request after 29 seconds."""

NOTIFICATION_CONFIG = Config(
    connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
)
"""For notifications of a finished run: about ten seconds each at most."""

PRESIGN_CONFIG = API_CONFIG.merge(
    Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
)

DYNAMODB_CONFIG = API_CONFIG.merge(Config(parameter_validation=False))
"""DynamoDB validates each request itself; boto3's validation takes a third of a read's time."""


@cache
def session() -> boto3.Session:
    """The session that makes every client of a function."""
    core = get_session()
    core.register_component("response_parser_factory", QuickAnswers())
    return boto3.Session(botocore_session=core)


@cache
def dynamodb() -> "DynamoDBClient":
    """The one DynamoDB client of a function."""
    return session().client("dynamodb", config=DYNAMODB_CONFIG)
