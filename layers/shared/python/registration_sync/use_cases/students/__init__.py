"""Answer questions about students. Read `read_receipt` first."""
