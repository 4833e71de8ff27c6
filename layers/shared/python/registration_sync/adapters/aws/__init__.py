"""Adapters for AWS services other than DynamoDB. Read `errors` first."""
