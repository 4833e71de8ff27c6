"""The most used routes of the console, and what each should have changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.configuration import app as configuration
from registration_sync.bootstrap import aws_clients
from tests.functional.support.district import CONNECTION, MAPPING
from tests.support.sftp_servers import PASSWORD, USERNAME
from tests.torture.support.aws_trials import WiredDistrict

ONE = "/connections/{connection_id}"


@dataclass(frozen=True, slots=True)
class Route:
    """`body` makes the body of a trial of this number, and `saved` reads the number back."""

    method: str
    resource: str
    body: Callable[[WiredDistrict, int], Any] = lambda *_: None
    saved: Callable[[Any], int] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def ask(self, district: WiredDistrict, number: int) -> int:
        body = self.body(district, number)
        status, _ = district.ask(configuration, self.method, self.resource, body, **self.more)
        return int(status)

    def shows(self, district: WiredDistrict) -> int | None:
        """The number that is saved now; None if the route saves none."""
        if self.saved is None:
            return None
        return self.saved(district.ask(configuration, "GET", self.resource)[1])

    def after(self, district: WiredDistrict) -> None:
        """Lets the next request for a run pass, as after twenty minutes."""
        if self.method == "POST":
            item = f"REQUESTED#{district.connection_id}"
            key = {"pk": {"S": item}, "sk": {"S": "REQUESTED"}}
            aws_clients.dynamodb().delete_item(TableName="connections", Key=key)

    def __str__(self) -> str:
        return f"{self.method} {self.resource}"


def _connection(district: WiredDistrict, number: int) -> Any:
    server = {"host": district.server.host, "port": district.server.port}
    keys = {"host_keys": list(district.server.host_keys), "username": USERNAME}
    changed = {"name": f"North {number}", "password": PASSWORD, "importer": "removes"}
    return {**CONNECTION, **server, **keys, **changed, "folder": "north/{school_year}"}


def _mapping(_: WiredDistrict, number: int) -> Any:
    (file,) = MAPPING["files"]
    student_id, first, grade = file["fields"]
    return {"files": [{**file, "fields": [student_id, {**first, "to": f"First {number}"}, grade]}]}


def _schedule(_: WiredDistrict, number: int) -> Any:
    time = f"{number // 60 % 24:02}:{number % 60:02}"
    return {"enabled": True, "time": time, "time_zone": "America/Chicago"}


def _minutes(saved: Any) -> int:
    hours, minutes = saved["time"].split(":")
    return int(hours) * 60 + int(minutes)


def _header(saved: Any) -> int:
    return int(saved["files"][0]["fields"][1]["to"].split()[1])


def routes(run_id: str) -> Sequence[Route]:
    """`run_id` has delivered students.csv of 2025."""
    listed = {"school_year": "2025", "status": "due"}
    shown = {"student_ids": ["s1xa"], "school_year": 2025}
    file = {"run_id": run_id, "school_year": "2025", "name": "students.csv"}
    return (
        Route("GET", "/overview"),
        Route("GET", "/connections"),
        Route("GET", f"{ONE}/status"),
        Route("GET", f"{ONE}/registrations", more={"query": listed}),
        Route("GET", f"{ONE}/exports"),
        Route("GET", f"{ONE}/exports/{{run_id}}", more={"run_id": run_id}),
        Route("GET", f"{ONE}/exports/{{run_id}}/files/{{school_year}}/{{name}}", more=file),
        Route("POST", f"{ONE}/mapping/preview", lambda *_: shown),
        Route("POST", f"{ONE}/exports", lambda *_: {}),
        Route("POST", f"{ONE}/check", lambda *_: {}),
        Route("PUT", f"{ONE}/mapping", _mapping, _header),
        Route("PUT", f"{ONE}/schedule", _schedule, _minutes),
        Route("PUT", ONE, _connection, lambda saved: int(saved["name"].split()[1])),
    )
