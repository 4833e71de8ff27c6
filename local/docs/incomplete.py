"""The error of the docs' generator."""


class Incomplete(Exception):
    """The code has something that the docs need words for; the message says what to add where."""
