"""An example of every request and answer, for the OpenAPI document.

Bodies come from the sample events where there is one. A test checks each example against its shape
and sends each request to the functions.
"""

import json
from typing import Any

from local.processes import ROOT

_C, _RUN = "/connections/{connection_id}", "/connections/{connection_id}/exports/{run_id}"
_STUDENT = f"{_C}/registrations/{{school_year}}/{{student_id}}"
_RUN_ID = "20261123T030000Z-schedule"
_NEW_RUN: dict[str, Any] = {"run_id": "20261123T154210Z-118-5f0c2a9e"}
_SHA256 = "37b425976f77712b64a69999835aaf03a21553dcfdd458af6231259d3428b7fa"
_AT = "2026-11-23T15:42:10+00:00"


def _sample(name: str) -> Any:
    """The body of the sample event of that name."""
    text = (ROOT / "events" / f"configuration_{name}.json").read_text(encoding="utf-8")
    return json.loads(json.loads(text)["body"])


def _page(*items: object) -> dict[str, Any]:
    return {"items": list(items), "next": None}


_PROGRAM = "3abcdefghijklmnopqrstuvwxy"
_PERSON = "/people/{person_id}"
_GRACE = {
    "person_id": "grace@anytown.org",
    "email": "grace@anytown.org",
    "role": "limited_access",
    "districts": ["anytown"],
    "is_operator": False,
    "state": "active",
    "enabled": True,
    "provider": None,
    "created_at": "2026-11-02T14:00:00+00:00",
    "last_sign_in": _AT,
}
_PROVIDER_SETTINGS: dict[str, Any] = {
    "type": "oidc",
    "issuer": "https://accounts.google.com",
    "client_id": "1234567890-example.apps.googleusercontent.com",
    "email_claim": "email",
    "tenant_claim": "hd",
    "tenant": "anytown.org",
    "districts": ["anytown"],
    "is_operator": False,
    "role": None,
    "group_roles": {},
    "local_accounts": True,
}
_NEW_CONNECTION = _sample("create_connection")
_CONNECTION = {
    "sis": "",
    "write_in_place": False,
    "keep_links": False,
    "done_file": False,
    "name_fields": ["students.fname", "students.mname", "students.lname"],
    "guards": {
        "row_count": {"action": "warn", "percent": 50, "at_least": 10},
        "blank_required": {"action": "warn", "percent": 50, "at_least": 10},
        "unmatched": {"action": "off", "count": 50},
        "not_collected": {"action": "warn"},
    },
} | {name: value for name, value in _NEW_CONNECTION.items() if name != "password"}
_SETUP = {
    "live": False,
    "connected": True,
    "mapping": True,
    "test_record": False,
    "schedule": False,
}
_SIGN_IN = {
    "has_password": True,
    "password_saved_at": _AT,
    "password_saved_by": "ada",
    "has_private_key": False,
    "private_key_saved_at": None,
    "private_key_saved_by": None,
    "refused_at": None,
}
_MAPPING = _sample("save_mapping")
_VERSION = {"version": 1, "saved_by": "ada", "saved_at": _AT}
_DRAFT = {"base_version": 1, "saved_at": "2026-11-30T18:51:02.125+00:00"}
_SCHEDULE = _sample("set_schedule")
_SHOWN_SCHEDULE = _SCHEDULE | {
    "time": "13:15",
    "next_runs": [
        {
            "day": "2026-11-23",
            "time": "21:00",
            "at": "2026-11-23T21:00-06:00",
            "utc": "2026-11-24T03:00:00Z",
            "note": "",
        }
    ],
}
_FACTS = {
    "student_id": "06520",
    "school_year": 2025,
    "status": "exported",
    "synced_at": "2026-11-22T16:05:00.000Z",
    "exported_before": True,
}
_RECEIPT = _FACTS | {
    "names": ["Ana", "", "Ng"],
    "message": "Sent as last synced.",
    "request_id": "9b5c1d0e-6f1c-4a43-9a32-0d4f3f0f7d55",
    "held": None,
    "exported": {
        "run_id": _RUN_ID,
        "exported_at": "2026-11-23T03:00:04Z",
        "files": [
            {
                "name": "students.csv",
                "path": "SISData/exports/2025/students.csv",
                "row": 2,
                "line": "06520,Ng",
                "sha256": _SHA256,
            }
        ],
        "kept": True,
    },
}
_HELD = {
    "file": "students.csv",
    "field": "Grade",
    "rule": "match_codes",
    "message": "The value has no match code: add one.",
}
_UNMATCHED = {
    "file": "students.csv",
    "field": "Grade",
    "value": "13",
    "count": 1,
    "students": ["007"],
}
_FINISHED_RUN = {
    "connection_id": "north-powerschool",
    "run_id": _RUN_ID,
    "kind": "export",
    "status": "partial",
    "trigger": "schedule",
    "contents": "changes",
    "school_years": None,
    "override_held": False,
    "override_guards": False,
    "carry_over": False,
    "resend_replaces": [],
    "resend_of": None,
    "student_ids": [],
    "requested_by": "",
    "requested_at": "2026-11-23T03:00:00+00:00",
    "started_at": "2026-11-23T03:00:01+00:00",
    "finished_at": "2026-11-23T03:00:05+00:00",
    "duration_seconds": 3.8,
    "attempt": 1,
    "next_attempt_by": None,
    "phase": None,
    "sent_to": "enroll@sftp.north.example.org:22",
    "mapping_version": 1,
    "years": [
        {
            "school_year": 2025,
            "status": "partial",
            "rows": 2,
            "held_count": 1,
            "held": [{"student_id": "007", **_HELD}],
            "held_groups": [
                {name: _HELD[name] for name in ("file", "field", "rule")} | {"students": 1}
            ],
            "files": [
                {
                    "name": "students.csv",
                    "path": "SISData/exports/2025/students.csv",
                    "rows": 2,
                    "bytes": 40,
                    "sha256": _SHA256,
                    "replaced_by": "posix_rename",
                    "lines": [],
                    "modified": 1795402804,
                }
            ],
            "warnings": [],
            "error": None,
            "unmatched": [_UNMATCHED],
            "left_out": 0,
            "delivered_before_count": 0,
            "delivered_before": [],
            "header_only": [],
            "duration_seconds": 3.1,
            "findings": [],
            "oldest_due_at": "2026-11-22T16:05:00+00:00",
            "carried_over": [],
            "replaces": [
                {
                    "path": "SISData/exports/2025/students.csv",
                    "delivered_at": "2026-11-21T21:00:00-06:00",
                    "run_id": "20261122T030000Z-schedule",
                    "rows": 3,
                    "collected": "yes",
                    "full": False,
                }
            ],
        }
    ],
    "message": "Some students were not sent. The next export tries them again.",
    "error": None,
    "steps": [],
    "confirmed_by": "",
    "confirmed_at": None,
    "first_started_at": None,
    "erased": {"snapshots": 0, "lines": 0, "files": 0, "runs": 0},
}
_CANCELLED_RUN = _FINISHED_RUN | {
    "status": "cancelled",
    "started_at": None,
    "duration_seconds": None,
    "mapping_version": None,
    "years": [],
    "message": "Canceled by ada instead of approved. The students wait for the next export.",
}
_READY_MADE = {
    "name": "plain",
    "title": "Plain CSV: a starting point for any other SIS",
    "description": "One file with a row for each student.",
}
_YAML = (
    "files:\n- name: students\n  fields:\n  - {from: students.id, mapping_type: direct, to: ID}\n"
)

IN_PATH: dict[str, Any] = {
    "connection_id": "north-powerschool",
    "school_year": 2025,
    "student_id": "06520",
    "run_id": _RUN_ID,
    "version": "1",
    "name": "plain",
    "client_id": _PROGRAM,
    "person_id": "grace@anytown.org",
    "email": "ada@anytown.example.org",
}
"""Values of the parameters in paths."""

PARAMETERS: dict[str, dict[str, Any]] = {
    "POST /registrations": {"district": "north"},
    "PUT /providers/{name}": {"name": "anytown-google"},
    "DELETE /providers/{name}": {"name": "anytown-google"},
    f"GET {_C}/registrations": {"student_id": "06520"},
    f"GET {_C}/fields": {"path": "students.grade"},
    f"GET {_C}/students": {"search": "ng"},
    f"GET {_C}/exports": {"status": "failed,partial", "from": "2026-11-16", "to": "2026-11-23"},
    f"GET {_RUN}/files/{{school_year}}/{{name}}": {"name": "students.csv"},
    f"GET {_RUN}/held": {"school_year": "2025"},
    f"DELETE {_C}": {"grace_days": "14"},
    f"PUT {_C}/mapping": {"If-Match": '"1"'},
    f"POST {_C}/mapping/versions/{{version}}/restore": {"If-Match": '"2"'},
}
"""Values of a route's other parameters."""

_REGISTRATIONS: dict[str, Any] = {
    "as_of": "2026-03-02T10:05:00-06:00",
    "registrations": [
        {
            "registration_id": "r-48211",
            "student_id": "06520",
            "school_year": 2025,
            "status": "Registration Approved",
            "data": {"students": {"id": "06520", "fname": "Ana", "lname": "Ng", "grade": "K"}},
        },
        {
            "registration_id": "r-48212",
            "student_id": "06521",
            "school_year": 2025,
            "status": "Started",
            "data": {"students": {"id": "06521", "fname": "Ben", "lname": "Ode"}},
        },
    ],
}

_PUBLIC_KEY = {
    "public_key": "ssh-ed25519 "
    "AAAAC3NzaC1lZDI1NTE5AAAAIFmOgWFwR1ViKC7SyzXWjYvKkBuJvGQmVKqRFfYYcUtu "
    "registration-sync:north-powerschool",
    "fingerprint": "ssh-ed25519 SHA256:yFfxhMkhnFFNr0bS7odzbqkDLbZv7QqWLG0QYC4p2Lg",
    "made_at": "2026-11-30T09:12:44+00:00",
    "made_by": "ada",
    "signed_in_at": None,
}
_GENERATED_KEYS = {"waiting": _PUBLIC_KEY, "in_use": None}

BODIES: dict[tuple[str, str], Any] = {
    ("POST", f"{_C}/registrations"): _REGISTRATIONS,
    ("POST", "/registrations"): _REGISTRATIONS,
    ("POST", f"{_C}/registrations/due"): {"school_year": 2025, "student_ids": ["06520"]},
    ("POST", "/connections"): _NEW_CONNECTION,
    ("PUT", "/programs/{client_id}"): _sample("bind_program"),
    ("PUT", _C): _sample("change_secret"),
    ("POST", "/people"): _sample("invite_person"),
    ("PUT", _PERSON): _sample("change_person"),
    ("PUT", "/providers/{name}"): _PROVIDER_SETTINGS | {"client_secret": "as Google shows it"},
    ("PUT", f"{_C}/mapping"): _MAPPING,
    ("PUT", f"{_C}/mapping/draft"): {"mapping": _MAPPING, "base_version": 1},
    ("POST", f"{_C}/mapping/preview"): _sample("preview_mapping"),
    ("POST", f"{_C}/mapping/convert"): _MAPPING,
    ("POST", f"{_C}/test-record"): _sample("send_test_record"),
    ("POST", f"{_C}/erasures"): _sample("request_erasure"),
    ("POST", f"{_C}/key"): _sample("generate_key"),
    ("PUT", f"{_C}/schedule"): _SCHEDULE,
    ("POST", f"{_C}/schedule/preview"): _SCHEDULE,
    ("PUT", f"{_C}/recipients/{{email}}"): _sample("save_recipient"),
    ("POST", f"{_C}/exports"): _sample("request_export"),
    ("POST", f"{_RUN}/resend"): _sample("resend_export"),
}

ERROR = {
    "error": {
        "code": "invalid_request",
        "message": "Nothing was stored: the request has errors.",
        "problems": [
            {
                "path": "registrations[0].school_year",
                "message": "Enter the start year as four digits: 2025 for 2025-26.",
            }
        ],
    }
}

_RECIPIENT = {
    "email": "ada@anytown.example.org",
    "for": ["failed", "needs_approval", "weekly_summary"],
    "state": "waiting",
    "added_by": "ada",
    "added_at": _AT,
    "asked_at": _AT,
}

ANSWERS: dict[tuple[str, str], Any] = {
    ("POST", "/registrations"): {
        "registrations": [
            {
                "student_id": "06520",
                "school_year": 2025,
                "result": "synced",
                "code": "synced",
                "message": "",
                "connections": [
                    {"connection_id": "north-library", "result": "refused", "code": "not_taken"},
                    {"connection_id": "north-powerschool", "result": "synced", "code": "synced"},
                ],
            },
        ],
        "synced": 1,
        "superseded": 0,
        "refused": 0,
        "failed": 0,
    },
    ("POST", f"{_C}/registrations"): {
        "registrations": [
            {
                "student_id": "06520",
                "school_year": 2025,
                "result": "synced",
                "code": "synced",
                "message": "",
            },
            {
                "student_id": "06521",
                "school_year": 2025,
                "result": "refused",
                "code": "not_approved",
                "message": 'Only the status "Registration Approved" is accepted; this one is '
                '"Started".',
            },
        ],
        "synced": 1,
        "superseded": 0,
        "refused": 1,
        "failed": 0,
    },
    ("GET", "/me"): {
        "name": "ada",
        "kind": "person",
        "permissions": ["configure", "manage_people", "override", "read", "run_exports", "sync"],
        "districts": ["north"],
        "is_operator": False,
    },
    ("GET", "/programs"): _page(
        {"client_id": "4h1n8c0example2k7d3s9", "name": "SchoolMint Enroll", "districts": ["*"]}
    ),
    ("PUT", "/programs/{client_id}"): {"client_id": _PROGRAM, **_sample("bind_program")},
    ("GET", "/programs/{client_id}/audit"): _page(
        {
            "at": _AT,
            "by": "olga",
            "action": "program_bound",
            "changes": [{"field": "districts", "from": ["north"], "to": ["north", "south"]}],
            "request_id": "9b5c1d0e-6f1c-4a43-9a32-0d4f3f0f7d55",
        }
    ),
    ("GET", "/overview"): _page(
        {
            "connection_id": "anytown",
            "name": "Anytown Schools",
            "district": "north",
            "time_zone": "America/Chicago",
            "sis": "PowerSchool",
            "delivery": "sftp",
            "host": "sftp.anytown.example.org",
            "port": 22,
            "username": "enroll",
            "last_export": _FINISHED_RUN,
            "due": 12,
            "held": 1,
            "at_least": False,
            "overdue": False,
            "scheduled": True,
            "paused_until": None,
            "setup": {"live": True},
            "next_export": "2026-11-24T03:00:00+00:00",
            "unavailable": [],
        }
    ),
    ("GET", "/people"): _page(_GRACE),
    ("POST", "/people"): _GRACE | {"state": "invited", "last_sign_in": None},
    ("GET", "/people/audit"): _page(
        {
            "at": _AT,
            "by": "ada",
            "action": "person_changed",
            "changes": [
                {"field": "person", "from": None, "to": "grace@anytown.org"},
                {"field": "districts", "from": ["anytown"], "to": ["anytown"]},
                {"field": "role", "from": "limited_access", "to": "full_access"},
            ],
            "request_id": "9b5c1d0e-6f1c-4a43-9a32-0d4f3f0f7d55",
        }
    ),
    ("GET", _PERSON): _GRACE,
    ("GET", "/providers"): _page({"name": "anytown-google"} | _PROVIDER_SETTINGS),
    ("PUT", "/providers/{name}"): {"name": "anytown-google"} | _PROVIDER_SETTINGS,
    ("PUT", _PERSON): _GRACE | {"role": "full_access"},
    ("POST", f"{_PERSON}/invitation"): _GRACE | {"state": "invited", "last_sign_in": None},
    ("GET", "/connections"): _page(_CONNECTION),
    ("POST", "/connections"): _CONNECTION,
    ("GET", _C): _CONNECTION | {"setup": _SETUP, "sign_in": _SIGN_IN},
    ("PUT", _C): _CONNECTION,
    ("POST", f"{_C}/restore"): _CONNECTION,
    ("GET", f"{_C}/mapping"): _MAPPING | _VERSION,
    ("PUT", f"{_C}/mapping"): _MAPPING | _VERSION | {"warnings": []},
    ("GET", f"{_C}/mapping/draft"): {"mapping": _MAPPING} | _DRAFT,
    ("PUT", f"{_C}/mapping/draft"): _DRAFT,
    ("GET", f"{_C}/mapping/versions"): _page(_VERSION),
    ("GET", f"{_C}/mapping/versions/{{version}}"): _MAPPING | _VERSION,
    ("POST", f"{_C}/mapping/versions/{{version}}/restore"): _MAPPING | _VERSION | {"version": 2},
    ("POST", f"{_C}/mapping/preview"): {
        "students": [
            {
                "student_id": "007",
                "school_year": 2025,
                "files": [
                    {
                        "name": "students.csv",
                        "place": 0,
                        "row": 1,
                        "fields": [
                            {
                                "to": "Student_Number",
                                "place": 0,
                                "source": "007",
                                "value": "007",
                            }
                        ],
                        "line": "007",
                    }
                ],
                "test_files": [
                    {
                        "name": "students.csv",
                        "path": "SISData/exports/2025/test/students.csv",
                        "header": "Student_Number",
                        "replaces": None,
                    }
                ],
            }
        ],
        "unmatched": [_UNMATCHED],
        "problems": [],
        "warnings": [],
    },
    ("POST", f"{_C}/mapping/convert"): {"mapping": _MAPPING, "yaml": _YAML},
    ("GET", "/mappings"): _page(_READY_MADE),
    ("GET", "/mappings/{name}"): _READY_MADE | {"mapping": _MAPPING, "yaml": _YAML},
    ("GET", f"{_C}/fields"): {
        "path": "students.grade",
        "values": [{"value": "K", "count": 2}, {"value": "13", "count": 1}],
        "looked_at": 3,
        "complete": True,
    },
    ("GET", f"{_C}/status"): {
        "connection_id": "north-powerschool",
        "years": [
            {
                "school_year": 2025,
                "synced": 3,
                "exported": 2,
                "left_out": 0,
                "held": 1,
                "due": 0,
                "never_exported": 1,
                "missing": 0,
                "last_export": {
                    "run_id": _RUN_ID,
                    "exported_at": "2026-11-23T03:00:04Z",
                    "students": 2,
                },
                "at_least": False,
            }
        ],
    },
    ("GET", f"{_C}/registrations"): _page(_RECEIPT),
    ("POST", f"{_C}/registrations/due"): {
        "students": [{"student_id": "06520", "result": "due"}],
        "due": 1,
        "already_due": 0,
        "unknown": 0,
    },
    ("GET", _STUDENT): _RECEIPT,
    ("DELETE", _STUDENT): {
        "student_id": "06520",
        "school_year": 2025,
        "result": "unknown",
        "message": "This connection has no registration of this student for this school year, so "
        "there is nothing to remove. Check the id and the school year.",
    },
    ("GET", f"{_C}/students"): {
        **_page({"student_id": "06520", "school_year": 2025, "name": "Ana Ng", "number": "1014"}),
        "looked_at": 3,
        "complete": True,
    },
    ("GET", f"{_C}/check"): {
        "run_id": _RUN_ID,
        "status": "succeeded",
        "message": "Every step succeeded.",
        "replaced_by": "posix_rename",
        "server": {"reads": True, "removes": True},
        "checked_at": _AT,
        "steps": {"name": "ok", "connection": "ok", "host_key": "ok", "sign_in": "ok"},
    },
    ("POST", f"{_C}/check"): _NEW_RUN,
    ("POST", f"{_C}/test-record"): _NEW_RUN,
    ("POST", f"{_C}/erasures"): _NEW_RUN | {"message": "The student will be erased."},
    ("GET", f"{_C}/key"): _GENERATED_KEYS,
    ("POST", f"{_C}/key"): _GENERATED_KEYS,
    ("GET", f"{_C}/schedule"): _SHOWN_SCHEDULE,
    ("PUT", f"{_C}/schedule"): _SHOWN_SCHEDULE,
    ("POST", f"{_C}/schedule/preview"): _SHOWN_SCHEDULE,
    ("GET", f"{_C}/recipients"): _page(_RECIPIENT),
    ("PUT", f"{_C}/recipients/{{email}}"): _RECIPIENT,
    ("GET", f"{_C}/audit"): _page(
        {
            "at": _AT,
            "by": "ada",
            "action": "mapping_saved",
            "changes": [{"field": "version", "from": None, "to": 1}],
            "request_id": "9b5c1d0e-6f1c-4a43-9a32-0d4f3f0f7d55",
        }
    ),
    ("GET", f"{_C}/access-log"): _page(
        {
            "at": _AT,
            "by": "ada",
            "sub": "7f1c2a34-0000-4000-8000-000000000001",
            "caller": "person",
            "kind": "run",
            "students": 3,
            "route": "GET /connections/{connection_id}/exports/{run_id}",
            "run_id": _RUN_ID,
            "request_id": "9b5c1d0e-6f1c-4a43-9a32-0d4f3f0f7d55",
        }
    ),
    ("GET", f"{_C}/exports"): _page(_FINISHED_RUN),
    ("POST", f"{_C}/exports"): _NEW_RUN,
    ("GET", _RUN): _FINISHED_RUN,
    ("GET", f"{_RUN}/files/{{school_year}}/{{name}}"): {
        "url": "https://archive.example.org/north-powerschool/students.csv?signature=…",
        "expires_at": "2026-11-23T15:47:10+00:00",
    },
    ("GET", f"{_RUN}/held"): _page(
        {"student_id": "007", "name": "Ana Ng", **_HELD, "value": "Nonbinary"}
    ),
    ("POST", f"{_RUN}/resend"): _NEW_RUN
    | {"resend_of": _RUN_ID, "message": "The files will replace the current files on the server."},
    ("POST", f"{_RUN}/cancel"): _CANCELLED_RUN,
    ("POST", f"{_RUN}/confirm"): {"run_id": _RUN_ID},
    ("GET", "/openapi.json"): {"openapi": "3.1.0"},
}
"""The body of each route's answer on success; a route that answers without a body has none."""
