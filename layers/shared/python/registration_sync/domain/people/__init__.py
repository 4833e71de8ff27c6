"""People who sign in. Read `person` first."""
