"""Copies the console's current files into the running local stack.

python -m local.update_console      then reload the page
"""

import io
import json
import sys
import zipfile
from typing import Any

from local.processes import ROOT
from local.stack import STACK_FILE, client_of

CONSOLE = ROOT / "functions" / "console"


def main() -> None:
    if not STACK_FILE.exists():
        sys.exit("No local stack is running: start it with make local.")
    aws = json.loads(STACK_FILE.read_text())["aws"]
    update(client_of("lambda", aws["endpoint_url"]), aws["functions"]["console"])
    print("The console is up to date: reload the page.")


def update(functions: Any, console: str) -> None:
    """Publishes the files as a version of the console's function, and moves its alias there."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(CONSOLE.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(CONSOLE))
    published = functions.update_function_code(
        FunctionName=console, ZipFile=packed.getvalue(), Publish=True
    )
    functions.update_alias(FunctionName=console, Name="live", FunctionVersion=published["Version"])


if __name__ == "__main__":
    main()
