"""Runs of every kind and their records. Read `run` first."""
