"""Two workers get the tests that need the local stack."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.two_stacks import TwoStacks

STACK = ["tests/stack/test_a.py::test_1", "tests/stack/test_a.py::test_2"]
CONSOLE = "tests/console/test_b.py::test_3"
ARTICLE = "tests/console/test_c.py::test_4"
OTHERS = [f"tests/unit/test_d.py::test_{number}" for number in range(5, 15)]


class Worker:
    """Keeps what it was sent."""

    def __init__(self) -> None:
        self.gateway = SimpleNamespace(id="a worker")
        self.ran: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        self.ran += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def ran_by_four(config: pytest.Config, tests: list[str]) -> list[list[str]]:
    """The tests of each of four workers that take turns."""
    config.option.tx, config.option.loadscopereorder = ["4*popen"], False
    scheduler, workers = TwoStacks(config), [Worker() for _ in range(4)]
    for worker in workers:
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, tests)
    scheduler.schedule()
    done: set[int] = set()
    while left := [(worker, n) for worker in workers for n in worker.ran if n not in done]:
        for worker, number in left:
            scheduler.mark_test_complete(worker, number)
            done.add(number)
    assert all(worker.shutting_down for worker in workers)
    return [[tests[number] for number in worker.ran] for worker in workers]


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> Any:
    for name in ("tx", "loadscopereorder"):
        monkeypatch.setattr(pytestconfig.option, name, None)
    return pytestconfig


def test_two_workers_run_the_modules_that_need_the_stack_and_then_help_the_others(
    config: pytest.Config,
) -> None:
    tests = [*OTHERS, *STACK, CONSOLE, ARTICLE]

    first, second, *others = ran_by_four(config, tests)

    assert first[:2] == STACK
    assert second[0] == CONSOLE
    assert all({*OTHERS} & {*worker} for worker in (first, second))
    assert all({*OTHERS} > {*worker} for worker in others)
    assert sorted([*first, *second, *others[0], *others[1]]) == sorted(tests)


def test_workers_without_a_stack_end_where_all_tests_need_one(config: pytest.Config) -> None:
    modules = [f"tests/stack/test_{number}.py::test" for number in range(9)]

    first, second, *others = ran_by_four(config, modules)

    assert sorted([*first, *second]) == modules
    assert others == [[], []]
