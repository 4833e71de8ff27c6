"""A ready-made mapping: what a district of a known SIS starts from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """`title` and `description` are the comment at its head; `text` is the YAML, comments too."""

    name: str
    title: str
    description: str
    text: str


def ready_made_of(name: str, text: str) -> ReadyMade:
    """Reads the head of a mapping's YAML; its first line is the title, with a full stop."""
    head = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        head.append(line.removeprefix("#").removeprefix(" "))
    title, *rest = head or [name]
    return ReadyMade(name, title.rstrip("."), "\n".join(rest).strip("\n"), text)
