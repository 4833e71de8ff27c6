"""Builds template.yaml with `sam build`, and compiles what SAM does not.

    python -m local.build arm64      for `sam deploy`: builds into .aws-sam/build

For the local stack it builds only when one of its inputs has changed.
"""

import fcntl
import hashlib
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local.processes import ROOT, NotStarted, run

BUILDS = ROOT / ".local" / "build"
SAM = ROOT / ".local" / "env" / "sam" / "bin" / "sam"
FUNCTION_PYTHON = ROOT / ".local" / "env" / "function" / "bin" / "python"

_INPUTS = (
    "template.yaml",
    "functions",
    "layers",
    "mappings",  # the shared layer has a link to this folder and to the document
    "docs/openapi.json",
    "local/requirements-sam.txt",
    "local/build.py",
)
"""The inputs of a build."""


def architecture() -> str:
    """This machine's architecture, as a value of the template's parameter."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


@contextmanager
def built(
    say: Callable[[str], None], *, architecture: str = architecture(), only: str | None = None
) -> Iterator[Path]:
    """Builds if needed, and yields the folder of the build, locked against other builds.

    `only` names the one resource to build, such as DependenciesLayer.
    """
    place = BUILDS / f"{architecture}{'-' + only if only else ''}"
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder, stamp, inputs = place / "output", place / "inputs", _fingerprint()
        if not (folder.exists() and stamp.exists() and stamp.read_text() == inputs):
            stamp.unlink(missing_ok=True)
            first = "; the first time takes a minute" if not folder.exists() else ""
            say(f"Building the template for {architecture}{first} …")
            _build(place, folder, architecture, only)
            stamp.write_text(inputs)
        yield folder


def _build(place: Path, folder: Path, architecture: str, only: str | None) -> None:
    log = place / "build.log"
    log.unlink(missing_ok=True)
    # Bytecode belongs into the layers, wherever this process keeps its own; empty means not set.
    in_layers = {"PYTHONPYCACHEPREFIX": "", "PYTHONDONTWRITEBYTECODE": ""}
    run(
        [
            SAM,
            "build",
            *([only] if only else []),
            "--config-env=local",  # samconfig.toml has nothing for it: all settings are here
            "--cached",
            f"--cache-dir={place / 'cache'}",
            f"--build-dir={folder}",
            f"--parameter-overrides=Architecture={architecture}",
        ],
        log=log,
        PATH=f"{SAM.parent}:{os.environ['PATH']}",  # its Python 3.13 and pip fill the layer
        AWS_DEFAULT_REGION="us-east-1",
        __SAM_CLI_APP_DIR=str(ROOT / ".local" / "sam"),
        **in_layers,
    )
    # SAM installs libraries without compiling them; a function would do that at each cold start, as
    # it cannot write into a layer. SAM gives a Makefile no architecture, so SAM must install.
    compile_layer = ["-m", "compileall", "-q", "--invalidation-mode=unchecked-hash"]
    run([FUNCTION_PYTHON, *compile_layer, folder / "DependenciesLayer"], log=log, **in_layers)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in _INPUTS:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def main() -> None:
    architecture, folder = sys.argv[1], ROOT / ".aws-sam"
    folder.mkdir(exist_ok=True)
    print(f"Building the template for {architecture} …")
    try:
        _build(folder, folder / "build", architecture, None)
    except NotStarted as error:
        sys.exit(str(error))
    print(f"Built. Deploy with: sam deploy --parameter-overrides Architecture={architecture} …")


if __name__ == "__main__":
    main()
