"""Runs all benchmarks, or one of the modules of this folder.

    python -m benchmarks [MEASURE [its arguments]]

Each runs in its own process, so none pays for modules that another has loaded. A missed goal is
printed, but is not an error: machines differ. A run of all writes docs/performance.md.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import FIGURES, Figure
from benchmarks.performance_page import write_page

MEASURES: dict[str, tuple[str, ...]] = {
    "whole_export": ("sshd",),
    "map_and_write": (),
    "delivery": ("sshd", "sftp"),
    "waiting": ("sshd",),
    "sync_500": (),
    "settle": (),
    "starts": (),
    "export_memory": ("sshd",),
    "console_typing": (),
}
"""The benchmarks, each with the OpenSSH programs that it needs."""


def main(*arguments: str) -> None:
    """Exits with the status of the first benchmark that failed to run."""
    if not arguments:
        run_all()
    elif arguments[0] not in MEASURES:
        sys.exit(f"There is no benchmark {arguments[0]}. Choose one of {', '.join(MEASURES)}.")
    else:
        run(*arguments)


def run_all() -> None:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "figures.jsonl")
        results.touch()
        os.environ[FIGURES] = str(results)
        missing = [measure for measure in MEASURES if not run(measure)]
        lines = results.read_text(encoding="utf-8").splitlines()
    write_page([Figure(**json.loads(line)) for line in lines], missing)


def run(measure: str, *arguments: str) -> bool:
    """Whether the benchmark could run here."""
    if absent := [program for program in MEASURES[measure] if not is_installed(program)]:
        print(f"{measure}: skipped, because {absent[0]} is not installed", flush=True)
        return False
    command = [sys.executable, "-m", f"benchmarks.{measure}", *arguments]
    if status := subprocess.run(command, check=False).returncode:
        sys.exit(status)
    return True


def is_installed(program: str) -> bool:
    """Whether the program is on the path, or in a folder for administrators."""
    return bool(shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin"))


if __name__ == "__main__":
    main(*sys.argv[1:])
