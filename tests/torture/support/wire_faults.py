"""The faults of AWS at the wire: wrong answers, and answers that never come."""

import json
from dataclasses import replace
from typing import Any

from tests.torture.support.wire import Answer, CutOff, Fault, Hangup, Request, Silence

JSON = {"content-type": "application/x-amz-json-1.0"}
HTML = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"

SLOW_SECONDS = 4.5
"""Of an answer that comes just before the client gives up."""

THROTTLED = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "s3": (503, "SlowDown"),
    "lambda": (429, "TooManyRequestsException"),
    "sns": (400, "Throttling"),
}


def error(request: Request, status: int, code: str, **more: object) -> Answer:
    """An error in the form of the service. Like some of AWS's, its text quotes the request."""
    quoted = request.body.decode(errors="replace")[:2000]
    if request.service == "s3":
        body = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
        return status, {"content-type": "application/xml"}, body.encode()
    if request.service == "sns":
        body = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error>"
        return status, {"content-type": "text/xml"}, f"{body}</ErrorResponse>".encode()
    answer = {"__type": f"com.amazonaws#{code}", "message": f"{code}: {quoted}", **more}
    return status, {**JSON, "x-amzn-errortype": code}, json.dumps(answer).encode()


def throttled(request: Request, _: Answer) -> Answer:
    return error(request, *THROTTLED.get(request.service, (400, "ThrottlingException")))


def server_error(request: Request, _: Answer) -> Answer:
    return error(request, 500, "InternalServerError")


def unavailable(_request: Request, _: Answer) -> Answer:
    return 503, {"content-type": "text/html"}, HTML


def refused(request: Request, _: Answer) -> Answer:
    return error(request, 403 if request.service == "s3" else 400, "AccessDeniedException")


def conflict(request: Request, _: Answer) -> Answer:
    if '"TransactItems"' not in request.body.decode(errors="replace"):
        return error(request, 400, "TransactionConflictException")
    count = len(json.loads(request.body)["TransactItems"])
    reasons = [{"Code": "TransactionConflict", "Message": "no"}] + [{"Code": "None"}] * (count - 1)
    return error(request, 400, "TransactionCanceledException", CancellationReasons=reasons)


def reset(_request: Request, _: Answer) -> Answer:
    raise Hangup


def silent(_request: Request, _: Answer) -> Answer:
    raise Silence


def true(_request: Request, answer: Answer) -> Answer:
    return answer


def cut_off(_request: Request, answer: Answer) -> Answer:
    raise CutOff(answer)


def garbled(_request: Request, answer: Answer) -> Answer:
    status, headers, _ = answer
    return status, headers, b'{"Items": [{"pk": {"S": "MARK'


def unprocessed(request: Request, _: Answer) -> Answer:
    """Nothing of the batch was done."""
    items = json.loads(request.body)["RequestItems"]
    is_read = request.name.startswith("BatchGet")
    body = {"Responses": {}, "UnprocessedKeys": items} if is_read else {"UnprocessedItems": items}
    return 200, JSON, json.dumps(body).encode()


def _halves(request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """The items of a batch: those that are processed, and those that are not."""
    first, second = dict[str, Any](), dict[str, Any]()
    for table, items in json.loads(request.body)["RequestItems"].items():
        keys = items["Keys"] if isinstance(items, dict) else items
        middle = len(keys) // 2
        for half, some in ((first, keys[:middle]), (second, keys[middle:])):
            if some:
                half[table] = {**items, "Keys": some} if isinstance(items, dict) else some
    return first, second


def first_half(request: Request) -> Request:
    first, _ = _halves(request)
    body = json.loads(request.body) | {"RequestItems": first}
    return replace(request, body=json.dumps(body).encode())


def half_processed(request: Request, answer: Answer) -> Answer:
    first, second = _halves(request)
    if not first:  # a batch of one item
        return unprocessed(request, answer)
    key = "UnprocessedKeys" if request.name.startswith("BatchGet") else "UnprocessedItems"
    return 200, JSON, json.dumps(json.loads(answer[2]) | {key: second}).encode()


def not_taken(_request: Request, _: Answer) -> Answer:
    """EventBridge answers 200 and has not taken the event."""
    entry = {"ErrorCode": "InternalFailure", "ErrorMessage": "no"}
    return 200, JSON, json.dumps({"FailedEntryCount": 1, "Entries": [entry]}).encode()


ALL = (
    Fault("throttled", throttled),
    Fault("an error of the service (500)", server_error),
    Fault("a page of a load balancer (503)", unavailable),
    Fault("access denied", refused),
    Fault("connection reset, the request not done", reset),
    Fault("connection reset, the request done", reset, takes_effect=True),
    Fault("no answer, the request not done", silent),
    Fault("no answer, the request done", silent, takes_effect=True),
    Fault(f"an answer takes {SLOW_SECONDS} seconds", true, takes_effect=True,
          services=("dynamodb", "s3"), seconds=SLOW_SECONDS),
    Fault("the answer is cut off", cut_off, takes_effect=True),
    Fault("the answer is garbled", garbled, takes_effect=True),
    Fault("nothing of a batch is processed", unprocessed, services=("dynamodb",),
          operations=("BatchWriteItem", "BatchGetItem")),
    Fault("half of a batch is processed", half_processed, takes_effect=True, part=first_half,
          services=("dynamodb",), operations=("BatchWriteItem", "BatchGetItem")),
    Fault("a conflict of transactions", conflict, services=("dynamodb",),
          operations=("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")),
    Fault("an event that is not taken", not_taken, services=("events",)),
)  # fmt: skip
