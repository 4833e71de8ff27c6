"""The choices from which hypothesis draws a random day."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.functional.random_day.mapping_variants import MappingVariant

YEARS = (2025, 2024)
IDS = ("007", "06520", "1e5", "12.0", "A-1", "a-1", "9", "10", "x@y", "0", "Z_z", "zz")
NAMES = ("Ann", "José", "O'Neil, Bo")
VARIANTS = (
    MappingVariant(coded=("K", "1"), unmatched="keep", roster="new", numeric=True, removals=True),
    MappingVariant(coded=("K", "1"), removals=True),
    MappingVariant(coded=("K",), unmatched="keep", contacts=True),
    MappingVariant(coded=("K", "PK"), omitted_grade="PK", contacts=True, removals=True),
    MappingVariant(coded=("K", "1"), unmatched="keep", unique=True, numeric=True, removals=True),
    MappingVariant(coded=("K",), roster="new", omitted_grade="1", contacts=True),
    MappingVariant(coded=("K", "1"), roster="all"),
    MappingVariant(
        roster="all",
        roster_omitted_grade="K",
        omitted_grade="PK",
        unique=True,
        contacts=True,
        removals=True,
    ),
)
EXPORT_OPTIONS: tuple[dict[str, Any], ...] = (
    *[{}] * 4,
    {"school_years": [2025]},
    {"school_years": [2025], "contents": "all"},
    {"school_years": [2024, 2025], "contents": "all", "override_held": True},
)
AT_THE_SERVER = ("sign in", "write", "rename", "lost before", "lost after")
CUTS = ("throttled", "throttled late", "killed", "killed late")
MEANWHILE = ("after close_batch", "before commit")
FAULTS = (*[""] * 6, *AT_THE_SERVER, *CUTS, *CUTS, *MEANWHILE)
SYNCS = (
    *[""] * 5,
    *("as_of", "refused", "everywhere"),
    *("no marks", "no snapshot", "no response", "no marker read"),
)
DECISIONS = ("confirm", "cancel")
READS = ("dry run", "test record", "preview", "lists", "receipts")

type DrawnRegistration = tuple[int, str, str, str, str, tuple[str, ...]]
"""Year, student, name, grade, locker and contacts."""

type Draw = Callable[..., Any]

years, ids = st.sampled_from(YEARS), st.sampled_from(IDS)
registrations = st.tuples(
    years,
    ids,
    st.sampled_from(NAMES),
    st.sampled_from(("K", "1", "PK")),
    st.sampled_from(("", "", "L1", "L2")),
    st.sampled_from(((), ("",), ("Rosa",), ("Rosa", "Luis"), ("", "Ada", "Ada"), ("Magdalena",))),
)

USUALLY = st.sampled_from((True, True, True, False))

EXPECTED_EVENTS = {
    *(f"sync: {how}" for how in SYNCS),
    *(f"export: {fault}" for fault in FAULTS),
    *(f"read: {what}" for what in READS),
    *("awaiting", "decision: confirm", "decision: cancel", "superseded"),
    *("retried", "resent", "resent in part", "settled in part"),
    *("erased", "erasure retried", "removal delivered", "held removal", "several rows"),
    *("unknown removal", "removal not sent", "carried over", "delivered before"),
    *(
        "announced: failed",
        "announced: awaiting",
        "announced: not collected",
        "announced: newly held",
    ),
}
"""Events that the days must contain; without them the test would prove little."""

UNIQUE_IDS = ("x@y", "Z_z", "06520")
"""Ids that occur in no other text."""
