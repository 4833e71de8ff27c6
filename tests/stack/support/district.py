"""A district on the local stack: its own connection, Enroll's calls, exports and files."""

import datetime as dt
import itertools
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.stack import LocalStack

FINISHED_WITHIN_SECONDS = 60
_numbers = itertools.count(1)

MAPPING: dict[str, Any] = {
    "files": [
        {
            "name": "students",
            "fields": [
                {"from": "students.id", "mapping_type": "direct", "to": "ID", "required": True},
                {"from": "students.fname", "mapping_type": "direct", "to": "First"},
                {
                    "from": "students.dob",
                    "mapping_type": "transformation",
                    "transformations": [{"type": "date", "from": "YYYY-MM-DD", "to": "M/D/YYYY"}],
                    "to": "DOB",
                },
            ],
        }
    ]
}


def registration(
    student_id: str, fname: str = "Ann", *, year: int = 2025, status: str = "Registration Approved"
) -> dict[str, Any]:
    """A student's registration as Enroll sends it."""
    return {
        "registration_id": f"r-{student_id}",
        "student_id": student_id,
        "school_year": year,
        "status": status,
        "data": {"students": {"id": student_id, "fname": fname, "dob": "2015-04-05"}},
    }


@dataclass(frozen=True)
class District:
    """A connection on the stack with its own folder."""

    stack: LocalStack
    connection_id: str

    @property
    def path(self) -> str:
        return f"/connections/{self.connection_id}"

    @property
    def connection(self) -> dict[str, Any]:
        """The connection as the API shows it now."""
        answer = self.stack.call("GET", self.path, role="full_access")
        assert answer.status == 200, answer.body
        shown: dict[str, Any] = answer.json()
        return shown

    def change(self, **changes: Any) -> None:
        """Changes settings of the connection; another server gets the password again."""
        of_server = {"host", "port", "username", "host_keys"} & changes.keys()
        password = {"password": self.stack.sftp.password} if of_server else {}
        changed = self.connection | password | changes
        answer = self.stack.call("PUT", self.path, changed, role="full_access")
        assert answer.status == 200, answer.body

    def go_live(self) -> None:
        """Ends the set-up, as the first delivery does."""
        self.stack.client("dynamodb").update_item(
            TableName=self.stack.outputs["ConnectionsTableName"],
            Key={"pk": {"S": "CONNECTIONS"}, "sk": {"S": self.connection_id}},
            UpdateExpression="REMOVE setup",
        )

    @property
    def folder(self) -> Path:
        return Path(self.stack.sftp.root_dir) / self.connection_id

    def sync(self, *registrations: dict[str, Any]) -> dict[str, Any]:
        """Sends registrations as Enroll does; each response must be 200."""
        body = {"registrations": list(registrations)}
        answer = self.stack.call("POST", f"{self.path}/registrations", body, role="enroll")
        assert answer.status == 200, answer.body
        synced: dict[str, Any] = answer.json()
        return synced

    def export(self, **options: Any) -> dict[str, Any]:
        """Export Students: requests a run through the API, and waits until it finishes."""
        answer = self.stack.call("POST", f"{self.path}/exports", options, role="limited_access")
        assert answer.status == 202, answer.body
        return self.finished(answer.json()["run_id"])

    def finished(self, run_id: str) -> dict[str, Any]:
        """The run once it is finished or awaits confirmation."""
        give_up = time.monotonic() + FINISHED_WITHIN_SECONDS
        while time.monotonic() < give_up:
            answer = self.stack.call("GET", f"{self.path}/exports/{run_id}", role="full_access")
            assert answer.status == 200, answer.body
            run: dict[str, Any] = answer.json()
            if run["finished_at"] or run["status"] == "awaiting_confirmation":
                return run
            time.sleep(0.3)  # a look costs as much time of the processor as a step of the run
        raise AssertionError(f"run {run_id} is not finished: {run['status']}")

    def invoke_export(self, **event: Any) -> dict[str, Any]:
        """Invokes the export function, as the schedule and operators do."""
        answer = self.stack.client("lambda").invoke(
            FunctionName=self.stack.functions["export"],
            Payload=json.dumps({"connection_id": self.connection_id, **event}),
        )
        run: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, run
        return run

    def nightly_export(self, scheduled_time: str) -> dict[str, Any]:
        """The scheduled nightly export."""
        return self.invoke_export(trigger="schedule", scheduled_time=scheduled_time)

    def files(self) -> dict[str, str]:
        """All files on the server by their paths below `exports`, hidden files included."""
        return {
            path.relative_to(self.folder / "exports").as_posix(): path.read_bytes().decode()
            for path in (self.folder / "exports").rglob("*")
            if path.is_file()
        }

    def names(self, year: int = 2025) -> list[str]:
        """The first names in that year's file."""
        lines = self.files().get(f"{year}/students.csv", "").splitlines()
        return [line.split(",")[1] for line in lines[1:]]


def connection_of(stack: LocalStack, connection_id: str) -> dict[str, Any]:
    """The body that creates a connection."""
    return {
        "connection_id": connection_id,
        "name": "Anytown, SFTP",
        "host": stack.sftp.host,
        "port": stack.sftp.port,
        "username": stack.sftp.username,
        "password": stack.sftp.password,
        "host_keys": list(stack.sftp.host_keys),
        "folder": f"{connection_id}/exports/{{school_year}}",
        "district": "anytown",
        "time_zone": "America/Chicago",
        "programs": list(stack.programs),
    }


def forget_attempts(stack: LocalStack, connection: dict[str, Any]) -> None:
    """Deletes the count of this hour: a district may try to reach a server 60 times in one."""
    group = f"host#{connection['district']}#{connection['host']}"
    stack.client("dynamodb").delete_item(
        TableName=stack.outputs["ConnectionsTableName"],
        Key={
            "pk": {"S": f"ATTEMPTS#{group}"},
            "sk": {"S": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H}"},
        },
    )


def new_district(stack: LocalStack, **changes: Any) -> District:
    """Creates a connection with a mapping, over the API. The attempts of other tests to reach the
    stack's server do not count."""
    district = District(stack, f"anytown-{next(_numbers)}")
    created = stack.call(
        "POST",
        "/connections",
        connection_of(stack, district.connection_id) | changes,
        role="full_access",
    )
    assert created.status == 201, created.body
    forget_attempts(stack, created.json())
    saved = stack.call("PUT", f"{district.path}/mapping", MAPPING, role="full_access")
    assert saved.status == 200, saved.body
    return district
