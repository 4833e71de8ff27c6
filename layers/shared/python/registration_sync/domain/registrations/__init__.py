"""Registrations, their batches and the ledger that accounts for them. Read `batches` first."""
