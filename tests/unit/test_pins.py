"""Every package that is installed is pinned with its hashes, and every one that is shipped has a
license on record."""

import json
import re
from pathlib import Path

import pytest

from local.vendor import LIST, PACKAGES, VENDOR

ROOT = Path(__file__).parents[2]
PINNED = sorted(
    path
    for folder in (ROOT, ROOT / "local", ROOT / "layers" / "dependencies")
    for path in folder.glob("requirements*.txt")
)
LAYER = ROOT / "layers" / "dependencies" / "requirements.txt"

pytestmark = pytest.mark.lint


def pins(path: Path) -> dict[str, str]:
    """The version of each package."""
    text = path.read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", text, re.MULTILINE))


def names(path: Path) -> set[str]:
    """The packages that a file of requirements asks for."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[=]", line)[0] for line in lines if line and line[0] not in "#-"}


@pytest.mark.parametrize("path", PINNED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_requirement_is_pinned_with_hashes(path: Path) -> None:
    blocks = re.split(r"^(?=\S)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]

    for block in blocks:
        assert re.match(r"[\w.-]+(\[[^]]*\])?==[^ ]+ ", block), block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
    assert names(path.with_suffix(".in")) <= pins(path).keys(), "run `make requirements`"


def test_every_installation_requires_hashes() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    installing = [line for line in lines if "pip install" in line and not line.startswith("#")]

    assert installing
    assert [line for line in installing if "--require-hashes" not in line] == []


def test_the_chromium_of_npm_is_pinned_with_hashes() -> None:
    script = (ROOT / "local" / "unpack_chromium.js").read_text(encoding="utf-8")
    lock = json.loads((ROOT / "local" / "unpack_chromium.lock").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert set(re.findall(r'"(npm:[^"]+@\d+\.\d+\.\d+)"', script)) == lock["specifiers"].keys()
    assert all(one["integrity"].startswith("sha512-") for one in lock["npm"].values())
    assert "--frozen --lock=local/unpack_chromium.lock" in makefile


def test_development_has_the_versions_that_are_shipped() -> None:
    assert pins(LAYER).items() <= pins(ROOT / "requirements-dev.txt").items()


def test_the_page_of_licenses_lists_what_is_shipped() -> None:
    rows = re.findall(
        r"^\| ([\w.-]+) \| (\d\S+) \| (.+) \|$",
        (ROOT / "docs" / "licenses.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    shipped = pins(LAYER) | {package.name: package.version for package in PACKAGES}

    found = {re.sub(r"[._]", "-", name.lower()): version for name, version, _ in rows}
    assert found == shipped, "run `make sbom`"
    assert [name for name, _, license_ in rows if license_ == "not stated"] == []


def test_the_libraries_of_the_console_are_recorded_with_version_and_license() -> None:
    recorded = json.loads((VENDOR / LIST).read_text(encoding="utf-8"))

    assert {f"{package.name}@{package.version}" for package in PACKAGES} == recorded.keys()
    for package in PACKAGES:
        assert set(package.files.values()) == recorded[f"{package.name}@{package.version}"].keys()
        assert any(name.endswith(".LICENSE.txt") for name in package.files.values())
        assert package.license
