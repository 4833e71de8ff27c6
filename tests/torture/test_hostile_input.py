"""Hostile input.

Whatever arrives, the answer is a plain sentence. The trials change valid input at random: the body
of a sync, a mapping in JSON or YAML, the values of a student, ids and queries of every route,
encodings, and the answers of an SFTP server. They change values, keys, bytes, types and lengths,
and add invisible characters, huge numbers and deep structures. A trial survives if the outcome is
one that the reference names, in bounded time, and if what was accepted is stored and exported
unchanged. A student counts as lost, and a file as half, by what the SFTP server holds, not by what
it said.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from functions.sync import app as sync
from registration_sync.domain.mapping.compiled.mapping import compile_mapping
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.yaml_text import (
    read_mapping_text,
    write_mapping_text,
)
from tests.functional.conftest import account, aws, limits, rights, started  # noqa: F401
from tests.functional.support.district import ENROLL, NORTH
from tests.functional.support.events import api_event
from tests.functional.test_events import ANYTOWN, past_run
from tests.servers.hostile import peak_megabytes
from tests.support.sftp_servers import AsyncSftpServer
from tests.torture.support.hostile_mappings import (
    MAPPINGS,
    RUN,
    STUDENTS,
    YAML_BITS,
    a_mapping,
    as_stored,
    check_mapping,
    check_rows,
    hostile_data,
    sent_json,
    some_students,
)
from tests.torture.support.hostile_requests import (
    a_request,
    app_of,
    check_answer,
    check_sync,
    encoded,
    hostile_event,
    operations,
)
from tests.torture.support.memory_sftp import CHANGES, MemorySftp, changes_of
from tests.torture.support.mutations import Donors, as_text, changed_json, changed_text
from tests.torture.support.spoiled_deliveries import (
    MOST_SECONDS,
    NAMES,
    NEW,
    OLD,
    PATIENT,
    QUICK,
    check_paths,
    deliver,
    half_files,
)
from tests.torture.support.trials import Trials

MOST_CPU_SECONDS = 5.0
"""Of one trial on a busy machine: a request has 29 s."""
MOST_MEGABYTES = 400
"""By which a subject's process may grow; a function has 1,024."""


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    before = peak_megabytes()
    yield
    assert peak_megabytes() - before < MOST_MEGABYTES


class Tried:
    """Counts trials, and keeps what was wrong with a few."""

    def __init__(self) -> None:
        self.count = 0
        self.wrong: list[str] = []

    @contextmanager
    def trial(self, about: object) -> Iterator[None]:
        """One trial: it fails by any exception, and by too much CPU time."""
        self.count += 1
        began = time.process_time()
        try:
            yield
        except Exception as error:  # noqa: BLE001  # each is a finding
            where = error.__traceback__
            while where and where.tb_next:
                where = where.tb_next
            at = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else ""
            self.wrong.append(f"{type(error).__name__}: {str(error)[:300]} at {at}: {about!r:.900}")
        spent = time.process_time() - began
        if spent > MOST_CPU_SECONDS:
            self.wrong.append(f"{spent:.1f} s of CPU: {about!r:.900}")

    def record(self, trials: Trials, fault: str, outcome: str, **counts: Any) -> None:
        print("\n".join(self.wrong[:20]))  # noqa: T201
        survived = self.count - len(self.wrong)
        trials.record(fault=fault, outcome=outcome, tried=self.count, survived=survived, **counts)


# Registrations


def test_the_body_of_a_sync(trials: Trials) -> None:
    tried = Tried()
    donors = Donors(a_request(trials.random))
    for _ in range(100_000 if trials.long else 500):
        body = as_text(changed_json(a_request(trials.random), donors, trials.random), trials.random)
        with tried.trial(body):
            check_sync(body)

    tried.record(
        trials,
        "The body of a sync with changed values or bytes",
        "Stored with every text unchanged, or refused with the path and what to send.",
    )


# Mappings


def test_a_mapping_in_json(trials: Trials) -> None:
    tried, used = Tried(), 0
    donors = Donors(*MAPPINGS)
    for _ in range(6_000 if trials.long else 80):
        text = as_text(changed_json(a_mapping(trials.random), donors, trials.random), trials.random)
        students = some_students(trials.random)
        with tried.trial(text):
            used += check_mapping(text, sent_json, students)

    tried.record(
        trials,
        "A mapping in JSON with changed settings, values or bytes",
        "The answer lists each problem with its path, or every student is mapped or held.",
        detail=f"{used:,} could be used.",
    )
    assert used > 5


def test_a_mapping_in_yaml(trials: Trials) -> None:
    tried = Tried()
    for _ in range(6_000 if trials.long else 80):
        text = write_mapping_text(a_mapping(trials.random))
        if trials.random.random() < 0.3:
            at = trials.random.choice([n for n, one in enumerate(text) if one in ":-,"])
            text = f"{text[: at + 1]} {trials.random.choice(YAML_BITS)}{text[at + 1 :]}"
        else:
            text = changed_text(text, trials.random)
        with tried.trial(text):
            check_mapping(text, read_mapping_text, some_students(trials.random))

    tried.record(
        trials,
        "A mapping in YAML with changed bytes, anchors, tags and numbers",
        "The answer has the line and column of the mistake, or each problem; or it is used.",
    )


def test_students_with_hostile_values(trials: Trials) -> None:
    tried, held = Tried(), 0
    ready = [compile_mapping(parse_mapping(one), RUN) for one in MAPPINGS]
    for _ in range(4_000 if trials.long else 60):
        compiled = trials.random.choice(ready)
        student = STUDENTS[0] | {"data": as_stored(hostile_data(trials.random))}
        with tried.trial(student):
            check_rows(compiled, student)
            held += bool(compiled.map(student).problems)

    tried.record(
        trials,
        "A student whose values have control characters, 70,000 letters, lists, formulas",
        "The row has each value unchanged, or the student is held with a reason.",
        detail=f"{held:,} were held.",
    )


# The API


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


@pytest.mark.usefixtures("started")
def test_ids_queries_and_headers_of_every_route(trials: Trials, server: AsyncSftpServer) -> None:
    past_run(server, ANYTOWN)
    tried = Tried()
    routes = operations() * (60 if trials.long else 1)
    trials.random.shuffle(routes)
    for method, path, parameters in routes:
        event = hostile_event(trials.random, method, path, parameters)
        asked = {name: event[name] for name in ("pathParameters", "queryStringParameters", "body")}
        with tried.trial((method, path, asked, event["headers"])):
            check_answer(app_of(method, path), event)
            assert not limits.broken

    tried.record(
        trials,
        "Hostile ids, queries, headers and bodies on every route",
        "An answer of the documented shape that says what to send: none is 5xx.",
    )


@pytest.mark.usefixtures("started")
def test_encodings_of_a_sync(trials: Trials, server: AsyncSftpServer) -> None:
    past_run(server, ANYTOWN)
    tried = Tried()
    for _ in range(6_000 if trials.long else 60):
        body, headers, is_base64 = encoded(trials.random)
        event = api_event(
            "POST",
            "/connections/{connection_id}/registrations",
            claims=ENROLL,
            headers=headers,
            connection_id=trials.random.choice((ANYTOWN, ANYTOWN, NORTH)),
        )
        event |= {"body": body, "isBase64Encoded": is_base64}
        with tried.trial((body, headers, is_base64)):
            check_answer(sync, event)

    tried.record(
        trials,
        "A body in base64, gzip, another character set, or cut short",
        "Read, or refused with how to send it.",
    )


# SFTP


def answers_of_a_delivery(source: Path) -> int:
    honest = MemorySftp({f"exports/{NAMES[0]}": OLD}, PATIENT)
    assert deliver(honest, source) == "delivered"
    return honest.answers


def test_answers_of_an_sftp_server(trials: Trials, tmp_path: Path) -> None:
    source = tmp_path / "new.csv"
    source.write_bytes(NEW)
    answers, delivered, half = answers_of_a_delivery(source), 0, 0
    tried = Tried()
    for number in range(2_500 if trials.long else 2 * len(CHANGES)):
        planned, spoil = changes_of(trials.random, answers, number)
        server = MemorySftp({f"exports/{NAMES[0]}": OLD}, QUICK, spoil)
        server.posix_rename = trials.random.random() < 0.7
        began = time.monotonic()
        with tried.trial(planned):
            outcome = deliver(server, source)
            assert time.monotonic() - began < MOST_SECONDS, "took too long"
            held = [server.files.get(f"exports/{name}") for name in NAMES]
            assert outcome != "delivered" or held == [NEW, NEW], "a false delivery"
            half += half_files(server)
            check_paths(server)
            delivered += outcome == "delivered"
            repaired = MemorySftp(server.files, PATIENT)
            assert deliver(repaired, source, attempt="cd34") == "delivered", "not repaired"
            assert {**server.files} == {f"exports/{name}": NEW for name in NAMES}, "files are left"

    tried.record(
        trials,
        "An SFTP server whose answers are changed, cut, repeated, or of another kind",
        "Delivered, or the run says why; the next one delivers.",
        half_files=half,
        detail=f"{delivered:,} were delivered all the same.",
    )
