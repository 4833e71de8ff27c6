"""Prints template.yaml as CloudFormation gets it from SAM, as JSON, without building it.

    .local/env/sam/bin/python local/transform.py < template.yaml

Runs in SAM's own environment. Code is named by an address in a bucket that does not exist.
"""

import json
import logging
import os
import sys
from types import SimpleNamespace


def main() -> None:
    from samtranslator.translator.transform import transform  # noqa: PLC0415  # SAM's environment
    from samtranslator.yaml_helper import yaml_parse  # noqa: PLC0415

    logging.disable(logging.WARNING)  # of SAM, about its own features
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    template = yaml_parse(sys.stdin.read())
    for resource in template["Resources"].values():
        for key in {"CodeUri", "ContentUri"} & set(resource["Properties"]):
            resource["Properties"][key] = f"s3://bucket/{resource['Properties'][key]}"
    managed_policies = SimpleNamespace(load=dict)  # none is named
    json.dump(transform(template, {}, managed_policies), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
