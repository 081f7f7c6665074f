"""Ends a run between two steps, so that a checkpoint can be written."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


class Interrupt:
    """Remembers that Ctrl-C was pressed; the second time raises KeyboardInterrupt.

    Attributes:
      requested: whether the run is to stop.
    """

    def __init__(self) -> None:
        self.requested = False

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Catches the first Ctrl-C inside; does nothing outside the main thread."""

        def stop(number: int, frame: Any) -> None:
            if self.requested:
                raise KeyboardInterrupt
            self.requested = True

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)
