"""The AWS emulator of the local stack: MiniStack, on a free port of 127.0.0.1.

    .local/env/function/bin/python local/emulator.py SITE_PACKAGES_OF_MINISTACK

Runs in an empty environment with MiniStack's packages added to this process only, because
functions are started with the same interpreter: they see their layers and nothing else, so that
a missing dependency shows. Prints `{"port": …}`; all the rest goes to stderr.
"""

import asyncio
import hashlib
import json
import os
import socket
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

_extract = zipfile.ZipFile.extractall
_extracting = threading.Lock()


def extract_layers_once(archive: zipfile.ZipFile, path: str) -> None:
    """In place of ZipFile.extractall: a layer becomes a link to where it was extracted first.

    Each start of a function extracts its layers, thousands of files, which takes seconds and half
    of the emulator's time. They are only read, as on AWS.
    """
    if not Path(path).name.startswith("layer_"):
        return _extract(archive, path)
    with Path(str(archive.filename)).open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    folder = Path(tempfile.gettempdir()) / f"layers-{digest}"
    with _extracting:
        if not folder.exists():
            _extract(archive, f"{folder}.new")
            Path(f"{folder}.new").rename(folder)
    Path(path).rmdir()
    Path(path).symlink_to(folder)
    return None


async def serve(listening: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT."""
    from hypercorn.asyncio import serve as serve_asgi  # noqa: PLC0415  # after the path is set
    from hypercorn.config import Config  # noqa: PLC0415
    from ministack.app import app  # noqa: PLC0415  # reads its port when it is imported
    from ministack.core.lambda_runtime import Worker  # noqa: PLC0415

    async def behind_tls(scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Says what a load balancer in front would: else the bucket's TLS-only policy refuses."""
        if scope["type"] == "http":
            scope = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
        await app(scope, receive, send)

    zipfile.ZipFile.extractall = extract_layers_once  # type: ignore[method-assign]
    # After each call of a function it waits 50 ms for the first line of a log. The console's writes
    # none, and a page of some eighty files took a second, most of it for that.
    drain = Worker._drain_stderr_bounded  # noqa: SLF001
    _, *others = drain.__defaults__
    drain.__defaults__ = (0.005, *others)

    config = Config()
    config.bind = [f"fd://{listening.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    await serve_asgi(behind_tls, config)


def main() -> None:
    sys.path.append(sys.argv[1])
    listening = socket.create_server(("127.0.0.1", 0), backlog=100)
    port = listening.getsockname()[1]
    os.environ["GATEWAY_PORT"] = str(port)
    print(json.dumps({"port": port}), flush=True)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    asyncio.run(serve(listening))


if __name__ == "__main__":
    main()
