"""The demo: syncs registrations over the API, runs exports, and shows the delivered files.

python -m local.demo [--registrations FILE.csv] [--school-year YEAR] [--mapping FILE.yaml]
"""

import argparse
import datetime as dt
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from local.calls import AT_ONCE, Refused, done, export, sync
from local.district import (
    Registration,
    UnreadableFile,
    columns_of,
    field_path,
    made_up_district,
    registrations_of,
    this_school_year,
)
from local.processes import ROOT, NotStarted, end_on_signals
from local.sign_in import DISTRICT
from local.stack import LocalStack, local_stack

CONNECTION = "demo"
HELD_SHOWN = 5
LINES_SHOWN = 4
WIDTH = 110
MAPPINGS = ROOT / "local" / "mappings"


def main() -> None:
    end_on_signals()
    asked = _arguments()
    try:
        mapping, registrations = _what_to_show(asked)
        with local_stack(ROOT / ".local" / "run" / "demo", _say) as stack:
            _play(stack, mapping, registrations)
    except (NotStarted, UnreadableFile, Refused) as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--registrations", type=Path, help="CSV; its header holds field paths")
    parser.add_argument("--school-year", type=int, help="start year, if the file has none")
    parser.add_argument(
        "--mapping",
        type=mapping_file,
        help="a ready-made mapping's name, or your YAML file",
    )
    return parser.parse_args()


def mapping_file(name: str) -> Path:
    """The file of a ready-made mapping by its name, or any file by its path."""
    ready_made = {path.stem: path for path in sorted((ROOT / "mappings").glob("*.yaml"))}
    file = ready_made.get(name, Path(name))
    if not file.is_file():
        raise argparse.ArgumentTypeError(
            f"there is no file {name}; ready-made mappings: {', '.join(ready_made)}"
        )
    return file


def _what_to_show(asked: argparse.Namespace) -> tuple[dict[str, Any], list[Registration]]:
    year = asked.school_year or this_school_year(dt.datetime.now().astimezone().date())
    if asked.registrations is None:
        mapping = yaml.safe_load((asked.mapping or MAPPINGS / "demo.yaml").read_text())
        return mapping, made_up_district(year)
    if not asked.registrations.is_file():
        raise UnreadableFile(f"There is no file {asked.registrations}.")
    mapping = mapping_for(columns_of(asked.registrations), asked.mapping)
    return mapping, list(registrations_of(asked.registrations, school_year=year))


def mapping_for(columns: list[str], file: Path | None) -> dict[str, Any]:
    """The mapping in `file`, unchanged.

    Without a file: the mapping for Anytown, if all its fields exist, and every other column
    unchanged.
    """
    mapping: dict[str, Any] = yaml.safe_load((file or MAPPINGS / "anytown.yaml").read_text())
    if file:
        return mapping
    fields = mapping["files"][0]["fields"]
    paths = {field_path(column): column for column in columns}
    if not {field["from"] for field in fields if "from" in field} <= paths.keys():
        fields.clear()
    named = {field.get("from") for field in fields}
    headers = {field.get("to") for field in fields}
    fields += [
        {"from": path, "mapping_type": "direct", "to": path if column in headers else column}
        for path, column in paths.items()
        if path not in named
    ]
    return mapping


def _play(stack: LocalStack, mapping: dict[str, Any], registrations: list[Registration]) -> None:
    _configure(stack, mapping)
    _say(f"Syncing {len(registrations):,} registrations, up to {AT_ONCE} at a time …")
    for one in sync(stack, CONNECTION, registrations, _say):
        _say(f"  Student {one['student_id']} was refused: {one['message']}")
    _say("Exporting …")
    first = _exported(stack)
    _say(f"  {first['status']}: {first.get('message', '')}")
    delivered = _show_files(Path(stack.sftp.root_dir))
    _show_held(first)
    _say("\nExporting again, without a sync in between …")
    before = _state_of(delivered)
    time.sleep(1)  # the first invocation ends: a second one would start another process
    second = _exported(stack)
    _say(f"  {second['status']}: {second.get('message', '')}")
    if before == _state_of(_files(Path(stack.sftp.root_dir))):
        _say("  The files were not touched: same bytes, same time.")
    elif second["status"] == "nothing_to_export":
        raise Refused("There was nothing to export, but the files have changed.")


def _configure(stack: LocalStack, mapping: dict[str, Any]) -> None:
    connection = {
        "connection_id": CONNECTION,
        "name": "Demo district",
        "host": stack.sftp.host,
        "port": stack.sftp.port,
        "username": stack.sftp.username,
        "password": stack.sftp.password,
        "host_keys": stack.sftp.host_keys,
        "folder": "SISData/exports/{school_year}",
        "delivery": "sftp",
        "district": DISTRICT,
        "time_zone": "America/Chicago",
        "programs": stack.programs,
    }
    _say(f'Creating the connection "{CONNECTION}" and saving its mapping …')
    done(stack.call("POST", "/connections", connection, role="full_access"))
    done(stack.call("PUT", f"/connections/{CONNECTION}/mapping", mapping, role="full_access"))


def _exported(stack: LocalStack) -> dict[str, Any]:
    """The run of an export. Raises Refused if it failed."""
    run = export(stack, CONNECTION)
    if run["status"] == "failed":
        _show_held(run)
        errors = [part["error"] for part in (run, *run.get("years", ())) if part.get("error")]
        raise Refused(f"The export failed: {errors[0]['message'] if errors else run}")
    return run


def _show_files(root: Path) -> list[Path]:
    files = _files(root)
    _say(f"\nOn the district's SFTP server:{'' if files else ' nothing'}")
    for file in files:
        _say(f"  {file.relative_to(root)}  {file.stat().st_size:,} bytes")
    for file in files:
        for name, content in _texts(file):
            _say(f"\n{file.relative_to(root)}{name} begins:")
            for line in content.decode(errors="replace").splitlines()[:LINES_SHOWN]:
                _say(f"  {line if len(line) <= WIDTH else line[: WIDTH - 1] + '…'}")
    return files


def _texts(file: Path) -> Iterator[tuple[str, bytes]]:
    """The file's content; of a zip, the content of each file in it, with its name."""
    if not zipfile.is_zipfile(file):
        yield "", file.read_bytes()
        return
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            yield f", {name}", archive.read(name)


def _show_held(run: dict[str, Any]) -> None:
    held = [(year["school_year"], row) for year in run["years"] for row in year["held"]]
    if not held:
        return
    count = sum(year.get("held_count", len(year["held"])) for year in run["years"])
    _say(f"\nNeeds attention: {count:,}. Each export tries them again. The first reasons:")
    for year, row in held[:HELD_SHOWN]:
        _say(f"  {year}, student {row['student_id']}, {row['field']}: {row['message']}")


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def _state_of(files: Iterable[Path]) -> dict[Path, tuple[int, bytes]]:
    return {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
