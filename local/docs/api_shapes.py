"""The API's answers, and requests without a pydantic model, as JSON Schema for OpenAPI.

A property-based client checks that answers match them.
"""

from typing import Any

from registration_sync.domain.access_log import StudentData
from registration_sync.domain.connections.key_pairs import KeyType
from registration_sync.domain.connections.recipients import MailKind, SubscriptionState
from registration_sync.domain.connections.schedule import MAX_TIMES, WEEKDAYS
from registration_sync.domain.people.provider import CLAIMS, OIDC, SAML, SETTINGS

type Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
ANY_OBJECT: Schema = {"type": "object", "additionalProperties": True}
YES_OR_NO: Schema = {"type": "boolean"}
NUMBER_OR_NULL: Schema = {"type": ["integer", "null"]}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
SECONDS_OR_NULL: Schema = {"type": ["number", "null"]}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
YEAR: Schema = {"type": "integer", "minimum": 1990, "maximum": 2100}
STUDENT_ID: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9._@-]{1,64}$"}

_WEEKDAY: Schema = {"enum": list(WEEKDAYS)}
_TIME_OF_DAY: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


def obj(required: Schema, **optional: Schema) -> Schema:
    """An object with required and optional keys; more may be added."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
    }


def options(**optional: Schema) -> Schema:
    """A request whose keys are all optional; other keys are refused."""
    return {"type": "object", "properties": optional, "additionalProperties": False}


def items(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def page(schema: Schema, **more: Schema) -> Schema:
    return obj({"items": items(schema), "next": {"type": ["string", "integer", "null"]}, **more})


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _parameter(description: str, schema: Schema = TEXT) -> Schema:
    return {"description": description, "schema": schema}


QUERY: dict[str, Schema] = {
    "district": _parameter("The district whose connections or people are meant; all without it."),
    "student_id": _parameter("The student to find in all school years; use it alone."),
    "school_year": _parameter("The start year: 2025 for 2025-26.", YEAR),
    "status": _parameter("One status, or for runs several with commas."),
    "kind": _parameter("One kind of run, or several with commas."),
    "trigger": _parameter("One trigger, or several with commas: hand, manual, schedule."),
    "from": _parameter("The first day, such as 2026-11-16.", {"type": "string", "format": "date"}),
    "to": _parameter("The last day, such as 2026-11-23.", {"type": "string", "format": "date"}),
    "limit": _parameter("How many items a page holds.", {"type": "integer", "minimum": 1}),
    "after": _parameter("The value of `next` from the previous page."),
    "connections": _parameter("The ids of some connections, with commas; all without it."),
    "before": _parameter("The value of `next` from the previous page.", NUMBER),
    "details": _parameter(
        "With true, a list has the last export of each student, and the value at fault beside each "
        "reason.",
        {"type": "string", "enum": ["true", "false"]},
    ),
    "columns": _parameter(
        "Columns whose mapped values a list shows, up to 10 with commas: each the index of the "
        "file in the mapping and of the field in the file, such as 0.2."
    ),
    "path": _parameter("The path of a field: the answer lists its values."),
    "each": _parameter("The prefix of a list whose entries have the field."),
    "delimiter": _parameter("The text between several values in one."),
    "search": _parameter(
        "Parts of a name, an id or the SIS's number, in any order; case, accents and leading zeros "
        "do not count."
    ),
    "ids": _parameter("Up to 100 student ids with commas."),
    "grace_days": _parameter(
        "For how many days the deletion can be taken back: 7 if left out, at most 30. With 0 the "
        "purge begins after 20 minutes.",
        {"type": "integer", "minimum": 0, "maximum": 30},
    ),
}
"""The parameters of queries by name."""

SETUP = obj(
    {"live": YES_OR_NO},
    connected=YES_OR_NO,
    mapping=YES_OR_NO,
    test_record=YES_OR_NO,
    schedule=YES_OR_NO,
)
_YES_NO_OR_UNKNOWN = {"type": ["boolean", "null"]}
SIGN_IN = obj(
    {
        "has_password": _YES_NO_OR_UNKNOWN,
        "password_saved_at": MOMENT_OR_NULL,
        "password_saved_by": TEXT_OR_NULL,
        "has_private_key": _YES_NO_OR_UNKNOWN,
        "private_key_saved_at": MOMENT_OR_NULL,
        "private_key_saved_by": TEXT_OR_NULL,
        "refused_at": MOMENT_OR_NULL,
    }
)
"""Of `domain/connections/saved_secrets.py`; only of a connection with a server."""
DELETION = obj({"requested_at": MOMENT, "requested_by": TEXT, "purge_at": MOMENT})
"""Only of a connection that is being deleted."""

_PERSON_ROLES = ["full_access", "limited_access"]
_MAIL_KINDS = items({"enum": [kind.value for kind in MailKind]})

_PROTOCOL = dict.fromkeys((*SETTINGS[OIDC], *SETTINGS[SAML], *CLAIMS), TEXT)
_PROVIDER = {
    "type": {"enum": ["oidc", "saml"]},
    "tenant": TEXT,
    "districts": items(TEXT),
    "is_operator": YES_OR_NO,
    "group_roles": {"type": "object", "additionalProperties": {"enum": _PERSON_ROLES}},
    "local_accounts": YES_OR_NO,
}
_PROBLEM = obj({"rule": TEXT, "message": TEXT})
_PROBLEMS = items(obj({"path": TEXT, "message": TEXT}))
_UNMATCHED = obj(
    {"file": TEXT, "field": TEXT, "value": TEXT, "count": NUMBER, "students": items(TEXT)}
)
_RUN_ERROR = {
    "anyOf": [obj({"code": TEXT, "message": TEXT, "passing": YES_OR_NO}), {"type": "null"}]
}
_FILE = obj(
    {
        "name": TEXT,
        "path": TEXT,
        "rows": NUMBER,
        "bytes": NUMBER,
        "sha256": TEXT,
        "replaced_by": TEXT_OR_NULL,
        "lines": items(TEXT),
        "modified": {"type": ["integer", "null"]},
    }
)
_HELD = obj({"student_id": TEXT, "file": TEXT, "field": TEXT, "rule": TEXT, "message": TEXT})
_STATUS = {
    "enum": [
        "pending",
        "in_progress",
        "awaiting_confirmation",
        "succeeded",
        "partial",
        "nothing_to_export",
        "failed",
        "cancelled",
    ]
}
_FINDING = obj(
    {
        "guard": {
            "enum": ["row_count", "blank_required", "blank_column", "unmatched", "not_collected"]
        },
        "action": {"enum": ["warn", "hold", "carry_over"]},
        "file": TEXT_OR_NULL,
        "message": TEXT,
        "run_id": TEXT_OR_NULL,
    }
)
_REPLACED = obj(
    {
        "path": TEXT,
        "delivered_at": MOMENT,
        "run_id": TEXT,
        "rows": NUMBER_OR_NULL,
        "collected": {"enum": ["yes", "no", "unknown"]},
        "full": YES_OR_NO,
    }
)
_CARRIED = obj(
    {
        "path": TEXT,
        "run_id": TEXT,
        "students": NUMBER,
        "missing": NUMBER,
        "is_listed": YES_OR_NO,
    }
)
_HELD_GROUP = obj({"file": TEXT, "field": TEXT, "rule": TEXT, "students": NUMBER})
_YEAR_OUTCOME = obj(
    {
        "school_year": NUMBER,
        "status": _STATUS,
        "rows": NUMBER,
        "held_count": NUMBER,
        "held": items(_HELD),
        "held_groups": items(_HELD_GROUP),
        "files": items(_FILE),
        "warnings": items(TEXT),
        "error": _RUN_ERROR,
        "unmatched": items(_UNMATCHED),
        "left_out": NUMBER,
        "delivered_before_count": NUMBER,
        "delivered_before": items(TEXT),
        "header_only": items(TEXT),
        "duration_seconds": SECONDS_OR_NULL,
        "findings": items(_FINDING),
        "carried_over": items(_CARRIED),
        "replaces": items(_REPLACED),
    },
    oldest_due_at=MOMENT_OR_NULL,
)
_STEP = obj(
    {
        "step": TEXT,
        "result": {"enum": ["ok", "warning", "failed", "skipped"]},
        "seconds": {"type": "number"},
        "message": TEXT,
        "host_key": TEXT_OR_NULL,
    }
)
_MAPPED_ROW = obj(
    {
        "name": TEXT,
        "place": NUMBER,
        "row": {"type": ["integer", "null"]},
        "fields": items(
            obj({"to": TEXT, "place": NUMBER, "value": TEXT}, source=TEXT, problem=_PROBLEM)
        ),
        "line": TEXT,
    },
    problem=_PROBLEM,
)
_READY_MADE = obj({"name": TEXT, "title": TEXT, "description": TEXT})
_VERSION = {"version": NUMBER, "saved_by": TEXT, "saved_at": MOMENT}
_DRAFT = {"base_version": NUMBER, "saved_at": MOMENT}
LOOKED = {"looked_at": NUMBER, "complete": YES_OR_NO}
_RESULT = {"enum": ["synced", "superseded", "refused", "failed"]}
_SYNC_RESULT = obj(
    {"student_id": TEXT, "school_year": NUMBER, "result": _RESULT},
    code=TEXT_OR_NULL,
    message=TEXT_OR_NULL,
    unchanged=YES_OR_NO,
)

_STUDENT = {
    "student_id": TEXT,
    "school_year": NUMBER,
    "status": {"enum": ["due", "held", "exported", "left_out", "removed", "unconfirmed"]},
    "synced_at": MOMENT,
    "exported_before": YES_OR_NO,
}
_REASONS = items(
    obj({"file": TEXT, "field": TEXT, "rule": TEXT, "message": TEXT}, value=TEXT_OR_NULL)
)


_NAMES = items(TEXT)
"""The values of the connection's `name_fields`; none of a removed student."""


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


STUDENT_LIST: Schema = obj(
    {
        "items": items({"anyOf": [ref("Receipt"), ref("StudentInList")]}),
        "next": TEXT_OR_NULL,
    },
    name_fields=items(TEXT),
)
"""`name_fields` are the paths of the values in `names`, of a list."""

_PUBLIC_KEY = obj(
    {
        "public_key": TEXT | {"description": "A line for the server's authorized_keys."},
        "fingerprint": TEXT,
        "made_at": MOMENT,
        "made_by": TEXT,
        "signed_in_at": MOMENT_OR_NULL,
    }
)

_TEST_FILE = obj(
    {"name": TEXT, "path": TEXT, "header": TEXT, "replaces": or_null(_REPLACED)},
)


SCHEMAS: dict[str, Schema] = {
    "Error": obj(
        {
            "error": obj(
                {
                    "code": TEXT,
                    "message": TEXT,
                    "problems": items(obj({"path": TEXT, "message": TEXT})),
                },
                run_id=TEXT,
            )
        },
        run_id=TEXT,
    ),
    "Me": obj(
        {
            "name": TEXT,
            "kind": {"enum": ["person", "program"]},
            "permissions": items(
                {
                    "enum": [
                        "read",
                        "sync",
                        "run_exports",
                        "override",
                        "configure",
                        "manage_people",
                    ]
                }
            ),
            "districts": items(TEXT),
            "is_operator": YES_OR_NO,
        }
    ),
    "Registration": obj(
        {
            "registration_id": STUDENT_ID,
            "student_id": STUDENT_ID,
            "school_year": YEAR,
            "status": TEXT,
            "data": ANY_OBJECT,
        }
    ),
    "Registrations": {
        "type": "object",
        "properties": {
            "registrations": {
                "type": "array",
                "minItems": 1,
                "maxItems": 500,
                "items": ref("Registration"),
            },
            "as_of": MOMENT,
        },
        "required": ["registrations"],
    },
    "SyncResult": _SYNC_RESULT,
    "SendAgainRequest": {
        "type": "object",
        "properties": {
            "school_year": YEAR,
            "student_ids": {"type": "array", "minItems": 1, "maxItems": 500, "items": STUDENT_ID},
        },
        "required": ["school_year", "student_ids"],
        "additionalProperties": False,
    },
    "SentAgain": obj(
        {
            "students": items(
                obj({"student_id": TEXT, "result": {"enum": ["due", "already_due", "unknown"]}})
            ),
            "due": NUMBER,
            "already_due": NUMBER,
            "unknown": NUMBER,
        }
    ),
    "UnknownStudent": obj(
        {
            "student_id": TEXT,
            "school_year": NUMBER,
            "result": {"enum": ["unknown"]},
            "message": TEXT,
        }
    ),
    "SyncAnswer": obj(
        {
            "registrations": items(ref("SyncResult")),
            "synced": NUMBER,
            "superseded": NUMBER,
            "refused": NUMBER,
            "failed": NUMBER,
        }
    ),
    "SyncEverywhereAnswer": obj(
        {
            "registrations": items(
                obj(
                    {
                        "student_id": TEXT,
                        "school_year": NUMBER,
                        "result": _RESULT,
                        "code": TEXT,
                        "message": TEXT,
                        "connections": items(
                            obj({"connection_id": TEXT, "result": _RESULT, "code": TEXT})
                        ),
                    }
                )
            ),
            "synced": NUMBER,
            "superseded": NUMBER,
            "refused": NUMBER,
            "failed": NUMBER,
        }
    ),
    "Receipt": obj(
        {
            **_STUDENT,
            "names": _NAMES,
            "message": TEXT,
            "request_id": TEXT,
            "held": or_null(obj({"since": MOMENT_OR_NULL, "reasons": _REASONS})),
            "exported": or_null(
                obj(
                    {
                        "run_id": TEXT,
                        "exported_at": MOMENT,
                        "files": items(
                            obj(
                                {
                                    "name": TEXT,
                                    "path": TEXT,
                                    "row": NUMBER,
                                    "line": TEXT,
                                    "sha256": TEXT,
                                }
                            )
                        ),
                        "kept": YES_OR_NO,
                    }
                )
            ),
        }
    ),
    "StudentInList": obj(
        {
            **_STUDENT,
            "names": _NAMES,
            "held_since": MOMENT_OR_NULL,
            "reasons": _REASONS,
        },
        exported=or_null(obj({"run_id": TEXT, "exported_at": MOMENT})),
        values=items(items(TEXT)),
    ),
    "ConnectionFacts": obj(
        {
            "connection_id": TEXT,
            "name": TEXT,
            "district": TEXT,
            "time_zone": TEXT,
            "sis": TEXT,
            "delivery": TEXT,
            "host": TEXT,
            "port": NUMBER,
            "username": TEXT,
            "last_export": or_null(ref("Run")),
            "due": or_null(NUMBER),
            "held": or_null(NUMBER),
            "at_least": or_null(YES_OR_NO),
            "overdue": YES_OR_NO,
            "scheduled": YES_OR_NO,
            "paused_until": TEXT_OR_NULL,
            "setup": SETUP,
            "next_export": MOMENT_OR_NULL,
            "unavailable": items(TEXT),
        },
        deletion=DELETION,
    ),
    "Status": obj(
        {
            "connection_id": TEXT,
            "years": items(
                obj(
                    {
                        "school_year": NUMBER,
                        "synced": NUMBER,
                        "exported": NUMBER,
                        "left_out": NUMBER,
                        "held": NUMBER,
                        "due": NUMBER,
                        "never_exported": NUMBER,
                        "missing": NUMBER,
                        "last_export": or_null(
                            obj({"run_id": TEXT, "exported_at": MOMENT, "students": NUMBER})
                        ),
                        "at_least": YES_OR_NO,
                    }
                )
            ),
        }
    ),
    "Run": obj(
        {
            "run_id": TEXT,
            "connection_id": TEXT,
            "kind": {"enum": ["export", "dry_run", "resend", "check", "test_record", "erasure"]},
            "status": _STATUS,
            "trigger": {"enum": ["hand", "manual", "schedule"]},
            "contents": {"enum": ["changes", "all"]},
            "school_years": {"type": ["array", "null"], "items": NUMBER},
            "override_held": YES_OR_NO,
            "resend_of": TEXT_OR_NULL,
            "student_ids": items(TEXT),
            "requested_by": TEXT,
            "requested_at": MOMENT,
            "started_at": MOMENT_OR_NULL,
            "finished_at": MOMENT_OR_NULL,
            "duration_seconds": SECONDS_OR_NULL,
            "attempt": NUMBER,
            "next_attempt_by": MOMENT_OR_NULL,
            "phase": TEXT_OR_NULL,
            "sent_to": TEXT,
            "mapping_version": {"type": ["integer", "null"]},
            "years": items(_YEAR_OUTCOME),
            "message": TEXT,
            "error": _RUN_ERROR,
            "steps": items(_STEP),
            "confirmed_by": TEXT,
            "confirmed_at": MOMENT_OR_NULL,
            "first_started_at": MOMENT_OR_NULL,
            "override_guards": YES_OR_NO,
            "carry_over": YES_OR_NO,
            "resend_replaces": items(_REPLACED),
            "erased": obj({"snapshots": NUMBER, "lines": NUMBER, "files": NUMBER, "runs": NUMBER}),
        }
    ),
    "RunStarted": obj({"run_id": TEXT}, resend_of=TEXT, message=TEXT),
    "Link": obj({"url": TEXT, "expires_at": MOMENT}),
    "SavedMapping": obj({"files": items(ANY_OBJECT), **_VERSION}),
    "CheckedMapping": obj({"files": items(ANY_OBJECT), **_VERSION, "warnings": _PROBLEMS}),
    "Version": obj(_VERSION),
    "StartFrom": {
        "type": "object",
        "properties": {"start_from": TEXT},
        "required": ["start_from"],
        "additionalProperties": False,
    },
    "Preview": obj(
        {
            "students": items(
                obj(
                    {
                        "student_id": TEXT,
                        "school_year": {"type": ["integer", "null"]},
                        "files": items(_MAPPED_ROW),
                        "test_files": items(
                            obj(
                                {"name": TEXT, "path": TEXT, "header": TEXT},
                                replaces=or_null(_REPLACED),
                            )
                        ),
                    },
                    message=TEXT,
                )
            ),
            "unmatched": items(_UNMATCHED),
            "problems": _PROBLEMS,
            "warnings": _PROBLEMS,
        },
        everyone=obj(
            {
                **LOOKED,
                "students": NUMBER,
                "fields": items(
                    obj(
                        {
                            "file": NUMBER,
                            "field": {"type": ["integer", "null"]},
                            "students": NUMBER,
                        }
                    )
                ),
            }
        ),
    ),
    "MappingDraft": obj({"mapping": ANY_OBJECT, **_DRAFT}),
    "StoredDraft": obj(_DRAFT),
    "ConvertedMapping": obj({"mapping": ANY_OBJECT, "yaml": TEXT}),
    "HeldStudent": obj(
        {
            "student_id": TEXT,
            "name": TEXT,
            "file": TEXT,
            "field": TEXT,
            "rule": TEXT,
            "message": TEXT,
            "value": TEXT_OR_NULL,
        }
    ),
    "FoundStudent": obj({"student_id": TEXT, "school_year": NUMBER, "name": TEXT, "number": TEXT}),
    "FieldList": obj(
        {
            "items": items(
                obj({"path": TEXT, "each": TEXT_OR_NULL, "filled": NUMBER, "samples": items(TEXT)})
            ),
            "next": TEXT_OR_NULL,
            **LOOKED,
        }
    ),
    "FieldValues": obj(
        {"path": TEXT, "values": items(obj({"value": TEXT, "count": NUMBER})), **LOOKED}
    ),
    "Program": obj({"client_id": TEXT, "name": TEXT, "districts": items(TEXT)}),
    "ProgramBinding": obj({"districts": items(TEXT)}, name=TEXT) | {"additionalProperties": False},
    "Check": obj(
        {
            "run_id": TEXT,
            "status": _STATUS,
            "message": TEXT,
            "replaced_by": TEXT_OR_NULL,
            "server": ANY_OBJECT,
            "checked_at": MOMENT,
            "steps": ANY_OBJECT,
        }
    ),
    "KeyRequest": {
        "type": "object",
        "properties": {
            "type": {
                "enum": [*KeyType],
                "description": "rsa for servers that do not know Ed25519.",
            }
        },
        "additionalProperties": False,
    },
    "GeneratedKeys": obj({"waiting": or_null(_PUBLIC_KEY), "in_use": or_null(_PUBLIC_KEY)}),
    "Schedule": obj(
        {
            "enabled": YES_OR_NO,
            "time": TEXT_OR_NULL | {"description": "The first of the times."},
            "times": items(TEXT),
            "weekdays": items(_WEEKDAY),
            "time_zone": TEXT,
            "pauses": items(obj({"from": TEXT, "to": TEXT})),
            "next_runs": items(
                obj(
                    {
                        "day": TEXT,
                        "time": TEXT,
                        "at": TEXT_OR_NULL,
                        "utc": TEXT_OR_NULL,
                        "note": TEXT,
                    }
                )
            ),
        }
    ),
    "ScheduleRequest": {
        "type": "object",
        "properties": {
            "enabled": YES_OR_NO,
            "time": _TIME_OF_DAY | {"description": "For one run a day, instead of times."},
            "times": items(_TIME_OF_DAY) | {"minItems": 1, "maxItems": MAX_TIMES},
            "weekdays": items(_WEEKDAY) | {"minItems": 1, "description": "Every day if left out."},
            "time_zone": TEXT_OR_NULL,
            "pauses": items(
                obj(
                    {
                        "from": {"type": "string", "format": "date"},
                        "to": {"type": "string", "format": "date"},
                    }
                )
            ),
        },
        "required": ["enabled"],
    },
    "Person": obj(
        {
            "person_id": TEXT,
            "email": TEXT,
            "role": {"enum": [*_PERSON_ROLES, None]},
            "districts": items(TEXT),
            "is_operator": YES_OR_NO,
            "state": {"enum": ["invited", "active", "password_reset", "other"]},
            "enabled": YES_OR_NO,
            "provider": TEXT_OR_NULL,
            "created_at": MOMENT,
            "last_sign_in": MOMENT_OR_NULL,
        }
    ),
    "Provider": obj(
        {
            "name": TEXT,
            **_PROVIDER,
            "role": {"enum": [*_PERSON_ROLES, None]},
        },
        **_PROTOCOL,
    ),
    "ProviderSettings": {
        **options(
            **_PROVIDER,
            **_PROTOCOL,
            role={"enum": [*_PERSON_ROLES, None]},
            client_secret=TEXT | {"writeOnly": True},
            metadata=TEXT | {"writeOnly": True},
        ),
        "required": ["type"],
    },
    "Invitation": {
        **options(
            email=TEXT,
            role={"enum": _PERSON_ROLES},
            districts=items(TEXT),
            is_operator=YES_OR_NO,
        ),
        "required": ["email", "role"],
    },
    "PersonChange": {
        **options(
            role={"enum": [*_PERSON_ROLES, None]},
            districts=items(TEXT),
            is_operator=YES_OR_NO,
            enabled={"type": ["boolean", "null"]},
        ),
        "required": ["role", "districts"],
    },
    "Recipient": obj(
        {
            "email": TEXT,
            "for": _MAIL_KINDS,
            "state": {"enum": [state.value for state in SubscriptionState]},
            "added_by": TEXT,
            "added_at": MOMENT,
            "asked_at": MOMENT_OR_NULL,
        }
    ),
    "RecipientRequest": {
        "type": "object",
        "properties": {"for": _MAIL_KINDS | {"minItems": 1}, "ask_again": YES_OR_NO},
        "required": ["for"],
    },
    "AuditEntry": obj(
        {
            "at": MOMENT,
            "by": TEXT,
            "action": TEXT,
            "changes": items(obj({"field": TEXT, "from": {}, "to": {}})),
            "request_id": TEXT,
        }
    ),
    "AccessEntry": obj(
        {
            "at": MOMENT,
            "by": TEXT,
            "sub": TEXT,
            "caller": {"enum": ["person", "program"]},
            "kind": {"enum": [kind.value for kind in StudentData]},
            "students": NUMBER,
            "route": TEXT,
            "run_id": TEXT_OR_NULL,
            "request_id": TEXT,
        }
    ),
    "ReadyMade": _READY_MADE,
    "ReadyMadeMapping": obj(
        {
            "name": TEXT,
            "title": TEXT,
            "description": TEXT,
            "mapping": ANY_OBJECT,
            "yaml": TEXT,
        }
    ),
    "ExportRequest": options(
        school_years={"type": ["array", "null"], "items": YEAR, "minItems": 1, "maxItems": 20},
        contents={"enum": ["changes", "all"]},
        dry_run=YES_OR_NO,
        override_held=YES_OR_NO,
        override_guards=YES_OR_NO,
        carry_over=YES_OR_NO,
    ),
    "ResendRequest": options(
        school_years=items(YEAR),
        files=items(obj({"school_year": YEAR, "name": TEXT})),
        student_ids=items(STUDENT_ID),
    ),
    "TestRecordRequest": {
        "type": "object",
        "properties": {"student_id": STUDENT_ID, "school_year": YEAR},
        "required": ["student_id"],
        "additionalProperties": False,
    },
    "ErasureRequest": {
        "type": "object",
        "properties": {"student_id": STUDENT_ID},
        "required": ["student_id"],
        "additionalProperties": False,
    },
    "PreviewRequest": options(
        mapping=ref("Mapping"),
        student_ids={"type": "array", "items": STUDENT_ID, "maxItems": 5},
        school_year=YEAR,
        unfinished=YES_OR_NO,
        everyone=YES_OR_NO,
    ),
    "MappingDraftRequest": {
        "type": "object",
        "properties": {"mapping": ANY_OBJECT, "base_version": NUMBER, "replaces": TEXT},
        "required": ["mapping", "base_version"],
        "additionalProperties": False,
    },
}
