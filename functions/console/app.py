"""Serves the console's static files and the address where people sign in. No logic, no data.

The page refers to its files below a version, a digest of all files. Browsers cache the files
indefinitely, and a page never mixes files of two versions.
"""

import hashlib
import json
import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

STATIC = Path(__file__).parent / "static"
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
PLAIN = {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class File:
    """A text file with its response headers."""

    body: str
    content_type: str
    cache_control: str


def _read(folder: Path) -> tuple[dict[str, File], str]:
    """Return the files by their path below the folder, and the version of all files."""
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    version = hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:12]
    return {path: File(text, _type(path), IMMUTABLE) for path, text in texts.items()}, version


def _type(path: str) -> str:
    return f"{TYPES.get(PurePosixPath(path).suffix, 'text/plain')}; charset=utf-8"


FILES, VERSION = _read(STATIC)
PAGE = File(
    FILES["index.html"].body.replace("console/", f"console/{VERSION}/"),
    _type("index.html"),
    REVALIDATED,
)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer an API Gateway REST proxy event of `/console` or `/console/{proxy+}`.

    Log the type and line of an unexpected exception, not its text, which may quote the request.
    """
    try:
        return _file_of(event)
    except Exception as error:  # noqa: BLE001  # no caller of this function handles errors
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f"{frame.filename}:{frame.lineno}" for frame in frames]
        raised = f"{type(error).__qualname__} at {' > '.join(lines)}"
        logging.getLogger("console").error("unexpected error: %s", raised)  # noqa: TRY400  # no text
        body = "An unexpected error occurred: reload the page.\n"
        return {"statusCode": 500, "headers": dict(PLAIN), "body": body}


def _file_of(event: dict[str, Any]) -> dict[str, Any]:
    stage: Mapping[str, str] = event["stageVariables"]
    path = ((event.get("pathParameters") or {}).get("proxy") or "").strip("/")
    headers = {name.lower(): text for name, text in (event.get("headers") or {}).items()}
    version, _, name = path.partition("/")
    if not path and event["path"].endswith("/"):
        return _answer(301, stage, Location="../console")  # links are relative to /console
    if not path:
        return _send(PAGE, stage, headers)
    if path == "config.json":
        config = {
            "sign_in_url": stage["signInUrl"],
            "client_id": stage["clientId"],
            "idle_minutes": int(stage["idleMinutes"]),
        }
        return _send(File(json.dumps(config), _type(path), REVALIDATED), stage, headers)
    if version == VERSION and name in FILES:
        return _send(FILES[name], stage, headers)
    return _answer(404, stage, "There is no such file: reload the page.\n")


def _send(file: File, stage: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    tag = f'"{hashlib.sha256(file.body.encode()).hexdigest()[:16]}"'
    caching = {"ETag": tag, "Cache-Control": file.cache_control}
    if tag.strip('"') in headers.get("if-none-match", ""):  # proxies may weaken it: W/"…"
        return _answer(304, stage, **caching)
    return _answer(200, stage, file.body, **caching, **{"Content-Type": file.content_type})


def _answer(
    status: int, stage: Mapping[str, str], body: str = "", **headers: str
) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {
            **PLAIN,
            "Content-Security-Policy": _policy(stage["signInUrl"]),
            "Referrer-Policy": "no-referrer",
            "Strict-Transport-Security": "max-age=31536000",
            **headers,
        },
        "body": body,
        "isBase64Encoded": False,
    }


def _policy(sign_in_url: str) -> str:
    """Return a policy that allows only the console's own files, the API and the sign-in."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {sign_in_url}",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
