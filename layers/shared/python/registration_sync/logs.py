"""The structured logger, and exceptions without their messages, which may quote student data."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from aws_lambda_powertools.logging import Logger

from registration_sync.domain.errors import RegistrationSyncError


def describe_exception(error: BaseException) -> list[str]:
    """The types and tracebacks of an unexpected exception and of its causes.

    Leaves their messages out, because messages quote values: a KeyError quotes the key, which may
    be a student's id.
    """
    described: list[str] = []
    seen: list[BaseException] = []  # a chain of causes may be circular
    link: BaseException | None = error
    while link is not None and link not in seen:
        seen.append(link)
        frames = traceback.extract_tb(link.__traceback__)
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        described.append(f"{type(link).__qualname__} at {' > '.join(where)}")
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return described


def log_errors(
    message: str, about: Mapping[str, str], action: Callable[[], Sequence[RegistrationSyncError]]
) -> None:
    """Logs the errors that the action returns, or the one that it raises; never raises."""
    try:
        reasons = [error.message for error in action()]
    except Exception as error:  # noqa: BLE001  # the caller's work is done and stored
        reasons = describe_exception(error)
    if reasons:
        logger().error(message, extra={**about, "reasons": reasons})


@cache
def logger() -> Logger:
    """The structured logger; POWERTOOLS_SERVICE_NAME holds the function's name."""
    return Logger()
