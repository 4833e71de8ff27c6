"""The demo: syncs registrations over the API, runs exports, and shows the delivered files.

python -m local.demo [--registrations FILE.csv] [--school-year YEAR] [--mapping FILE.yaml]
"""

import argparse
import datetime as dt
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator
from itertools import batched
from pathlib import Path
from typing import Any

import yaml

from local.district import (
    Registration,
    UnreadableFile,
    columns_of,
    field_path,
    made_up_district,
    registrations_of,
    this_school_year,
)
from local.http_client import Answer
from local.processes import ROOT, NotStarted, end_on_signals
from local.sign_in import DISTRICT
from local.stack import LocalStack, local_stack

CONNECTION = "demo"
AT_ONCE = 500
HELD_SHOWN = 5
LINES_SHOWN = 4
WIDTH = 110
RUN_SECONDS = 300
MAPPINGS = ROOT / "local" / "mappings"


class Refused(Exception):
    """The API did not do what the demo asked; the message is its answer."""


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
    parser.add_argument("--school-year", type=int, help="start year, where the file has none")
    parser.add_argument(
        "--mapping", type=mapping_file, help="a ready-made one's name, or YAML of your own"
    )
    return parser.parse_args()


def mapping_file(name: str) -> Path:
    """The file of a ready-made mapping by its name, or of one's own by its path."""
    ready_made = {path.stem: path for path in sorted((ROOT / "mappings").glob("*.yaml"))}
    file = ready_made.get(name, Path(name))
    if not file.is_file():
        raise argparse.ArgumentTypeError(
            f"there is no file {name}; ready-made are {', '.join(ready_made)}"
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
    """The mapping of `file`, as it is written.

    Without a file: the one for Anytown, if its fields are all there, and all other columns as they
    are.
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
    _sync(stack, registrations)
    _say("Exporting …")
    first = _export(stack)
    _say(f"  {first['status']}: {first.get('message', '')}")
    delivered = _show_files(Path(stack.sftp.root_dir))
    _show_held(first)
    _say("\nExporting again, with nothing synced since …")
    before = _state_of(delivered)
    time.sleep(1)  # the first invocation ends: a second one would start another process
    second = _export(stack)
    _say(f"  {second['status']}: {second.get('message', '')}")
    if before == _state_of(_files(Path(stack.sftp.root_dir))):
        _say("  The files were left alone: same bytes, same time.")
    elif second["status"] == "nothing_to_export":
        raise Refused("Nothing was to be exported, and yet the files have changed.")


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
    _done(stack.call("POST", "/connections", connection, role="full_access"))
    _done(stack.call("PUT", f"/connections/{CONNECTION}/mapping", mapping, role="full_access"))


def _sync(stack: LocalStack, registrations: list[Registration]) -> None:
    _say(f"Syncing {len(registrations):,} registrations, up to {AT_ONCE} at a time …")
    done, refused = 0, []
    for bulk in batched(registrations, AT_ONCE):
        body = {"registrations": list(bulk)}
        path = f"/connections/{CONNECTION}/registrations"
        answer = _done(stack.call("POST", path, body, role="enroll"))
        if answer["failed"]:
            raise Refused(
                f"{answer['failed']} registrations failed, and would have to be repeated."
            )
        done += answer["synced"] + answer["superseded"]
        refused += [one for one in answer["registrations"] if one["result"] == "refused"]
        _say(f"  {done:,} synced")
    for one in refused:
        _say(f"  Student {one['student_id']} was refused: {one['message']}")


def _export(stack: LocalStack) -> dict[str, Any]:
    """Asks for an export and follows it to its end."""
    exports = f"/connections/{CONNECTION}/exports"
    run_id = _done(stack.call("POST", exports, {}, role="full_access"))["run_id"]
    give_up = time.monotonic() + RUN_SECONDS
    while time.monotonic() < give_up:
        run: dict[str, Any] = _done(stack.call("GET", f"{exports}/{run_id}", role="full_access"))
        if run["status"] == "failed":
            _show_held(run)
            errors = [part["error"] for part in (run, *run.get("years", ())) if part.get("error")]
            raise Refused(f"The export failed: {errors[0]['message'] if errors else run}")
        if run["status"] not in {"pending", "in_progress"}:
            return run
        time.sleep(0.3)
    raise Refused(f"The export was not finished after {RUN_SECONDS} seconds; see {stack.state}.")


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
    """The file's content; of a zip, each file's in it, with its name there."""
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
    _say(f"\nHeld back, and tried again at each export until mended: {count:,}. The first reasons:")
    for year, row in held[:HELD_SHOWN]:
        _say(f"  {year}, student {row['student_id']}, {row['field']}: {row['message']}")


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def _state_of(files: Iterable[Path]) -> dict[Path, tuple[int, bytes]]:
    return {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def _done(answer: Answer) -> Any:
    """The answer's content. Raises Refused with what the API says, one problem a line."""
    if answer.status < 300:
        return answer.json() if answer.body else None
    try:
        error = answer.json()["error"]
        problems = [f"  {one['path']}: {one['message']}" for one in error["problems"][:10]]
    except (ValueError, KeyError, TypeError):
        raise Refused(f"The API answered {answer.status}: {answer.body[:500]}") from None
    raise Refused("\n".join([f"The API answered {answer.status}: {error['message']}", *problems]))


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
