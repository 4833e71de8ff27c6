"""Measures what the service costs: everything, or one of the modules of this folder.

    python -m benchmarks [MEASURE [its arguments]]

Each runs in a process of its own, so that none pays for what another has loaded. A measure that
misses its goal says so, and nothing more: machines differ.
"""

import subprocess
import sys

MEASURES = ("map_and_write", "sync_start")


def main(*arguments: str) -> None:
    """Ends with the status of the first measure that failed to run."""
    for measure in arguments[:1] or MEASURES:
        if measure not in MEASURES:
            sys.exit(f"There is no measure {measure}; there are {', '.join(MEASURES)}.")
        command = [sys.executable, "-m", f"benchmarks.{measure}", *arguments[1:]]
        if status := subprocess.run(command, check=False).returncode:
            sys.exit(status)


if __name__ == "__main__":
    main(*sys.argv[1:])
