"""Maps the errors of AWS to ours: transient ones, which may succeed on a retry, and all others."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError

from registration_sync.domain.errors import ServiceRefused, Unavailable

_TRANSIENT = frozenset(
    {
        "ConflictException",
        "EC2ThrottledException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)

_LOST = (HTTPClientError, BotoConnectionError, IncompleteReadError, ResponseParserError)


def error_code(error: ClientError) -> str:
    """The error code from AWS, such as `ConditionalCheckFailedException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_transient(error: Exception) -> bool:
    """Whether botocore's retries ended in throttling, an AWS server error or a lost connection,
    which may also cut off an answer."""
    if isinstance(error, ClientError):
        # S3 responds to HEAD without a body, so the code is only the HTTP status.
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error_code(error) in _TRANSIENT or status >= 500
    return isinstance(error, _LOST)


@contextmanager
def aws_errors() -> Iterator[None]:
    """Raises Unavailable for a transient error, and ServiceRefused for any other."""
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        if is_transient(error):
            raise Unavailable("AWS did not answer in time: please try again.") from error
        named = error_code(error) if isinstance(error, ClientError) else type(error).__name__
        raise ServiceRefused(named) from error
