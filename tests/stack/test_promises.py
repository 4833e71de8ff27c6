"""The promises against real processes: exports killed, exports and syncs at the same time."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.processes import ROOT
from local.stack import REGION, ROOT_KEYS, LocalStack
from tests.stack.support.district import District, new_district, registration

EXPORT = """
import sys, types
from functions.export.app import handler
context = types.SimpleNamespace(
    aws_request_id=sys.argv[2], get_remaining_time_in_millis=lambda: 300_000
)
print("started", flush=True)
handler({"connection_id": sys.argv[1], "run_id": sys.argv[2]}, context)
"""


class Importer:
    """Applies the delivered file as a SIS does, and detects an older version."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.versions: dict[str, int] = {}
        self.steps_back: list[str] = []

    def read(self) -> None:
        path = self.district.folder / "exports/2025/students.csv"
        if not path.exists():
            return
        lines = path.read_text().splitlines()
        assert lines[0] == "ID,First,DOB", "a half file"
        for student, version, _ in (line.split(",") for line in lines[1:]):
            if int(version) < self.versions.get(student, -1):
                self.steps_back.append(student)
            self.versions[student] = int(version)


def killable_export(district: District, run_id: str) -> "subprocess.Popen[str]":
    """The export function in a process of its own, on the stack's tables, bucket and server."""
    outputs = district.stack.outputs
    return subprocess.Popen(
        [sys.executable, "-c", EXPORT, district.connection_id, run_id],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            **ROOT_KEYS,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/shared/python'}",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": district.stack.endpoint_url,
            "REGISTRATIONS_TABLE": outputs["RegistrationsTableName"],
            "CONNECTIONS_TABLE": outputs["ConnectionsTableName"],
            "ARCHIVE_BUCKET": outputs["ArchiveBucketName"],
            "SECRET_PREFIX": "registration-sync/connections/",
            "ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32",
            "RETENTION_DAYS": "365",
        },
    )


def expire_lease(district: District) -> None:
    """Ends the lease, as three minutes without renewal do."""
    district.stack.client("dynamodb").update_item(
        TableName=district.stack.outputs["RegistrationsTableName"],
        Key={"pk": {"S": f"MARKER#{district.connection_id}"}, "sk": {"S": "MARKER"}},
        UpdateExpression="SET lease_expires = :zero",
        ExpressionAttributeValues={":zero": {"N": "0"}},
    )


def versions_of(numbers: range, version: int) -> list[dict[str, Any]]:
    return [registration(f"{number:03}", str(version)) for number in numbers]


def test_p3_exports_killed_anywhere_lose_no_student_and_deliver_no_older_version(
    stack: LocalStack,
) -> None:
    district = new_district(stack)
    importer, randomness = Importer(district), random.Random(4)
    expected: dict[str, int] = {}
    for round_number in range(6):
        students = range(round_number * 20, round_number * 20 + 60)
        district.sync(*versions_of(students, round_number))
        expected |= {f"{number:03}": round_number for number in students}
        export = killable_export(district, f"20260302T210000Z-killed-{round_number}")
        assert export.stdout is not None
        assert export.stdout.readline() == "started\n"
        time.sleep(randomness.uniform(0.05, 0.9))
        export.send_signal(signal.SIGKILL)
        export.wait()
        export.stdout.close()
        importer.read()
        expire_lease(district)

    run = district.export()
    importer.read()

    assert run["status"] in {"succeeded", "nothing_to_export"}
    assert importer.versions == expected
    assert importer.steps_back == []


def test_p1_syncs_during_exports_are_delivered_and_p4_no_two_exports_run_at_once(
    stack: LocalStack,
) -> None:
    district = new_district(stack)
    importer = Importer(district)
    done = threading.Event()
    expected = {f"{number:03}": 7 for number in range(120)}

    def sync_all() -> None:
        for version in range(8):
            for start in range(0, 120, 30):
                district.sync(*versions_of(range(start, start + 30), version))

    def export_on() -> list[dict[str, Any]]:
        """Runs two exports at a time; the second is refused while the first runs."""
        answers: list[dict[str, Any]] = []
        while not done.is_set():
            with ThreadPoolExecutor(2) as both:
                answers += both.map(lambda _: district.invoke_export(), range(2))
            importer.read()
        return answers

    with ThreadPoolExecutor(1) as background:
        exports = background.submit(export_on)
        try:
            sync_all()
        finally:
            done.set()
        answers = exports.result()
    district.export()
    importer.read()

    refusals = [
        answer["error"] for answer in answers if "error" in answer and "years" not in answer
    ]
    assert {refusal["code"] for refusal in refusals} <= {"already_running"}
    assert all("running since" in refusal["message"] for refusal in refusals)
    assert importer.versions == expected
    assert importer.steps_back == []
