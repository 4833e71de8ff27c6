"""Export one school year: read, map, write, check, archive, deliver. Read `export_year` first."""
