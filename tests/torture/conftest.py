"""The fixture of all trials."""

import random

import pytest

from tests.torture.support.trials import SEED, Trials


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> Trials:
    """Trials of the test's subject, which is named as its module."""
    subject = request.path.stem.removeprefix("test_")
    return Trials(subject, SEED, random.Random(f"{SEED} {request.node.name}"))
