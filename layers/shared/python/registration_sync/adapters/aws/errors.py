"""Distinguishes transient AWS errors, which may succeed on a retry, from all others."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from registration_sync.domain.errors import Unavailable

_TRANSIENT = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def error_code(error: ClientError) -> str:
    """The error code from AWS, such as `ConditionalCheckFailedException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_transient(error: Exception) -> bool:
    """Whether botocore's retries ended in throttling, an AWS server error or a lost connection."""
    if isinstance(error, ClientError):
        # S3 responds to HEAD without a body, so the code is only the HTTP status.
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error_code(error) in _TRANSIENT or status >= 500
    return isinstance(error, HTTPClientError | BotoConnectionError)


@contextmanager
def transient_as_unavailable() -> Iterator[None]:
    """Raises Unavailable for a transient error; any other error is our bug and stays as it is."""
    try:
        yield
    except (ClientError, HTTPClientError, BotoConnectionError) as error:
        if is_transient(error):
            raise Unavailable("AWS did not answer in time: please try again.") from error
        raise
