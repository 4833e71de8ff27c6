"""Converts a mapping to YAML text, without saving the mapping."""

from collections.abc import Mapping
from typing import Any

from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.yaml_text import write_mapping_text


def convert_mapping(definition: Mapping[str, Any]) -> str:
    """The definition as YAML. Raises InvalidRequest with every problem of a mapping that is not
    valid, because YAML may have changed its values: a code read as a number has lost its zeros."""
    parse_mapping(definition)
    return write_mapping_text(definition)
