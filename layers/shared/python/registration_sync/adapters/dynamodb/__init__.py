"""Adapters for DynamoDB; these are of ConnectionsTable.

Read `table` and `connections_table` first.
"""
