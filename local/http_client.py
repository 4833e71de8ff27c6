"""A few lines of HTTP: no proxy, no redirect followed, no error raised for a status."""

import http.client
import json
import urllib.parse
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """The response; names of `headers` are in lower case."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return json.loads(self.body)


def send(
    method: str,
    url: str,
    *,
    body: str | bytes | None = None,
    headers: dict[str, str] | None = None,
    timeout_seconds: float = 60,
) -> Answer:
    """Sends one request."""
    parts = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=timeout_seconds)
    try:
        path = urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
        content = body.encode() if isinstance(body, str) else body
        connection.request(method, path or "/", body=content, headers=headers or {})
        response = connection.getresponse()
        given = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, response.read().decode(), given)
    finally:
        connection.close()


def send_form(url: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
    """Sends a form, as browsers and OAuth clients do."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urllib.parse.urlencode(fields)
    return send("POST", url, body=body, headers={**kind, **(headers or {})})
