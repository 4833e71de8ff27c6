"""Finds students and reports their status. Read `read_receipt` first."""
