"""Ctrl-C: the first one ends the search with the best plan so far, the second one ends everything."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bailiwick.domain import Progress


class Interrupt:
    """Whether the user asked to stop.

    Attributes
    ----------
    is_searching
        True once there is a search to end; before that, Ctrl-C leaves at once.
    is_wanted
        True after the first Ctrl-C during the search.
    """

    def __init__(self) -> None:
        self.is_searching = False
        self.is_wanted = False

    def handle(self, signum: int, frame: FrameType | None) -> None:
        """Answer the signal."""
        if not self.is_searching or self.is_wanted:
            raise KeyboardInterrupt
        self.is_wanted = True

    def stop(self, progress: Progress) -> bool:
        """Stopping rule for the search."""
        self.is_searching = True
        return self.is_wanted


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Answer Ctrl-C by an :class:`Interrupt` inside the block."""
    interrupt = Interrupt()
    before = signal.signal(signal.SIGINT, interrupt.handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
