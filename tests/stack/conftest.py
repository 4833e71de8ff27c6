"""One local stack for all tests that need it: the template itself, deployed on the emulator."""

from collections.abc import Iterator

import pytest

from local.stack import LocalStack, local_stack

HERE = __file__.removesuffix("conftest.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test in this folder."""
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The running stack: `call`, `client`, `sftp`, `functions`, `outputs`."""
    with local_stack(tmp_path_factory.mktemp("stack"), print) as running:
        yield running
