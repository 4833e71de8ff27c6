"""What is stored of people, beside the user pool, in the connections table."""
