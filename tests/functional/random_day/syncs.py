"""Syncs and removals of a random day."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from functions.sync import app as sync
from tests.functional.random_day.choices import (
    SYNCS,
    Draw,
    DrawnRegistration,
    ids,
    registrations,
    years,
)
from tests.functional.random_day.day import EVERYWHERE, RECEIPT, REGISTRATIONS, Day, Response, syncs
from tests.functional.random_day.faults import throttled
from tests.functional.support.district import ENROLL, registration
from tests.functional.support.events import ADMINISTRATOR, program

LONG_AGO, LONG_AGO_MS = "2026-03-01T00:00:00Z", 1_772_323_200_000


class Syncs(Day):
    """The steps of Enroll."""

    def enroll_syncs(self, draw: Draw) -> None:
        sent = draw(st.lists(registrations, min_size=1, max_size=4))
        self.sync(sent, self.choose(draw, "sync", SYNCS))()

    def student_is_removed(self, draw: Draw) -> None:
        exported = sorted(key for key in self.owed if self.was_exported(*key))
        keys = [st.tuples(years, ids), *[st.sampled_from(exported)] * bool(exported)]
        school_year, student_id = draw(st.one_of(keys))
        path = {"school_year": str(school_year), "student_id": student_id}
        claims = draw(st.sampled_from((ENROLL, ADMINISTRATOR)))
        response = self.ask(sync, "DELETE", RECEIPT, claims=claims, **path)

        version = (response.at_ms, response.request_id, 0)
        year = self.years.get(school_year)
        if year and student_id in year.students:
            assert response.status == 204
            year.store(student_id, version, None)
            self.owed.pop((school_year, student_id), None)
        else:
            assert (response.status, response.body["result"]) == (200, "unknown")
            self.tombstones.setdefault(school_year, {})[student_id] = version
            self.seen["unknown removal"] += 1

    def sync(self, sent: list[DrawnRegistration], how: str = "") -> Callable[[], None]:
        """Syncs registrations; the returned function updates the model and checks the response."""
        status = "In Processing" if how == "refused" else "Registration Approved"
        items = []
        for year, student_id, name, grade, locker, contacts in sent:
            fname = f"{name} {next(syncs):05}"
            self.names.setdefault(student_id, []).append(fname)
            item = registration(student_id, fname, year=year, grade=grade, status=status)
            entries = [{"name": contact} for contact in contacts]
            item["data"]["students"] |= {"locker": locker, "contacts": entries}
            items.append(item)
        body = {"registrations": items} | ({"as_of": LONG_AGO} if how == "as_of" else {})
        with throttled(how, sent[0][1]):
            response = self._send(body, everywhere=how == "everywhere")
        self.seen[f"sync: {how}"] += 1

        def check_response() -> None:
            results = [one["result"] for one in response.body["registrations"]]
            assert results == self._expected_results(items, how, response)
            assert response.status == (503 if {*results} == {"failed"} else 200)

        return check_response

    def _send(self, body: dict[str, Any], *, everywhere: bool) -> Response:
        if not everywhere:
            return self.ask(sync, "POST", REGISTRATIONS, body, claims=ENROLL)
        claims = program(f"everywhere-{self.connection_id}", "sync/registrations.write")
        return self.ask(sync, "POST", EVERYWHERE, body, claims=claims)

    def _expected_results(
        self, items: list[dict[str, Any]], how: str, response: Response
    ) -> list[str]:
        """Updates the model; returns the expected results."""
        if how == "refused":
            return ["refused"] * len(items)
        keys = [(item["school_year"], item["student_id"]) for item in items]
        last = {key: index for index, key in enumerate(keys)}
        at_ms = LONG_AGO_MS if how == "as_of" else response.at_ms
        results = {}
        for key, index in last.items():
            year, data = self.year(key[0]), items[index]["data"]["students"]
            is_affected = how in {"no marks", "no marker read"} or key[1] == keys[0][1]
            results[key] = "failed"
            if how == "no snapshot" and is_affected:
                year.mark(key[1])
            elif how != "no marks":
                stored = year.store(key[1], (at_ms, response.request_id, index), data)
                if not (how.startswith("no ") and is_affected):
                    results[key] = "synced" if stored else "superseded"
                if results[key] == "synced":
                    self.owed[key] = sync_number_in(data)
        return [
            "superseded" if results[key] == "synced" and last[key] != index else results[key]
            for index, key in enumerate(keys)
        ]


def sync_number_in(data: dict[str, str]) -> int:
    """The number of the sync in the name."""
    return int(data["fname"].rpartition(" ")[2])
