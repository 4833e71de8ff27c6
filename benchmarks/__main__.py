"""Runs all benchmarks, or one of the modules of this folder.

    python -m benchmarks [--small | MEASURE [its arguments]]

Each runs in its own process, so none pays for modules that another has loaded. A missed goal is
printed, but is not an error: machines differ. A run of all writes docs/performance.md; with
`--small` it takes a minute or two, shows that everything works, and writes .local/performance.md.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import FIGURES, Figure
from benchmarks.performance_page import write_page
from local.processes import ROOT

SMALL = "--small"
MOST_SECONDS = 600
"""Of one benchmark. A machine on which it takes longer shows nothing."""


@dataclass(frozen=True)
class Benchmark:
    """The arguments of a small run, and the OpenSSH programs that the benchmark needs."""

    small: tuple[str, ...]
    programs: tuple[str, ...] = ()


MEASURES = {
    "whole_export": Benchmark(("1000", "1"), ("sshd",)),
    "map_and_write": Benchmark(("1000", "1")),
    "delivery": Benchmark(("2", "1"), ("sshd", "sftp")),
    "waiting": Benchmark(("1000", "1"), ("sshd",)),
    "sync_500": Benchmark(("1",)),
    "settle": Benchmark(("1000",)),
    "starts": Benchmark(("1",)),
    "export_memory": Benchmark(("12000",), ("sshd",)),
    "console_typing": Benchmark(("2",)),
}
"""The benchmarks, in the order of the page."""


def main(*arguments: str) -> None:
    """Exits with an error if a benchmark failed to run."""
    if arguments in {(), (SMALL,)}:
        run_all(small=bool(arguments))
    elif arguments[0] not in MEASURES:
        sys.exit(f"There is no benchmark {arguments[0]}. Choose one of {', '.join(MEASURES)}.")
    elif error := run(*arguments):
        sys.exit(error)


def run_all(*, small: bool) -> None:
    """Runs every benchmark, also after one has failed, and writes the page of those that ran."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "figures.jsonl")
        results.touch()
        os.environ[FIGURES] = str(results)
        errors = {
            measure: run(measure, *(benchmark.small if small else ()))
            for measure, benchmark in MEASURES.items()
        }
        lines = results.read_text(encoding="utf-8").splitlines()
    page = ROOT / (".local" if small else "docs") / "performance.md"
    missing = [error for error in errors.values() if error]
    write_page(page, [Figure(**json.loads(line)) for line in lines], missing)
    minutes = (time.monotonic() - started) / 60
    print(f"{page.relative_to(ROOT)} was written after {minutes:.1f} minutes", flush=True)
    if missing:
        sys.exit("Not measured: " + "; ".join(missing))


def run(measure: str, *arguments: str) -> str:
    """Why the benchmark could not run here; empty if it ran."""
    absent = [one for one in MEASURES[measure].programs if not is_installed(one)]
    if absent:
        return f"{measure} (there is no {absent[0]})"
    command = [sys.executable, "-m", f"benchmarks.{measure}", *arguments]
    process = subprocess.Popen(command, process_group=0)  # with the servers that it starts
    try:
        status = process.wait(MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return f"{measure} (it took longer than {MOST_SECONDS // 60} minutes)"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
    return f"{measure} (it ended with status {status})" if status else ""


def is_installed(program: str) -> bool:
    """Whether the program is on the path, or in a folder for administrators."""
    return bool(shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin"))


if __name__ == "__main__":
    main(*sys.argv[1:])
