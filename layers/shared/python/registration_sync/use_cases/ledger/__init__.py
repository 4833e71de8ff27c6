"""Record each student's outcome after an export. Read `retire_batches` first."""
