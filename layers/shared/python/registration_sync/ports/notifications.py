"""Notifications about runs: metrics, events and alerts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # the sync function starts faster without these
    from registration_sync.domain.runs.alerts import Alert


class Metrics(Protocol):
    """The metrics that alarms watch."""

    def count(self, numbers: Mapping[str, int], about: Mapping[str, str]) -> None:
        """Adds each number to the metric of its name; `about` is metadata of the log line. Never
        raises."""


class Events(Protocol):
    """Notifies other programs."""

    def put(self, kind: str, detail: Mapping[str, Any]) -> None:
        """Raises Unavailable for any failure."""


class Alerts(Protocol):
    """Notifies people."""

    def publish(self, alert: "Alert") -> None:
        """Raises Unavailable for any failure."""
