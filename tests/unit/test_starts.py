"""What each function imports when it starts, and the descriptions of AWS services that it loads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader

from registration_sync.bootstrap.service_models import ServiceModels
from tests.functional.conftest import ENVIRONMENT

ROOT = Path(__file__).parents[2]
PATHS = {"PYTHONPATH": f"{ROOT}:{ROOT / 'layers/shared/python'}", "PATH": os.environ["PATH"]}

OF_SYNC = {
    "aws_lambda_powertools",
    "botocore",
    "dateutil",
    "jmespath",
    "orjson",
    "six",
    "typing_extensions",
    "urllib3",
}
OF_PYDANTIC = {
    "annotated_types",
    "pydantic",
    "pydantic_core",
    "typing_inspection",
}
OF_MAPPINGS = {"anyascii", "yaml"}
OF_CONFIGURATION = OF_SYNC | OF_PYDANTIC | OF_MAPPINGS | {"boto3", "s3transfer"}
OF_SFTP = {"bcrypt", "cryptography", "invoke", "nacl", "paramiko"}
IMPORTED = {
    "sync": OF_SYNC,
    "configuration": OF_CONFIGURATION,
    "export": OF_CONFIGURATION | OF_SFTP,
    "tokens": OF_SYNC,
}
"""The packages of layers/dependencies that a function imports until its adapters are built."""

NOT_OF_THE_LAYER = {"certifi", "cython_runtime"}
"""The one is installed only here, and botocore takes it if it is; the other is no package."""

MOST_MODULES = {"sync": 432, "configuration": 770, "export": 964, "tokens": 410}
"""Of all kinds: each costs time in every cold start. Raise a number only for a module that every
invocation needs. regex, re2 and tzdata are imported where a mapping or a time zone needs them."""

PROGRAM = """
import sys
from functions.{} import app
packages = sys.stdlib_module_names | {{"functions", "registration_sync", "__main__"}}
print(len(sys.modules), *sorted({{name.partition(".")[0] for name in sys.modules}} - packages))
"""


@pytest.mark.parametrize("function", IMPORTED)
def test_a_function_imports_only_what_its_start_needs(function: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(function)],
        env={**PATHS, **ENVIRONMENT},
        check=True,
        capture_output=True,
        text=True,
    )
    number, *packages = ended.stdout.split()

    found = {name for name in packages if not name.startswith("_")} - NOT_OF_THE_LAYER
    assert found == IMPORTED[function]
    assert int(number) <= MOST_MODULES[function]


@pytest.mark.parametrize(
    "service",
    ["dynamodb", "s3", "secretsmanager", "lambda", "scheduler", "events", "sns", "cognito-idp"],
)
def test_the_descriptions_of_services_are_those_that_botocore_loads(service: str) -> None:
    for kind in ("service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1"):
        found = []
        for loader in (ServiceModels(), Loader()):
            try:
                found.append(loader.load_service_model(service, kind))
            except (DataNotFoundError, UnknownServiceError):
                found.append(None)
        assert found[0] == found[1], kind
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        assert ServiceModels().load_data(name) == Loader().load_data(name)


def test_an_unknown_service_has_no_description() -> None:
    with pytest.raises(UnknownServiceError):
        ServiceModels().load_service_model("no-such-service", "service-2")
    with pytest.raises(DataNotFoundError):
        ServiceModels().load_service_model("dynamodb", "no-such-kind-1")
