"""Replaces CloudWatch, EventBridge and SNS: keeps the announcements of a run."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from registration_sync.domain.runs.alerts import Alert

SIGNS = {
    "failed": "failed: ",
    "awaiting": "waits, and nothing of it was sent: ",
    "not collected": "find out why the importer did not run",
    "newly held": "the run names each student, with the field and the reason",
}
"""Text that is in a message only if it is about this subject."""


@dataclass
class Announced:
    """Implements the ports Metrics, Events and Alerts."""

    numbers: list[Mapping[str, int]] = field(default_factory=list)
    events: list[Mapping[str, Any]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    text: str = ""

    def count(self, numbers: Mapping[str, int], about: Mapping[str, str]) -> None:
        self.numbers.append(numbers)
        self.text += json.dumps([numbers, about])

    def put(self, kind: str, detail: Mapping[str, Any]) -> None:
        self.events.append(detail)
        self.text += json.dumps([kind, detail], ensure_ascii=False)

    def publish(self, alert: Alert) -> None:
        self.alerts.append(alert)
        self.text += alert.subject + alert.body

    def check_numbers(self, record: Mapping[str, Any]) -> None:
        """Checks that the event has the numbers of the record, and the metrics their sums."""
        (event,), (numbers,) = self.events, self.numbers
        same = {"school_year": "school_year", "status": "status", "left_out": "left_out"}
        same |= {"exported": "rows", "held": "held_count"}
        for announced, stored in zip(event["years"], record["years"], strict=True):
            assert {name: announced[name] for name in same} == {
                name: stored[of_record] for name, of_record in same.items()
            }
        statuses = {event["status"], *(year["status"] for year in event["years"])}
        sums = {
            name: sum(year[name] for year in event["years"])
            for name in ("exported", "held", "newly_held")
        }
        alarms = {"FailedRuns": "failed" in statuses, "NewlyHeldStudents": sums["newly_held"]}
        rest = {"ExportedStudents": sums["exported"], "HeldStudents": sums["held"]}
        numbers = {name: numbers[name] for name in numbers if name != "OldestDueHours"}
        assert numbers == (alarms | rest if record["finished_at"] else alarms)

    def forget(self) -> None:
        self.numbers, self.events, self.alerts, self.text = [], [], [], ""

    @property
    def subjects(self) -> set[str]:
        """The subjects of the messages."""
        text = "".join(alert.body for alert in self.alerts)
        return {about for about, sign in SIGNS.items() if sign in text}

    def names(self, private: Collection[str]) -> list[str]:
        """The private words that were announced."""
        return [word for word in private if word in self.text]
