"""The body of a request as text. Refuses an encoding that the API does not read, with what to send
instead."""

import re
from collections.abc import Mapping

from registration_sync.domain.errors import InvalidRequest, TooLarge
from registration_sync.domain.json_text import decode_base64

MAX_CHARACTERS = 5_400_000
"""4 MB in base64."""

READ_CODINGS = ("", "identity", "gzip", "deflate")
"""Values of Content-Encoding. API Gateway decompresses the last two, passes the text on with this
header, and refuses others (its Developer Guide: "Call an API method with a compressed payload")."""

READ_CHARSETS = ("utf-8", "utf8", "us-ascii")
_CHARSET = re.compile(r'charset\s*=\s*"?([^\s";]+)', re.IGNORECASE)
_GZIP, _GZIP_IN_BASE64 = "\x1f", "H4sI"
"""How gzip begins (RFC 1952); no JSON and no YAML does."""


def refuse_encoding(headers: Mapping[str, str], body: str, *, is_base64: bool) -> None:
    """Raises InvalidRequest for a body that is still compressed, or whose headers name another
    compression or character set. Names of `headers` are in lower case."""
    coding = headers.get("content-encoding", "").strip().lower()
    if body and coding not in READ_CODINGS:
        raise InvalidRequest(
            f'The body\'s Content-Encoding is "{coding[:40]}": send the body with gzip, or without '
            "compression."
        )
    if body.startswith(_GZIP_IN_BASE64 if is_base64 else _GZIP):
        raise InvalidRequest(
            "The body is compressed: compress it once and send Content-Encoding: gzip, or send it "
            "without compression."
        )
    charset = _CHARSET.search(headers.get("content-type", ""))
    if body and charset and charset[1].lower() not in READ_CHARSETS:
        raise InvalidRequest(f'The body\'s charset is "{charset[1][:40]}": send it as UTF-8.')


def body_text(body: str, *, is_base64: bool) -> str:
    """The body as text, without a byte order mark. API Gateway replaces bytes that are not UTF-8,
    so the text may have replacement characters.

    Raises InvalidRequest if it is not UTF-8, and TooLarge. The limit is below that of Lambda (6 MB
    with the event around the body, as JSON), so that callers get our answer, not one of the gateway
    (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
    """
    if len(body) > MAX_CHARACTERS:
        raise TooLarge("The request is over 4 MB: send it in several smaller ones.")
    return (decode_base64(body) if is_base64 else body).removeprefix("\ufeff")
