"""A Protocol for each external service that use cases need. Read `registrations` first."""
