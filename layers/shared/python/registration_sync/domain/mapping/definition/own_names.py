"""The names that the service itself uses in the folders of the files: no file may have one.

A delivery, a test record or a check would overwrite or delete such a file.
"""

from collections.abc import Iterator, Sequence

from registration_sync.domain.mapping.definition.file import may_coincide
from registration_sync.domain.mapping.values.run_context import PLACEHOLDER_SHAPES
from registration_sync.domain.temporary_names import has_temporary_form

TEST_FOLDER = "test"
"""The folder of test records, inside each year's folder."""

PROBE = "registration-sync-check"
"""The name of a check's test file, which also has an extension, and a done file."""


def done_name(name: str) -> str:
    """The name of a file's done file."""
    return f"{name}.done"


def own_name_problem(name: str) -> str | None:
    """The problem with a file name, with its extension and placeholders, that the service uses
    whatever the connection's settings are."""
    filled = name
    for placeholder, shape in PLACEHOLDER_SHAPES.items():
        filled = filled.replace(f"{{{placeholder}}}", shape)
    if may_coincide(name, TEST_FOLDER):
        return f'"{TEST_FOLDER}" is the folder of test records: choose another name.'
    if may_coincide(filled.partition(".")[0], PROBE):
        return f"{PROBE} is the name of a check's test file: choose another name."
    if has_temporary_form(filled):
        return (
            f'"{name}" has the form of a temporary name (NAME.TOKEN.part), and a delivery deletes '
            "such files: choose another name."
        )
    return None


def done_file_problems(names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The index and the problem of each file with the name of another file's done file. The names
    are those of all files in a folder, with placeholders or without."""
    for index, name in enumerate(names):
        other = next((other for other in names if may_coincide(name, done_name(other))), None)
        if other is not None:
            message = (
                f'"{name}" can get the name of the done file of "{other}", which is empty and '
                "would overwrite it: choose another name, or turn off the done files."
            )
            yield index, message
