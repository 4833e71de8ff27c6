"""Tells AWS's passing faults, which the same request may outlive, from everything else."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from registration_sync.domain.errors import Unavailable

_PASSING = frozenset(
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


SERVER_FAULT = 500
"""From here on the status of HTTP says that the fault is the server's."""


def error_code(error: ClientError) -> str:
    """The code that AWS gave, as `ConditionalCheckFailedException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_transient(error: Exception) -> bool:
    """Throttling, a fault inside AWS, or no connection to it, after botocore's own retries."""
    if isinstance(error, ClientError):
        # S3 answers a HEAD without a body, so that its code is a bare number.
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error_code(error) in _PASSING or status >= SERVER_FAULT
    return isinstance(error, HTTPClientError | BotoConnectionError)


@contextmanager
def transient_as_unavailable() -> Iterator[None]:
    """Raises Unavailable for a passing fault; anything else is a mistake of ours and stays."""
    try:
        yield
    except (ClientError, HTTPClientError, BotoConnectionError) as error:
        if is_transient(error):
            raise Unavailable("AWS did not answer in time: please try again.") from error
        raise
