"""The last catch: logs the type and place of an unexpected exception, never its text.

The text of an exception may quote a student: a KeyError has the key. AWS writes the text of an
exception that leaves a handler to the log, to the answer of the caller, and to the queue of failed
events.
"""

import functools
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

from registration_sync.domain.errors import InternalError, RegistrationSyncError
from registration_sync.logs import describe_exception, logger

UNEXPECTED = "Something went wrong on our side. Ask your operations engineer to read the log."

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def catch_last(handler: Handler) -> Handler:
    """The handler, which raises only errors of this package, without their causes. Raises
    InternalError in place of any other exception, so that AWS retries an event as before."""

    @functools.wraps(handler)
    def caught(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            return handler(event, context)
        except RegistrationSyncError as error:
            raised = error
        except Exception as error:  # noqa: BLE001  # no caller of a handler handles errors
            log_unexpected(error)
            raised = InternalError(UNEXPECTED)
        raise raised from None

    return caught


def run_or_log(build: Callable[[], object]) -> None:
    """Calls `build`; logs any exception other than those of this package, and raises none."""
    try:
        build()
    except RegistrationSyncError:
        pass  # each request reports it
    except Exception as error:  # noqa: BLE001  # AWS would log its text
        log_unexpected(error)


def log_unexpected(error: BaseException | None) -> None:
    """Logs the type and place of the exception."""
    logger().error("unexpected error", extra={"raised": describe_exception(error) if error else []})


def silence_other_output() -> None:
    """Gives exceptions in threads and in destructors the same log line, and turns off the logs of
    libraries, which quote addresses, headers and values, and the report of a log line that cannot
    be written, which has the exception being handled."""
    logging.raiseExceptions = False
    threading.excepthook = lambda thread: log_unexpected(thread.exc_value)
    sys.unraisablehook = lambda found: log_unexpected(found.exc_value)
    logging.getLogger().setLevel(logging.CRITICAL + 1)
