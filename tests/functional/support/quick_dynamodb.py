"""Moto's DynamoDB without its HTTP layer, which takes twice as long as the operations, and without
signatures, which moto does not check; and moto without what it computes again in each request.

botocore still serializes each request and parses each response.
"""

import base64
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto.core import DEFAULT_ACCOUNT_ID, responses
from moto.core.base_backend import BaseBackend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.responses import DynamoHandler

OPERATIONS: dict[str, Callable[[DynamoHandler], Any]] = {
    "PutItem": DynamoHandler.put_item,
    "UpdateItem": DynamoHandler.update_item,
    "DeleteItem": DynamoHandler.delete_item,
    "GetItem": DynamoHandler.get_item,
    "Query": DynamoHandler.query,
    "Scan": DynamoHandler.scan,
    "BatchGetItem": DynamoHandler.batch_get_item,
    "BatchWriteItem": DynamoHandler.batch_write_item,
    "TransactWriteItems": DynamoHandler.transact_write_items,
}
HEADERS = {"content-type": "application/x-amz-json-1.0"}

type Response = tuple[int, dict[str, str], str]

method_names = cache(responses.method_names_from_class)
"""Computed once: moto searches its classes in each request, a seventh of the time of a write."""

urls_of = BaseBackend.urls.fget  # type: ignore[attr-defined]
urls_by_kind: dict[type[BaseBackend], Any] = {}
"""Computed once: moto does it in each request, and for S3 it reloads a module."""


def be_quick(environment: Any) -> None:
    """Leaves out what is computed again in each request, and DynamoDB's HTTP layer."""
    environment.setattr(responses, "method_names_from_class", method_names)
    environment.setattr(BaseBackend, "urls", property(_urls))
    # Botocore assembles it again for each request, and nobody reads it.
    environment.setattr(UserAgentString, "to_string", lambda _: "tests")
    skip_http(environment)


def _urls(backend: BaseBackend) -> Any:
    kind = type(backend)
    if kind not in urls_by_kind:
        urls_by_kind[kind] = urls_of(backend)
    return urls_by_kind[kind]


def skip_http(environment: Any) -> None:
    """Makes moto answer operations on items directly, and everything else as usual."""
    process_request = BotocoreStubber.process_request
    sign = RequestSigner.handler

    def process(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:
        return response(request) or process_request(stubber, request)

    def sign_others(signer: RequestSigner, **request: Any) -> Any:
        return None if signer._service_id == "DynamoDB" else sign(signer, **request)

    environment.setattr(BotocoreStubber, "process_request", process)
    environment.setattr(RequestSigner, "handler", sign_others)


def response(request: AWSPreparedRequest) -> Response | None:
    """The response to an operation on items; None to any other request."""
    operation = operation_of(request)
    if operation not in OPERATIONS:
        return None
    handler = DynamoHandler()
    handler.current_account, handler.region = DEFAULT_ACCOUNT_ID, "us-east-1"
    handler.body = handler.params = json.loads(_text(request.body), object_hook=_decoded)
    try:
        result = OPERATIONS[operation](handler)
    except JsonRESTError as error:
        return error.code or 400, HEADERS, str(error.description)
    return 200, HEADERS, json.dumps(result.result, default=_encoded)


def operation_of(request: AWSPreparedRequest) -> str:
    """The name of DynamoDB's operation; empty for another service."""
    service, _, operation = _text(request.headers.get("X-Amz-Target", "")).partition(".")
    return operation if service.startswith("DynamoDB_") else ""


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _decoded(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute of bytes as moto keeps it."""
    binary = value.get("B")
    return {"B": base64.b64decode(binary)} if isinstance(binary, str) else value


def _encoded(value: object) -> str:
    """Bytes as JSON has them; moto wraps some."""
    content = value if isinstance(value, bytes) else value.value  # type: ignore[attr-defined]
    return base64.b64encode(content).decode()
