"""The docs generator refuses incomplete input, with a message that says what to add."""

from typing import Literal

import pytest

from local.docs.generate import decisions_index
from local.docs.incomplete import Incomplete
from local.docs.mapping_vocabulary import setting_labels
from local.docs.openapi_document import (
    OPERATIONS,
    Operation,
    check_examples,
    check_operations,
    check_references,
)
from registration_sync.domain.mapping.definition.file import FileSettings


def test_decisions_are_listed_by_subject() -> None:
    index = decisions_index(
        "## 2026-11-23 · Runs · `open - 1`: a\n\nText\n\n## 2026-11-24 · API · B"
    )

    assert "**Runs**\n\n- [`open - 1`: a](#2026-11-23--runs--open---1-a)\n\n" in index
    assert "**API**\n\n- [B](#2026-11-24--api--b)\n" in index


@pytest.mark.parametrize("heading", ["A decision", "2026-11-23 · A decision", "2026 · Apis · A"])
def test_a_decision_without_a_known_subject_is_refused(heading: str) -> None:
    with pytest.raises(Incomplete, match=f"“{heading}” as day · subject · decision; .* Runs,"):
        decisions_index(f"## {heading}\n")


def test_a_new_choice_of_a_file_setting_has_a_label_in_the_console() -> None:
    class Settings(FileSettings):
        end_of_file: Literal["none", "blank_line"] = "none"

    labels = setting_labels(Settings)

    assert labels["end_of_file"] == "End of file"
    assert labels["name"] == "File Name"


def test_a_file_setting_without_a_control_in_the_console_is_refused() -> None:
    class Settings(FileSettings):
        compressed: bool = False

    with pytest.raises(Incomplete, match="has no control for the file setting compressed, which"):
        setting_labels(Settings)


def test_a_route_without_a_description_is_refused() -> None:
    with pytest.raises(Incomplete, match="has no entry for GET /lunch: add its summary"):
        check_operations({*OPERATIONS, ("GET", "/lunch")})


def test_a_description_without_a_route_is_refused() -> None:
    with pytest.raises(Incomplete, match="describes GET /me, which is no route"):
        check_operations(OPERATIONS.keys() - {("GET", "/me")})


@pytest.mark.parametrize(
    ("operation", "part"),
    [
        (Operation("Eat", {200: {"type": "object"}}), "answer"),
        (Operation("Eat", {204: None}, {"type": "object"}), "body"),
    ],
)
def test_an_operation_without_an_example_is_refused(operation: Operation, part: str) -> None:
    with pytest.raises(Incomplete, match=f"Add an example of the {part} of POST /lunch to local/"):
        check_examples({("POST", "/lunch"): operation})


def test_a_reference_to_a_shape_that_does_not_exist_is_refused() -> None:
    lunch = {"$ref": "#/components/schemas/Lunch"}

    with pytest.raises(Incomplete, match="refers to a shape Lunch that does not exist"):
        check_references({"paths": {"/lunch": lunch}, "components": {"schemas": {"Me": {}}}})
