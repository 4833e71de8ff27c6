"""boto3 clients that get each response from a function and send nothing.

This measures the client alone: serializing, signing, parsing, and our own code around it.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

HEADERS: Any = {"ETag": '"measured"'}

type Answer = Callable[[str, AWSPreparedRequest], bytes]
"""Takes an operation (Query) and its request; returns the body of the response."""

ACCOUNT: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "measured",
    "aws_secret_access_key": "measured",
}
"""Made-up credentials to build clients with."""


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.getvalue()


def canned(client: Any, answer: Answer) -> Any:
    """The client, with the function as the source of every response."""

    def before_send(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        body = answer(event_name.rpartition(".")[2], request)
        return AWSResponse(request.url, 200, HEADERS, _Raw(body))

    client.meta.events.register("before-send", before_send)
    return client


def remembered(answer: Answer) -> Answer:
    """The function with a cache: it is called once for equal requests."""
    known: dict[tuple[str, Any], bytes] = {}

    def cached(operation: str, request: AWSPreparedRequest) -> bytes:
        key = operation, request.body
        if key not in known:
            known[key] = answer(operation, request)
        return known[key]

    return cached
