"""A mapping made ready for one run and school year. Read `mapping` first."""
