"""The set-up of a connection that never was live: what is done of it, and what is left to do.

A connection is live once an export has delivered, or once everything here is done; the hourly check
notes the second, so that it stays live. Until then its failures ring nobody: people who set it up
see the results of what they try.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registration_sync.domain.connections.schedule import Schedule


class SetupStep(StrEnum):
    """A step that is noted with the connection when it is done."""

    MAPPING = "mapping"
    TEST_RECORD = "test_record"


@dataclass(frozen=True, slots=True)
class Setup:
    """What is done: the last check of the settings as they are now succeeded (of a connection by
    download there is none), a mapping was saved, a test record was sent."""

    connected: bool = False
    mapping: bool = False
    test_record: bool = False


def is_live(setup: Setup | None, schedule: "Schedule | None") -> bool:
    """`setup` is None for a connection that has delivered, or that an older version created."""
    is_on = schedule is not None and schedule.enabled
    return setup is None or (setup.connected and setup.mapping and setup.test_record and is_on)


def setup_body(setup: Setup | None, schedule: "Schedule | None") -> dict[str, Any]:
    """`{"live": true}`, or `{"live": false, "connected", "mapping", "test_record", "schedule"}`."""
    if setup is None or is_live(setup, schedule):
        return {"live": True}
    return {
        "live": False,
        "connected": setup.connected,
        "mapping": setup.mapping,
        "test_record": setup.test_record,
        "schedule": schedule is not None and schedule.enabled,
    }
