"""A person's unpublished draft of a mapping: what the editor keeps between two visits."""

from dataclasses import dataclass
from typing import Any

from registration_sync.domain.errors import InvalidRequest, TooLarge
from registration_sync.domain.mapping.definition.checks import too_large

DAYS = 90
"""A draft that nobody has changed for so long expires."""


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """The definition as it was sent, with any mistakes; the saved version that it is based on, 0
    for none; and when it was stored, ISO 8601 with milliseconds."""

    definition: dict[str, Any]
    base_version: int
    saved_at: str


def check_draft(definition: object) -> dict[str, Any]:
    """The definition, whose parts may be wrong. Raises InvalidRequest, TooLarge."""
    if not isinstance(definition, dict):
        raise InvalidRequest('Send the mapping as an object: {"files": […]}.')
    if problems := too_large(definition):
        raise TooLarge("The draft is too large.", problems=problems)
    return definition
