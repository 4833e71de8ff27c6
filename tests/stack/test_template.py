"""The built and deployed template."""

import json
import struct
from pathlib import Path

import pytest

from local.build import architecture, built
from local.stack import LocalStack

ELF_MACHINES = {"arm64": 183, "x86_64": 62}


def machines(layer: Path) -> set[int]:
    """The processors of the layer's compiled modules: e_machine of their ELF headers."""
    modules = list(layer.rglob("*.so"))
    assert modules
    return {struct.unpack_from("<H", module.read_bytes(), 18)[0] for module in modules}


@pytest.mark.parametrize("processors", sorted(ELF_MACHINES))
def test_the_layer_is_built_for_the_requested_architecture(processors: str) -> None:
    only = None if processors == architecture() else "DependenciesLayer"

    with built(print, architecture=processors, only=only) as build:
        found = machines(build / "DependenciesLayer")

    assert found == {ELF_MACHINES[processors]}


def test_a_request_without_a_token_is_refused(stack: LocalStack) -> None:
    answer = stack.call("GET", "/connections", role=None)

    assert answer.status == 401
    assert answer.json()["error"]["code"] == "not_signed_in"


@pytest.mark.parametrize("role", ["enroll", "full_access", "limited_access"])
def test_every_role_is_admitted_with_its_token(stack: LocalStack, role: str) -> None:
    assert stack.call("GET", "/connections", role=role).status == 200


def test_an_unknown_path_returns_not_found_in_the_common_error_shape(stack: LocalStack) -> None:
    answer = stack.call("GET", "/nowhere", role="enroll")

    assert answer.status == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_the_export_function_is_the_only_one_that_may_read_secrets(stack: LocalStack) -> None:
    iam = stack.client("iam")

    allowed = {}
    for name, function in stack.functions.items():
        role = stack.client("lambda").get_function_configuration(FunctionName=function)["Role"]
        policies = iam.list_role_policies(RoleName=role.rsplit("/", 1)[1])["PolicyNames"]
        documents = [
            iam.get_role_policy(RoleName=role.rsplit("/", 1)[1], PolicyName=policy)
            for policy in policies
        ]
        text = json.dumps([document["PolicyDocument"] for document in documents])
        allowed[name] = "secretsmanager:GetSecretValue" in text

    assert allowed == {"sync": False, "export": True, "configuration": False, "console": False}
