"""Builds a function's adapters while Lambda starts the function."""

from collections.abc import Callable

from registration_sync.bootstrap.last_catch import log_unexpected, silence_other_output
from registration_sync.settings import NotConfigured


def build_during_init(build: Callable[[], object]) -> None:
    """Calls `build`, which caches what it builds.

    During its start a function has a whole processor at no extra time of the first request. A
    missing setting, and any other error, is reported by each request, not by a function that does
    not start.
    """
    silence_other_output()
    try:
        build()
    except NotConfigured:
        pass  # each request reports it
    except Exception as error:  # noqa: BLE001  # AWS would log its text
        log_unexpected(error)
