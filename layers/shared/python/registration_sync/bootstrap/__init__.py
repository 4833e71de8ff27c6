"""The composition root: one module per function builds its clients and adapters, on first use.

A module per function keeps start times short: the sync function loads no pydantic and no paramiko.
Read `sync_function` first.
"""
