"""Refuses a request's body in an encoding that the API does not read, with what to send instead."""

import re
from collections.abc import Mapping

from registration_sync.domain.errors import InvalidRequest

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
