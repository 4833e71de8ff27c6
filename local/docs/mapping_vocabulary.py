"""Generates the console module with the keys, labels, hints and choices of the mapping models.

The console's editor builds its forms from this module, so a new transformation or setting needs no
form of its own.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from local.docs.incomplete import Incomplete
from registration_sync.adapters.ready_made_mappings import PackagedMappings
from registration_sync.domain.mapping.definition.file import FileSettings
from registration_sync.domain.mapping.transformations.date_formats import MEANINGS
from registration_sync.domain.mapping.transformations.registry import TRANSFORMATIONS
from registration_sync.domain.mapping.values.conditions import TESTS, Condition, ValueTest
from registration_sync.domain.mapping.values.sources import FACTS

type Schema = dict[str, Any]

_KINDS = {"string": "text", "integer": "number", "boolean": "yes_no", "object": "codes"}
_OF_FIELDS = {"field", "fields", "distinct"}
"""Keys that name fields of the registration."""

_OWN_CONTROLS = {"name", "extension", "separator", "text_identifier", "header", "rows", "where"}
"""Settings of a file that the console has a control of their own for; choices need none."""

_NOT_OF_ENROLL = {"entry", "registration", "row", "run"}
_FORMAT_KINDS = {
    ("date", "from"): "date_formats",
    ("date", "to"): "date_format",
    ("today", "to"): "date_format",
    ("phone_number", "to"): "phone_format",
}
"""Parameters that the console offers the usual formats for."""

_SELF_EVIDENT = {"choice", "paths", "outcome", "codes"}
_GIVEN = {"number", "choice"}
_FORMATS = {"from", "to", "delimiter"}


def vocabulary() -> str:
    """The module's text. Raises Incomplete."""
    parts = {
        "SETTINGS": setting_labels(FileSettings),
        "TRANSFORMATIONS": [_transformation(name) for name in TRANSFORMATIONS],
        "CHOICES": {
            one["key"]: one["options"] for one in _parameters(FileSettings) if "options" in one
        },
        "CONDITION": _parameters(Condition),
        "TESTS": TESTS,
        "FACTS": FACTS,
        "COMMON_FIELDS": _common_fields(),
        "DATE_TOKENS": [
            (token, _labelled(_parameters(TRANSFORMATIONS["date"].parameters), meaning))
            for token, meaning in MEANINGS.items()
        ],
    }
    lines = ["// Written by make docs from the models of a mapping: change those instead."]
    for name, content in parts.items():
        items = [json.dumps(item, ensure_ascii=False) for item in content]
        if isinstance(content, dict):
            text = json.dumps(content, ensure_ascii=False)
        else:
            text = "[\n" + "".join(f"  {item},\n" for item in items) + "]"
        lines += ["", f"export const {name} = {text};"]
    return "\n".join(lines) + "\n"


def _common_fields() -> list[str]:
    """The Enroll fields that the ready-made mappings read, before any student was synced."""
    files = (file for one in PackagedMappings().all() for file in yaml.safe_load(one.text)["files"])
    paths = {field.get("from", "") for file in files for field in file["fields"]}
    return sorted(path for path in paths if path and path.split(".")[0] not in _NOT_OF_ENROLL)


def setting_labels(settings: type[FileSettings]) -> dict[str, str]:
    """What people call each setting of a file. Raises Incomplete."""
    editable = _OWN_CONTROLS.union(one["key"] for one in _parameters(settings) if "options" in one)
    if unknown := settings.model_fields.keys() - editable:
        raise Incomplete(
            f"The console has no control for the file setting {', '.join(sorted(unknown))}, which "
            "is not a choice: add one to File Settings or More settings in its pages/mapping, "
            "then name the setting in _OWN_CONTROLS of local/docs/mapping_vocabulary.py."
        )
    return {
        key: field.title or key.replace("_", " ").capitalize()
        for key, field in settings.model_fields.items()
    }


def _transformation(name: str) -> dict[str, Any]:
    row = TRANSFORMATIONS[name]
    parameters = [
        one | {"kind": _FORMAT_KINDS.get((name, one["key"]), one["kind"])}
        for one in _parameters(row.parameters)
        if one["key"] != "type"
    ]
    return {
        "type": name,
        "title": row.title,
        "summary": _labelled(parameters, row.summary),
        "starts": row.starts,
        "asks": issubclass(row.parameters, ValueTest),
        "parameters": parameters,
        "start": {"type": name, **_start(parameters, row.examples[0].parameters)},
        "examples": [[one.value, one.result] for one in row.examples if one.value],
    }


def _labelled(parameters: list[dict[str, Any]], text: str) -> str:
    """The text with the label of each key instead of the key in backticks."""
    labels = {one["key"]: one["label"] for one in parameters}

    def label(key: re.Match[str]) -> str:
        return f"“{labels.get(key[1], key[1].replace('_', ' ').capitalize())}”"

    return re.sub("`(\\w+)`", label, text)


def _start(parameters: list[dict[str, Any]], example: Mapping[str, Any]) -> dict[str, Any]:
    """The start values of a new step: the example's keys, without its specific texts."""
    empty: dict[str, Any] = {"texts": [], "paths": [], "codes": {}}
    return {
        one["key"]: example[one["key"]]
        if one["kind"] in _GIVEN or one["key"] in _FORMATS
        else empty.get(one["kind"], "")
        for one in parameters
        if one["key"] in example and one["kind"] != "path"
    }


def _parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(by_alias=True)
    required = schema.get("required", [])
    found = [
        _parameter(key, of_key, required=key in required)
        for key, of_key in schema["properties"].items()
    ]
    return [one | {"hint": _labelled(found, one["hint"])} for one in found]


def _parameter(key: str, schema: Schema, *, required: bool) -> dict[str, Any]:
    """`{"key", "label", "hint", "kind", "required", "default", "options"?}`."""
    kind, options = _kind(key, schema)
    label = schema.get("title") or key.replace("_", " ").title()
    parameter = {
        "key": key,
        "label": label[:1] + label[1:].lower() if label.istitle() else label,
        "hint": _hint(schema.get("description", ""), kind),
        "kind": kind,
        "required": required,
        "default": schema.get("default"),
    }
    return parameter | ({"options": options} if options else {})


def _kind(key: str, schema: Schema) -> tuple[str, list[str]]:
    """The kind of control, and the choices of one that has them."""
    ways = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    kinds = {one.get("type") for one in ways}
    options = [text for one in ways for text in one.get("enum", [])]
    if options:
        return "choice", options
    if key in _OF_FIELDS:
        return ("paths" if "array" in kinds else "path"), []
    if key == "codes":
        return "codes", []
    if "array" in kinds:
        return "texts", []
    if "$ref" in ways[0]:
        return "outcome", []  # a text or a field
    return _KINDS[ways[0].get("type", "string")], []


def _hint(description: str, kind: str) -> str:
    """The description without the parts that only concern writers of YAML."""
    if kind in _SELF_EVIDENT:
        return ""
    text = re.sub(r",? (in|without) quotes", "", description)
    text = re.sub(r"^true or false(: )?(whether )?", "", text) if kind == "yes_no" else text
    text = re.sub(r", such as \[.*\]$", "", text) if kind == "texts" else text
    return text[:1].upper() + text[1:].replace('"', "")
