"""Packs the files of a year into one zip, if the mapping asks for a package."""

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from registration_sync.domain.mapping.compiled.mapping import CompiledPackage
from registration_sync.domain.mapping.definition.package import manifest_content
from registration_sync.use_cases.exporting.output_file import WrittenFile, sha256_of

_ENTRY_TIME = (1980, 1, 1, 0, 0, 0)
"""The same for every entry, so that the same files always make the same bytes."""

CHUNK_BYTES = 1024 * 1024


def package_files(
    files: Sequence[WrittenFile], package: CompiledPackage, folder: Path
) -> WrittenFile:
    """Writes a zip of the files with rows, and the package's manifest, to `folder`; `rows` is the
    sum of the files' rows."""
    path = folder / "package.part"
    files = [file for file in files if file.rows]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            with (
                file.source.open("rb") as source,
                archive.open(zip_entry(file.name, file.bytes), "w") as target,
            ):
                shutil.copyfileobj(source, target, CHUNK_BYTES)
        if package.manifest:
            present = [package.names[file.number] for file in files]
            content = manifest_content(package.manifest, present)
            archive.writestr(zip_entry(package.manifest_name, len(content)), content)
    rows = sum(file.rows for file in files)
    return WrittenFile(package.name, path, rows, path.stat().st_size, sha256_of(path))


def zip_entry(name: str, size: int) -> zipfile.ZipInfo:
    """A zip entry whose bytes depend only on its content."""
    entry = zipfile.ZipInfo(name, _ENTRY_TIME)
    entry.file_size = size  # zipfile chooses the format for files over 2 GiB before it writes
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
