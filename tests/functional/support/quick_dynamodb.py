"""The DynamoDB in memory instead of moto's; moto without signatures, which it does not check, and
without what it computes again in each request.

botocore still serializes each request and parses each response.
"""

from functools import cache
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.endpoint import Endpoint, convert_to_response_dict
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto.core import responses
from moto.core.base_backend import BaseBackend
from moto.core.botocore_stubber import MockRawResponse

from tests.functional.support.memory_dynamodb import OPERATIONS, answer

HEADERS = {"content-type": "application/x-amz-json-1.0"}
UNSIGNED = (
    "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/{}/aws4_request, "
    "SignedHeaders=host, Signature=none"
)
HOST = "https://dynamodb.us-east-1.amazonaws.com"

type Response = tuple[int, dict[str, str], bytes]

method_names = cache(responses.method_names_from_class)
"""Computed once: moto searches its classes in each request, a seventh of the time of a write."""

urls_of = BaseBackend.urls.fget  # type: ignore[attr-defined]
urls_by_kind: dict[type[BaseBackend], Any] = {}
"""Computed once: moto does it in each request, and for S3 it reloads a module."""


def be_quick(environment: Any) -> None:
    """Leaves out what is computed again in each request, and asks the DynamoDB in memory."""
    environment.setattr(responses, "method_names_from_class", method_names)
    environment.setattr(BaseBackend, "urls", property(_urls))
    # Botocore assembles it again for each request, and nobody reads it.
    environment.setattr(UserAgentString, "to_string", lambda _: "tests")
    skip_signatures(environment)
    skip_http(environment)


def _urls(backend: BaseBackend) -> Any:
    kind = type(backend)
    if kind not in urls_by_kind:
        urls_by_kind[kind] = urls_of(backend)
    return urls_by_kind[kind]


def skip_signatures(environment: Any) -> None:
    """Except of requests to S3, whose bodies are encoded as the signature says."""
    sign = RequestSigner.handler

    def sign_some(signer: RequestSigner, operation_name: str, request: Any, **more: Any) -> Any:
        if signer._service_id == "S3":
            return sign(signer, operation_name, request, **more)
        request.headers["Authorization"] = UNSIGNED.format(signer.signing_name)
        return None

    environment.setattr(RequestSigner, "handler", sign_some)


def skip_http(environment: Any) -> None:
    """Asks the DynamoDB in memory about items, without HTTP, and moto about everything else."""
    make_request = Endpoint.make_request

    def make(endpoint: Endpoint, operation: Any, request: dict[str, Any]) -> Any:
        found = response(operation.name, request["body"]) if endpoint.host == HOST else None
        if found is None:
            return make_request(endpoint, operation, request)
        status, headers, body = found
        http = AWSResponse(HOST, status, headers, MockRawResponse(body))
        return http, _parsed(endpoint, operation, http)

    environment.setattr(Endpoint, "make_request", make)


def _parsed(endpoint: Any, operation: Any, http: AWSResponse) -> dict[str, Any]:
    """As Endpoint._do_get_response does it."""
    answer = convert_to_response_dict(http, operation)
    parser = endpoint._response_parser_factory.create_parser("json")
    parsed: dict[str, Any] = parser.parse(answer, operation.output_shape)
    if http.status_code >= 300:
        endpoint._add_modeled_error_fields(answer, parsed, operation, parser)
    return parsed


def response(operation: str, body: str | bytes) -> Response | None:
    """The response to an operation on items; None to any other request."""
    if operation not in OPERATIONS:
        return None
    status, content = answer(operation, body)
    return status, HEADERS, content
