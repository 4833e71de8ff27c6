"""The costs page: every price counts, and costs grow with districts, students and syncs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from local.docs import costs
from local.docs.costs import CASES, Districts, month
from tests.support.cloudformation import transformed

PRICES: dict[str, float] = costs._PRICES["dollars"]


class Used(Mapping[str, float]):
    """The prices, and the names of those that were read."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> float:
        self.names.add(name)
        return PRICES[name]

    def __iter__(self) -> Iterator[str]:
        return iter(PRICES)

    def __len__(self) -> int:
        return len(PRICES)


def test_every_price_of_the_file_is_used() -> None:
    used = Used()

    month(Districts(1, nat=True), used)

    assert used.names == PRICES.keys()


@pytest.mark.parametrize(
    ("function", "gigabytes"),
    [
        ("SyncFunction", costs.SYNC_GB),
        ("ConfigurationFunction", costs.CONSOLE_GB),
        ("ExportFunction", costs.EXPORT_GB),
    ],
)
def test_the_memory_is_that_of_the_template(function: str, gigabytes: float) -> None:
    properties = transformed()["Resources"][function]["Properties"]

    assert gigabytes == properties["MemorySize"] / 1024


def test_a_stack_without_districts_pays_for_alarms_dashboard_and_metrics() -> None:
    kinds = [resource["Type"] for resource in transformed()["Resources"].values()]
    alarms = kinds.count("AWS::CloudWatch::Alarm")
    metrics = {
        "ExportedStudents",
        "FailedRuns",
        "HeldStudents",
        "NewlyHeldStudents",
        "OldestDueHours",
        "OverdueConnections",
    }
    expected = 0.10 * alarms + 3.00 * 1 + 0.30 * len(metrics)

    assert month(Districts(0), PRICES)["CloudWatch"] == pytest.approx(expected)


@pytest.mark.parametrize("more", ["number", "connections", "students", "syncs", "requests"])
def test_more_of_each_costs_more(more: str) -> None:
    few = Districts(10)
    many = replace(few, **{more: 2 * getattr(few, more)})

    assert sum(month(many, PRICES).values()) > sum(month(few, PRICES).values())


def test_a_nat_gateway_is_paid_for_only_where_there_is_one() -> None:
    assert [month(case, PRICES)["NAT gateway"] > 0 for case in CASES] == [False, True] * 3
