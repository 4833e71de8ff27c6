"""The error of the docs' generator."""


class Incomplete(Exception):
    """The docs do not describe a part of the code; the message says what to add, and where."""
