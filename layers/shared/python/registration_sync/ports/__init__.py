"""One Protocol for each outside thing that a use case is given. Read `registrations` first."""
