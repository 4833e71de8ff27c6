"""The state of a random day, its connection, and its requests to the API."""

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from functions.configuration import app as configuration
from registration_sync.bootstrap import aws_clients
from tests.functional.conftest import StartedExports
from tests.functional.random_day.announced import Announced
from tests.functional.random_day.choices import USUALLY, VARIANTS, Draw
from tests.functional.random_day.faults import Interruptions
from tests.functional.random_day.importer import Exchange, Importer, Table
from tests.functional.random_day.mapping_variants import MappingVariant
from tests.functional.random_day.model import Student, Version, Year
from tests.functional.support.district import CONNECTION, context
from tests.functional.support.events import ADMINISTRATOR, api_event
from tests.functional.support.programs import bind
from tests.support.sftp_servers import AsyncSftpServer

CONNECTIONS = "/connections"
MAPPING = "/connections/{connection_id}/mapping"
STATUS = "/connections/{connection_id}/status"
REGISTRATIONS = "/connections/{connection_id}/registrations"
EVERYWHERE = "/registrations"
RECEIPT = f"{REGISTRATIONS}/{{school_year}}/{{student_id}}"
ONE_RUN = "/connections/{connection_id}/exports/{run_id}"
ERASURES = "/connections/{connection_id}/erasures"

seen: Counter[str] = Counter()
"""Counts the events of all finished days."""

days, syncs = itertools.count(), itertools.count(1)


type FoundFile = tuple[int, str, str]
"""An uncollected file: its year, its name, and the run that made its rows."""


@dataclass(frozen=True)
class Response:
    """A response of the API, with the time and id of its request."""

    status: int
    body: Any
    at_ms: int
    request_id: str


@dataclass(frozen=True)
class Invoked:
    """A run and its event. `years` is None for all years; a confirmed run is not `guarded`."""

    event: dict[str, Any]
    years: tuple[int, ...] | None = None
    guarded: bool = True

    @property
    def run_id(self) -> str:
        return str(self.event["run_id"])

    @property
    def is_full(self) -> bool:
        return self.event.get("contents") == "all"


class Environment:
    """Shared by all days: the server, interruptions, announcements, and started runs."""

    def __init__(self, server: AsyncSftpServer, started: StartedExports) -> None:
        self.server = server
        self.started = started
        self.interruptions = Interruptions()
        self.announced = Announced()


class Day(RuleBasedStateMachine):
    """A connection, the model of its years, and the expectations so far."""

    environment: ClassVar[Environment]

    @initialize(
        removes=USUALLY,
        holds=USUALLY,
        carries=st.booleans(),
        variant=st.sampled_from(VARIANTS),
        real=st.booleans(),
    )
    def begin(
        self, removes: bool, holds: bool, carries: bool, variant: MappingVariant, real: bool
    ) -> None:
        assume(real)  # the first example is always the simplest
        self.connection_id = f"day-{next(days)}"
        self.holds = holds
        self.carries = carries
        self.seen: Counter[str] = Counter()
        self.years: dict[int, Year] = {}
        self.tombstones: dict[int, dict[str, Version]] = {}
        self.invocations = itertools.count()
        self.names: dict[str, list[str]] = {}
        self.held_by: dict[str, dict[int, set[str]]] = {}
        self.announced_runs: set[str] = set()
        # By year and student: the number of the sync that the importer must get, and of those the
        # ones in committed files, which the next collection must import.
        self.owed: dict[tuple[int, str], int] = {}
        self.promised: dict[tuple[int, str], int] = {}
        root = self.environment.server.root / self.connection_id
        self.exchange = Exchange(Importer(root, removes))
        self.delivered: dict[str, dict[Table, bytes]] = {}
        self.sent: dict[str, dict[Table, bytes]] = {}
        self.full_runs: set[str] = set()
        self.noted: dict[FoundFile, tuple[str, str]] = {}  # run and message
        self.awaiting: Invoked | None = None
        self.killed: Invoked | None = None
        self.blocking_run = ""
        account = self.environment.server.account()
        connection = CONNECTION | {
            "connection_id": self.connection_id,
            "folder": f"{self.connection_id}/{{school_year}}",
            "host": account.host,
            "port": account.port,
            "username": account.username,
            "password": account.credentials.password,
            "host_keys": list(account.host_keys),
            "importer": "removes" if removes else "leaves",
            "programs": [*CONNECTION["programs"], f"everywhere-{self.connection_id}"],
            "guards": {
                "unmatched": {"action": "hold" if holds else "off", "count": 0},
                "not_collected": {"action": "carry_over" if carries else "warn"},
            },
        }
        bind(f"everywhere-{self.connection_id}", CONNECTION["district"])
        response = self.ask(configuration, "POST", CONNECTIONS, connection)
        assert response.status == 201, response
        aws_clients.dynamodb().update_item(  # as the first delivery does: from then on it rings
            TableName="connections",
            Key={"pk": {"S": "CONNECTIONS"}, "sk": {"S": self.connection_id}},
            UpdateExpression="REMOVE setup",
        )
        self.save(variant)

    def save(self, variant: MappingVariant) -> None:
        self.variant = variant
        response = self.ask(configuration, "PUT", MAPPING, variant.definition())
        assert response.status == 200, response

    def ask(
        self,
        app: Any,
        method: str,
        resource: str,
        body: object = None,
        *,
        claims: dict[str, str] = ADMINISTRATOR,
        query: dict[str, str] | None = None,
        **path: str,
    ) -> Response:
        if "{connection_id}" in resource:
            path["connection_id"] = self.connection_id
        event = api_event(method, resource, claims=claims, body=body, query=query, **path)
        raw = app.handler(event, context())
        request_context = event["requestContext"]
        return Response(
            raw["statusCode"],
            json.loads(raw["body"] or "null"),
            request_context["requestTimeEpoch"],
            request_context["requestId"],
        )

    def weight(self, weight: int, *, until: str) -> int:
        """The weight of a step, halved once this day has had the event."""
        return weight // 2 if self.seen[until] else weight

    def choose(self, draw: Draw, about: str, choices: Sequence[str]) -> str:
        """Draws a choice; choices that are new to this day are more likely."""
        new = [one for one in dict.fromkeys(choices) if not self.seen[f"{about}: {one}"]]
        return str(draw(st.sampled_from([*choices, *new * 3])))

    def year(self, school_year: int) -> Year:
        tombstones = self.tombstones.setdefault(school_year, {})
        return self.years.setdefault(school_year, Year(tombstones=tombstones))

    def current(self, school_year: int, student_id: str) -> Student | None:
        student = self.years.get(school_year, Year()).students.get(student_id)
        return student if student and student.data else None

    def was_exported(self, school_year: int, student_id: str) -> bool:
        student = self.current(school_year, student_id)
        return bool(student and student.run_id)

    def _forget_owed(self, table: Table, missed: list[str]) -> None:
        """Drops the expectation for students whose rows were replaced before the collection."""
        for student_id in missed:
            self.owed.pop((table[1], student_id), None)
