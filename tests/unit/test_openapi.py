"""The OpenAPI document is valid, and each example fits its shape, without unknown keys."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.docs.openapi_document import openapi_document

pytestmark = pytest.mark.lint

DOCUMENT: dict[str, Any] = json.loads(openapi_document())


def test_the_document_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_a_generated_client_gets_one_name_for_each_shape() -> None:
    shapes = DOCUMENT["components"]["schemas"]

    assert [name for name in shapes if not name.isalnum()] == []
    assert len({name.lower() for name in shapes}) == len(shapes)
    assert list(titles(shapes)) == []  # generators use titles as names


def test_an_object_names_its_keys_or_takes_any() -> None:
    """openapi-typescript reads an object without either as one that has no keys."""
    unnamed = [
        name
        for name, schema in objects_in(DOCUMENT)
        if not {"properties", "additionalProperties", "anyOf"} & schema.keys()
    ]

    assert unnamed == []


def objects_in(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict) and value.get("type") == "object":
        yield path, value
    for name, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list) and name != "example":
            yield from objects_in(each, f"{path}/{name}")


def titles(schema: Any) -> Iterator[str]:
    inner = schema.values() if isinstance(schema, dict) else schema
    if isinstance(schema, dict) and isinstance(schema.get("title"), str):
        yield schema["title"]
    for each in inner:
        if isinstance(each, dict | list):
            yield from titles(each)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """The shape and example of every body and answer."""
    for name, operation in operations():
        if "requestBody" in operation:
            yield f"{name} body", operation["requestBody"]["content"]["application/json"]
        for status, answer in operation["responses"].items():
            if "content" in answer:
                yield f"{name} {status}", answer["content"]["application/json"]


CONTENTS = dict(contents())


def closed(schema: Any) -> Any:
    """The schema with no other keys than those that it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        inner["additionalProperties"] = False
    return inner


CLOSED = closed(copy.deepcopy(DOCUMENT["components"]))


@pytest.mark.parametrize("name", CONTENTS)
def test_an_example_fits_its_shape(name: str) -> None:
    content = CONTENTS[name]
    schema = {**closed(content["schema"]), "components": CLOSED}

    errors = Draft202012Validator(
        schema, format_checker=Draft202012Validator.FORMAT_CHECKER
    ).iter_errors(content["example"])

    assert [(list(error.path), error.message) for error in errors] == []


def test_every_parameter_in_a_path_has_an_example() -> None:
    missing = [
        f"{name} {parameter['name']}"
        for name, operation in operations()
        for parameter in operation["parameters"]
        if parameter["in"] == "path" and "example" not in parameter
    ]

    assert missing == []
