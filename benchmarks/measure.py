"""Shared by the benchmarks: clocks, interleaved pairs, and the printed lines."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

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


def print_comparison(measure: str, peer: str, found: Compared, *, at_most: float) -> None:
    """Prints the result of a benchmark with a peer or floor."""
    figures = f"{peer} {found.peer:.3g} s, ours {found.ours:.3g} s, ratio {found.ratio:.2f}"
    print_figures(measure, figures, f"at most {at_most:g}", met=found.ratio <= at_most)


def print_figures(measure: str, figures: str, goal: str, *, met: bool) -> None:
    """Prints the result of a benchmark."""
    print(f"{measure}: {figures} (goal: {goal}{'' if met else ', NOT MET'})", flush=True)
