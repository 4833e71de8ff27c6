"""boto3 clients whose requests are answered on the spot, by a function, and never sent.

What is measured with it is the client: serializing, signing, parsing, and what we do around it.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

HEADERS: Any = {"ETag": '"measured"'}

type Answer = Callable[[str, AWSPreparedRequest], bytes]
"""Of an operation (Query) and its request; the body of the answer."""

ACCOUNT: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "measured",
    "aws_secret_access_key": "measured",
}
"""To build clients with: nobody's."""


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.getvalue()


def canned(client: Any, answer: Answer) -> Any:
    """The client, with every request answered by the function."""

    def before_send(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        body = answer(event_name.rpartition(".")[2], request)
        return AWSResponse(request.url, 200, HEADERS, _Raw(body))

    client.meta.events.register("before-send", before_send)
    return client


def remembered(answer: Answer) -> Answer:
    """The function, asked only once for each request: the next time the answer is there."""
    known: dict[tuple[str, Any], bytes] = {}

    def again(operation: str, request: AWSPreparedRequest) -> bytes:
        asked = operation, request.body
        if asked not in known:
            known[asked] = answer(operation, request)
        return known[asked]

    return again
