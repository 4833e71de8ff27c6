"""The faults of a random day: exports that are killed or lose AWS at any call, a faulty server,
and a throttled table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from registration_sync.bootstrap import aws_clients
from registration_sync.bootstrap.export_function import Dependencies
from registration_sync.domain.errors import TransientDeliveryError, Unavailable
from registration_sync.domain.runs.findings import UnreportedFinding
from tests.support.sftp_servers import AsyncSftpServer, Faults


class Killed(BaseException):
    """Ends an export like the end of its process: not an Exception, so no handler catches it."""


@dataclass(frozen=True)
class Cut:
    """An interruption at the call of this number, from 1, before or after it takes effect."""

    call: int
    kills: bool
    takes_effect: bool


@dataclass
class Interruptions:
    """Intercepts an export's calls of its adapters: `done` lists the calls that took effect.

    `meanwhile` has actions to run once, by keys such as "before commit" or "after close_batch".
    `cut_call` is the name of the interrupted call.
    """

    cut: Cut | None = None
    meanwhile: dict[str, Callable[[tuple[Any, ...]], None]] = field(default_factory=dict)
    done: list[tuple[str, str, tuple[Any, ...]]] = field(default_factory=list)
    calls: int = 0
    is_dead: bool = False
    was_cut: bool = False
    cut_call: str = ""
    _sessions: list[Any] = field(default_factory=list)

    def wrap(self, deps: Dependencies) -> Dependencies:
        names = ("table", "archive", "runs", "deliveries", "servers")
        return replace(
            deps,
            pause=lambda _: None,
            **{name: _Proxy(getattr(deps, name), name, self) for name in names},
        )

    def call(self, part: str, name: str, action: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        if self.is_dead:
            raise Killed
        if name == "close":  # which never fails
            return action()
        self.calls += 1
        cut = self.cut if self.cut and self.cut.call == self.calls else None
        if cut and not cut.takes_effect:
            self._interrupt(cut, part, name)
        self.meanwhile.pop(f"before {name}", lambda _: None)(args)
        result = action()
        self.done.append((part, name, args))
        self.meanwhile.pop(f"after {name}", lambda _: None)(args)
        if cut:
            self._interrupt(cut, part, name)
        if name == "connect":
            self._sessions.append(result)
            return _Proxy(result, "session", self)
        return result

    def has(self, name: str, school_year: int | None = None) -> bool:
        """Whether a call took effect."""
        return any(
            done == name and (school_year is None or args[1] == school_year)
            for _, done, args in self.done
        )

    @property
    def begun_years(self) -> list[int]:
        """The years whose batch was closed, in this order."""
        return [args[1] for _, name, args in self.done if name == "close_batch"]

    def changes_of_noted(self) -> Iterator[tuple[str, UnreportedFinding]]:
        """The unreported findings that the run stored ("note") and deleted ("forget")."""
        for part, name, args in self.done:
            if part == "deliveries" and name in {"note", "forget"}:
                yield name, args[1]

    def held(self, school_year: int) -> list[str]:
        """The students that the run marked as held."""
        return [
            mark.student_id
            for _, name, args in self.done
            if name == "put_marks" and args[1] == school_year
            for mark in args[3]
            if mark.reasons
        ]

    def carried(self, school_year: int) -> frozenset[str]:
        """The students of uncollected files that the run marked as due."""
        return frozenset(
            mark.student_id
            for _, name, args in self.done
            if name == "put_marks" and args[1] == school_year
            for mark in args[3]
            if not mark.reasons
        )

    def new_again(self, school_year: int) -> set[str]:
        """The students that the run made new again: no importer collected their file."""
        return {
            student_id
            for _, name, args in self.done
            if name == "set_carried" and args[1] == school_year
            for student_id in args[3]
        }

    @property
    def is_settling(self) -> bool:
        """Whether the run ended between two parts of a batch that it settled."""
        calls = [name for _, name, _ in self.done if name in {"set_settled", "set_retired"}]
        return calls[-1:] == ["set_settled"]

    def _interrupt(self, cut: Cut, part: str, name: str) -> None:
        self.was_cut, self.cut_call = True, name
        if not cut.kills:
            error = TransientDeliveryError if part in {"servers", "session"} else Unavailable
            raise error("Lost on the way.")
        self.is_dead = True
        raise Killed

    def close_sessions(self) -> None:
        """Closes the SFTP sessions, as the end of a process does."""
        for session in self._sessions:
            session.close()


class _Proxy:
    """An adapter or session whose calls are intercepted."""

    def __init__(self, real: Any, part: str, interruptions: Interruptions) -> None:
        self._real = real
        self._part = part
        self._interruptions = interruptions

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if not callable(real):  # a property
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._interruptions.call(self._part, name, lambda: real(*args, **kwargs), args)

        return call


@contextmanager
def misbehaving(server: AsyncSftpServer, fault: str) -> Iterator[None]:
    """Makes the server misbehave inside the block."""
    faults = {
        "write": Faults(fail_write=1),
        "rename": Faults(forbidden={"rename", "posix_rename"}),
        "lost before": Faults(drop_before={"posix_rename"}),
        "lost after": Faults(drop_after={"posix_rename"}),
    }
    server.methods = () if fault == "sign in" else ("password",)
    server.faults = faults.get(fault, Faults())
    yield
    server.methods, server.faults = ("password",), Faults()


@contextmanager
def throttled(how: str, student_id: str) -> Iterator[None]:
    """Makes DynamoDB refuse some calls of a sync; with "no response", the call takes effect."""
    events = aws_clients.dynamodb().meta.events
    written: list[str] = []

    def before(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        key = params.get("Key", {})
        is_snapshot = model.name == "UpdateItem" and key["pk"]["S"].startswith("CURRENT#")
        is_marker_read = (
            model.name == "GetItem" and key["pk"]["S"].startswith("MARKER#") and written
        )
        if is_snapshot:
            written.append(key["sk"]["S"])
        is_affected = is_snapshot and key["sk"]["S"] == student_id
        context["loses_response"] = is_affected and how == "no response"
        if (
            (how == "no marks" and model.name == "BatchWriteItem")
            or (how == "no snapshot" and is_affected)
            or (how == "no marker read" and is_marker_read)
        ):
            raise refusal(model.name)

    def after(model: Any, context: dict[str, Any], **_: Any) -> None:
        if context.get("loses_response"):
            raise refusal(model.name)

    if not how.startswith("no "):
        yield
        return
    events.register("provide-client-params.dynamodb", before)
    events.register("after-call.dynamodb", after)
    yield
    events.unregister("provide-client-params.dynamodb", before)
    events.unregister("after-call.dynamodb", after)


def refusal(operation: str) -> ClientError:
    error = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    return ClientError(error, operation)  # type: ignore[arg-type]


def expire_lease(connection_id: str) -> None:
    with suppress(aws_clients.dynamodb().exceptions.ConditionalCheckFailedException):
        aws_clients.dynamodb().update_item(
            TableName="registrations",
            Key={"pk": {"S": f"MARKER#{connection_id}"}, "sk": {"S": "MARKER"}},
            UpdateExpression="SET lease_expires = :zero",
            ConditionExpression="attribute_exists(lease_token)",
            ExpressionAttributeValues={":zero": {"N": "0"}},
        )


def expire_announcement(connection_id: str, run_id: str) -> None:
    """As in the minute before the next attempt."""
    with suppress(aws_clients.dynamodb().exceptions.ConditionalCheckFailedException):
        aws_clients.dynamodb().update_item(
            TableName="connections",
            Key={"pk": {"S": f"RUNS#{connection_id}"}, "sk": {"S": run_id}},
            UpdateExpression="REMOVE announcing_until",
            ConditionExpression="attribute_exists(pk)",
        )
