"""The region of the commands for operators."""

import os

import boto3


def use_region() -> None:
    """Makes boto3 use AWS_REGION as the AWS command line does: by itself, boto3 reads only
    AWS_DEFAULT_REGION and the profile."""
    boto3.setup_default_session(region_name=os.environ.get("AWS_REGION") or None)
