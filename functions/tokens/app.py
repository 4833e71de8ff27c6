"""Cognito calls this before it issues a person's tokens: decides the groups in them, and records
when the person signed in.

The event and its answer are in the Amazon Cognito Developer Guide, "Pre token generation Lambda
trigger", version 2. If this fails, Cognito issues no token.
"""

import datetime as dt
from typing import Any

from registration_sync.bootstrap import tokens_function
from registration_sync.bootstrap.init import build_during_init
from registration_sync.domain.people.provider import issued_groups
from registration_sync.last_catch import catch_last
from registration_sync.logs import log_errors

RENEWAL = "TokenGeneration_RefreshTokens"


@catch_last
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    request = event["request"]
    groups = issued_groups(
        (request.get("groupConfiguration") or {}).get("groupsToOverride") or [],
        request.get("userAttributes") or {},
        tokens_function.dependencies().providers.all(),
    )
    if event["triggerSource"] != RENEWAL:
        _record_sign_in(event["userName"])
    override = {"groupOverrideDetails": {"groupsToOverride": sorted(groups)}}
    return {**event, "response": {"claimsAndScopeOverrideDetails": override}}


def _record_sign_in(person_id: str) -> None:
    """Logs an error: nobody is refused because the time could not be stored."""

    def put() -> list[Any]:
        tokens_function.dependencies().sign_ins.put(person_id, dt.datetime.now(dt.UTC))
        return []

    log_errors("sign-in not recorded", {}, put)


build_during_init(tokens_function.dependencies)
