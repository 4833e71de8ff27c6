"""The template as SAM transforms it, and its values as CloudFormation resolves them."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from local.build import SAM
from local.processes import ROOT, environment

NO_VALUE = {"Ref": "AWS::NoValue"}

LONGEST_STACK_NAME = "S" * 128
PSEUDO_PARAMETERS = {
    "AWS::StackName": LONGEST_STACK_NAME,
    "AWS::StackId": "arn:aws:cloudformation:ap-southeast-1:123456789012:stack/"
    f"{LONGEST_STACK_NAME}/51af3dc0-da77-11e4-872e-1234567db123",
    "AWS::AccountId": "123456789012",
    "AWS::Region": "ap-southeast-1",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}
"""As long as they can be; names of regions with longer names have fewer characters elsewhere."""

LONGEST_PARAMETERS = {
    "VpcSubnetIds": [f"subnet-{number:017x}" for number in range(4)],
    "VpcSecurityGroupIds": [f"sg-{number:017x}" for number in range(3)],
    "AllowedPrivateNetworks": "10.0.0.0/8," * 8,
    "KmsKeyArn": "arn:aws:kms:ap-southeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "ExportConcurrency": 50,
    "AlertEmail": "alerts@example.org",
    "RetentionDays": 36500,
    "ExportStorageMegabytes": 10240,
}


@cache
def transformed(text: str | None = None) -> dict[str, Any]:
    """template.yaml, or the template `text`, as CloudFormation gets it; not to be changed."""
    made = subprocess.run(
        [SAM.parent / "python", ROOT / "local" / "transform.py"],
        input=text or (ROOT / "template.yaml").read_text(encoding="utf-8"),
        env=environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    template: dict[str, Any] = json.loads(made.stdout)
    return template


class _Loader(yaml.CSafeLoader):
    """Reads `!Name value` as `Fn::Name: value`; dates stay texts."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # as in the base class
        first: [one for one in resolvers if not one[0].endswith(":timestamp")]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def _function(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        value = text.split(".", 1) if name == "GetAtt" else text
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _function)


def load(path: Path) -> Any:
    """A template with its functions in their long form."""
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506  # a safe loader


class Reference(str):
    """A generated name or ARN, which only AWS knows: of 64 characters, or with as many."""

    __slots__ = ()


class Resolver:
    """Resolves the functions of a template; references to resources become References."""

    def __init__(
        self,
        template: dict[str, Any],
        parameters: dict[str, Any],
        arns: dict[str, str] | None = None,
    ) -> None:
        """`parameters` may also name resources; `arns` are those of resources."""
        self._arns = arns or {}
        self._conditions = template.get("Conditions", {})
        defaults = {name: one.get("Default") for name, one in template["Parameters"].items()}
        self._values = {**defaults, **PSEUDO_PARAMETERS, **parameters}

    def resolve(self, value: Any) -> Any:
        """The value without functions; entries that are AWS::NoValue are left out."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value if self._present(item)]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = getattr(self, f"_{name.removeprefix('Fn::').lower()}", None)
            if function and (name.startswith("Fn::") or name == "Ref"):
                return function(argument)
        return {key: self.resolve(item) for key, item in value.items() if self._present(item)}

    def holds(self, condition: str) -> bool:
        return bool(self.resolve(self._conditions[condition]))

    def _present(self, value: Any) -> bool:
        if isinstance(value, dict) and "Fn::If" in value:
            condition, yes, no = value["Fn::If"]
            return self._present(yes if self.holds(condition) else no)
        return value != NO_VALUE

    def _ref(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        return Reference(name.ljust(64, "x"))

    def _getatt(self, argument: list[str]) -> str:
        name, attribute = argument
        if name in self._arns and attribute == "Arn":
            return self._arns[name]
        if attribute != "Arn":
            return Reference(f"{name}.{attribute}".ljust(64, "x"))
        return Reference(f"arn:aws:service:ap-southeast-1:123456789012:{name.ljust(64, 'x')}")

    def _sub(self, argument: Any) -> str:
        text, more = argument if isinstance(argument, list) else (argument, {})

        def value_of(found: re.Match[str]) -> str:
            name = found[1]
            if name in more:
                return str(self.resolve(more[name]))
            resource, _, attribute = name.partition(".")
            return str(self._getatt([resource, attribute]) if attribute else self._ref(name))

        return re.sub(r"\$\{([^!}]+)\}", value_of, text)

    def _join(self, argument: list[Any]) -> str:
        separator, items = argument
        resolved = self.resolve(items)
        parts = resolved.split(",") if isinstance(resolved, str) else resolved
        return str(separator).join(str(part) for part in parts)

    def _split(self, argument: list[Any]) -> list[str]:
        separator, text = argument
        return str(self.resolve(text)).split(separator)

    def _select(self, argument: list[Any]) -> Any:
        index, items = argument
        return self.resolve(items)[int(index)]

    def _if(self, argument: list[Any]) -> Any:
        condition, yes, no = argument
        return self.resolve(yes if self.holds(condition) else no)

    def _equals(self, argument: list[Any]) -> bool:
        one, other = (str(self.resolve(item)) for item in argument)
        return one == other

    def _not(self, argument: list[Any]) -> bool:
        return not self.resolve(argument[0])
