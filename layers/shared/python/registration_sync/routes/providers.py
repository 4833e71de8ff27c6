"""Identity providers: only operators list, set up and remove them."""

from registration_sync.api import Answer, Request, Route
from registration_sync.bootstrap.people import people
from registration_sync.domain.access import Permission
from registration_sync.domain.audit import Note, SettingChange
from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.people.parse_provider import parse_provider
from registration_sync.domain.people.person import PEOPLE_AUDIT
from registration_sync.use_cases.people.set_up_provider import remove_provider, set_up_provider


def _list_providers(_request: Request) -> Answer:
    items = [provider.to_json() for provider in people().providers.all()]
    return Answer(200, {"items": items, "next": None})


def _set_up_provider(request: Request) -> Answer:
    sent = parse_provider(request.path["name"], request.json(), _app_client(request))
    changes = set_up_provider(
        sent,
        providers=people().providers,
        identity_providers=people().identity_providers,
    )
    note = _note("provider_set", sent.provider.name, *changes) if changes else None
    return Answer(200, sent.provider.to_json(), note=note)


def _remove_provider(request: Request) -> Answer:
    provider = remove_provider(
        request.path["name"],
        _app_client(request),
        providers=people().providers,
        identity_providers=people().identity_providers,
    )
    return Answer(204, note=_note("provider_removed", provider.name))


def _app_client(request: Request) -> str:
    """The app client of the sign-in pages, from the variables of the API's stage: in the function's
    environment it would make a circular reference."""
    client = (request.event.get("stageVariables") or {}).get("clientId")
    if not client:
        raise InvalidRequest(
            "The event has no app client: send the request to the API, or write the stack's output "
            'PeopleClientId into the event as "clientId" of "stageVariables".'
        )
    return str(client)


def _note(action: str, name: str, *changes: SettingChange) -> Note:
    return Note(action, (SettingChange("provider", None, name), *changes), PEOPLE_AUDIT)


PROVIDER, MANAGE = "/providers/{name}", Permission.MANAGE_PEOPLE

ROUTES = (
    Route("GET", "/providers", MANAGE, _list_providers, operators_only=True),
    Route("PUT", PROVIDER, MANAGE, _set_up_provider, operators_only=True),
    Route("DELETE", PROVIDER, MANAGE, _remove_provider, operators_only=True),
)
