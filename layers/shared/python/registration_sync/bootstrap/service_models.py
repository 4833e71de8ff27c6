"""Loads botocore's descriptions of AWS services: the same data as botocore's own loader, faster.

botocore parses them with json into ordered dictionaries, and looks into the folders of all 400
services for each kind of description: half of the time of a function's first client.
"""

import gzip
from pathlib import Path
from typing import Any

import orjson
from botocore.loaders import JSONFileLoader, Loader


class ServiceModels(Loader):
    """The component `data_loader` of a session of botocore."""

    def __init__(self) -> None:
        super().__init__(file_loader=_OrjsonFiles())

    def list_available_services(self, _type_name: str) -> list[str]:
        """Every service with a folder, without a look into it; one without a description of the
        type is reported when the description is loaded."""
        folders = (path for path in map(Path, self.search_paths) if path.is_dir())
        return sorted({service.name for folder in folders for service in folder.iterdir()})


class _OrjsonFiles(JSONFileLoader):
    def load_file(self, file_path: str) -> Any:
        """The content of the file without its extension, None if there is no such file."""
        for path, opened in ((f"{file_path}.json", open), (f"{file_path}.json.gz", gzip.open)):
            try:
                with opened(path, "rb") as file:
                    return orjson.loads(file.read())
            except FileNotFoundError:
                continue
        return None
