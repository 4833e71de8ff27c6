"""What tells people and programs about a run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # the sync function starts without pydantic, and without what it never uses
    from registration_sync.domain.runs.alerts import Alert


class Metrics(Protocol):
    """Numbers that alarms watch."""

    def count(self, numbers: Mapping[str, int], about: Mapping[str, str]) -> None:
        """Adds each number to the metric of its name, and notes beside them what they are about.
        Never raises."""


class Events(Protocol):
    """Tells other programs."""

    def put(self, kind: str, detail: Mapping[str, Any]) -> None:
        """Raises Unavailable, whatever the reason."""


class Alerts(Protocol):
    """Tells people."""

    def publish(self, alert: "Alert") -> None:
        """Raises Unavailable, whatever the reason."""
