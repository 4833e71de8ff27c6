"""A number with its noun, for messages and screen readers."""


def pluralize(count: int, noun: str) -> str:
    """1 student, 2 students, 1,200 students."""
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def need_attention(count: int, noun: str = "student") -> str:
    """1 student needs attention, 2 students need attention: of students who are held."""
    return f"{pluralize(count, noun)} {'needs' if count == 1 else 'need'} attention"
