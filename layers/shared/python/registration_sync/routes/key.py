"""The generated key of a connection. Only public halves are shown."""

import datetime as dt
from typing import Any

from registration_sync.api import CONNECTION, Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.audit import CHANGED, Note, SettingChange
from registration_sync.domain.connections.key_pairs import KeyPairs, KeyType
from registration_sync.domain.fields import Fields
from registration_sync.use_cases.connections.generate_key import discard_key, generate_key

_KEY = f"{CONNECTION}/key"


def _read_key(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    return Answer(200, _shown(deps.public_keys.get(request.connection_id)))


def _generate_key(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    fields = Fields.of_body(request.json(), '{"type": "ed25519"}', optional=True)
    kind = fields.refuse_unknown("type").one_of("type", [*KeyType], KeyType.ED25519)
    fields.raise_problems("No key was generated.")
    pairs = generate_key(
        deps.connections.get(request.connection_id),
        KeyType(kind),
        made_by=request.caller.name,
        now=dt.datetime.now(dt.UTC),
        make_key_pair=deps.make_key_pair,
        public_keys=deps.public_keys,
        secrets=deps.secrets,
    )
    shown = _shown(pairs)
    changes = (
        SettingChange("private_key", None, CHANGED),
        SettingChange("fingerprint", None, shown["waiting"]["fingerprint"]),
    )
    deps.check_attempts.forget_refused(request.connection_id)
    return Answer(201, shown, note=Note("key_generated", changes))


def _discard_key(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    was_there = discard_key(
        request.connection_id, public_keys=deps.public_keys, secrets=deps.secrets
    )
    return Answer(204, note=Note("key_discarded") if was_there else None)


def _shown(pairs: KeyPairs) -> dict[str, Any]:
    """`{"waiting", "in_use"}`, each null or `{"public_key", "fingerprint", …}`."""
    return {
        "waiting": pairs.waiting and pairs.waiting.to_json(),
        "in_use": pairs.in_use and pairs.in_use.to_json(),
    }


ROUTES = (
    Route("GET", _KEY, Permission.READ, _read_key),
    Route("POST", _KEY, Permission.CONFIGURE, _generate_key),
    Route("DELETE", _KEY, Permission.CONFIGURE, _discard_key),
)
