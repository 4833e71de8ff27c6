"""Canaries: made-up students and secrets that are searched for, byte by byte, in all that the stack
keeps and sends after the whole suite.

ALLOWED is the data map: where student data may be. Secrets may be in Secrets Manager only.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from local.stack import STACK_NAME, LocalStack
from registration_sync.domain.connections.recipients import MailKind
from tests.stack.support.district import District, new_district
from tests.stack.support.everything import everything, messages, settings
from tests.stack.support.inbox import Inbox, new_inbox

ALL_KINDS = [kind.value for kind in MailKind]
IDS = ("canary-4711-due", "canary-4712-held", "canary-4713-erased")
NAMES = ("Quillfeather", "Zephyrinox", "Brackenmoss")
PHONES = ("555-014-7733", "555-014-7744", "555-014-7755")
WRONG_SECRET = "canary-secret-that-is-refused"  # made up

ALLOWED = {
    "name": ("RegistrationsTableName CURRENT#", "ConnectionsTableName RUNS#", "archive "),
    "id": (
        "RegistrationsTableName CURRENT#",
        "RegistrationsTableName BATCH#",
        "RegistrationsTableName MARKER#",  # the last settled student
        "ConnectionsTableName RUNS#",
        "ConnectionsTableName CONNECTIONS ",  # example students
        "archive ",
    ),
    "secret": ("secret ",),
    "token": (),
}
"""By the kind of canary: the beginnings of where it may be."""

MAPPING = {
    "files": [
        {
            "name": "students",
            "fields": [
                {"from": "students.id", "mapping_type": "direct", "to": "ID"},
                {"from": "students.fname", "mapping_type": "direct", "to": "First"},
                {"from": "students.phone", "mapping_type": "direct", "to": "Phone"},
                {
                    "from": "students.nickname",
                    "mapping_type": "match_codes",
                    "codes": {"none": "0"},
                    "unmatched": "hold",
                    "to": "Code",
                },
            ],
        }
    ]
}


@dataclass(frozen=True)
class Canaries:
    """The canaries of a stack, and queues that got all mails and events since they were seeded."""

    stack: LocalStack
    mails: Inbox
    events: Inbox
    received: list[tuple[str, bytes]] = field(default_factory=list)

    def leaks(self) -> list[str]:
        """Each canary that is where the data map does not allow it."""
        stack = self.stack
        kept = [*everything(stack), *settings(stack)]
        for where, inbox in (("mail", self.mails), ("event", self.events)):
            # Each once: all mails and events of a worker's tests take long to read.
            new = messages(stack, inbox.url, hidden_seconds=3600)
            self.received.extend((where, text.encode()) for text in new)
        kept += self.received
        assert {"mail", "event"} <= {where for where, _ in kept}, "the queues got nothing"
        return sorted({*found_leaks(kept, self._texts())})

    def _texts(self) -> dict[str, Iterable[str]]:
        stack = self.stack
        people = [user.password for user in stack.users.values()]
        return {
            "name": (*NAMES, *PHONES),
            "id": IDS,
            "secret": (stack.sftp.password, WRONG_SECRET),
            "token": (*stack.tokens.values(), *people),
        }


def found_leaks(
    kept: Iterable[tuple[str, bytes]], canaries: dict[str, Iterable[str]]
) -> Iterable[str]:
    wanted = {kind: [text.encode() for text in texts] for kind, texts in canaries.items()}
    for where, content in kept:
        for kind, texts in wanted.items():
            is_allowed = where.startswith(ALLOWED[kind]) if ALLOWED[kind] else False
            if not is_allowed and any(text in content for text in texts):
                yield f"{kind} in {where}"


def seed(stack: LocalStack) -> Canaries:
    """Uses each function with the canaries, also in ways that fail."""
    mails, events = new_inbox(stack, "canary-mails"), new_inbox(stack, "canary-events")
    topic = stack.outputs["AlertsTopic"]
    stack.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=mails.arn)
    pattern = json.dumps({"detail": {"stack": [STACK_NAME]}})
    stack.client("events").put_rule(Name="canaries", EventPattern=pattern)
    stack.client("events").put_targets(
        Rule="canaries", Targets=[{"Id": "queue", "Arn": events.arn}]
    )
    district = new_district(stack, example_students=[IDS[0]])
    saved = stack.call("PUT", f"{district.path}/mapping", MAPPING, role="full_access")
    assert saved.status == 200, saved.body
    _mail_everything(district, mails)
    _run_everything(district)
    _ask_everything(district)
    return Canaries(stack, mails, events)


def _mail_everything(district: District, mails: Inbox) -> None:
    """Adds a recipient of all kinds of mail, and brings its mails to the inbox."""
    sns = district.stack.client("sns")
    path = f"{district.path}/recipients/{quote('office@example.org')}"
    added = district.stack.call("PUT", path, {"for": ALL_KINDS}, role="full_access")
    assert added.status == 200, added.body
    topics = [one["TopicArn"] for one in sns.list_topics()["Topics"]]
    (own,) = [topic for topic in topics if f"_{district.connection_id}_" in topic]
    sns.subscribe(TopicArn=own, Protocol="sqs", Endpoint=mails.arn)


def _run_everything(district: District) -> None:
    district.sync(*(_registration(number) for number in range(3)))
    run = district.export()
    assert (run["status"], len(run["years"][0]["held"])) == ("partial", 1), run
    district.sync(_registration(0))
    district.export(dry_run=True)
    _start(district, "test-record", {"student_id": IDS[0]})
    _start(district, f"exports/{run['run_id']}/resend", {"student_ids": [IDS[0]]})
    _start(district, "erasures", {"student_id": IDS[2]}, role="full_access")
    district.change(password=WRONG_SECRET)
    _start(district, "check", None)
    assert district.export()["status"] == "failed"
    district.change(password=district.stack.sftp.password)


def _ask_everything(district: District) -> None:
    """Reads the canaries, and sends them in requests that are refused."""
    stack, path = district.stack, district.path
    for read in (
        f"{path}/students?search={NAMES[0]}",
        f"{path}/students?ids={IDS[0]},{IDS[1]}",
        f"{path}/registrations?student_id={IDS[0]}",
        f"{path}/registrations?school_year=2025&status=held&details=true&columns=0.1",
        f"{path}/registrations/2025/{IDS[1]}",
        f"{path}/fields?path=students.fname",
        f"{path}/registrations/2025/{quote(NAMES[0] + '/' + PHONES[0])}",
        f"{path}/{IDS[0]}",
        f"/connections/{IDS[0]}",
    ):
        stack.call("GET", read, role="limited_access")
    wrong = {"registrations": [_registration(0) | {NAMES[0]: PHONES[0], "school_year": NAMES[1]}]}
    for method, written, body in (
        ("POST", "registrations", wrong),
        ("POST", "mapping/preview", {"student_ids": [IDS[0]], NAMES[0]: IDS[1]}),
        ("POST", "test-record", {"student_id": f"{NAMES[0]} {PHONES[0]}"}),
        ("PUT", "mapping", {"files": [{"name": NAMES[0], IDS[0]: PHONES[0]}]}),
        ("POST", "erasures", {"student_id": IDS[0], NAMES[0]: 1}),
        ("POST", "exports", {"student_ids": [IDS[0]]}),
        ("POST", "registrations/due", {"school_year": 2025, "student_ids": [IDS[0], NAMES[0]]}),
        ("PUT", f"recipients/{NAMES[0]}", {"for": [IDS[0]], NAMES[0]: PHONES[0]}),
    ):
        for role in ("full_access", "limited_access", "enroll", None):
            stack.call(method, f"{path}/{written}", body, role=role)


def _start(district: District, path: str, body: object, *, role: str = "limited_access") -> None:
    answer = district.stack.call("POST", f"{district.path}/{path}", body, role=role)
    assert answer.status == 202, answer.body
    district.finished(answer.json()["run_id"])


def _registration(number: int) -> dict[str, object]:
    student = {
        "id": IDS[number],
        "fname": NAMES[number],
        "phone": PHONES[number],
        "nickname": NAMES[number] if number == 1 else "none",
    }
    return {
        "registration_id": f"r-{number}",
        "student_id": IDS[number],
        "school_year": 2025,
        "status": "Registration Approved",
        "data": {"students": student},
    }
