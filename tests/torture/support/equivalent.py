"""Mutants that make no difference that anybody could see, each with the reason."""

from collections.abc import Mapping

DELIVER_FILES = "use_cases.delivery.deliver_files"
EXPORT_YEAR = "use_cases.exporting.export_year"
LEASE = "use_cases.runs.lease"
REGISTRATION = "domain.registrations.registration"
SYNC_REQUEST = "domain.registrations.sync_request"
SYNC_REGISTRATIONS = "use_cases.registrations.sync_registrations"

EQUIVALENT: Mapping[tuple[str, str, str], str] = {
    (LEASE, "HeldLease.__init__", "`0` → `1`"): "Each is an expiry in January 1970.",
    ("domain.registrations.batches", "arrived_at", "`1` → `2`"): (
        "The first part is the same, however many parts follow."
    ),
    (
        REGISTRATION,
        "four_digits",
        "`isinstance(value, int) and (not isinstance(value, bool))` → "
        "`isinstance(value, int) or not isinstance(value, bool)`",
    ): "Of all values, only numbers and texts are four digits as text.",
    (REGISTRATION, "encode_snapshot", "`1` → `2`"): (
        "The level of the compression changes only the size and the time."
    ),
    (
        SYNC_REQUEST,
        "_parse_one",
        "`len(problems) > found or year is None` → `len(problems) > found and year is None`",
    ): "With a problem the whole request is refused, and a missing year is a problem.",
    (SYNC_REQUEST, "_Unusable.__init__", "without `super().__init__(code)`"): (
        "Nobody reads the text of this error; it is always caught."
    ),
    (SYNC_REQUEST, "_text", "without `raise TypeError(type(value).__name__)`"): (
        "JSON has no other types, so this is never reached."
    ),
    (
        SYNC_REQUEST,
        "_put",
        "`not isinstance(before, dict) or not isinstance(value, dict)` → "
        "`not isinstance(before, dict) and (not isinstance(value, dict))`",
    ): "By then both are groups, or neither is.",
    (
        DELIVER_FILES,
        "with_retries",
        "without `raise AssertionError('unreachable: the last attempt returns or raises')`",
    ): "The last attempt returns or raises, so this is never reached.",
    (DELIVER_FILES, "_Delivery._remove_done_files", "`True` → `False`"): (
        "By then every file has its upload, so both lists are equally long."
    ),
    (EXPORT_YEAR, "export_year", "`0` → `1`"): "No mark is in batch 0.",
    (
        EXPORT_YEAR,
        "_totals_before",
        "`resources.seconds_left() < EXPORT_SECONDS` → "
        "`resources.seconds_left() <= EXPORT_SECONDS`",
    ): "With exactly that time left, each answer is right.",
    (EXPORT_YEAR, "mark_held_students", "`100` → `101`"): (
        "The marks are the same, however many are written at a time."
    ),
    (
        EXPORT_YEAR,
        "reasons_of_mark",
        "`len((text := json.dumps(kept))) > MAX_REASONS_BYTES` → "
        "`len((text := json.dumps(kept))) >= MAX_REASONS_BYTES`",
    ): "The limit is half of what DynamoDB takes, so one byte is nothing.",
    (SYNC_REGISTRATIONS, "sync_registrations", "`True` → `False`"): (
        "Each registration has one snapshot or refusal, so both lists are equally long."
    ),
    (
        SYNC_REGISTRATIONS,
        "sync_registrations",
        "`seconds_left() <= MIN_SECONDS_LEFT` → `seconds_left() < MIN_SECONDS_LEFT`",
    ): "With exactly that time left, each answer is right.",
    (
        SYNC_REGISTRATIONS,
        "store_changes",
        "`seconds_left() > MIN_SECONDS_LEFT` → `seconds_left() >= MIN_SECONDS_LEFT`",
    ): "With exactly that time left, each answer is right.",
}
"""By module, function and change; see `planting.Mutant`."""
