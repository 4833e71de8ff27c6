"""Builds a function's adapters while Lambda starts the function."""

from collections.abc import Callable

from registration_sync.last_catch import run_or_log, silence_other_output


def build_during_init(build: Callable[[], object]) -> None:
    """Calls `build`, which caches what it builds.

    During its start a function has a whole processor at no extra time of the first request. A
    missing setting, and any other error, is reported by each request, not by a function that does
    not start.
    """
    silence_other_output()
    run_or_log(build)
