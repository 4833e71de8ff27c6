"""Registrations, and the batches and ledger that account for them. Read `batches` first."""
