"""Request, list, cancel, confirm and announce runs. Read `start_run` first."""
