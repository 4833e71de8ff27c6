"""The recipients of mail about a connection: listed, saved and removed."""

import datetime as dt

from registration_sync.api import CONNECTION, Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.audit import note_of
from registration_sync.domain.connections.recipients import parse_email, parse_kinds
from registration_sync.domain.fields import Fields
from registration_sync.use_cases.connections.recipients import (
    list_recipients,
    remove_recipient,
    save_recipient,
)


def _list_recipients(request: Request) -> Answer:
    """`{"items": [{"email", "for", "state", "added_by", "added_at", "asked_at"}], "next"}`."""
    deps = configuration_function.dependencies()
    found = list_recipients(
        request.connection_id, recipients=deps.recipients, subscriptions=deps.subscriptions
    )
    items = [recipient.to_json(state) for recipient, state in found]
    return Answer(200, {"items": items, "next": None})


def _save_recipient(request: Request) -> Answer:
    """Reads `{"for": [kind, …], "ask_again"?: true}`."""
    fields = Fields.of_body(request.json(), '{"for": ["failed", "needs_approval"]}')
    asks_again = fields.refuse_unknown("for", "ask_again").flag("ask_again")
    fields.raise_problems("The recipient was not saved.")
    deps = configuration_function.dependencies()
    recipient, state, changes = save_recipient(
        request.connection_id,
        parse_email(request.path["email"]),
        parse_kinds(fields.get("for")),
        asks_again=asks_again,
        by=request.caller.name,
        now=dt.datetime.now(dt.UTC),
        recipients=deps.recipients,
        subscriptions=deps.subscriptions,
        attempts=deps.check_attempts,
    )
    return Answer(200, recipient.to_json(state), note=note_of("recipient_saved", changes))


def _remove_recipient(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    changes = remove_recipient(
        request.connection_id,
        request.path["email"].lower(),
        recipients=deps.recipients,
        subscriptions=deps.subscriptions,
    )
    return Answer(204, note=note_of("recipient_removed", changes))


ROUTES = (
    Route("GET", f"{CONNECTION}/recipients", Permission.READ, _list_recipients),
    Route("PUT", f"{CONNECTION}/recipients/{{email}}", Permission.CONFIGURE, _save_recipient),
    Route("DELETE", f"{CONNECTION}/recipients/{{email}}", Permission.CONFIGURE, _remove_recipient),
)
