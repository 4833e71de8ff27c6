"""Loads the real use-case code, or a mutant: a copy with one passage changed."""

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace

import registration_sync.use_cases
from tests.exploration.actors import ReplayTable, SyncTable

PACKAGE = "registration_sync.use_cases"
MODULES = (  # each after those it imports
    "runs.lease",
    "delivery.one_file",
    "delivery.deliver_files",
    "delivery.importer",
    "ledger.due_students",
    "ledger.stored_year",
    "exporting.students",
    "exporting.write_files",
    "ledger.retire_batches",
    "ledger.year_totals",
    "exporting.earlier_exports",
    "exporting.ledger_entry",
    "exporting.export_year",
    "exporting.carry_over",
    "exporting.year_collection",
    "ledger.last_outcomes",
    "students.read_status",
    "registrations.sync_registrations",
    "registrations.sync_everywhere",
    "registrations.remove_registration",
)

type Changes = Mapping[str, Sequence[tuple[str, str]]]
"""For each module: passages and their replacements."""


def load(changes: Changes | None = None) -> SimpleNamespace:
    """Loads a separate copy of the use cases of sync and export, with the changes.

    Each passage must be in its module exactly once, so a changed source fails here.
    """
    changes = changes or {}
    unknown = changes.keys() - {name.rpartition(".")[2] for name in MODULES}
    if unknown:
        raise ValueError(f"MODULES has no {min(unknown)}: the change would change nothing.")
    names = [f"{PACKAGE}.{name}" for name in MODULES]
    kept = {name: sys.modules.pop(name, None) for name in names}
    try:
        modules = {
            (stem := name.rpartition(".")[2]): _load(name, changes.get(stem, ()))
            for name in MODULES
        }
        return SimpleNamespace(table=ReplayTable, sync_table=SyncTable, **modules)
    finally:
        for name, module in kept.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module


def source_of(name: str) -> str:
    """The source of a module of PACKAGE."""
    return _path_of(name).read_text(encoding="utf-8")


def _path_of(name: str) -> Path:
    inner = name.removeprefix(f"{PACKAGE}.").split(".")
    return Path(registration_sync.use_cases.__path__[0], *inner).with_suffix(".py")


def _load(name: str, passages: Sequence[tuple[str, str]]) -> ModuleType:
    source = source_of(name)
    for old, new in passages:
        assert source.count(old) == 1, f"{name}.py has this {source.count(old)} times: {old}"
        source = source.replace(old, new)
    spec = importlib.util.spec_from_loader(f"{PACKAGE}.{name}", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    exec(compile(source, str(_path_of(name)), "exec"), module.__dict__)  # noqa: S102  # our own source
    return module
