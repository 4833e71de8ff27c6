"""A thread that calls something again and again, until its work is done."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ThreadTicker:
    """Implements the port Ticker; the thread has ended when the context is left."""

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
