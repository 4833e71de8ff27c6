"""How far the random searches go: a short way, the same each time, or far, from a seed."""

import os

SEED = int(os.environ.get("EXPLORE_SEED", "0"))
"""Of a long search, which `make explore` starts; 0 is the short one."""

DAYS = 50 if SEED else 5
"""Of random days."""

WALKS = range(SEED, SEED + 30) if SEED else range(3)
"""Seeds of walks through large cases, a hundred walks each."""
