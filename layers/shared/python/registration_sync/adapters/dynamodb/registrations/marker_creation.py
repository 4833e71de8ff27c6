"""Creates the export marker of a connection, so that a lost marker is never taken for a new one."""

from registration_sync.adapters.dynamodb.registrations.registration_items import (
    creation_record_key,
    marker_key,
)
from registration_sync.adapters.dynamodb.table import Item, Table


def create_marker(table: Table, connection_id: str, update: str, values: Item) -> bool:
    """Creates the marker and its creation record, both or neither: no sync takes a connection
    whose marker is lost for a new one and counts its batches from 1 again. `update` sets the first
    school year. Returns False if there is a marker or a creation record. Raises Unavailable."""
    refused = table.transact(
        {
            "Put": table.request(
                Item=creation_record_key(connection_id),
                ConditionExpression="attribute_not_exists(pk)",
            )
        },
        {
            "Update": table.request(
                Key=marker_key(connection_id),
                UpdateExpression=f"{update}, witnessed = :true",
                ConditionExpression="attribute_not_exists(witnessed)",
                ExpressionAttributeValues={**values, ":true": {"BOOL": True}},
            )
        },
    )
    return not refused
