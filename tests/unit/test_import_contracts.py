"""Each import contract of pyproject.toml finds an import in the wrong direction."""

from typing import Any

import grimp
import pytest
from importlinter import configuration
from importlinter.application.use_cases import read_user_options
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract

from local.processes import ROOT

PACKAGE = "registration_sync"
TYPES: dict[str, Any] = {"layers": LayersContract, "forbidden": ForbiddenContract}

configuration.configure()
OPTIONS = read_user_options(config_filename=str(ROOT / "pyproject.toml"))
CONTRACTS = {options["name"]: options for options in OPTIONS.contracts_options}

WRONG_IMPORTS = {
    "Arrows point inwards": [
        ("domain.runs.run", "ports.runs"),
        ("ports.runs", "use_cases.runs.read_run"),
        ("use_cases.runs.read_run", "adapters.dynamodb.runs_table"),
        ("adapters.dynamodb.runs_table", "bootstrap.sync_function"),
        ("bootstrap.sync_function", "routes.runs"),
        ("api", "adapters.aws.errors"),
    ],
    "AWS and SFTP libraries only in adapters and bootstrap": [
        ("use_cases.delivery.deliver_files", "paramiko"),
        ("domain.runs.run", "boto3"),
    ],
    "Routes reach adapters by bootstrap only": [("routes.runs", "adapters.dynamodb.runs_table")],
    "Subjects of the use cases point downwards": [
        ("use_cases.runs.read_run", "use_cases.run_kinds.export"),
        ("use_cases.ledger.retire_batches", "use_cases.exporting.export_year"),
        ("use_cases.delivery.deliver_files", "use_cases.mappings.save_mapping"),
        ("use_cases.registrations.sync_registrations", "use_cases.runs.lease"),
    ],
    "Subjects of the domain point downwards": [
        ("domain.connections.connection", "domain.runs.run"),
        ("domain.mapping.definition.mapping", "domain.registrations.batches"),
        ("domain.errors", "domain.access"),
    ],
    "The mapping: compiled above its definition, the definition above transformations": [
        ("domain.mapping.definition.mapping", "domain.mapping.compiled.mapping"),
        ("domain.mapping.values.patterns", "domain.mapping.transformations.registry"),
    ],
    "Adapters of different systems do not know each other": [
        ("adapters.dynamodb.runs_table", "adapters.sftp.session"),
        ("adapters.aws.archive", "adapters.dynamodb.runs_table"),
    ],
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, include_external_packages=True)


def is_kept(name: str, graph: grimp.ImportGraph) -> bool:
    options = CONTRACTS[name]
    contract = TYPES[options["type"]](
        name=name, session_options=OPTIONS.session_options, contract_options=options
    )
    return bool(contract.check(graph, verbose=False).kept)


def test_each_contract_is_tried() -> None:
    assert WRONG_IMPORTS.keys() == CONTRACTS.keys()


@pytest.mark.parametrize(
    ("name", "importer", "imported"),
    [(name, *arrow) for name, arrows in WRONG_IMPORTS.items() for arrow in arrows],
)
def test_a_wrong_import_breaks_its_contract(
    name: str, importer: str, imported: str, graph: grimp.ImportGraph
) -> None:
    external = imported in {"boto3", "paramiko"}
    arrow = {
        "importer": f"{PACKAGE}.{importer}",
        "imported": imported if external else f"{PACKAGE}.{imported}",
    }
    assert arrow["importer"] in graph.modules
    assert arrow["imported"] in graph.modules
    assert is_kept(name, graph)

    graph.add_import(**arrow, line_number=1, line_contents="")
    try:
        assert not is_kept(name, graph)
    finally:
        graph.remove_import(**arrow)


@pytest.mark.parametrize(
    "name", [name for name, options in CONTRACTS.items() if options["type"] == "layers"]
)
def test_a_module_without_a_layer_breaks_its_contract(name: str, graph: grimp.ImportGraph) -> None:
    module = f"{CONTRACTS[name]['containers'][0]}.new_subject"

    graph.add_module(module)
    try:
        assert not is_kept(name, graph)
    finally:
        graph.remove_module(module)
