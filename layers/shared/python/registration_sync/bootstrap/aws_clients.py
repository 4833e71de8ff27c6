"""The settings of AWS clients, and the DynamoDB client, which every function needs."""

from functools import cache
from typing import TYPE_CHECKING, cast

import botocore
import botocore.session
from botocore.config import Config

from registration_sync.adapters.aws.quick_json import use_quick_json
from registration_sync.bootstrap.service_models import ServiceModels

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

DYNAMODB_CONFIG = API_CONFIG.merge(
    Config(
        parameter_validation=False,
        user_agent=f"registration-sync Botocore/{botocore.__version__}",
    )
)
"""DynamoDB validates each request itself; boto3's validation takes a third of a read's time. The
usual name of the user agent is assembled twice for each request, a quarter of a write's time."""


@cache
def session() -> botocore.session.Session:
    """The one session of a function."""
    made = botocore.session.get_session()
    made.register_component("data_loader", ServiceModels())
    use_quick_json(made)
    return made


@cache
def dynamodb() -> "DynamoDBClient":
    """The one DynamoDB client of a function, as boto3.client makes it; the sync function needs no
    boto3, which takes longer to import."""
    client = session().create_client("dynamodb", config=DYNAMODB_CONFIG)
    return cast("DynamoDBClient", client)
