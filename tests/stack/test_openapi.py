"""A property-based client over HTTP: no 5xx, and no response outside the checked-in document."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from local.http_client import send
from local.processes import ROOT
from local.stack import LocalStack
from tests.stack.support.district import new_district, registration

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))


def _with_small_mappings() -> dict[str, Any]:
    """The document, without whole mappings: generating those takes minutes, and invalid mappings
    have their own tests."""
    drawn = copy.deepcopy(DOCUMENT)
    fields = {"type": "array", "items": {"type": "object"}, "maxItems": 3}
    file = {"type": "object", "properties": {"name": {"type": "string"}, "fields": fields}}
    drawn["components"]["schemas"]["Mapping"] = {
        "type": "object",
        "properties": {"files": {"type": "array", "items": file, "maxItems": 3}},
        "required": ["files"],
    }
    return drawn


OPERATIONS = [
    f"{method.upper()} {path}"
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
]


@pytest.fixture(scope="module")
def tried(stack: LocalStack) -> dict[str, str]:
    """Creates a connection with data of every kind; returns the path parameters."""
    district = new_district(stack)
    district.sync(registration("007"))
    run = district.export()
    return {
        "connection_id": district.connection_id,
        "run_id": run["run_id"],
        "school_year": "2025",
        "student_id": "007",
        "version": "1",
        "email": "ada@anytown.example.org",
    }


def test_the_document_is_served_to_everyone(stack: LocalStack) -> None:
    answer = send("GET", f"{stack.api_url}/openapi.json")

    assert (answer.status, answer.json()) == (200, DOCUMENT)


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """The operations of the document, by method and path."""
    import schemathesis  # noqa: PLC0415  # takes a second in each process that finds the tests
    from schemathesis.checks import load_all_checks  # noqa: PLC0415

    schema = schemathesis.openapi.from_dict(_with_small_mappings())
    load_all_checks()
    return {one.ok().label: one.ok() for one in schema.get_all_operations()}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_document_describes_the_response_to_any_request(
    operation: str,
    operations: dict[str, Any],
    stack: LocalStack,
    tried: dict[str, str],
) -> None:
    """The requests are generated here: `schema.parametrize` does it in every process of a test
    run, which takes longer than to send them."""
    from schemathesis import checks  # noqa: PLC0415
    from schemathesis.generation.feedback import FeedbackSources  # noqa: PLC0415
    from schemathesis.pytest._test_builder import build_operation_test  # noqa: PLC0415

    of_a_response = [
        checks.not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]

    @settings(
        max_examples=2,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    def answers(case: Any) -> None:
        removes_it = case.method == "DELETE" and case.path.endswith("{connection_id}")
        for name in case.path_parameters:
            if name in tried and not removes_it:
                case.path_parameters[name] = tried[name]
        of_enroll = case.path.endswith(("/registrations", "/{student_id}"))
        token = stack.tokens["enroll" if of_enroll else "full_access"]

        case.call_and_validate(
            base_url=stack.api_url,
            headers={"Authorization": f"Bearer {token}"},
            checks=of_a_response,
        )

    one = operations[operation]
    build_operation_test(
        config=one.schema.config,
        operation=one,
        test_func=answers,
        given_kwargs={},
        feedback=FeedbackSources(),
    )()
