"""Downloads the libraries of the console from the npm registry, and checks their hashes.

    python -m local.vendor      needs npm; only to change a version

To change a version, set its number and the sha512 of its package (`npm view NAME dist.integrity`).
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from local.processes import ROOT, environment

VENDOR = ROOT / "functions" / "console" / "static" / "vendor"
LIST = "versions.json"


@dataclass(frozen=True, slots=True)
class Package:
    """A package, and the files taken from it under our names; `renamed` replaces bare imports,
    which browsers do not resolve without an inline script."""

    name: str
    version: str
    license: str
    integrity: str
    files: dict[str, str]
    renamed: tuple[str, str] = ("", "")


PACKAGES = (
    Package(
        "preact",
        "11.2.0",
        "MIT",
        "sha512-/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg==",
        {
            "dist/preact.mjs": "preact.js",
            "hooks/dist/hooks.mjs": "hooks.js",
            "LICENSE": "preact.LICENSE.txt",
        },
        ('from"preact"', 'from"./preact.js"'),
    ),
    Package(
        "htm",
        "3.1.1",
        "Apache-2.0",
        "sha512-983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ==",
        {"dist/htm.module.js": "htm.js", "LICENSE": "htm.LICENSE.txt"},
    ),
    Package(
        "d3-dsv",
        "3.0.2",
        "ISC",
        "sha512-FUnXhX7I4/AXyRCZzwfZTDGSq8PGZ4oR0tiCBqNGOZMsDrQ+6sIWNQnBzcCGhzJKZ6uCvCezTwflUqI209RRiQ==",
        {"dist/d3-dsv.min.mjs": "dsv.js", "LICENSE": "dsv.LICENSE.txt"},
    ),
)


def main() -> None:
    VENDOR.mkdir(exist_ok=True)
    listed = {}
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            listed[f"{package.name}@{package.version}"] = _take(package, Path(folder))
    (VENDOR / LIST).write_text(json.dumps(listed, indent=1) + "\n")


def _take(package: Package, folder: Path) -> dict[str, str]:
    """Writes the package's files; returns the SHA-256 of each, by name."""
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    subprocess.run(command, cwd=folder, check=True, env=environment(), stdout=subprocess.DEVNULL)
    packed = folder / f"{package.name}-{package.version}.tgz"
    found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    if f"sha512-{found}" != package.integrity:
        raise SystemExit(f"{packed.name} is not the listed package: sha512-{found}")
    hashes = {}
    with tarfile.open(packed) as archive:
        for path, name in package.files.items():
            member = archive.extractfile(f"package/{path}")
            assert member is not None  # noqa: S101  # a file of the package, by its hash
            text = member.read().decode()
            lines = [line for line in text.splitlines() if "sourceMappingURL" not in line]
            text = "\n".join(lines).replace(*package.renamed) if name.endswith(".js") else text
            (VENDOR / name).write_text(text.rstrip() + "\n")
            hashes[name] = hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()
    return hashes


if __name__ == "__main__":
    main()
