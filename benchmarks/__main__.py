"""Runs all benchmarks, or one of the modules of this folder.

    python -m benchmarks [MEASURE [its arguments]]

Each runs in its own process, so none pays for modules that another has loaded. A missed goal is
printed, but is not an error: machines differ.
"""

import shutil
import subprocess
import sys

MEASURES: dict[str, tuple[str, ...]] = {
    "map_and_write": (),
    "starts": (),
    "sync_500": (),
    "delivery": ("sshd", "sftp"),
    "export_memory": ("sshd",),
    "settle": (),
    "whole_export": ("sshd",),
    "console_typing": (),
}
"""The benchmarks, each with the OpenSSH programs that it needs."""


def main(*arguments: str) -> None:
    """Exits with the status of the first benchmark that failed to run."""
    for measure in arguments[:1] or MEASURES:
        if measure not in MEASURES:
            sys.exit(f"There is no benchmark {measure}. Choose one of {', '.join(MEASURES)}.")
        if absent := [program for program in MEASURES[measure] if not is_installed(program)]:
            print(f"{measure}: skipped, because {absent[0]} is not installed", flush=True)
            continue
        command = [sys.executable, "-m", f"benchmarks.{measure}", *arguments[1:]]
        if status := subprocess.run(command, check=False).returncode:
            sys.exit(status)


def is_installed(program: str) -> bool:
    """Whether the program is on the path, or in a folder for administrators."""
    return bool(shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin"))


if __name__ == "__main__":
    main(*sys.argv[1:])
