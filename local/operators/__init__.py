"""Commands for operators of a deployed stack. Read `deployed` first."""
