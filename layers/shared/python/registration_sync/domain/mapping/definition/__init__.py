"""Parses and checks a mapping definition as a person writes it. Read `mapping` first."""
