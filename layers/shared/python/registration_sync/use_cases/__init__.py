"""What the service does, by subject; dependencies come as keywords.

Read `registrations.sync_registrations` first, then `run_kinds.lifecycle`.
"""
