"""The boto3 session of the functions that call more services than DynamoDB."""

from functools import cache

import boto3

from registration_sync.bootstrap.aws_clients import session


@cache
def boto3_session() -> boto3.Session:
    """One for a process: a second one on the same session of botocore is refused."""
    return boto3.Session(botocore_session=session())
