"""Copies the console's current files into the running local stack.

python -m local.update_console      then reload the page
"""

import io
import json
import sys
import zipfile

from local.processes import ROOT
from local.stack import STACK_FILE, client_of

CONSOLE = ROOT / "functions" / "console"


def main() -> None:
    if not STACK_FILE.exists():
        sys.exit("No local stack is running: start it with make local.")
    aws = json.loads(STACK_FILE.read_text())["aws"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(CONSOLE.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(CONSOLE))
    client_of("lambda", aws["endpoint_url"]).update_function_code(
        FunctionName=aws["functions"]["console"], ZipFile=packed.getvalue()
    )
    print("The console is up to date: reload the page.")


if __name__ == "__main__":
    main()
