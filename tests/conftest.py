"""Setup of all tests: the local stack, their distribution to workers, and NO_SKIP=1."""

from collections.abc import Generator, Iterator

import hypothesis
import pytest
from xdist.remote import Producer

from local.stack import LocalStack, local_stack
from tests.support.skips import without_skip
from tests.support.two_stacks import LONGEST, TwoStacks, needs_stack

hypothesis.settings.register_profile("untimed", deadline=None)  # tests are slow on a busy machine
hypothesis.settings.load_profile("untimed")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TwoStacks:
    config.option.loadscopereorder = False  # not by the number of tests: the longest first, below
    return TwoStacks(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test that needs the stack; puts the longest first."""
    for item in items:
        if needs_stack(item.nodeid):
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
