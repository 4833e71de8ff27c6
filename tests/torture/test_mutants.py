"""Mutants.

The tests are tested: a small fault is planted into a function of the sync, the batches, the lease,
the export of a school year, the delivery, the run index or the life of a run, such as a condition
turned around, a statement left out or a number that is one higher, and the tests that call this
function run until one of them fails. A trial survives if a test finds the fault. Changes that make
no difference that anybody could see are not tried; the code lists them with the reason.
"""

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from local.processes import ROOT
from tests.torture.support.equivalent import EQUIVALENT
from tests.torture.support.planting import FAULTS, Mutant, mutants_of, planted
from tests.torture.support.trials import Trials

MODULES = (
    "domain.registrations.batches",
    "domain.registrations.registration",
    "domain.registrations.sync_request",
    "use_cases.delivery.deliver_files",
    "use_cases.delivery.one_file",
    "use_cases.exporting.export_year",
    "use_cases.ledger.retire_batches",
    "use_cases.ledger.run_index",
    "use_cases.registrations.sync_registrations",
    "use_cases.run_kinds.lifecycle",
    "use_cases.runs.lease",
)
"""Every mutant of these was tried, and found or judged."""

UNIT_TESTS = tuple(
    f"tests/unit/test_{name}.py"
    for name in (
        "batches",
        "deliver_files",
        "export_year",
        "json_text",
        "lease",
        "lifecycle",
        "lifecycle_start",
        "one_file",
        "registration",
        "retire_batches",
        "run_connection",
        "run_index",
        "sync_registrations",
        "sync_request",
    )
)

_KINDS, _SESSION = "tests/servers/test_kinds.py::test", "tests/adapters/test_sftp_session.py::test"
OF_SERVERS = (
    f"{_KINDS}_a_connection_lost_in_any_operation_and_the_file_collected[exact names]",
    f"{_KINDS}_a_run_that_is_paused_before_it_replaces_a_file_leaves_that_of_its_successor",
    f"{_KINDS}_check_and_delivery_agree_about_done_files",
    f"{_SESSION}_a_temporary_file_that_lost_its_end_is_uploaded_again",
    f"{_SESSION}_the_old_file_is_kept_aside_until_the_new_one_is_in_place",
)
"""Tests that find the mutants of a delivery that only another kind of server shows."""

FAST = ("domain.registrations.batches", "use_cases.ledger.run_index", "use_cases.runs.lease")
"""Modules without loops that a mutant makes endless."""

FAST_TESTS = tuple(
    f"tests/unit/test_{name}.py" for name in ("batches", "deliver_files", "lease", "run_index")
)

LONG_SECONDS, SHORT_MUTANTS = 420, 12


def test_planted_faults_are_found_by_a_test(trials: Trials, tmp_path: Path) -> None:
    modules = MODULES if trials.long else FAST
    known = [one for module in modules for one in mutants_of(module) if not is_equivalent(one)]
    sampled = trials.random.sample(known, len(known) if trials.long else SHORT_MUTANTS)

    found = found_by(sampled, UNIT_TESTS + OF_SERVERS if trials.long else FAST_TESTS, tmp_path)

    there_are, tried = (Counter(one.fault for one in some) for some in (known, found))
    missed = [str(one) for one, test in found.items() if not test]
    print("\n".join(missed))  # noqa: T201
    for fault in FAULTS:
        if not tried[fault]:
            continue
        survived = sum(bool(test) for one, test in found.items() if one.fault == fault)
        trials.record(
            fault=fault,
            outcome="A test fails.",
            tried=tried[fault],
            survived=survived,
            of=there_are[fault],
        )
    assert found


def is_equivalent(mutant: Mutant) -> bool:
    return (mutant.module, mutant.function, mutant.change) in EQUIVALENT


def found_by(mutants: list[Mutant], tests: tuple[str, ...], folder: Path) -> dict[Mutant, str]:
    """For each mutant for which there was time, the test that fails, or an empty text."""
    plan, results = folder / "plan.json", folder / "results.jsonl"
    listed = [asdict(one) for one in mutants]
    plan.write_text(json.dumps({"seconds": LONG_SECONDS, "mutants": listed}), encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q"),
            *("-p", "tests.torture.support.mutant_runs"),
            *tests,
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "MUTANT_PLAN": str(plan),
            "MUTANT_RESULTS": str(results),
        },
        capture_output=True,
        text=True,
        timeout=3 * LONG_SECONDS,
        check=False,
    )
    assert results.exists(), done.stdout + done.stderr
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    assert [line["error"] for line in lines if "error" in line] == []
    return {mutants[line["number"]]: line["found_by"] for line in lines}


SAMPLE = '''
class Shop:
    def sell(self, count, price=1):
        """Sells."""
        if count > 0 and self.open:
            self.sold = self.sold + count
            self.note(count)
        return [one for one in self.items if one]
'''


def test_every_kind_of_fault_can_be_planted() -> None:
    mutants = mutants_of("shop", SAMPLE)

    changed = {ast.unparse(planted(one, SAMPLE)) for one in mutants}

    assert {one.fault for one in mutants} >= set(FAULTS) - {"A flag turned around"}
    assert len(changed) == len(mutants)
    assert ast.unparse(ast.parse(SAMPLE)) not in changed


def test_what_makes_no_difference_is_still_there() -> None:
    """An entry of a function that has changed must be judged again."""
    known = {(m.module, m.function, m.change) for one in MODULES for m in mutants_of(one)}

    assert EQUIVALENT.keys() <= known
    assert all(len(reason) > 20 for reason in EQUIVALENT.values())
