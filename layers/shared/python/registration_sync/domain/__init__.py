"""What the service knows, without any input or output: values, rules and errors."""
