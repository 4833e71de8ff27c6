"""What the other mapping packages share: sources of values, conditions, the CSV format."""
