"""Builds a function's adapters while Lambda starts the function."""

import gc
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
    leave_out_of_collections()


def leave_out_of_collections() -> None:
    """Leaves all present objects out of garbage collections.

    Modules and AWS service models stay as long as the process. Python would walk over their
    hundreds of thousands of objects for each few pages of DynamoDB's that a run reads.
    """
    gc.freeze()
