"""Connections and their schedules. Read `connection` first."""
