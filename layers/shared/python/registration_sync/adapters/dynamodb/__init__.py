"""Adapters for DynamoDB. Read `table` and `registration_items` first."""
