"""Calls a function repeatedly in a background thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ThreadTicker:
    """Implements the port Ticker; leaving the context waits for the thread to end."""

    @contextmanager
    def every(self, seconds: float, call: Callable[[], None]) -> Iterator[None]:
        done = threading.Event()

        def tick() -> None:
            while not done.wait(seconds):
                call()

        thread = threading.Thread(target=tick, name="ticker", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
