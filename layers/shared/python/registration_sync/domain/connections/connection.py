"""The connection: where and how a district's files are delivered, as an administrator sets it up.

The pydantic models are the parser of a connection's JSON, and the shape in which it is stored.
"""

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StrictBool,
    StrictInt,
    ValidationError,
)
from pydantic_core import ErrorDetails

from registration_sync.domain.access import ConnectionAccess
from registration_sync.domain.audit import CHANGED, SettingChange, changes_between
from registration_sync.domain.connections.deletion import Deletion
from registration_sync.domain.connections.given_secrets import (
    SECRETS,
    credentials_of,
    secret_problems,
)
from registration_sync.domain.connections.guard_settings import Guards
from registration_sync.domain.connections.name_fields import (
    MAX_NAME_FIELDS,
    USUAL_NAME_FIELDS,
    check_name_field,
)
from registration_sync.domain.connections.rules import (
    check_district,
    check_folder,
    check_host,
    check_host_key,
    check_name,
    check_text,
    check_time_zone,
    rendered_folder,
    unless_stored,
)
from registration_sync.domain.connections.saved_secrets import SavedSecrets
from registration_sync.domain.connections.setup import Setup
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.connections.takes import Takes
from registration_sync.domain.errors import MAX_PROBLEMS, InvalidRequest, Problem
from registration_sync.domain.mapping.definition.problems import model_of_key
from registration_sync.domain.registrations.registration import parse_student_id
from registration_sync.domain.similar_names import unknown_field

MAX_EXAMPLE_STUDENTS = 5


class DeliveryMethod(StrEnum):
    """How files reach the SIS: uploaded to an SFTP server, or downloaded from the archive."""

    SFTP = "sftp"
    DOWNLOAD = "download"


class Importer(StrEnum):
    """Whether the SIS's importer removes the files that it has imported."""

    REMOVES = "removes"
    LEAVES = "leaves"
    UNKNOWN = "unknown"


def _student_id(value: object) -> str:
    try:
        return parse_student_id(value)
    except InvalidRequest as error:
        raise ValueError(error.message) from None


class Connection(BaseModel):
    """A connection without its secrets. Each description completes "Enter …" in a problem."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connection_id: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9-]{1,40}$",
            description="1 to 40 lowercase letters, digits or hyphens, such as north-powerschool",
        ),
    ]
    name: Annotated[
        str,
        AfterValidator(unless_stored(check_name)),
        Field(description="a name"),
    ]
    sis: Annotated[
        str,
        AfterValidator(unless_stored(check_text)),
        Field(description="the name of the SIS that imports the files, such as PowerSchool"),
    ] = ""
    host: Annotated[
        str,
        AfterValidator(unless_stored(check_host)),
        Field(description="the name or address of the SFTP server, such as sftp.example.org"),
    ] = ""
    port: Annotated[
        StrictInt,
        Field(ge=1, le=65535, description="a whole number from 1 to 65535, such as 22"),
    ] = 22
    username: Annotated[
        str,
        AfterValidator(unless_stored(check_text)),
        Field(description="the name of the account on the SFTP server"),
    ] = ""
    host_keys: Annotated[
        tuple[Annotated[str, AfterValidator(unless_stored(check_host_key))], ...],
        Field(
            max_length=10,
            description="a list of at most 10 host keys, such as ssh-ed25519 AAAA…",
        ),
    ] = ()
    folder: Annotated[
        str,
        AfterValidator(unless_stored(check_folder)),
        Field(description="the folder for the files, such as SISData/exports/{school_year}"),
    ] = "SISData/exports/{school_year}"
    delivery: Annotated[DeliveryMethod, Field(description="sftp or download")] = DeliveryMethod.SFTP
    importer: Annotated[Importer, Field(description="removes, leaves or unknown")] = (
        Importer.UNKNOWN
    )
    write_in_place: Annotated[StrictBool, Field(description="true or false")] = False
    keep_links: Annotated[StrictBool, Field(description="true or false")] = False
    done_file: Annotated[StrictBool, Field(description="true or false")] = False
    guards: Annotated[
        Guards, Field(description='an object such as {"row_count": {"action": "hold"}}')
    ] = Guards()
    district: Annotated[
        str,
        AfterValidator(unless_stored(check_district)),
        Field(description="the district's name, as in the groups of its people"),
    ]
    time_zone: Annotated[
        str,
        AfterValidator(unless_stored(check_time_zone)),
        Field(description="a time zone, such as America/Chicago"),
    ]
    example_students: Annotated[
        tuple[Annotated[str, BeforeValidator(unless_stored(_student_id))], ...],
        Field(
            max_length=MAX_EXAMPLE_STUDENTS,
            description=f"a list of at most {MAX_EXAMPLE_STUDENTS} student ids",
        ),
    ] = ()
    name_fields: Annotated[
        tuple[Annotated[str, AfterValidator(unless_stored(check_name_field))], ...],
        Field(
            max_length=MAX_NAME_FIELDS,
            description=f"a list of at most {MAX_NAME_FIELDS} fields of the registration, such as "
            "students.fname",
        ),
    ] = USUAL_NAME_FIELDS
    programs: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[\w+-]+$", max_length=128)], ...],
        Field(max_length=20, description="a list of at most 20 client ids of programs"),
    ] = ()
    takes: Annotated[
        Takes, Field(description='an object such as {"school_years": [2025], "where": []}')
    ] = Takes()

    _deletion: Deletion | None = PrivateAttr(default=None)
    _setup: Setup | None = PrivateAttr(default=None)
    _saved_secrets: SavedSecrets = PrivateAttr(default_factory=dict)

    @property
    def deletion(self) -> Deletion | None:
        """Its deletion, which can still be taken back; None for a connection in use."""
        return self._deletion

    def with_deletion(self, deletion: Deletion | None) -> "Connection":
        """The same connection, being deleted."""
        copy = self.model_copy()
        copy._deletion = deletion  # noqa: SLF001  # its own
        return copy

    @property
    def setup(self) -> Setup | None:
        """What is done of its set-up; None once an export has delivered."""
        return self._setup

    def with_setup(self, setup: Setup | None) -> "Connection":
        """The same connection, being set up."""
        copy = self.model_copy()
        copy._setup = setup  # noqa: SLF001  # its own
        return copy

    @property
    def saved_secrets(self) -> SavedSecrets:
        """Which secrets are stored, as far as known."""
        return self._saved_secrets

    def with_saved_secrets(self, saved: SavedSecrets) -> "Connection":
        """The same connection, with these facts about its secrets."""
        copy = self.model_copy()
        copy._saved_secrets = saved  # noqa: SLF001  # its own
        return copy

    @property
    def access(self) -> ConnectionAccess:
        """The part of the connection that authorization needs."""
        takes = "" if self.takes == Takes() else self.takes.model_dump_json()
        return ConnectionAccess(self.connection_id, self.district, frozenset(self.programs), takes)

    @property
    def account_name(self) -> str:
        """The account on the server, as runs name it."""
        return f"{self.username}@{self.host}:{self.port}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The district's time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)

    def folder_for(self, school_year: int) -> str:
        """The folder of a year's files, without a trailing slash; `.` is the start folder."""
        return rendered_folder(self.folder, school_year)

    def to_json(self) -> dict[str, Any]:
        """The connection as plain JSON values: the shape of the API, and of the stored item."""
        return self.model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A saved version of a connection's mapping, counted from 1. `definition` is the JSON as sent,
    which `parse_mapping` has accepted."""

    version: int
    definition: dict[str, Any]
    saved_by: str
    saved_at: dt.datetime


def parse_connection(
    definition: object, connection_id: str | None = None
) -> tuple[Connection, Credentials]:
    """Reads the JSON of a connection, and separates its three secrets from it.

    `connection_id` is the id of an existing connection, which the JSON may repeat. In the
    Credentials None means that the stored secret stays, and the empty text that it is removed (null
    was sent). A private key replaces the stored passphrase, too. Raises InvalidRequest with every
    problem, without quoting a secret.
    """
    if not isinstance(definition, Mapping):
        raise InvalidRequest("Send the connection as a JSON object with its fields.")
    if connection_id is not None:
        if definition.get("connection_id", connection_id) != connection_id:
            message = f'The connection ID cannot change: leave it out, or enter "{connection_id}".'
            raise InvalidRequest(message, problems=[Problem("connection_id", message)])
        definition = {**definition, "connection_id": connection_id}
    others = (*SECRETS, "setup", "sign_in")  # a client that sends what it has read sends both
    settings = {name: value for name, value in definition.items() if name not in others}
    problems = secret_problems(definition)
    connection = None
    try:
        connection = Connection.model_validate(settings)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems += [_as_problem(detail) for detail in details[:MAX_PROBLEMS]]
        problems += [Problem("", "")] * (len(details) - MAX_PROBLEMS)  # only counted
    if settings.get("delivery", "sftp") == "sftp":
        problems += [
            Problem(name, f"Enter {_description(name)}.")
            for name in ("host", "username")
            if settings.get(name, "") == ""
        ]
    if problems or connection is None:
        raise InvalidRequest("The connection is not valid.", problems=problems)
    return connection, credentials_of(definition)


def setting_changes(
    before: Connection | None, after: Connection, credentials: Credentials
) -> tuple[SettingChange, ...]:
    """The changes for the audit. A secret in the request counts as changed, because the stored
    secrets are not read."""
    sent = [name for name in SECRETS if getattr(credentials, name) is not None]
    secrets = tuple(SettingChange(name, None, CHANGED) for name in sent)
    old = before.to_json() if before else {}
    return changes_between(old, after.to_json(), hidden=["example_students"]) + secrets


def _description(*location: str | int) -> str:
    """The description of the field at this location, or of the nearest object around it."""
    model: type[BaseModel] | None = Connection
    description = str(location[0])
    for name in location:
        if isinstance(name, int):
            continue
        if model is None:
            break
        described = [
            field.description
            for known, field in model.model_fields.items()
            if (field.alias or known) == name
        ]
        description = next(filter(None, described), description)
        model = model_of_key(model, name)
    return description


def _known_beside(location: Sequence[str | int]) -> list[str]:
    """The known field names of the object that contains this location."""
    model: type[BaseModel] = Connection
    for name in location[:-1]:
        if isinstance(name, str):
            model = model_of_key(model, name) or model
    known = [field.alias or name for name, field in model.model_fields.items()]
    return [*known, *(SECRETS if model is Connection else ())]


def _as_problem(detail: ErrorDetails) -> Problem:
    """Pydantic's error as a sentence, without the value, which may be a misplaced secret."""
    location = detail["loc"]
    path = re.sub(r"\.?\[", "[", ".".join(f"[{p}]" if isinstance(p, int) else p for p in location))
    name = str(location[-1])
    if detail["type"] == "extra_forbidden":
        known = _known_beside(location)
        return Problem(path, unknown_field(name, known))
    if detail["type"] == "value_error":
        return Problem(path, str(detail["ctx"]["error"]))
    if detail["type"] == "missing":
        return Problem(path, f"This is missing. Enter {_description(*location)}.")
    if detail["type"].endswith("too_long") and isinstance(detail["input"], str):
        return Problem(path, f"Enter at most {detail['ctx']['max_length']} characters.")
    return Problem(path, f"Enter {_description(*location)}.")


def require_host_key(connection: Connection, *, sends: bool) -> None:
    """Raises InvalidRequest if files would be sent to a server without a known host key."""
    if sends and connection.delivery is DeliveryMethod.SFTP and not connection.host_keys:
        raise InvalidRequest(
            "Nobody has confirmed the server yet: test the connection first, then export."
        )
