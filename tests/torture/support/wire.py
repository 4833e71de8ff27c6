"""AWS behind a real HTTP server, which answers chosen calls wrongly.

botocore sends its requests over TCP as it does on AWS. Moto answers them, in this process, except
for those calls that a fault is planned for.
"""

import json
import re
import socket
import struct
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from moto.core.botocore_stubber import BotocoreStubber

from tests.functional.support.quick_dynamodb import response
from tests.torture.support.clock import Clock

_KEY = re.compile(rb'":?pk": ?\{"S": ?"([A-Z]+)')
_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")

type Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True, order=True, slots=True)
class Call:
    """One kind of call, such as ("dynamodb", "UpdateItem MARKER"), and its number, from 1, among
    those of its kind."""

    service: str
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Request:
    """A request of botocore, as the server received it."""

    service: str
    name: str
    method: str
    target: str
    headers: Any
    body: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a call. `services` can have it, "" for any. If it `takes_effect`, AWS does
    what was asked before the answer goes wrong, or only what `part` leaves of it. `answer` makes
    the answer of the true one, or raises Hangup or Silence. It takes so many `seconds`."""

    name: str
    answer: Callable[[Request, Answer], Answer]
    takes_effect: bool = False
    services: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    part: Callable[[Request], Request] = lambda request: request
    seconds: float = 0

    def fits(self, call: Call) -> bool:
        operation = call.name.partition(" ")[0]
        return (not self.services or call.service in self.services) and (
            not self.operations or operation in self.operations
        )


class Hangup(Exception):
    """The server resets the connection."""


class Silence(Exception):
    """The server answers nothing until the client gives up."""


class CutOff(Exception):
    """The connection ends in the midst of this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Wire:
    """The server; `url` is the endpoint of all services. `calls` lists what was called since
    `forget`; `hits` counts the calls that a fault changed, `started` has the events that Lambda
    took for the export function. Nobody waits for a slow answer: the functions' `clock` is put
    ahead until the fault has passed."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.hits = 0
        self.clock = Clock()
        self.started: list[dict[str, Any]] = []
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._planned: tuple[Fault, Call, int] | None = None
        self._moto = threading.Lock()
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        self.calls, self.hits = [], 0
        self._numbers.clear()

    @contextmanager
    def faulty(self, fault: Fault, call: Call, times: int) -> Iterator[None]:
        """The call, and further ones of its kind, suffer the fault this many times."""
        self.forget()
        self._planned = fault, call, times
        try:
            yield
        finally:
            self._planned = None
            self.clock.ahead_seconds = 0

    def answer(self, request: Request) -> Answer:
        kind = request.service, request.name
        with self._moto:
            self._numbers[kind] += 1
            call = Call(*kind, self._numbers[kind])
            self.calls.append(call)
            fault = self._fault_of(call)
        if fault is None:
            return self._true(request)
        done = self._true(fault.part(request)) if fault.takes_effect else (0, {}, b"")
        with self._moto:
            self.clock.ahead_seconds += fault.seconds
        return fault.answer(request, done)

    def _fault_of(self, call: Call) -> Fault | None:
        if self._planned is None:
            return None
        fault, planned, times = self._planned
        same = (call.service, call.name) == (planned.service, planned.name)
        if not same or call.number < planned.number or self.hits == times:
            return None
        self.hits += 1
        return fault

    def _true(self, request: Request) -> Answer:
        if request.service == "lambda":
            self.started.append(json.loads(request.body))
            return 202, {}, b""
        host = f"{request.service}.us-east-1.amazonaws.com"
        asked = AWSPreparedRequest(
            request.method,
            f"https://{host}{request.target}",
            HeadersDict(request.headers),
            request.body,
            stream_output=False,
        )
        with self._moto:
            operation = request.name.partition(" ")[0] if request.service == "dynamodb" else ""
            answer: Any = response(operation, request.body)
            status, headers, body = answer or BotocoreStubber().process_request(asked)
        content = body.encode() if isinstance(body, str) else body
        kept = {name: str(value) for name, value in dict(headers).items()}
        kept = {n: v for n, v in kept.items() if n.lower() not in {"content-length", "connection"}}
        if request.service == "dynamodb":
            kept["x-amz-crc32"] = str(zlib.crc32(content))
        return int(status), kept, content


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        super().__init__(("127.0.0.1", 0), _Connection)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        """The handler of every method: do_GET, do_PUT and so on."""
        if name.startswith("do_"):
            return self._respond
        raise AttributeError(name)

    def handle_expect_100(self) -> bool:
        super().handle_expect_100()
        self.wfile.flush()  # botocore waits for it, and then gives up
        return True

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = _request(self.command, self.path, dict(self.headers.items()), body)
        try:
            self._write(self.server.wire.answer(request))
        except Hangup:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        except Silence:
            with suppress(OSError):
                self.connection.recv(1)
            self.close_connection = True
        except CutOff as cut:
            self._write(cut.answer, missing=len(cut.answer[2]) // 2)
            self.close_connection = True

    def _write(self, answer: Answer, missing: int = 0) -> None:
        status, headers, body = answer
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) - missing])
        self.wfile.flush()

    def log_message(self, *_: object) -> None: ...

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()


def _request(method: str, target: str, headers: dict[str, str], body: bytes) -> Request:
    """Named by service and operation, and by the kind of DynamoDB's key or of S3's object."""
    lower = {name.lower(): value for name, value in headers.items()}
    operation = lower.get("x-amz-target", "").rpartition(".")[2]
    found = _SERVICE.search(lower.get("authorization", ""))
    service = found[1] if found else "dynamodb"
    path = urlsplit(target).path
    if service == "dynamodb":
        key = _KEY.search(body)
        name = f"{operation} {key[1].decode() if key else ''}".strip()
    elif service == "sns":
        name = parse_qs(body.decode())["Action"][0]
    elif service == "s3":
        name = f"{method} {path.rpartition('/')[2]}"
    elif service == "secretsmanager":
        secret = json.loads(body).get("SecretId") or json.loads(body).get("Name", "")
        name = f"{operation} {secret.rpartition('/')[2]}"
    else:
        name = operation or f"{method} {path.split('/')[-1 if method == 'POST' else 1]}"
    return Request(service, name, method, target, headers, body)
