"""Account for each student after an export. Read `retire_batches` first."""
