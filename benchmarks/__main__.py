"""Measures what the service costs: everything, or one of the modules of this folder.

    python -m benchmarks [MEASURE [its arguments]]

Each runs in a process of its own, so that none pays for what another has loaded. A measure that
misses its goal says so, and nothing more: machines differ.
"""

import shutil
import subprocess
import sys

MEASURES: dict[str, tuple[str, ...]] = {
    "map_and_write": (),
    "sync_start": (),
    "sync_500": (),
    "delivery": ("sshd", "sftp"),
    "export_memory": ("sshd",),
    "whole_export": ("sshd",),
    "console_typing": (),
}
"""Each with the programs of OpenSSH that it needs."""


def main(*arguments: str) -> None:
    """Ends with the status of the first measure that failed to run."""
    for measure in arguments[:1] or MEASURES:
        if measure not in MEASURES:
            sys.exit(f"There is no measure {measure}; there are {', '.join(MEASURES)}.")
        if absent := [program for program in MEASURES[measure] if not is_installed(program)]:
            print(f"{measure}: not measured, as OpenSSH's {absent[0]} is not installed", flush=True)
            continue
        command = [sys.executable, "-m", f"benchmarks.{measure}", *arguments[1:]]
        if status := subprocess.run(command, check=False).returncode:
            sys.exit(status)


def is_installed(program: str) -> bool:
    """Also where only root's path leads."""
    return bool(shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin"))


if __name__ == "__main__":
    main(*sys.argv[1:])
