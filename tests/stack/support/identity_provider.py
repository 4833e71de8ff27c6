"""An OpenID Connect provider of a district: discovery, authorization code and token (OpenID Connect
Core 1.0, section 3.1). The emulator checks no signature, so its tokens have none."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


class IdentityProvider:
    """`account` has the claims of the person who signs in next."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.account: dict[str, str] = {}
        self.secrets: list[str] = []
        """The client secrets that the token address got."""

    def token(self) -> str:
        claims = {"iss": self.issuer, "aud": "our-client", **self.account}
        parts: list[dict[str, str]] = [{"alg": "none"}, claims]
        return ".".join([*(_encoded(json.dumps(part).encode()) for part in parts), ""])


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """A provider on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = IdentityProvider(f"http://127.0.0.1:{server.server_port}")
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider: IdentityProvider = self.server.provider  # type: ignore[attr-defined]
        address = urlsplit(self.path)
        if address.path == "/.well-known/openid-configuration":
            self._answer(
                {
                    "issuer": provider.issuer,
                    "authorization_endpoint": f"{provider.issuer}/authorize",
                    "token_endpoint": f"{provider.issuer}/token",
                }
            )
            return
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        back = urlencode({"code": "one-time", "state": asked["state"]})
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{back}")
        self.end_headers()

    def do_POST(self) -> None:
        provider: IdentityProvider = self.server.provider  # type: ignore[attr-defined]
        length = int(self.headers["Content-Length"])
        sent = parse_qs(self.rfile.read(length).decode())
        provider.secrets += sent.get("client_secret", [])
        self._answer({"id_token": provider.token(), "access_token": "a", "token_type": "Bearer"})

    def _answer(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Writes nothing to the test's output."""


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
