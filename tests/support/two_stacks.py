"""Which worker runs which test."""

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.torture.support.trials import SEED

ON_THE_STACK = ("tests/stack/", "tests/console/")

ON_THE_CLOUD = tuple(
    f"tests/torture/test_{name}.py" for name in ("killed", "load", "time", "two_of_everything")
)
"""Tests with the fixture `cloud`, which takes seconds to start. `make torture` spreads them."""

LONGEST = (
    "tests/stack/test_schedule",  # waits for a whole minute
    "tests/stack/test_seen_by_people",  # reads logs, which are few in a new stack
    *ON_THE_CLOUD,
    "tests/functional/test_random_day",
    "tests/functional/test_build",
    "tests/exploration/",
    "tests/functional/test_erasure.py::test_an_erasure_killed_at_any_write",
)
"""Started first, so that the other tests fill the remaining time of all workers."""


class TwoStacks(LoadScopeScheduling):
    """Two workers have a local stack each: they take a module that needs it while there is one, and
    then any test. The others take single tests that need none.

    Replaces xdist_group, which these versions of pytest and xdist do not support together.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(ON_THE_CLOUD) and not SEED:
            return "the cloud"
        return nodeid.partition("::")[0] if nodeid.startswith(ON_THE_STACK) else nodeid

    def _assign_work_unit(self, node: WorkerController) -> None:
        has_stack = node in self.nodes[:2]
        suitable = (scope for scope in self.workqueue if has_stack == needs_stack(scope))
        scope = next(suitable, next(iter(self.workqueue)) if has_stack else None)
        if scope is None:
            node.shutdown()
            return
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


def needs_stack(nodeid: str) -> bool:
    return nodeid.startswith(ON_THE_STACK)
