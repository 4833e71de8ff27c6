"""What the configuration function answers, by subject: each parses and calls one use case."""
