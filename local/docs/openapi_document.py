"""The OpenAPI document: every route of the functions, its permission, and its shapes."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from functions.configuration import app as configuration
from functions.sync import app as sync
from local.docs.api_examples import ANSWERS, BODIES, ERROR, IN_PATH, PARAMETERS
from local.docs.api_shapes import (
    ANY_OBJECT,
    DELETION,
    LOOKED,
    QUERY,
    SCHEMAS,
    SETUP,
    SIGN_IN,
    STUDENT_ID,
    STUDENT_LIST,
    TEXT,
    YEAR,
    Schema,
    page,
    ref,
)
from local.docs.incomplete import Incomplete
from local.processes import ROOT
from registration_sync.api import Route
from registration_sync.domain.access import scope_of
from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.given_secrets import SECRETS
from registration_sync.domain.mapping.definition.mapping import Mapping as MappingDefinition

_C, _RUN = "/connections/{connection_id}", "/connections/{connection_id}/exports/{run_id}"
_STUDENT = f"{_C}/registrations/{{school_year}}/{{student_id}}"
_PERSON = "/people/{person_id}"


@dataclass(frozen=True, slots=True)
class Operation:
    """The summary of a route, its request and its answers, by the names of their shapes."""

    summary: str
    answers: dict[int, Schema | None]
    body: Schema | None = None
    body_needed: bool = True
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


_RETRY_AFTER = {
    "Retry-After": {
        "description": "The seconds to wait before a repeat, with 429 and 503.",
        "schema": {"type": "integer"},
    }
}
_STARTED: dict[int, Schema | None] = {202: ref("RunStarted")}
_SAVED: dict[int, Schema | None] = {200: ref("SavedMapping")}

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("POST", f"{_C}/registrations"): Operation(
        "Sync one registration or up to 500",
        {200: ref("SyncAnswer"), 503: {"anyOf": [ref("SyncAnswer"), ref("Error")]}},
        ref("Registrations"),
    ),
    ("POST", "/registrations"): Operation(
        "Sync to every connection that lists the program",
        {
            200: ref("SyncEverywhereAnswer"),
            503: {"anyOf": [ref("SyncEverywhereAnswer"), ref("Error")]},
        },
        ref("Registrations"),
        query=("district",),
    ),
    ("DELETE", _STUDENT): Operation(
        "Remove a student from the due and current ones; 200 if the year has no registration",
        {204: None, 200: ref("UnknownStudent")},
    ),
    ("POST", f"{_C}/registrations/due"): Operation(
        "Mark students as due again, so that the next export has them",
        {200: ref("SentAgain")},
        ref("SendAgainRequest"),
    ),
    ("GET", "/me"): Operation("Who signed in, and what they may do", {200: ref("Me")}),
    ("GET", "/programs"): Operation(
        "The programs that a connection may name, with their districts",
        {200: page(ref("Program"))},
        query=("after",),
    ),
    ("PUT", "/programs/{client_id}"): Operation(
        "Bind a program to districts, and to no other; for operators",
        {200: ref("Program")},
        ref("ProgramBinding"),
    ),
    ("GET", "/programs/{client_id}/audit"): Operation(
        "Who bound a program to which districts; for operators",
        {200: page(ref("AuditEntry"))},
        query=("limit", "after"),
    ),
    ("GET", "/overview"): Operation(
        "The last and next export of each connection, and its due and held students",
        {200: page(ref("ConnectionFacts"))},
        query=("limit", "after", "connections"),
    ),
    ("GET", "/people"): Operation(
        "The people that the caller may manage",
        {200: page(ref("Person"))},
        query=("district", "limit", "after"),
    ),
    ("POST", "/people"): Operation(
        "Invite a person, who gets a first password by mail",
        {201: ref("Person")},
        ref("Invitation"),
    ),
    ("GET", "/people/audit"): Operation(
        "Who changed which person, the newest first",
        {200: page(ref("AuditEntry"))},
        query=("limit", "after"),
    ),
    ("GET", _PERSON): Operation("Read a person", {200: ref("Person")}),
    ("PUT", _PERSON): Operation(
        "Set a person's role and districts, and end the sessions",
        {200: ref("Person")},
        ref("PersonChange"),
    ),
    ("DELETE", _PERSON): Operation("Remove a person, and end the sessions", {204: None}),
    ("POST", f"{_PERSON}/invitation"): Operation(
        "Send the invitation again, with a new first password", {200: ref("Person")}
    ),
    ("POST", f"{_PERSON}/password-reset"): Operation(
        "End the password; the person gets a code by mail to choose a new one", {204: None}
    ),
    ("POST", f"{_PERSON}/mfa-reset"): Operation(
        "Forget the app for one-time codes; the next sign-in sets up a new one", {204: None}
    ),
    ("GET", "/providers"): Operation(
        "The identity providers of districts", {200: page(ref("Provider"))}
    ),
    ("PUT", "/providers/{name}"): Operation(
        "Set up an identity provider, and what its people get",
        {200: ref("Provider")},
        ref("ProviderSettings"),
    ),
    ("DELETE", "/providers/{name}"): Operation(
        "Remove an identity provider; its people have no access any more", {204: None}
    ),
    ("GET", "/connections"): Operation(
        "List connections", {200: page(ref("Connection"))}, query=("after",)
    ),
    ("POST", "/connections"): Operation(
        "Create a connection", {201: ref("Connection")}, ref("ConnectionWithSecrets")
    ),
    ("GET", _C): Operation("Read a connection", {200: ref("Connection")}),
    ("PUT", _C): Operation(
        "Change a connection; secrets that are left out stay",
        {200: ref("Connection")},
        ref("ConnectionChange"),
    ),
    ("DELETE", _C): Operation(
        "Delete a connection and everything kept of it, after a grace time",
        {204: None},
        query=("grace_days",),
    ),
    ("POST", f"{_C}/restore"): Operation(
        "Take back the deletion of a connection, until its purge begins", {200: ref("Connection")}
    ),
    ("GET", f"{_C}/key"): Operation(
        "The public halves of the connection's generated keys", {200: ref("GeneratedKeys")}
    ),
    ("POST", f"{_C}/key"): Operation(
        "Generate a key pair; the former sign-in stays until the new key has signed in",
        {201: ref("GeneratedKeys")},
        ref("KeyRequest"),
        body_needed=False,
    ),
    ("DELETE", f"{_C}/key"): Operation(
        "Discard the generated key that has not signed in", {204: None}
    ),
    ("GET", f"{_C}/mapping"): Operation("Read the mapping", _SAVED),
    ("PUT", f"{_C}/mapping"): Operation(
        "Save the mapping, or start from a ready-made one",
        {200: ref("CheckedMapping")},
        {"anyOf": [ref("Mapping"), ref("StartFrom")]},
        headers=("If-Match",),
    ),
    ("GET", f"{_C}/mapping/draft"): Operation(
        "Read your own draft of the mapping, which no export uses", {200: ref("MappingDraft")}
    ),
    ("PUT", f"{_C}/mapping/draft"): Operation(
        "Store your own draft of the mapping, with or without mistakes; no export uses it",
        {200: ref("StoredDraft")},
        ref("MappingDraftRequest"),
    ),
    ("DELETE", f"{_C}/mapping/draft"): Operation("Discard your own draft", {204: None}),
    ("GET", f"{_C}/mapping/versions"): Operation(
        "List the mapping's versions", {200: page(ref("Version"))}, query=("before",)
    ),
    ("GET", f"{_C}/mapping/versions/{{version}}"): Operation("Read a version", _SAVED),
    ("POST", f"{_C}/mapping/versions/{{version}}/restore"): Operation(
        "Restore an older version", _SAVED, headers=("If-Match",)
    ),
    ("POST", f"{_C}/mapping/preview"): Operation(
        "Mapped values of example students; moves nothing",
        {200: ref("Preview")},
        ref("PreviewRequest"),
        body_needed=False,
    ),
    ("POST", f"{_C}/mapping/convert"): Operation(
        "Convert a mapping, JSON or YAML, to both; saves nothing",
        {200: ref("ConvertedMapping")},
        {"anyOf": [ref("Mapping"), ref("StartFrom")]},
    ),
    ("GET", "/mappings"): Operation("List ready-made mappings", {200: page(ref("ReadyMade"))}),
    ("GET", "/mappings/{name}"): Operation(
        "Read a ready-made mapping", {200: ref("ReadyMadeMapping")}
    ),
    ("GET", f"{_C}/fields"): Operation(
        "The fields that registrations have, or the values of one",
        {200: {"anyOf": [ref("FieldList"), ref("FieldValues")]}},
        query=("path", "each", "delimiter"),
    ),
    ("GET", f"{_C}/status"): Operation(
        "Of each school year: synced = exported + left out + held + due", {200: ref("Status")}
    ),
    ("GET", f"{_C}/registrations"): Operation(
        "Find a student's receipts by `student_id`; or list a `school_year`'s students whose "
        "`status` is all, due, held, exported, left_out, removed, unconfirmed or never_exported",
        {200: STUDENT_LIST},
        query=("student_id", "school_year", "status", "limit", "after", "details", "columns"),
    ),
    ("GET", _STUDENT): Operation(
        "A student's receipt: due, held and why, or exported in which run, file and row",
        {200: ref("Receipt")},
    ),
    ("GET", f"{_C}/students"): Operation(
        "Find students by name, id or the SIS's number, or read the names of `ids`",
        {200: page(ref("FoundStudent"), **LOOKED)},
        query=("search", "ids", "after"),
    ),
    ("GET", f"{_C}/check"): Operation("What the last check found", {200: ref("Check")}),
    ("POST", f"{_C}/check"): Operation("Check the connection, step by step", _STARTED),
    ("POST", f"{_C}/test-record"): Operation(
        "Send one student's record as a test", _STARTED, ref("TestRecordRequest")
    ),
    ("POST", f"{_C}/erasures"): Operation(
        "Erase a student from everything stored", _STARTED, ref("ErasureRequest")
    ),
    ("GET", f"{_C}/schedule"): Operation("Read the schedule", {200: ref("Schedule")}),
    ("PUT", f"{_C}/schedule"): Operation(
        "Set the schedule", {200: ref("Schedule")}, ref("ScheduleRequest")
    ),
    ("POST", f"{_C}/schedule/preview"): Operation(
        "The next runs that a schedule would have; sets nothing",
        {200: ref("Schedule")},
        ref("ScheduleRequest"),
    ),
    ("GET", f"{_C}/recipients"): Operation(
        "The people who get mail, and whether they have confirmed", {200: page(ref("Recipient"))}
    ),
    ("PUT", f"{_C}/recipients/{{email}}"): Operation(
        "Add or change a recipient; a new one is asked to confirm",
        {200: ref("Recipient")},
        ref("RecipientRequest"),
    ),
    ("DELETE", f"{_C}/recipients/{{email}}"): Operation("Remove a recipient", {204: None}),
    ("GET", f"{_C}/audit"): Operation(
        "Who changed what, the newest first",
        {200: page(ref("AuditEntry"))},
        query=("limit", "after"),
    ),
    ("GET", f"{_C}/access-log"): Operation(
        "Who read student data, and who was refused, the newest first; names no student",
        {200: page(ref("AccessEntry"))},
        query=("limit", "after"),
    ),
    ("GET", f"{_C}/exports"): Operation(
        "Run history, the newest first",
        {200: page(ref("Run"))},
        query=("limit", "after", "status", "kind", "trigger", "school_year", "from", "to"),
    ),
    ("POST", f"{_C}/exports"): Operation(
        "Export students now, or as a dry run", _STARTED, ref("ExportRequest"), body_needed=False
    ),
    ("GET", _RUN): Operation("Read a run", {200: ref("Run")}),
    ("GET", f"{_RUN}/files/{{school_year}}/{{name}}"): Operation(
        "A link to download a file of a run", {200: ref("Link")}
    ),
    ("GET", f"{_RUN}/held"): Operation(
        "The held students of a run and school year, with the value at fault for each reason",
        {200: page(ref("HeldStudent"))},
        query=("school_year", "after"),
    ),
    ("POST", f"{_RUN}/resend"): Operation(
        "Resend a past run's files", _STARTED, ref("ResendRequest"), body_needed=False
    ),
    ("POST", f"{_RUN}/cancel"): Operation(
        "Cancel a run that is pending or awaits confirmation", {200: ref("Run")}
    ),
    ("POST", f"{_RUN}/confirm"): Operation("Confirm a run that awaits it", _STARTED),
    ("GET", "/openapi.json"): Operation("This document", {200: ANY_OBJECT}),
}

ROUTES = (*sync.ROUTES, *configuration.ROUTES)

_PATH_PARAMETERS: dict[str, Schema] = {
    "connection_id": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"},
    "school_year": YEAR,
    "student_id": STUDENT_ID,
    "email": {"type": "string", "format": "email", "maxLength": 254},
}


@dataclass(slots=True)
class _Document:
    """Builds the document."""

    schemas: dict[str, Schema] = field(default_factory=lambda: dict(SCHEMAS))

    def add_model(self, name: str, model: type[BaseModel]) -> None:
        """Adds the schema of a model and of its parts, each under a name without an underscore."""
        schema = _readable(model.model_json_schema(ref_template="#/components/schemas/{model}"))
        for part, described in schema.pop("$defs", {}).items():
            self.schemas[part.removeprefix("_")] = described
        self.schemas[name] = schema


def openapi_document() -> str:
    """The document as JSON. Raises Incomplete."""
    check_operations({(route.method, route.resource) for route in ROUTES})
    check_examples(OPERATIONS)
    document = _Document()
    document.add_model("Mapping", MappingDefinition)
    document.add_model("Connection", Connection)
    connection = document.schemas["Connection"]
    secrets = {name: {"type": ["string", "null"], "writeOnly": True} for name in SECRETS}
    sent = {**connection, "properties": {**connection["properties"], **secrets}}
    document.schemas["Connection"] = {
        **connection,
        "properties": {
            **connection["properties"],
            "deletion": DELETION,
            "setup": SETUP,
            "sign_in": SIGN_IN,
        },
    }
    document.schemas["ConnectionWithSecrets"] = sent
    document.schemas["ConnectionChange"] = {
        **sent,
        "required": [name for name in sent["required"] if name != "connection_id"],
    }
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.resource, {})[route.method.lower()] = _operation(route)
    content = {
        "openapi": "3.1.0",
        "info": {
            "title": "Registration sync",
            "version": version(),
            "description": "Carries approved registrations from SchoolMint Enroll to a SIS.",
        },
        "servers": [{"url": "/v1"}],
        "paths": paths,
        "components": {
            "schemas": document.schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token: a program gets one with its client "
                    "credentials, a person at the console's sign-in.",
                }
            },
        },
        "security": [{"token": []}],
    }
    check_references(content)
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def check_operations(routes: set[tuple[str, str]]) -> None:
    """Raises Incomplete unless OPERATIONS describes these routes and no others."""
    here = "OPERATIONS of local/docs/openapi_document.py"
    for method, resource in sorted(routes - OPERATIONS.keys()):
        raise Incomplete(
            f"{here} has no entry for {method} {resource}: add its summary, its answers and its "
            "body; new shapes belong in local/docs/api_shapes.py."
        )
    for method, resource in sorted(OPERATIONS.keys() - routes):
        raise Incomplete(f"{here} describes {method} {resource}, which is no route: remove it.")


def check_examples(operations: Mapping[tuple[str, str], Operation]) -> None:
    """Raises Incomplete for an operation whose body or answer has no example."""
    here = "local/docs/api_examples.py"
    for (method, resource), described in operations.items():
        if described.body and (method, resource) not in BODIES:
            raise Incomplete(f"Add an example of the body of {method} {resource} to {here}.")
        if any(described.answers.values()) and (method, resource) not in ANSWERS:
            raise Incomplete(f"Add an example of the answer of {method} {resource} to {here}.")


def check_references(document: dict[str, Any]) -> None:
    """Raises Incomplete for a `$ref` to a shape that the document does not have."""
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    for name in sorted(named - document["components"]["schemas"].keys()):
        raise Incomplete(
            f"The OpenAPI document refers to a shape {name} that does not exist: add it to SCHEMAS "
            "in local/docs/api_shapes.py, or correct its name in OPERATIONS."
        )


def _readable(schema: Any) -> Any:
    """The schema without what generators of clients stumble over.

    They make two models of one title into one, and refuse defaults that the schema does not allow:
    an empty default means the same as a field that is left out.
    """
    if isinstance(schema, list):
        return [_readable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: value.replace("/schemas/_", "/schemas/") if name == "$ref" else _readable(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
        and not (name == "default" and value in (None, "", [], {}))
    }


def version() -> str:
    """The version of this project, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def _operation(route: Route) -> dict[str, Any]:
    described = OPERATIONS[route.method, route.resource]
    operation: dict[str, Any] = {
        "summary": described.summary,
        "operationId": route.use.__name__.removeprefix("_"),
        "parameters": _parameters(route, described),
        "responses": {
            **{
                str(status): _answer(schema, ANSWERS.get((route.method, route.resource)))
                for status, schema in described.answers.items()
            },
            "default": _answer(ref("Error"), ERROR) | {"headers": _RETRY_AFTER},
        },
    }
    if route.public:
        operation["security"] = []
    elif route.permission is None:
        operation["description"] = "Any valid token will do."
    else:
        scope = scope_of(route.permission)
        who = f"programs: `{scope}`" if scope else "people only"
        who = "operators only" if route.operators_only else who
        operation["description"] = f"Needs the right to {route.permission}; {who}."
    if described.body:
        operation["requestBody"] = {
            "required": described.body_needed,
            "content": {
                "application/json": {
                    "schema": described.body,
                    "example": BODIES[route.method, route.resource],
                }
            },
        }
    return operation


def _parameters(route: Route, described: Operation) -> list[dict[str, Any]]:
    examples = PARAMETERS.get(f"{route.method} {route.resource}", {})
    in_path: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": _PATH_PARAMETERS.get(name, TEXT),
            "example": examples.get(name, IN_PATH[name]),
        }
        for name in re.findall(r"{(\w+)}", route.resource)
    ]
    in_query = [{"name": name, "in": "query", **QUERY[name]} for name in described.query]
    in_header = [{"name": name, "in": "header", "schema": TEXT} for name in described.headers]
    others = [
        {**one, "example": examples[one["name"]]} if one["name"] in examples else one
        for one in (*in_query, *in_header)
    ]
    return in_path + others


def _answer(schema: Schema | None, example: object) -> dict[str, Any]:
    if schema is None:
        return {"description": "Done."}
    content = {"application/json": {"schema": schema, "example": example}}
    return {"description": "The answer.", "content": content}
