"""Adapters of RegistrationsTable. Read `registration_items` first."""
