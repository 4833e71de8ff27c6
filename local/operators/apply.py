"""Creates or updates a district's connections, with mapping, schedule and recipients, from a file.

    python -m local.operators.apply district.yaml [--stack NAME] [--dry-run] [--secrets]

Checks the whole file first, shows each difference from what the service has, and changes nothing if
there is a mistake. Applying the same file twice changes nothing. docs/operations.md, Onboard a
district by file, has the file, and the environment variables for signing in.
"""

import argparse
import difflib
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from local.calls import Refused, done
from local.http_client import Answer
from local.operators.deployed import deployed_stack, operator_token
from local.operators.district_file import DistrictFile, WantedConnection
from local.processes import NotStarted
from registration_sync.domain.access import ALL_DISTRICTS
from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.given_for import GivenFor
from registration_sync.domain.connections.given_secrets import SECRETS
from registration_sync.domain.connections.rules import STORED
from registration_sync.domain.mapping.definition.yaml_text import write_mapping_text

type Call = Callable[[str, str, Any], Answer]
"""Calls the API as the operator: method, path and body."""

type SecretOf = Callable[[str], str]
"""The secret in an environment variable, empty if there is none."""

_ADDED_BY_ANSWERS = ("version", "saved_by", "saved_at")


@dataclass(frozen=True, slots=True)
class Change:
    """A request, and the lines that show its difference. The body may hold secrets."""

    method: str
    path: str
    body: Any
    lines: list[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--stack", default="registration-sync", help="its name, or local")
    parser.add_argument("--dry-run", action="store_true", help="show the difference only")
    parser.add_argument("--secrets", action="store_true", help="send the secrets again")
    arguments = parser.parse_args()
    try:
        stack = deployed_stack(arguments.stack)
        token = operator_token(stack)
        is_done = apply(
            arguments.file,
            lambda method, path, body: stack.call(method, path, token, body),
            secret_of=_secret_of,
            dry_run=arguments.dry_run,
            send_secrets=arguments.secrets,
            confirm=_confirm if sys.stdin.isatty() else lambda: True,
        )
    except (NotStarted, Refused, BotoCoreError, ClientError, OSError) as error:
        sys.exit(str(error))
    sys.exit(0 if is_done else 1)


def apply(
    file: Path,
    call: Call,
    *,
    secret_of: SecretOf,
    dry_run: bool = False,
    send_secrets: bool = False,
    confirm: Callable[[], bool] = lambda: True,
    say: Callable[[str], None] = print,
) -> bool:
    """Returns False for a file with a mistake, or if the person does not confirm. Raises Refused
    if the API refuses a request."""
    content = DistrictFile(file)
    changes: list[Change] = []
    if not content.problems:
        me = done(call("GET", "/me", None))
        for wanted in content.connections:
            plan = _Plan(content, call, me, secret_of, dry_run, send_secrets)
            changes += plan.of(wanted)
    if content.problems:
        say("\n".join([*content.problems, "Nothing was changed."]))
        return False
    for change in changes:
        say("\n".join(change.lines))
    if not changes:
        say("No difference: nothing to change.")
    if dry_run or not changes:
        return True
    if not confirm():
        say("Nothing was changed.")
        return False
    for number, change in enumerate(changes):
        try:
            done(call(change.method, change.path, change.body))
        except Refused as error:
            made = f"{number} of {len(changes)} changes were made before it; apply the file again."
            raise Refused(f"{change.lines[0]} was refused: {error}\n{made}") from None
    say(f"{len(changes)} changes made.")
    return True


@dataclass(frozen=True, slots=True)
class _Plan:
    """Finds the changes of a connection; problems are recorded in the file."""

    file: DistrictFile
    call: Call
    me: dict[str, Any]
    secret_of: SecretOf
    dry_run: bool
    send_secrets: bool

    def of(self, wanted: WantedConnection) -> list[Change]:
        path = f"/connections/{quote(wanted.connection_id, safe='')}"
        before = self._existing(wanted, path)
        settings = {**(before or {}), **wanted.settings}
        connection = self.file.check_settings(wanted, settings)
        if connection is None:
            return []
        self._check_access(wanted, connection, is_new=before is None)
        changes = [
            *self._of_connection(wanted, before, connection, path),
            *self._of_mapping(wanted, before, path),
            *self._of_schedule(wanted, before, connection, path),
            *self._of_recipients(wanted, before, path),
        ]
        return [change for change in changes if change.lines]

    def _existing(self, wanted: WantedConnection, path: str) -> dict[str, Any] | None:
        answer = self.call("GET", path, None)
        if answer.status == 404:
            return None
        if answer.status == 403:  # of another district; or not there, if a program asks
            if self.me["kind"] == "person":
                self.file.add_problem(wanted.path, answer.json()["error"]["message"])
            return None
        found = dict(done(answer))
        if "deletion" in found:
            message = "This connection is being deleted: first take that back in the console."
            self.file.add_problem(wanted.path, message)
            return None
        return found

    def _check_access(
        self, wanted: WantedConnection, connection: Connection, *, is_new: bool
    ) -> None:
        me = self.me
        belongs = not {ALL_DISTRICTS, connection.district}.isdisjoint(me["districts"])
        if "configure" not in me["permissions"]:
            self.file.add_problem(wanted.path, f"{me['name']} has no right to configure.")
        elif me["kind"] == "program" and me["name"] not in connection.programs:
            message = f"Add the program that you sign in with, {me['name']}."
            self.file.add_problem(f"{wanted.path}.programs", message)
        elif me["kind"] == "program" and is_new and not belongs:
            message = f"Bind the program that you sign in with, {me['name']}, to this district."
            self.file.add_problem(f"{wanted.path}.district", message)
        elif me["kind"] == "person" and not (me["is_operator"] or belongs):
            message = f"{me['name']} is not a member of this district."
            self.file.add_problem(f"{wanted.path}.district", message)

    def _of_connection(
        self,
        wanted: WantedConnection,
        before: dict[str, Any] | None,
        connection: Connection,
        path: str,
    ) -> list[Change]:
        after = connection.to_json()
        moves = before is not None and not GivenFor.of(
            Connection.model_validate(before, extra="ignore", context=STORED)
        ).covers(GivenFor.of(connection))
        secrets = self._secrets(wanted, after) if not before or moves or self.send_secrets else {}
        shown = {name: f"from {wanted.secrets[name]}" for name in SECRETS if name in secrets}
        lines = _difference(before or {}, {**after, **shown}, is_new=before is None)
        if not lines:
            return []
        verb, method, target = (
            ("change", "PUT", path) if before else ("create", "POST", "/connections")
        )
        title = f"{wanted.connection_id}: {verb} the connection"
        return [Change(method, target, {**after, **secrets}, [title, *lines])]

    def _secrets(self, wanted: WantedConnection, settings: Mapping[str, Any]) -> dict[str, str]:
        secrets = {}
        for name, variable in wanted.secrets.items():
            secrets[name] = "" if self.dry_run else self.secret_of(variable)
            if not secrets[name] and not self.dry_run:
                message = f"Set the environment variable {variable}."
                self.file.add_problem(f"{wanted.path}.secrets.{name}", message)
        if not self.dry_run and all(secrets.values()):
            self.file.check_settings(wanted, {**settings, **secrets})
        return secrets

    def _of_mapping(
        self, wanted: WantedConnection, before: dict[str, Any] | None, path: str
    ) -> list[Change]:
        if wanted.mapping is None:
            return []
        definition = wanted.mapping
        if isinstance(definition, str):
            answer = self.call("GET", f"/mappings/{quote(definition, safe='')}", None)
            if answer.status == 404:
                message = answer.json()["error"]["message"]
                self.file.add_problem(f"{wanted.path}.mapping", message)
                return []
            definition = done(answer)["mapping"]
        saved = self._saved_mapping(path) if before else {}
        old = {name: value for name, value in saved.items() if name not in _ADDED_BY_ANSWERS}
        if old == definition:
            return []
        version = {"version": saved["version"]} if saved else {}  # refused if it is no longer this
        was = write_mapping_text(old).splitlines() if old else []
        now = write_mapping_text(definition).splitlines()
        lines = difflib.unified_diff(was, now, "saved", "file", n=1, lineterm="")
        title = f"{wanted.connection_id}: save the mapping"
        body = {**definition, **version}
        return [Change("PUT", f"{path}/mapping", body, [title, *(f"  {one}" for one in lines)])]

    def _saved_mapping(self, path: str) -> dict[str, Any]:
        answer = self.call("GET", f"{path}/mapping", None)
        return {} if answer.status == 404 else dict(done(answer))

    def _of_schedule(
        self,
        wanted: WantedConnection,
        before: dict[str, Any] | None,
        connection: Connection,
        path: str,
    ) -> list[Change]:
        if wanted.schedule is None:
            return []
        after = self.file.check_schedule(wanted, connection.time_zone)
        old = dict(done(self.call("GET", f"{path}/schedule", None))) if before else {}
        lines = _difference(old, after, is_new=False)
        title = f"{wanted.connection_id}: set the schedule"
        return [Change("PUT", f"{path}/schedule", after, [title, *lines])] if lines else []

    def _of_recipients(
        self, wanted: WantedConnection, before: dict[str, Any] | None, path: str
    ) -> list[Change]:
        """The file has all recipients of the connection: others are removed."""
        if wanted.recipients is None:
            return []
        found = done(self.call("GET", f"{path}/recipients", None))["items"] if before else []
        old, changes = {one["email"]: one["for"] for one in found}, []
        for email in sorted({*old, *wanted.recipients}):
            was, now = old.get(email), wanted.recipients.get(email)
            target = f"{path}/recipients/{quote(email, safe='')}"
            if now is None:
                title = f"{wanted.connection_id}: remove the recipient {email}"
                changes.append(Change("DELETE", target, None, [title]))
            elif now != was:
                title = (
                    f"{wanted.connection_id}: {'change' if was else 'add'} the recipient {email}"
                )
                shown = {"for": ", ".join(now)}
                lines = _difference({"for": ", ".join(was)} if was else {}, shown, is_new=False)
                changes.append(Change("PUT", target, {"for": now}, [title, *lines]))
        return changes


def _difference(before: Mapping[str, Any], after: Mapping[str, Any], *, is_new: bool) -> list[str]:
    """A line for each setting that differs; of new connections those that are not empty."""
    lines = []
    for name, value in after.items():
        old = before.get(name)
        if old == value or (is_new and value in ("", [], False)):
            continue
        lines.append(f"  {name}: {value}" if old is None else f"  {name}: {old} -> {value}")
    return lines


def _secret_of(variable: str) -> str:
    found = os.environ.get(variable, "")
    if not found and sys.stdin.isatty():
        return getpass.getpass(f"{variable}: ")
    return found


def _confirm() -> bool:
    return input("Make these changes? [y/N] ").strip().lower() in {"y", "yes"}


if __name__ == "__main__":
    main()
