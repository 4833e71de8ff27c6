"""Rules of AWS, checked on a transformed template; each returns the violations that it finds."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from tests.support.cloudformation import LONGEST_PARAMETERS, Reference, Resolver

type Template = dict[str, Any]

LAMBDA_POLICY_BYTES = 20_480
BUCKET_POLICY_BYTES = 20_480
ROLE_POLICIES_CHARACTERS = 10_240
TRUST_POLICY_CHARACTERS = 2_048
"""docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, AmazonS3/latest/userguide/
bucket-policies.html, and IAM/latest/UserGuide/reference_iam-quotas.html (all inline policies of a
role together, without blanks)."""

CREATED_BY = {
    "AWS::ApiGateway::RestApi": ("apigateway", "CreateRestApi"),
    "AWS::ApiGateway::Stage": ("apigateway", "CreateStage"),
    "AWS::CloudWatch::Alarm": ("cloudwatch", "PutMetricAlarm"),
    "AWS::CloudWatch::Dashboard": ("cloudwatch", "PutDashboard"),
    "AWS::Cognito::UserPool": ("cognito-idp", "CreateUserPool"),
    "AWS::Cognito::UserPoolClient": ("cognito-idp", "CreateUserPoolClient"),
    "AWS::Cognito::UserPoolDomain": ("cognito-idp", "CreateUserPoolDomain"),
    "AWS::Cognito::UserPoolGroup": ("cognito-idp", "CreateGroup"),
    "AWS::Cognito::UserPoolResourceServer": ("cognito-idp", "CreateResourceServer"),
    "AWS::DynamoDB::Table": ("dynamodb", "CreateTable"),
    "AWS::Events::Rule": ("events", "PutRule"),
    "AWS::IAM::Role": ("iam", "CreateRole"),
    "AWS::Lambda::Alias": ("lambda", "CreateAlias"),
    "AWS::Lambda::EventInvokeConfig": ("lambda", "PutFunctionEventInvokeConfig"),
    "AWS::Lambda::Function": ("lambda", "CreateFunction"),
    "AWS::Lambda::LayerVersion": ("lambda", "PublishLayerVersion"),
    "AWS::Lambda::Permission": ("lambda", "AddPermission"),
    "AWS::Lambda::Version": ("lambda", "PublishVersion"),
    "AWS::Logs::LogGroup": ("logs", "CreateLogGroup"),
    "AWS::Logs::QueryDefinition": ("logs", "PutQueryDefinition"),
    "AWS::Scheduler::ScheduleGroup": ("scheduler", "CreateScheduleGroup"),
}
"""The call by which CloudFormation creates a resource: its model has the limits of each member."""

RESERVED_IN_DOMAINS = ("aws", "amazon", "cognito")


def resources_of(template: Template, kind: str) -> dict[str, Any]:
    found = template["Resources"].items()
    return {name: resource for name, resource in found if resource["Type"] == kind}


def size_violations(template: Template) -> list[str]:
    """Policies that exceed the quota of their kind."""
    resolver = Resolver(template, LONGEST_PARAMETERS)
    found = []
    for name, size in _function_policies(template, resolver).items():
        found += _over(f"the policy of {name}", size, LAMBDA_POLICY_BYTES)
    for name, role in resources_of(template, "AWS::IAM::Role").items():
        properties = resolver.resolve(role["Properties"])
        policies = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        policies += [
            resolver.resolve(policy["Properties"]["PolicyDocument"])
            for policy in resources_of(template, "AWS::IAM::Policy").values()
            if {"Ref": name} in policy["Properties"]["Roles"]
        ]
        found += _over(f"the policies of {name}", _length(policies), ROLE_POLICIES_CHARACTERS)
        trust = _length(properties["AssumeRolePolicyDocument"])
        found += _over(f"the trust policy of {name}", trust, TRUST_POLICY_CHARACTERS)
    for name, policy in resources_of(template, "AWS::S3::BucketPolicy").items():
        document = resolver.resolve(policy["Properties"]["PolicyDocument"])
        found += _over(f"the policy of {name}", _length(document), BUCKET_POLICY_BYTES)
    return found


def _function_policies(template: Template, resolver: Resolver) -> dict[str, int]:
    """The bytes of each function's resource policy: a statement for each permission, as Lambda
    stores it, with a function name of 64 characters."""
    sizes: dict[str, int] = {}
    for permission in resources_of(template, "AWS::Lambda::Permission").values():
        given = permission["Properties"]
        statement = {
            "Sid": "S" * 100,
            "Effect": "Allow",
            "Principal": {"Service": given["Principal"]},
            "Action": given["Action"],
            "Resource": f"arn:aws:lambda:ap-southeast-1:123456789012:function:{'x' * 64}:live",
            "Condition": {"ArnLike": {"AWS:SourceArn": resolver.resolve(given["SourceArn"])}},
        }
        function = json.dumps(given["FunctionName"])
        sizes[function] = sizes.get(function, 0) + _length(statement)
    return sizes


def _length(document: Any) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def _over(what: str, size: int, limit: int) -> list[str]:
    return [f"{what} has {size} characters, more than {limit}"] if size > limit else []


def value_violations(template: Template) -> list[str]:
    """Values that the service model of their service refuses, with the longest stack name."""
    resolver = Resolver(template, LONGEST_PARAMETERS)
    found = []
    for name, resource in template["Resources"].items():
        if resource["Type"] in CREATED_BY:
            shape = _operation(*CREATED_BY[resource["Type"]]).input_shape
            properties = resolver.resolve(resource.get("Properties", {}))
            found += [f"{name}: {text}" for text in _refused(properties, shape, "")]
        if resource["Type"] == "AWS::Cognito::UserPoolDomain":
            domain = resolver.resolve(resource["Properties"]["Domain"])
            found += [f"{name}: has {word}" for word in RESERVED_IN_DOMAINS if word in domain]
    return found


@cache
def _operation(service: str, operation: str) -> OperationModel:
    model = Loader().load_service_model(service, "service-2")
    return ServiceModel(model, service).operation_model(operation)


def _refused(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """Compares what both have: some properties of CloudFormation have another name or type."""
    limits = shape.metadata
    if isinstance(value, Reference):
        return
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {name.lower(): member for name, member in shape.members.items()}
        for name, item in value.items():
            if name.lower() in members:
                yield from _refused(item, members[name.lower()], f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        yield from _out_of_range(len(value), limits, f"{path} has a length")
        for item in value:
            yield from _refused(item, shape.member, path)
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _out_of_range(len(value), limits, f"{path} has a length")
        pattern = limits.get("pattern", "").replace(r"\p{L}\p{M}\p{S}\p{N}\p{P}", r"\w\W")
        if pattern and r"\p{" not in pattern and not re.fullmatch(pattern, value):
            yield f"{path} does not match {pattern}"
        if limits.get("enum") and value not in limits["enum"]:
            yield f"{path} is {value}"
    elif shape.type_name in {"integer", "long"} and str(value).isdecimal():
        yield from _out_of_range(int(value), limits, path)


def _out_of_range(number: int, limits: dict[str, Any], what: str) -> Iterator[str]:
    if number > limits.get("max", number) or number < limits.get("min", number):
        yield f"{what} of {number}, not {limits.get('min', 0)} to {limits.get('max')}"


TOKENS = {
    "none": (None, ()),
    "ID token": ("id", ()),
    "access token": ("access", ("openid",)),
    "access token of another API": ("access", ("other/read",)),
}
"""The use and the scopes of tokens of the pool."""


def admitted(template: Template, api: str = "Api") -> dict[tuple[str, str], set[str]]:
    """The tokens that API Gateway admits to each method: with scopes, access tokens that have one
    of them; without scopes, ID tokens; docs.aws.amazon.com/apigateway/latest/developerguide/
    apigateway-enable-cognito-user-pool.html."""
    body = template["Resources"][api]["Properties"]["Body"]
    methods = {
        (method.upper(), path): operation.get("security", body.get("security", []))
        for path, operations in body["paths"].items()
        for method, operation in operations.items()
    }
    return {
        route: {name for name in TOKENS if _admits(security, name)}
        for route, security in methods.items()
    }


def _admits(security: list[dict[str, list[str]]], token: str) -> bool:
    use, scopes = TOKENS[token]
    schemes = [scheme for scheme in security if "NONE" not in scheme]
    if not schemes:
        return True
    return any(
        use == ("access" if required else "id") and (not required or bool({*scopes} & {*required}))
        for scheme in schemes
        for required in scheme.values()
    )


def unpublished_parameters(template: Template) -> list[str]:
    """Parameters that change a function but not the description of its version, or the reverse.
    CloudFormation would publish no version, and callers would keep the old values; or Lambda would
    refuse a version that equals the last one."""
    found = []
    for version in resources_of(template, "AWS::Lambda::Version").values():
        properties = version["Properties"]
        function = template["Resources"][properties["FunctionName"]["Ref"]]
        # Reserved concurrency belongs to the function, not to a version.
        versioned = {**function["Properties"], "ReservedConcurrentExecutions": None}
        needed = _parameters_in(versioned, template)
        described = _parameters_in(properties.get("Description", ""), template)
        found += [f"{properties['FunctionName']['Ref']}: {name}" for name in needed ^ described]
    return sorted(found)


def _parameters_in(value: Any, template: Template) -> set[str]:
    """The parameters that a value refers to, also by conditions."""
    text = json.dumps(value)
    named = {*re.findall(r'"Ref": "(\w+)"', text), *re.findall(r"\$\{(\w+)\}", text)}
    found = named & set(template["Parameters"])
    for condition in re.findall(r'"Fn::If": \["(\w+)"', text):
        found |= _parameters_in(template["Conditions"][condition], template)
    return found


def unqualified_calls(template: Template) -> list[str]:
    """Resources that invoke a function, or let others do so, without its alias."""
    functions = set(resources_of(template, "AWS::Lambda::Function"))
    found = []
    for name, resource in template["Resources"].items():
        text = json.dumps(resource)
        if resource["Type"] == "AWS::IAM::Role":
            statements = [
                statement
                for policy in resource["Properties"].get("Policies", [])
                for statement in policy.get("PolicyDocument", {}).get("Statement", [])
                if "lambda:InvokeFunction" in json.dumps(statement["Action"])
            ]
            text = json.dumps(statements)
        elif resource["Type"] not in {
            "AWS::Lambda::Permission",
            "AWS::ApiGateway::RestApi",
            "AWS::Events::Rule",
            "AWS::Lambda::Function",
        }:
            continue
        named = {*re.findall(r'"(?:Ref|Fn::GetAtt)": \[?"(\w+)"', text)}
        named |= {*re.findall(r"\$\{(\w+)(?:\.Arn)?\}", text)}
        found += [f"{name}: {function}" for function in sorted(named & functions)]
    return found
