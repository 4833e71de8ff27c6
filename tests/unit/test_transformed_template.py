"""Rules of AWS that the emulator does not enforce, checked on the template as SAM transforms it.

Each check also finds a fault that was planted.
"""

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.build import SAM
from local.processes import ROOT, environment
from registration_sync.domain.runs import summary as run_summary
from tests.support.aws_rules import (
    Template,
    admitted,
    resources_of,
    size_violations,
    unpublished_parameters,
    unqualified_calls,
    value_violations,
)
from tests.support.cloudformation import (
    LONGEST_PARAMETERS,
    PSEUDO_PARAMETERS,
    Resolver,
    transformed,
)

PUBLIC = {("GET", "/openapi.json"), ("GET", "/console"), ("GET", "/console/{proxy+}")}


@pytest.fixture(scope="module")
def template() -> Template:
    return transformed()


@pytest.fixture
def faulty(template: Template) -> Template:
    """A copy, to plant a fault in."""
    return copy.deepcopy(template)


def properties(template: Template, name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def version_of(template: Template, function: str) -> dict[str, Any]:
    (found,) = [
        version["Properties"]
        for version in resources_of(template, "AWS::Lambda::Version").values()
        if version["Properties"]["FunctionName"] == {"Ref": function}
    ]
    return found


def test_no_policy_exceeds_its_quota(template: Template) -> None:
    assert size_violations(template) == []


def test_a_permission_for_each_route_would_exceed_the_quota(faulty: Template) -> None:
    one = faulty["Resources"]["ConfigurationPermission"]
    for number in range(60):
        faulty["Resources"][f"Permission{number}"] = one

    (found,) = size_violations(faulty)
    assert found.startswith('the policy of {"Ref": "ConfigurationFunctionAliaslive"} has ')


def test_a_role_with_too_many_statements_is_found(faulty: Template) -> None:
    (policy, *_) = properties(faulty, "ExportRole")["Policies"]
    policy["PolicyDocument"]["Statement"] *= 6

    (found,) = size_violations(faulty)
    assert found.startswith("the policies of ExportRole has ")


def test_every_value_is_valid_with_the_longest_stack_name(template: Template) -> None:
    assert value_violations(template) == []


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("NightlyExports", "Name", {"Fn::Sub": "${AWS::StackName}-exports"}),
        ("SignInPages", "Domain", {"Fn::Sub": "aws-${AWS::AccountId}"}),
        ("SignInPages", "Domain", {"Fn::Sub": "registration-sync-${AWS::StackName}"}),
        ("FailedRunAlarm", "AlarmName", {"Fn::Sub": "${AWS::StackName} ${AWS::StackName}"}),
        ("OverdueAlarm", "AlarmDescription", "What to do: " * 100),
        ("UserPool", "DeletionProtection", "ON"),
        ("CrashesQuery", "QueryString", "x" * 10_001),
    ],
)
def test_a_value_that_aws_refuses_is_found(
    faulty: Template, name: str, key: str, value: object
) -> None:
    properties(faulty, name)[key] = value

    assert {text.partition(":")[0] for text in value_violations(faulty)} == {name}


def test_access_tokens_of_this_api_are_admitted_and_no_others(template: Template) -> None:
    found = admitted(template)

    assert len(found) > 35
    for route, tokens in found.items():
        everyone = {"none", "ID token", "access token", "access token of another API"}
        assert tokens == (everyone if route in PUBLIC else {"access token"}), route


def test_a_method_without_scopes_would_admit_id_tokens(faulty: Template) -> None:
    paths = properties(faulty, "Api")["Body"]["paths"]
    paths["/me"]["get"]["security"] = [{"SignedIn": []}]
    paths["/programs"]["get"]["security"] = []

    found = admitted(faulty)
    assert found["GET", "/me"] == {"ID token"}
    assert "none" in found["GET", "/programs"]


def test_every_caller_uses_the_alias(template: Template) -> None:
    assert unqualified_calls(template) == []


@pytest.mark.parametrize(
    ("name", "key"), [("SyncPermission", "FunctionName"), ("ConfigurationFunction", "Environment")]
)
def test_a_caller_without_the_alias_is_found(faulty: Template, name: str, key: str) -> None:
    properties(faulty, name)[key] = {"Ref": "SyncFunction"}

    assert unqualified_calls(faulty) == [f"{name}: SyncFunction"]


def test_a_changed_parameter_publishes_a_version(template: Template) -> None:
    assert unpublished_parameters(template) == []


def test_a_parameter_without_a_new_version_is_found(faulty: Template) -> None:
    version_of(faulty, "ExportFunction")["Description"] = {"Fn::Sub": "${Architecture}"}

    assert unpublished_parameters(faulty) == [
        f"ExportFunction: {name}"
        for name in (
            "AllowedPrivateNetworks",
            "ExportStorageMegabytes",
            "RetentionDays",
            "VpcSecurityGroupIds",
            "VpcSubnetIds",
        )
    ]


def test_a_parameter_that_changes_no_function_is_found(faulty: Template) -> None:
    version_of(faulty, "ConsoleFunction")["Description"] = {
        "Fn::Sub": "${Architecture} ${AlertEmail}"
    }

    assert unpublished_parameters(faulty) == ["ConsoleFunction: AlertEmail"]


@pytest.mark.parametrize("layer", ["dependencies", "shared"])
def test_a_changed_layer_publishes_a_version(template: Template, layer: str) -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    changed = transformed(text.replace(f"layers/{layer}\n", f"layers/{layer}-2\n"))

    for function in ("SyncFunction", "ExportFunction", "ConfigurationFunction"):
        alias = f"{function}Aliaslive"
        before, after = (properties(one, alias)["FunctionVersion"] for one in (template, changed))
        assert before != after


def test_two_stacks_have_different_sign_in_pages(template: Template) -> None:
    """The last part of a stack's UUID belongs to the machine that made it."""
    domain = properties(template, "SignInPages")["Domain"]
    stack = PSEUDO_PARAMETERS["AWS::StackId"]

    names = {
        Resolver(template, {"AWS::StackId": one}).resolve(domain)
        for one in (stack, stack.replace("51af3dc0", "62b04ed1"))
    }
    assert len(names) == 2


@pytest.mark.parametrize(("partition", "pages"), [("aws", ".auth."), ("aws-us-gov", ".auth-fips.")])
def test_govcloud_has_its_own_addresses_of_sign_in_pages(
    template: Template, partition: str, pages: str
) -> None:
    """AWS GovCloud (US) User Guide, Amazon Cognito."""
    resolver = Resolver(template, {"AWS::Partition": partition})

    address = resolver.resolve(template["Outputs"]["SignInUrl"]["Value"])
    assert address.endswith(f"{pages}ap-southeast-1.amazoncognito.com")


def test_the_dashboard_shows_metrics_that_exist(template: Template) -> None:
    resolver = Resolver(template, LONGEST_PARAMETERS)
    body = json.loads(resolver.resolve(properties(template, "Dashboard")["DashboardBody"]))

    ours = PSEUDO_PARAMETERS["AWS::StackName"]
    shown = {
        metric[1]
        for widget in body["widgets"]
        for metric in widget["properties"].get("metrics", [])
        if metric[0] == ours or metric[0] == "."
    }
    assert {
        run_summary.FAILED_RUNS,
        run_summary.EXPORTED_STUDENTS,
        run_summary.HELD_STUDENTS,
        run_summary.NEWLY_HELD_STUDENTS,
        run_summary.OVERDUE_CONNECTIONS,
        run_summary.OLDEST_DUE_HOURS,
    } <= shown
    for title in (
        "Runs",
        "Students",
        "Export: duration",
        "Longest wait",
        "lease",
        "API",
        "Throttles",
    ):
        assert any(title in widget["properties"]["title"] for widget in body["widgets"]), title
    cells = [(one["x"], one["y"]) for one in body["widgets"]]
    assert len(cells) == len(set(cells))


def test_what_the_resolver_cannot_see_is_found_by_cfn_lint(
    faulty: Template, tmp_path: Path
) -> None:
    """`make lint` checks the transformed template, too: this fault is in no single resource."""
    faulty["Resources"]["ApiLogGroup"]["DependsOn"] = "ApiLogAccount"
    planted = tmp_path / "template.json"
    planted.write_text(json.dumps(faulty), encoding="utf-8")

    linted = subprocess.run(
        [SAM.parent / "cfn-lint", "--", planted],
        env=environment(AWS_DEFAULT_REGION="us-east-1"),
        capture_output=True,
        check=False,
        text=True,
    )

    assert linted.returncode != 0
    assert "E3005" in linted.stdout
