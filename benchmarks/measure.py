"""Shared by the benchmarks: clocks, interleaved pairs, and their results."""

import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

FIGURES = "FIGURES"

type Clock = Callable[[], float]

cpu_seconds: Clock = time.process_time
"""CPU time of this process: other processes hardly change it."""

wall_seconds: Clock = time.perf_counter


def cpu_seconds_of_children() -> float:
    """CPU time of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians of the pairs, in seconds; `ratio` is the median of ours divided by the peer's."""

    peer: float
    ours: float
    ratio: float


def compare(
    peer: Callable[[], object], ours: Callable[[], object], *, pairs: int, clock: Clock
) -> Compared:
    """Runs the two in turns, so a slow moment of the machine affects both."""
    times = [(seconds(peer, clock), seconds(ours, clock)) for _ in range(pairs)]
    peer_seconds, our_seconds = (statistics.median(of_one) for of_one in zip(*times, strict=True))
    ratio = statistics.median(our / their for their, our in times)
    return Compared(peer_seconds, our_seconds, ratio)


def seconds(work: Callable[[], object], clock: Clock) -> float:
    """The duration of the work."""
    start = clock()
    work()
    return clock() - start


@dataclass(frozen=True, slots=True)
class Figure:
    """The result of a benchmark. `share` is the measured value as a share of the goal: at most 1 if
    the goal is met, and None without a goal."""

    measure: str
    against: str
    measured: str
    goal: str = "none"
    share: float | None = None

    @property
    def is_missed(self) -> bool:
        return self.share is not None and self.share > 1


def report(figure: Figure) -> None:
    """Prints the result, and adds it to the file that `$FIGURES` names, for docs/performance.md."""
    missed = ", NOT MET" if figure.is_missed else ""
    against = f" against {figure.against}" if figure.against else ""
    print(f"{figure.measure}{against}: {figure.measured} (goal: {figure.goal}{missed})", flush=True)
    if path := os.environ.get(FIGURES):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(figure)) + "\n")


def report_comparison(
    measure: str, against: str, found: Compared, *, at_most: float | None = None
) -> None:
    """Reports the result of a benchmark with a peer or floor, as a ratio; it has a goal if
    `at_most` is given."""
    times = f"{found.ratio:.2f} times ({found.ours:.3g} s and {found.peer:.3g} s)"
    if at_most is None:
        report(Figure(measure, against, times))
    else:
        goal = f"at most {at_most:g} times"
        report(Figure(measure, against, times, goal, found.ratio / at_most))
