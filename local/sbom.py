"""Lists what is shipped, with licenses: the packages of the layer and the console's libraries.

    python -m local.sbom      make sbom, after a change of a version

Writes .local/sbom.json (CycloneDX) and docs/licenses.md.
"""

import json
import subprocess
from typing import Any

from local.processes import ROOT, environment
from local.vendor import PACKAGES

ENVIRONMENT = ROOT / ".local" / "env" / "sbom"
SBOM = ROOT / ".local" / "sbom.json"
LICENSES = ROOT / "docs" / "licenses.md"

HEADING = """# Licenses

What is shipped, and the license that its authors state. `make sbom` writes this page, and
`.local/sbom.json` with the same in CycloneDX's format.

| package | version | license |
| --- | --- | --- |
"""


def main() -> None:
    listed = subprocess.run(
        [
            ENVIRONMENT / "bin" / "cyclonedx-py",
            "environment",
            "--output-reproducible",
            ENVIRONMENT / "shipped",
        ],
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    bom = json.loads(listed.stdout)
    bom["components"] += [
        {
            "bom-ref": f"{package.name}=={package.version}",
            "type": "library",
            "name": package.name,
            "version": package.version,
            "licenses": [{"license": {"id": package.license}}],
            "purl": f"pkg:npm/{package.name}@{package.version}",
        }
        for package in PACKAGES
    ]
    SBOM.write_text(json.dumps(bom, indent=1) + "\n", encoding="utf-8")
    rows = (
        f"| {one['name']} | {one['version']} | {_license(one)} |"
        for one in sorted(bom["components"], key=lambda one: str(one["name"]).lower())
    )
    LICENSES.write_text(HEADING + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"Wrote {SBOM.relative_to(ROOT)} and {LICENSES.relative_to(ROOT)}.")


def _license(component: dict[str, Any]) -> str:
    stated = [
        one.get("expression") or one["license"].get("id") or one["license"].get("name", "")
        for one in component.get("licenses", [])
    ]
    # Some packages put the whole text of the license where its name belongs.
    return (
        ", ".join(
            dict.fromkeys(
                " ".join(text.removeprefix("License :: OSI Approved :: ").split())[:60]
                for text in stated
            )
        )
        or "not stated"
    )


if __name__ == "__main__":
    main()
