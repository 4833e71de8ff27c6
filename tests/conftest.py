"""Setup of all tests: the local stack, their distribution to workers, and NO_SKIP=1."""

from collections.abc import Generator, Iterator

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from local.stack import LocalStack, local_stack
from tests.support.skips import without_skip
from tests.torture.support.trials import SEED

hypothesis.settings.register_profile("untimed", deadline=None)  # tests are slow on a busy machine
hypothesis.settings.load_profile("untimed")

ON_THE_STACK = ("tests/stack/", "tests/console/")
ON_THE_SECOND = ("tests/console/test_mapping", "tests/console/test_new_connection", "tests/stack/")
ON_THE_FIRST = "tests/stack/test_schedule"
"""The two stacks take about the same time; test_schedule waits for a whole minute."""

ON_THE_CLOUD = tuple(
    f"tests/torture/test_{name}.py" for name in ("killed", "load", "time", "two_of_everything")
)
"""Tests with the fixture `cloud`, which takes seconds to start. `make torture` spreads them."""

LONGEST = (
    "tests/functional/test_random_day",
    "tests/exploration/",
    "tests/functional/test_erasure.py::test_an_erasure_killed_at_any_write",
)
"""Started first, so that the other tests fill the remaining workers."""


class TwoStacks(LoadScopeScheduling):
    """Runs the tests that need the local stack on two workers, each with its own stack, and
    spreads the others.

    Replaces xdist_group, which these versions of pytest and xdist do not support together.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(ON_THE_CLOUD) and not SEED:
            return "the cloud"
        builds = "test_the_layer_is_built" in nodeid  # takes a minute and needs no stack
        if builds or not nodeid.startswith(ON_THE_STACK):
            return nodeid
        is_second = nodeid.startswith(ON_THE_SECOND) and not nodeid.startswith(ON_THE_FIRST)
        return "the second" if is_second else "the first"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TwoStacks:
    return TwoStacks(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test that needs the stack; puts the longest first."""
    for item in items:
        if item.nodeid.startswith(ON_THE_STACK):
            item.add_marker(pytest.mark.stack)
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The running stack: `call`, `client`, `sftp`, `functions`, `outputs`."""
    with local_stack(tmp_path_factory.mktemp("stack"), print) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return without_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return without_skip(report)
