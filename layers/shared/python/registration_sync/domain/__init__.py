"""What the service knows, without any input or output: values, rules and errors.

Read `registrations.batches` first, then `runs.run`.
"""
