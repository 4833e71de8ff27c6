"""The template's build, which needs no stack."""

import struct
import sys
from pathlib import Path

import pytest

from local.build import architecture, built

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


TAG = sys.implementation.cache_tag


def uncompiled(layer: Path) -> list[Path]:
    """Modules without bytecode that is used unchecked: bits 0 and 1 of its flags, PEP 552."""
    return [
        module
        for module in layer.rglob("*.py")
        if not (compiled := module.parent / "__pycache__" / f"{module.stem}.{TAG}.pyc").exists()
        or compiled.read_bytes()[4:8] != b"\x01\0\0\0"
    ]


@pytest.mark.parametrize("layer", ["DependenciesLayer", "SharedLayer"])
def test_layers_are_compiled_in_their_build(layer: str, tmp_path: Path) -> None:
    with built(print) as build:
        modules = list((build / layer).rglob("*.py"))
        assert modules
        assert uncompiled(build / layer) == []

    (tmp_path / "planted.py").touch()
    assert uncompiled(tmp_path) == [tmp_path / "planted.py"]
