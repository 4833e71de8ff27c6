"""Reads a district's file: connections, mappings, schedules and recipients; names the line of each
mistake.

The service's own parsers check each part, so a file that is accepted here is accepted by the API.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from registration_sync.domain.connections.connection import Connection, parse_connection
from registration_sync.domain.connections.given_secrets import SECRETS
from registration_sync.domain.connections.recipients import MAX_RECIPIENTS, parse_email, parse_kinds
from registration_sync.domain.connections.schedule import parse_schedule
from registration_sync.domain.errors import InvalidRequest, Problem, RegistrationSyncError
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.yaml_text import read_mapping_text

SHARED = ("district", "time_zone", "programs")
"""Settings that may be written once, above the connections."""

_NOT_HERE = (
    "Never write a secret into this file: write the name of an environment variable that has it "
    "under secrets, such as secrets: {%s: ANYTOWN_SECRET}."
)


@dataclass(frozen=True, slots=True)
class WantedConnection:
    """A connection as the file states it. `secrets` are environment variables by the secret that
    they have; `mapping` is None, the name of a ready-made one, or a definition; `schedule` is in
    the shape of the API. `recipients` has what each address gets mail for."""

    path: str
    connection_id: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    mapping: str | dict[str, Any] | None
    schedule: dict[str, Any] | None
    recipients: dict[str, list[str]] | None


class YamlFile:
    """A YAML file with its problems: sentences with file and line. `content` is None if it cannot
    be read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.problems: list[str] = []
        self.content: Any = None
        self.node: Any = None
        try:
            text = file.read_text(encoding="utf-8")
            self.content = read_mapping_text(text)
            self.node = yaml.compose(text)
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(f"{file} cannot be read: {error}")
        except RegistrationSyncError as error:
            found = [f"{one.path}: {one.message}" for one in error.problems] or [error.message]
            self.problems += [f"{file}, {text}" for text in found]

    def add_problem(self, path: str, message: str) -> None:
        """Records a problem at a path such as `connections[0].host`."""
        line = line_of(self.node, path, SHARED)
        self.problems.append(f"{self.file}, line {line}: {path}: {message}")

    def add_problems(self, path: str, error: RegistrationSyncError) -> None:
        """Records the problems of an error, whose paths are below this one."""
        for problem in error.problems or [Problem("", error.message)]:
            self.add_problem(f"{path}.{problem.path}".strip("."), problem.message)


class DistrictFile(YamlFile):
    """The file of a district; `connections` are complete if there are no problems."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.connections: list[WantedConnection] = []
        if not self.problems:
            self._check(self.content)

    def check_settings(
        self, wanted: WantedConnection, settings: Mapping[str, Any]
    ) -> Connection | None:
        """The connection with these settings and secrets; None after recording its problems."""
        try:
            return parse_connection(settings)[0]
        except InvalidRequest as error:
            self.add_problems(wanted.path, error)
            return None

    def check_schedule(self, wanted: WantedConnection, time_zone: str) -> dict[str, Any]:
        """The schedule with its defaults."""
        try:
            return parse_schedule(wanted.schedule, time_zone).to_json()
        except InvalidRequest as error:
            self.add_problems(f"{wanted.path}.schedule", error)
            return {}

    def _check(self, content: Any) -> None:
        items = content.get("connections") if isinstance(content, dict) else None
        if not isinstance(items, list) or not items:
            self.add_problem("connections", "Write a list of connections.")
            return
        for name in content.keys() - {*SHARED, "connections"}:
            known = ", ".join([*SHARED, "connections"])
            self.add_problem(name, f"There is no such key here. Known keys: {known}.")
        shared = {name: content[name] for name in SHARED if name in content}
        seen: set[str] = set()
        for index, item in enumerate(items):
            path = f"connections[{index}]"
            connection_id = item.get("connection_id") if isinstance(item, dict) else None
            if not isinstance(connection_id, str) or connection_id in seen:
                self.add_problem(f"{path}.connection_id", "Write an id that no other one here has.")
                continue
            seen.add(connection_id)
            self.connections.append(self._connection(path, shared, item))

    def _connection(
        self, path: str, shared: Mapping[str, Any], item: dict[str, Any]
    ) -> WantedConnection:
        parts = ("secrets", "mapping", "schedule", "recipients")
        for name in SECRETS:
            if name in item:
                self.add_problem(f"{path}.{name}", _NOT_HERE % name)
        own = {name: value for name, value in item.items() if name not in (*parts, *SECRETS)}
        return WantedConnection(
            path,
            item["connection_id"],
            {**shared, **own},
            self._secrets(f"{path}.secrets", item.get("secrets")),
            self._mapping(f"{path}.mapping", item.get("mapping")),
            self._schedule(f"{path}.schedule", item.get("schedule")),
            self._recipients(f"{path}.recipients", item.get("recipients")),
        )

    def _secrets(self, path: str, value: Any) -> dict[str, str]:
        secrets: Any = {} if value is None else value
        if not isinstance(secrets, dict):
            self.add_problem(path, "Write an environment variable for each secret.")
            return {}
        for name, variable in secrets.items():
            if name not in SECRETS:
                self.add_problem(f"{path}.{name}", f"Write one of {', '.join(SECRETS)}.")
            elif not re.fullmatch(r"[A-Z][A-Z0-9_]*", str(variable), re.ASCII):
                message = "Write the name of an environment variable, such as ANYTOWN_PASSWORD."
                self.add_problem(f"{path}.{name}", message)
        return secrets

    def _mapping(self, path: str, value: Any) -> str | dict[str, Any] | None:
        """A definition, the name of a ready-made mapping, or a file beside this one."""
        if isinstance(value, str) and value.endswith((".yaml", ".yml")):
            other = YamlFile(self.file.parent / value)
            if not other.problems:
                _check_mapping(other.content, "", other)
            self.problems += other.problems
            return cast("dict[str, Any]", other.content)
        if isinstance(value, dict):
            _check_mapping(value, path, self)
        elif value is not None and not isinstance(value, str):
            self.add_problem(path, "Write a ready-made mapping's name, a file, or a mapping.")
        return cast("str | dict[str, Any] | None", value)

    def _schedule(self, path: str, value: Any) -> dict[str, Any] | None:
        """The schedule with its days and times as texts: YAML reads 21:00 as a number."""
        if value is None or not isinstance(value, dict):
            if value is not None:
                self.add_problem(path, 'Write a schedule, such as {enabled: true, time: "21:00"}.')
            return None
        schedule = dict(value)
        if "time" in schedule:
            schedule["time"] = node_at(self.node, f"{path}.time").value
        if isinstance(schedule.get("times"), list):
            schedule["times"] = [
                node_at(self.node, f"{path}.times[{index}]").value
                for index in range(len(schedule["times"]))
            ]
        if isinstance(schedule.get("pauses"), list):
            schedule["pauses"] = [
                {name: str(day) for name, day in pause.items()}
                if isinstance(pause, dict)
                else pause
                for pause in schedule["pauses"]
            ]
        return schedule

    def _recipients(self, path: str, value: Any) -> dict[str, list[str]] | None:
        """What to mail by address, in the service's order and spelling."""
        if value is None:
            return None
        if not isinstance(value, dict):
            self.add_problem(path, "Write addresses, such as {ada@anytown.example.org: [failed]}.")
            return None
        if len(value) > MAX_RECIPIENTS:
            self.add_problem(path, f"Write at most {MAX_RECIPIENTS} addresses.")
        recipients: dict[str, list[str]] = {}
        for address, names in value.items():
            try:
                email, kinds = parse_email(str(address)), parse_kinds(names)
            except InvalidRequest as error:
                self.add_problem(path, f"{address}: {error.problems[0].message}")
                continue
            if email in recipients:
                self.add_problem(path, f"{address}: This address is here twice.")
            recipients[email] = [kind.value for kind in kinds]
        return recipients


def _check_mapping(definition: Any, path: str, file: YamlFile) -> None:
    try:
        parse_mapping(definition)
    except InvalidRequest as error:
        file.add_problems(path, error)


def node_at(root: Any, path: str) -> Any:
    """The node at the path, or the last one on the way there."""
    *_, last = _nodes(root, path)
    return last


def line_of(root: Any, path: str, shared: Sequence[str]) -> int:
    """The line of a path, from 1; of a shared setting that a connection does not have, the line
    above the connections."""
    name = path.rpartition(".")[2]
    nodes = list(_nodes(root, path))
    if name in shared and len(nodes) < len(_parts(path)) + 1:
        above = list(_nodes(root, name))
        nodes = above if len(above) == 2 else nodes
    return int(nodes[-1].start_mark.line) + 1 if nodes[-1] else 1


def _parts(path: str) -> list[str]:
    return re.findall(r"[^.\[\]]+", path)


def _nodes(root: Any, path: str) -> Iterator[Any]:
    node = root
    yield node
    for part in _parts(path):
        if isinstance(node, yaml.MappingNode):
            children = {key.value: value for key, value in node.value}
        elif isinstance(node, yaml.SequenceNode):
            children = {str(index): value for index, value in enumerate(node.value)}
        else:
            return
        if part not in children:
            return
        node = children[part]
        yield node
