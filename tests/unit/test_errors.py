"""The tree of errors in the module's docstring."""

import importlib
import pkgutil
import re

import registration_sync
from registration_sync.domain import errors


def test_the_documented_tree_has_every_error_below_its_base() -> None:
    for module in pkgutil.walk_packages(registration_sync.__path__, "registration_sync."):
        importlib.import_module(module.name)

    assert drawn(errors.__doc__ or "") == bases_below(errors.RegistrationSyncError)


def drawn(text: str) -> dict[str, str]:
    """Each error of the documented tree, and its base."""
    found, above = {}, ["RegistrationSyncError"]
    for indent, name in re.findall(r"^((?:│   |    )*)[├└]── (\w+)", text, re.MULTILINE):
        del above[len(indent) // 4 + 1 :]
        found[name] = above[-1]
        above.append(name)
    return found


def bases_below(base: type) -> dict[str, str]:
    """Each error of the package below that base, and its own base."""
    found = {}
    for kind in base.__subclasses__():
        if kind.__module__.startswith("registration_sync."):
            found |= {kind.__name__: base.__name__, **bases_below(kind)}
    return found
