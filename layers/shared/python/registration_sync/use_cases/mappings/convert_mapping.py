"""Import and export a mapping as text: what PUT would take, as JSON and as YAML, and not saved."""

from typing import Any

from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.yaml_text import write_mapping_text
from registration_sync.use_cases.mappings.save_mapping import without_version


def convert_mapping(definition: object) -> dict[str, Any]:
    """Answers `{"mapping", "yaml"}`; raises InvalidRequest with every problem.

    One with a problem is not converted: a code that YAML read as a number has lost its zeros.
    """
    mapping = without_version(definition)
    parse_mapping(mapping)
    return {"mapping": mapping, "yaml": write_mapping_text(mapping)}
