"""Puts the files of a year into one zip, where the mapping asks for it."""

import hashlib
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from registration_sync.domain.mapping.compiled.mapping import CompiledPackage
from registration_sync.domain.mapping.definition.package import manifest_content
from registration_sync.use_cases.exporting.output_file import WrittenFile

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of every entry: the same files make the same bytes, whenever they are packed."""

_CHUNK = 1024 * 1024


def package_files(
    files: Sequence[WrittenFile], package: CompiledPackage, folder: Path
) -> WrittenFile:
    """The zip of the files that have rows, and the manifest, written to `folder`; memory does not
    grow with it.

    `rows` is the sum of the files'.
    """
    path = folder / "package.part"
    files = [file for file in files if file.rows]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            with (
                file.source.open("rb") as source,
                archive.open(zip_entry(file.name, file.bytes), "w") as target,
            ):
                shutil.copyfileobj(source, target, _CHUNK)
        if package.manifest:
            present = [package.names[file.number] for file in files]
            content = manifest_content(package.manifest, present)
            archive.writestr(zip_entry(package.manifest_name, len(content)), content)
    with path.open("rb") as finished:
        sha256 = hashlib.file_digest(finished, "sha256").hexdigest()
    rows = sum(file.rows for file in files)
    return WrittenFile(package.name, path, rows, path.stat().st_size, sha256)


def zip_entry(name: str, size: int) -> zipfile.ZipInfo:
    """An entry of a zip whose bytes depend on nothing but its content."""
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.file_size = size  # from 2 GiB on the zip takes another form, which is chosen beforehand
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
