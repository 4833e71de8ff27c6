"""Builds a function's adapters while Lambda starts the function."""

from collections.abc import Callable
from contextlib import suppress

from registration_sync.settings import NotConfigured


def build_during_init(build: Callable[[], object]) -> None:
    """Calls `build`, which caches what it builds.

    During its start a function has a whole processor at no extra time of the first request. A
    missing setting is reported by each request, not by a function that does not start.
    """
    with suppress(NotConfigured):
        build()
