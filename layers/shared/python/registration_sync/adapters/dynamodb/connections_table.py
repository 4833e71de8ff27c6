"""Connections and their mappings on DynamoDB, in the connections table.

| item       | pk          | sk                | attributes                                    |
| connection | CONNECTIONS | connection id     | see connection_access; last_check (JSON text), |
|            |             |                   | setup: the set of the steps that are done,    |
|            |             |                   | until an export has delivered; password_saved |
|            |             |                   | and private_key_saved (JSON texts): whether   |
|            |             |                   | one is stored, since when, and who saved it   |
| mapping    | MAPPING#c   | version, 8 digits | document (JSON text), saved_by, saved_at      |
"""

import datetime as dt
import json
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.dynamodb.connection_access import CONNECTIONS, connection_key
from registration_sync.adapters.dynamodb.deletions_table import deletion_of
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.connections.checked_settings import checked_settings
from registration_sync.domain.connections.connection import Connection, DeliveryMethod, SavedMapping
from registration_sync.domain.connections.rules import STORED
from registration_sync.domain.connections.saved_secrets import KINDS, SavedSecret
from registration_sync.domain.connections.setup import Setup, SetupStep
from registration_sync.domain.errors import (
    BeingDeleted,
    Conflict,
    NotFound,
    Problem,
    VersionMismatch,
)
from registration_sync.domain.runs.run import RunStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NO_CONNECTION = "There is no connection with this id."
_TRUE = {"BOOL": True}
_SETTINGS = ("document", "district", "programs", "takes")
_SAVED = {kind: f"{kind}_saved" for kind in KINDS}
_CHECKED = "settings"
"""The key, in the outcome of a check, of the digest of the settings that it tried."""


class DynamoDBConnections:
    """Implements the port Connections.

    A deleted connection leaves its id and district behind: audit entries are kept under the id, so
    a connection of another district must never get it. During its purge no connection may.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def get(self, connection_id: str) -> Connection:
        item = self._table.get(connection_key(connection_id))
        if "document" not in item:
            raise NotFound(_NO_CONNECTION)
        return _connection_of(item)

    def all(self) -> list[Connection]:
        items = self._table.query_all(
            "pk = :pk",
            {":pk": {"S": CONNECTIONS}},
            FilterExpression="attribute_exists(#document)",
        )
        return [_connection_of(item) for item in items]

    def add(self, connection: Connection) -> None:
        added = self._table.put(
            {
                **_item_of(connection),
                **_saved_attributes(connection),
                "setup": {"SS": ["created"]},
            },
            "attribute_not_exists(pk) OR (#removed = :true AND #district = :district"
            " AND attribute_not_exists(#deletion))",
            {":true": _TRUE, ":district": {"S": connection.district}},
        )
        if not added:
            taken = f'The connection id "{connection.connection_id}" is taken: choose another.'
            raise Conflict(taken, problems=[Problem("connection_id", taken)])

    def replace(self, connection: Connection, *, keeps_check: bool = False) -> None:
        """What was noted of the set-up and of other secrets stays."""
        item = _item_of(connection)
        settings = {name: item[name] for name in _SETTINGS if name in item}
        settings |= _saved_attributes(connection)
        removed = ([] if keeps_check else ["last_check"]) + (
            [] if "takes" in settings else ["#takes"]
        )
        refused = self._table.update(
            connection_key(connection.connection_id),
            f"SET {', '.join(f'#{name} = :{name}' for name in settings)}"
            + (f" REMOVE {', '.join(removed)}" if removed else ""),
            "attribute_exists(#document) AND attribute_not_exists(#deletion)",
            {f":{name}": value for name, value in settings.items()},
        )
        if refused is not None:
            self.get(connection.connection_id)  # raises NotFound
            raise BeingDeleted

    def forget_example(self, connection_id: str, student_id: str) -> None:
        key = connection_key(connection_id)
        while True:
            item = self._table.get(key)
            document = json.loads(item["document"]["S"]) if "document" in item else {}
            if student_id not in document.get("example_students", ()):
                return
            document["example_students"].remove(student_id)
            self._table.update(  # tried again if the connection was changed meanwhile
                key,
                "SET #document = :after",
                "#document = :before",
                {":before": item["document"], ":after": {"S": json.dumps(document)}},
            )

    def remember_check(self, checked: Connection, outcome: Mapping[str, Any]) -> None:
        of = {_CHECKED: checked_settings(checked)}
        self._table.update(
            connection_key(checked.connection_id),
            "SET last_check = :outcome",
            "attribute_exists(#document)",
            {":outcome": {"S": json.dumps({**outcome, **of})}},
        )

    def last_check(self, connection_id: str) -> dict[str, Any] | None:
        item = self._table.get(connection_key(connection_id))
        return _last_check_of(item, _connection_of(item)) if "last_check" in item else None

    def note_setup(self, connection_id: str, step: SetupStep) -> None:
        self._table.update(
            connection_key(connection_id),
            "ADD #setup :step",
            "attribute_exists(#setup)",
            {":step": {"SS": [step]}},
        )

    def end_setup(self, connection_id: str) -> None:
        self._table.update(
            connection_key(connection_id), "REMOVE #setup", "attribute_exists(#document)"
        )

    def remove(self, connection_id: str) -> None:
        self._table.update(
            connection_key(connection_id),
            "SET #removed = :true REMOVE #document, #programs, #takes, last_check, #setup, "
            + ", ".join(f"#{name}" for name in _SAVED.values()),
            "attribute_exists(#document)",
            {":true": _TRUE},
        )


class DynamoDBMappings:
    """Implements the port Mappings; a version is written once and never changed."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def latest(self, connection_id: str) -> SavedMapping | None:
        return next(iter(self.versions(connection_id, 1, None)), None)

    def version(self, connection_id: str, version: int) -> SavedMapping | None:
        item = self._table.get(_version_key(connection_id, version))
        return _saved_mapping(item) if item else None

    def versions(self, connection_id: str, limit: int, before: int | None) -> list[SavedMapping]:
        items = self._table.query_all(
            "pk = :pk",
            {":pk": {"S": f"MAPPING#{connection_id}"}},
            ScanIndexForward=False,
            Limit=limit,
            ExclusiveStartKey=None if before is None else _version_key(connection_id, before),
        )
        return [_saved_mapping(item) for item in islice(items, limit)]

    def save(self, connection_id: str, mapping: SavedMapping) -> None:
        item: Item = {
            **_version_key(connection_id, mapping.version),
            "document": {"S": json.dumps(mapping.definition)},
            "saved_by": {"S": mapping.saved_by},
            "saved_at": {"S": mapping.saved_at.isoformat(timespec="seconds")},
        }
        if not self._table.put(item, "attribute_not_exists(pk)"):
            raise VersionMismatch(
                f"Version {mapping.version} was saved by someone else meanwhile: "
                "read the mapping again, then save your change."
            )


def _version_key(connection_id: str, version: int) -> Item:
    return {"pk": {"S": f"MAPPING#{connection_id}"}, "sk": {"S": f"{version:08d}"}}


def _saved_mapping(item: Item) -> SavedMapping:
    return SavedMapping(
        version=int(item["sk"]["S"]),
        definition=json.loads(item["document"]["S"]),
        saved_by=item["saved_by"]["S"],
        saved_at=dt.datetime.fromisoformat(item["saved_at"]["S"]),
    )


def _item_of(connection: Connection) -> Item:
    takes = connection.access.takes
    return {
        **connection_key(connection.connection_id),
        "document": {"S": json.dumps(connection.to_json())},
        "district": {"S": connection.district},
        "programs": {"L": [{"S": program} for program in connection.programs]},
        **({"takes": {"S": takes}} if takes else {}),
    }


def _connection_of(item: Item) -> Connection:
    # After a deployment was rolled back, there may be keys of the newer version.
    document = item["document"]["S"]
    connection = Connection.model_validate_json(document, extra="ignore", context=STORED)
    if "setup" in item:
        connection = connection.with_setup(_setup_of(item, connection))
    saved = {
        kind: SavedSecret.from_json(json.loads(item[name]["S"]))
        for kind, name in _SAVED.items()
        if name in item
    }
    return connection.with_saved_secrets(saved).with_deletion(deletion_of(item))


def _last_check_of(item: Item, connection: Connection) -> dict[str, Any] | None:
    """Not of settings that were changed since. An earlier version stored no digest of them, and
    discarded the check at each change."""
    check: dict[str, Any] = json.loads(item["last_check"]["S"])
    settings = checked_settings(connection)
    return check if check.pop(_CHECKED, settings) == settings else None


def _saved_attributes(connection: Connection) -> Item:
    return {
        _SAVED[kind]: {"S": json.dumps(secret.to_json())}
        for kind, secret in connection.saved_secrets.items()
    }


def _setup_of(item: Item, connection: Connection) -> Setup:
    check = (_last_check_of(item, connection) if "last_check" in item else None) or {}
    done = item["setup"]["SS"]
    return Setup(
        connected=connection.delivery is DeliveryMethod.DOWNLOAD
        or check.get("status") == RunStatus.SUCCEEDED,
        mapping=SetupStep.MAPPING in done,
        test_record=SetupStep.TEST_RECORD in done,
    )
