"""A mapping compiled for one run and school year. Read `mapping` first."""
