"""One module per kind of run, as the export function executes it. Read `lifecycle` first."""
