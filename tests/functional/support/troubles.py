"""What goes wrong in a day: exports that are killed or find AWS away at any of their calls, servers
that misbehave, a table that is throttled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from registration_sync.bootstrap import aws_clients
from registration_sync.bootstrap.export_function import Dependencies
from registration_sync.domain.errors import TransientDeliveryError, Unavailable
from tests.support.sftp_servers import AsyncSftpServer, Faults


class Killed(BaseException):
    """Nothing handles it, as nothing handles the end of a process."""


@dataclass(frozen=True)
class Cut:
    """What goes wrong at the call of this number, from 1: it takes effect first, or not."""

    call: int
    kills: bool
    takes_effect: bool


@dataclass
class Interruptions:
    """Between an export and its adapters: `done` lists the calls that took effect.

    `meanwhile` has what is to be done once right after, or before, a call of a name.
    """

    cut: Cut | None = None
    meanwhile: dict[str, Callable[[tuple[Any, ...]], None]] = field(default_factory=dict)
    done: list[tuple[str, str, tuple[Any, ...]]] = field(default_factory=list)
    calls: int = 0
    dead: bool = False
    was_cut: bool = False
    _sessions: list[Any] = field(default_factory=list)

    def between(self, deps: Dependencies) -> Dependencies:
        parts = ("table", "archive", "runs", "deliveries", "servers")
        return replace(
            deps,
            pause=lambda _: None,
            **{name: _Between(getattr(deps, name), name, self) for name in parts},
        )

    def call(self, part: str, name: str, action: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        if self.dead:
            raise Killed
        if name == "close":  # which never fails
            return action()
        self.calls += 1
        cut = self.cut if self.cut and self.cut.call == self.calls else None
        if cut and not cut.takes_effect:
            self._break_off(cut, part)
        self.meanwhile.pop(f"before {name}", lambda _: None)(args)
        result = action()
        self.done.append((part, name, args))
        self.meanwhile.pop(f"after {name}", lambda _: None)(args)
        if cut:
            self._break_off(cut, part)
        if name == "connect":
            self._sessions.append(result)
            return _Between(result, "session", self)
        return result

    def has(self, name: str, school_year: int | None = None) -> bool:
        """Whether a call took effect."""
        return any(
            done == name and (school_year is None or args[1] == school_year)
            for _, done, args in self.done
        )

    def held(self, school_year: int) -> list[str]:
        """Whom the run noted as held."""
        return [
            mark.student_id
            for _, name, args in self.done
            if name == "put_marks" and args[1] == school_year
            for mark in args[3]
        ]

    def _break_off(self, cut: Cut, part: str) -> None:
        self.was_cut = True
        if not cut.kills:
            fault = TransientDeliveryError if part in {"servers", "session"} else Unavailable
            raise fault("Lost on the way.")
        self.dead = True
        raise Killed

    def hang_up(self) -> None:
        """What the end of the process does to its connections."""
        for session in self._sessions:
            session.close()


class _Between:
    """One thing outside, with every call of it told."""

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
def misbehaving(server: AsyncSftpServer, trouble: str) -> Iterator[None]:
    """The server, while it does something wrong."""
    faults = {
        "write": Faults(fail_write=1),
        "rename": Faults(forbidden={"rename", "posix_rename"}),
        "lost before": Faults(drop_before={"posix_rename"}),
        "lost after": Faults(drop_after={"posix_rename"}),
    }
    server.methods = () if trouble == "sign in" else ("password",)
    server.faults = faults.get(trouble, Faults())
    yield
    server.methods, server.faults = ("password",), Faults()


@contextmanager
def throttled(how: str, student_id: str) -> Iterator[None]:
    """DynamoDB, while it refuses some of what a sync asks; `no answer`: it does it, and says no."""
    events = aws_clients.dynamodb().meta.events
    written: list[str] = []

    def before(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        key = params.get("Key", {})
        is_snapshot = model.name == "UpdateItem" and key["pk"]["S"].startswith("CURRENT#")
        is_look = model.name == "GetItem" and key["pk"]["S"].startswith("MARKER#") and written
        if is_snapshot:
            written.append(key["sk"]["S"])
        is_hit = is_snapshot and key["sk"]["S"] == student_id
        context["loses_answer"] = is_hit and how == "no answer"
        if (
            (how == "no marks" and model.name == "BatchWriteItem")
            or (how == "no snapshot" and is_hit)
            or (how == "no look" and is_look)
        ):
            raise refusal(model.name)

    def after(model: Any, context: dict[str, Any], **_: Any) -> None:
        if context.get("loses_answer"):
            raise refusal(model.name)

    if not how.startswith("no "):
        yield
        return
    events.register("before-parameter-build.dynamodb", before)
    events.register("after-call.dynamodb", after)
    yield
    events.unregister("before-parameter-build.dynamodb", before)
    events.unregister("after-call.dynamodb", after)


def refusal(operation: str) -> ClientError:
    error = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    return ClientError(error, operation)  # type: ignore[arg-type]


def let_the_lease_expire(connection_id: str) -> None:
    with suppress(aws_clients.dynamodb().exceptions.ConditionalCheckFailedException):
        aws_clients.dynamodb().update_item(
            TableName="registrations",
            Key={"pk": {"S": f"MARKER#{connection_id}"}, "sk": {"S": "MARKER"}},
            UpdateExpression="SET lease_expires = :zero",
            ConditionExpression="attribute_exists(lease_token)",
            ExpressionAttributeValues={":zero": {"N": "0"}},
        )
