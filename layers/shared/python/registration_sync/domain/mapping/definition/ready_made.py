"""A ready-made mapping: a starting point for districts with a known SIS."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """`title` and `description` come from the comment at the top of `text`, the YAML."""

    name: str
    title: str
    description: str
    text: str


def ready_made_of(name: str, text: str) -> ReadyMade:
    """Reads the comment at the top of a mapping's YAML; its first line is the title."""
    head = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        head.append(line.removeprefix("#").removeprefix(" "))
    title, *rest = head or [name]
    return ReadyMade(name, title.rstrip("."), "\n".join(rest).strip("\n"), text)
