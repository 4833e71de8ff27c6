"""Reads which districts an operator binds a program to."""

import re
from typing import Any

from registration_sync.domain.access import ALL_DISTRICTS, BoundProgram
from registration_sync.domain.connections.rules import check_district, check_text
from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.fields import Fields

MAX_DISTRICTS = 500
"""Some 50 kB; DynamoDB allows 400 kB for an item."""

CLIENT_ID = re.compile(r"[\w+-]{1,128}", re.ASCII)
"""As Cognito's UserPoolClient: ClientId."""

_EXAMPLE = '{"districts": ["anytown"]}'


def parse_binding(client_id: str, body: object) -> BoundProgram:
    """From `{"districts": [...], "name"?}`; without a name, people see the client id. Raises
    InvalidRequest with every problem."""
    fields = Fields.of_body(body, _EXAMPLE).refuse_unknown("districts", "name")
    if not CLIENT_ID.fullmatch(client_id):
        fields.add_problem("client_id", "Enter the client id of the program, as Cognito shows it.")
    name = fields.get("name")
    if not isinstance(name, str | None):
        fields.add_problem("name", "Enter the name that people know this program by.")
    elif problem := _problem(check_text, name or ""):
        fields.add_problem("name", problem)
    districts = fields.get("districts")
    if not isinstance(districts, list) or len(districts) > MAX_DISTRICTS:
        message = f"Enter a list of at most {MAX_DISTRICTS} districts, or [] for none."
        raise InvalidRequest("The program was not bound.", problems=[Problem("districts", message)])
    for index, district in enumerate(districts):
        if district != ALL_DISTRICTS and (problem := _problem(check_district, district)):
            fields.add_problem(f"districts[{index}]", problem)
    fields.raise_problems("The program was not bound.")
    return BoundProgram(client_id, str(name or client_id), tuple(sorted(set(districts))))


def _problem(check: Any, value: object) -> str:
    """The message of the rule, empty if the value keeps it."""
    try:
        check(value if isinstance(value, str) else "")
    except ValueError as error:
        return str(error)
    return ""
