"""One DynamoDB table: consistent reads, conditional writes and transactions."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from registration_sync.adapters.aws.errors import aws_errors, error_code

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = dict[str, Any]
"""An item, a key or an expression's values, as the client takes them: `{"x": {"S": "text"}}`."""

CONDITION_FAILED = "ConditionalCheckFailed"
"""The code of a write in a transaction whose condition did not hold."""


class Table:
    """Every method raises Unavailable for a transient error. In expressions, write `#name` for an
    attribute `name` that is a reserved word."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.name = name

    def get(self, key: Item, attributes: str = "") -> Item:
        """The item, or only the given attributes of it; empty if there is none."""
        with aws_errors():
            answer = self.client.get_item(
                **self.request(Key=key, ConsistentRead=True, ProjectionExpression=attributes)
            )
        return answer.get("Item", {})

    def query(self, condition: str, values: Item, **options: Any) -> Any:
        """One page of items, as the client returns it."""
        with aws_errors():
            return self.client.query(
                **self.request(
                    KeyConditionExpression=condition,
                    ExpressionAttributeValues=values,
                    ConsistentRead=True,
                    **options,
                )
            )

    def query_all(self, condition: str, values: Item, **options: Any) -> Iterator[Item]:
        """The items of all pages."""
        while True:
            page = self.query(condition, values, **options)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            options["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def put(self, item: Item, condition: str = "", values: Item | None = None) -> bool:
        """Writes the item if the condition holds; returns whether it did."""
        return self._write(self.client.put_item, condition, values, Item=item)[0]

    def update(
        self, key: Item, update: str, condition: str, values: Item | None = None
    ) -> Item | None:
        """Updates the item if the condition holds. Returns None if it did, else the item as it is
        stored, empty if there is none."""
        done, item = self._write(
            self.client.update_item, condition, values, Key=key, UpdateExpression=update
        )
        return None if done else item

    def exchange(
        self, key: Item, update: str, condition: str, values: Item | None = None
    ) -> tuple[bool, Item]:
        """Updates the item if the condition holds. Returns whether it did, with the former values
        of the attributes, else with the item as it is stored; empty if there was none."""
        return self._write(
            self.client.update_item,
            condition,
            values,
            Key=key,
            UpdateExpression=update,
            ReturnValues="UPDATED_OLD",
        )

    def delete(self, key: Item, condition: str = "", values: Item | None = None) -> bool:
        """Deletes the item if the condition holds; returns whether it did."""
        return self._write(self.client.delete_item, condition, values, Key=key)[0]

    def transact(self, *writes: Item) -> list[str]:
        """Makes all writes, such as `{"Put": table.request(…)}`, or none. Returns an empty list if
        all were made, else a code per write (the text "None" for one that did not fail)."""
        with aws_errors():
            try:
                self.client.transact_write_items(TransactItems=writes)  # type: ignore[arg-type]
            except ClientError as error:
                if error_code(error) != "TransactionCanceledException":
                    raise
                reasons = error.response.get("CancellationReasons", [])
                return [reason.get("Code", "") for reason in reasons] or [error_code(error)]
        return []

    def request(self, **parameters: Any) -> Any:
        """The parameters of a request: drops those that are None or an empty text, and adds the
        table name and the attribute names of the expressions."""
        given = {name: value for name, value in parameters.items() if value not in (None, "")}
        expressions = (value for name, value in given.items() if name.endswith("Expression"))
        names = {f"#{name}": name for name in re.findall(r"#(\w+)", " ".join(expressions))}
        if names:
            given["ExpressionAttributeNames"] = names
        return {"TableName": self.name, **given}

    def _write(
        self, write: Callable[..., Any], condition: str, values: Item | None, **parameters: Any
    ) -> tuple[bool, Item]:
        request = self.request(
            **parameters,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValuesOnConditionCheckFailure="ALL_OLD" if condition else "",
        )
        with aws_errors():
            try:
                answer = write(**request)
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                found: Item = error.response.get("Item", {})  # type: ignore[assignment]
                return False, found
        return True, answer.get("Attributes", {})
