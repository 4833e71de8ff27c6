"""The routes of the configuration function, by subject. Read `students` first.

A route parses the request into values, calls one use case, and builds the response from the values
that it returns. The JSON of a connection, a schedule and a mapping is parsed by pydantic models of
the domain.
"""
