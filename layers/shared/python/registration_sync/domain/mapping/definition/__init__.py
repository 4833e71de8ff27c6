"""A mapping as a person writes it, parsed and checked. Read `mapping` first."""
