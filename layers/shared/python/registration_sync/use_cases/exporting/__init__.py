"""Export one school year: read, map, write, judge, archive, deliver. Read `export_year` first."""
