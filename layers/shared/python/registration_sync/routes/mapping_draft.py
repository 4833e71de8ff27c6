"""A person's own draft of the mapping, which no export uses: stored, read and discarded."""

import datetime as dt
from typing import Any

from registration_sync.api import CONNECTION, Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.errors import NotFound, VersionMismatch
from registration_sync.domain.fields import Fields
from registration_sync.domain.mapping.definition.code_lists import with_codes_as_lists
from registration_sync.domain.mapping.definition.unpublished import MappingDraft, check_draft


def _read_draft(request: Request) -> Answer:
    """`{"mapping", "base_version", "saved_at"}`, with codes as lists; NotFound if there is none."""
    drafts = configuration_function.dependencies().mapping_drafts
    draft = drafts.get(request.connection_id, _person(request))
    if draft is None:
        raise NotFound("You have no draft of this mapping.")
    return Answer(200, {"mapping": with_codes_as_lists(draft.definition)} | _facts_of(draft))


def _store_draft(request: Request) -> Answer:
    """Reads `{"mapping", "base_version", "replaces"?}`; `replaces` is the `saved_at` of the draft
    that this one continues, empty for none, so that two windows do not overwrite each other."""
    fields = Fields.of_body(request.json(), '{"mapping": {"files": []}, "base_version": 3}')
    fields.refuse_unknown("mapping", "base_version", "replaces")
    base_version, replaces = fields.get("base_version"), fields.get("replaces")
    if not isinstance(base_version, int) or isinstance(base_version, bool) or base_version < 0:
        fields.add_problem("base_version", "Enter the number of the saved version, 0 for none.")
    if not isinstance(replaces, str | None):
        fields.add_problem("replaces", "Enter the `saved_at` of your draft, or an empty text.")
    fields.raise_problems("The draft was not stored.")
    draft = MappingDraft(
        check_draft(fields.get("mapping")),
        int(str(base_version)),
        dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
    )
    stored = configuration_function.dependencies().mapping_drafts.put(
        request.connection_id,
        _person(request),
        draft,
        replaces=None if replaces is None else str(replaces),
    )
    if not stored:
        raise VersionMismatch(
            "You changed this mapping in another window meanwhile: read the draft again."
        )
    return Answer(200, _facts_of(draft))


def _discard_draft(request: Request) -> Answer:
    drafts = configuration_function.dependencies().mapping_drafts
    drafts.remove(request.connection_id, _person(request))
    return Answer(204)


def _person(request: Request) -> str:
    """The person's id, which nobody else ever has; a program's name."""
    return request.caller.sub or request.caller.name


def _facts_of(draft: MappingDraft) -> dict[str, Any]:
    return {"base_version": draft.base_version, "saved_at": draft.saved_at}


ROUTES = (
    Route("GET", f"{CONNECTION}/mapping/draft", Permission.CONFIGURE, _read_draft),
    Route("PUT", f"{CONNECTION}/mapping/draft", Permission.CONFIGURE, _store_draft),
    Route("DELETE", f"{CONNECTION}/mapping/draft", Permission.CONFIGURE, _discard_draft),
)
