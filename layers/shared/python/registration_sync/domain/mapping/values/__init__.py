"""Shared parts of the mapping engine: field paths, conditions, patterns and the CSV format.

Read `sources` first.
"""
