"""Compares each answer that our parser reads with botocore's reading of the same bytes."""

from collections.abc import Mapping
from typing import Any

from registration_sync.adapters.aws.quick_json import QuickParser


def compare_answers(environment: Any) -> None:
    """Makes each parser fail the test if botocore reads another answer."""
    parse = QuickParser.parse

    def parse_twice(parser: QuickParser, response: Mapping[str, Any], shape: Any) -> Any:
        answer = parse(parser, response, shape)
        assert answer == parser.usual.parse(response, shape)
        return answer

    environment.setattr(QuickParser, "parse", parse_twice)
