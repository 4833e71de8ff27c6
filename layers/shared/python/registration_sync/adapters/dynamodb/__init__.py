"""What is kept in DynamoDB. Read `registration_items` first: the keys and the shapes of items."""
