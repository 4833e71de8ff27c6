"""What the measures have in common: clocks, interleaved pairs, and one line for each figure."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

type Clock = Callable[[], float]

cpu_seconds: Clock = time.process_time
"""Of this process: what other processes do on the machine hardly changes it."""

wall_seconds: Clock = time.perf_counter


def cpu_seconds_of_children() -> float:
    """Of the processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians over the pairs, in seconds; `ratio` is the median of ours to the peer's."""

    peer: float
    ours: float
    ratio: float


def compare(
    peer: Callable[[], object], ours: Callable[[], object], *, pairs: int, clock: Clock
) -> Compared:
    """Runs the two by turns, so that what slows the machine slows both."""
    times = [(seconds(peer, clock), seconds(ours, clock)) for _ in range(pairs)]
    peer_seconds, our_seconds = (statistics.median(of_one) for of_one in zip(*times, strict=True))
    ratio = statistics.median(mine / theirs for theirs, mine in times)
    return Compared(peer_seconds, our_seconds, ratio)


def seconds(work: Callable[[], object], clock: Clock) -> float:
    """How long the work takes by the clock."""
    start = clock()
    work()
    return clock() - start


def tell(measure: str, peer: str, found: Compared, *, at_most: float) -> None:
    """Prints the line of a measure that has a peer or floor."""
    figures = f"{peer} {found.peer:.3g} s, ours {found.ours:.3g} s, ratio {found.ratio:.2f}"
    tell_figures(measure, figures, f"at most {at_most:g}", met=found.ratio <= at_most)


def tell_figures(measure: str, figures: str, goal: str, *, met: bool) -> None:
    """Prints the line of a measure."""
    print(f"{measure}: {figures} (goal: {goal}{'' if met else ', NOT MET'})", flush=True)
