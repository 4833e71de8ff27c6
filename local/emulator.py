"""The AWS emulator of the local stack: MiniStack, on a free port of 127.0.0.1.

    .local/env/function/bin/python local/emulator.py SITE_PACKAGES_OF_MINISTACK

Runs in an empty environment with MiniStack's packages added to this process only: functions start
with the same interpreter and must see only their layers, so that a missing dependency fails. Prints
`{"port": …}` to stdout and everything else to stderr.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from pathlib import Path
from typing import Any

LAMBDA_BYTES = 6 * 1024 * 1024
"""Of a request to a function that is answered at once, and of its answer."""

_extract = zipfile.ZipFile.extractall
_extracting = threading.Lock()
_taking_log = threading.Lock()


def extract_layers_once(archive: zipfile.ZipFile, path: str) -> None:
    """Replaces ZipFile.extractall: a layer becomes a link to the folder of its first extraction.

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


def follow_log(worker: Any) -> None:
    """Replaces Worker._read_stderr: reads the function's log as it is written, to the end."""
    process = worker._proc
    with contextlib.suppress(OSError, ValueError):  # closed
        while _can_be_read(process.stderr.fileno(), None) and _take_log(worker, process):
            pass


def log_so_far(worker: Any) -> str:
    """Replaces Worker._drain_stderr_bounded, which waits 50 ms for a line that may not come, and on
    a busy machine misses a late line: that appears at the next call of the function, if ever.

    A function logs before it answers, so its whole log can be read when the answer is there.
    """
    process = worker._proc
    if process is not None:  # not stopped in the meantime
        with contextlib.suppress(OSError, ValueError):
            _take_log(worker, process)
    text: str = worker._drain_stderr()
    return text


def _take_log(worker: Any, process: Any) -> bool:
    """Whether there may be more to read."""
    pipe = process.stderr.fileno()
    with _taking_log:
        while _can_be_read(pipe, 0):
            written = os.read(pipe, 1 << 16)
            if not written:
                return False
            begun = getattr(process, "half_line", b"")
            *lines, process.half_line = (begun + written).split(b"\n")
            for line in lines:
                worker._stderr_queue.put(line.decode(errors="replace"))
    return True


def _can_be_read(pipe: int, milliseconds: int | None) -> bool:
    """Whether it can within this time (None: at some time), also of a pipe that has ended.

    Not by `select`, which refuses numbers above 1023: the emulator has more files open at times.
    """
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(milliseconds))


def behave_as_api_gateway(gateway: Any) -> None:
    """Makes the emulator's module for REST APIs refuse what AWS refuses.

    A path or method that the API does not have, in a request with an Authorization header, gets
    DEFAULT_4XX: AWS expects a signature there, https://repost.aws/questions/QU4P9tucybRzG52U5OhwaT0A.
    A method with scopes takes access tokens only, one without scopes ID tokens only,
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html.
    A compressed body is decompressed,
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html.
    Lambda takes and returns 6 MB at most,
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
    """
    respond, validate = gateway._gateway_error_response, gateway._validate_cognito_authorizer
    invoke, proxy_response = gateway._invoke_lambda_proxy_v1, gateway._lambda_proxy_response

    def error_response(error: Any, request: Any) -> Any:
        unknown = error.response_type == "MISSING_AUTHENTICATION_TOKEN"
        if unknown and gateway._header_ci(request["headers"], "authorization"):
            message = "Invalid key=value pair (missing equal-sign) in Authorization header"
            error = gateway._GatewayError("DEFAULT_4XX", message, "IncompleteSignatureException")
        return respond(error, request)

    async def claims_of(authorizer: Any, method: Any, *request: Any) -> tuple[Any, Any]:
        claims, error = await validate(authorizer, method, *request)
        expected = "access" if method.get("authorizationScopes") else "id"
        if not error and claims.get("token_use") != expected:
            return None, gateway._gw_error("UNAUTHORIZED", "Unauthorized")
        return claims, error

    async def invoke_within_limits(*request: Any, **more: Any) -> Any:
        # integration, API, stage (2), resource, path, method, headers, body, …
        headers, body = request[7], request[8] or b""
        if gateway._header_ci(headers, "content-encoding") in ("gzip", "deflate"):
            try:
                body = zlib.decompress(body, wbits=zlib.MAX_WBITS | 32)  # finds out which of them
            except zlib.error:
                return gateway._gw_error("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type")
        if len(body) > LAMBDA_BYTES:
            return gateway._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
        return await invoke(*request[:8], body, *request[9:], **more)

    def response_within_limits(result: Any) -> tuple[Any, Any]:
        returned = result.get("body") or ""
        text = returned if isinstance(returned, str | bytes) else json.dumps(returned)
        if len(text) > LAMBDA_BYTES:
            return None, "Internal server error"
        return tuple(proxy_response(result))

    gateway._gateway_error_response = error_response
    gateway._validate_cognito_authorizer = claims_of
    gateway._invoke_lambda_proxy_v1 = invoke_within_limits
    gateway._lambda_proxy_response = response_within_limits


def behave_as_cognito(cognito: Any) -> None:
    """Makes the emulator's module for user pools read the groups of the trigger before tokens where
    AWS reads them: beside the parts for the two tokens, in version 2 of the trigger's answer.
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
    """
    extract = cognito._extract_trigger_response

    def response_of(payload: Any) -> Any:
        response = extract(payload)
        details = (response or {}).get("claimsAndScopeOverrideDetails") or {}
        if details.get("groupOverrideDetails"):
            groups = {"groupOverrideDetails": details["groupOverrideDetails"]}
            for token in ("idTokenGeneration", "accessTokenGeneration"):
                details[token] = (details.get(token) or {}) | groups
        return response

    cognito._extract_trigger_response = response_of


class FunctionProcess(subprocess.Popen[Any]):
    """Replaces Popen: each process of a function has its own temporary folder, as on AWS."""

    def __init__(self, *command: Any, **options: Any) -> None:
        environment = options.get("env") or {}
        if "AWS_LAMBDA_LOG_STREAM_NAME" in environment:
            folder = tempfile.mkdtemp(prefix="function-")
            options["env"] = {**environment, "TMPDIR": folder}
        super().__init__(*command, **options)


async def serve(listening: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT."""
    from hypercorn.asyncio import serve as serve_asgi  # noqa: PLC0415  # after the path is set
    from hypercorn.config import Config  # noqa: PLC0415
    from ministack.app import app  # noqa: PLC0415  # reads its port when it is imported
    from ministack.core.lambda_runtime import Worker  # noqa: PLC0415
    from ministack.services import apigateway_v1, cognito  # noqa: PLC0415
    from ministack.services.cloudformation import provisioners  # noqa: PLC0415

    async def behind_tls(scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Sets the header of a load balancer: without it the bucket's TLS-only policy refuses."""
        if scope["type"] == "http":
            scope = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
        await app(scope, receive, send)

    subprocess.Popen = FunctionProcess  # type: ignore[misc]
    zipfile.ZipFile.extractall = extract_layers_once  # type: ignore[method-assign, assignment]  # same parameters
    Worker._read_stderr = follow_log
    Worker._drain_stderr_bounded = log_so_far
    behave_as_api_gateway(apigateway_v1)
    behave_as_cognito(cognito)
    # The emulator has no saved queries, and refuses a template with a type that it does not have.
    provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {
        "create": lambda name, _properties, stack: (f"{stack}-{name}", {}),
        "delete": lambda _id, _properties: None,
    }

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
