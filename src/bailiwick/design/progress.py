"""Watching a search: time, stopping, and reports to whoever waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bailiwick.domain import Progress

StopFn = Callable[[Progress], bool]
ProgressFn = Callable[[Progress], None]


class Watch:
    """Clock, stopping rule and audience of one search.

    The audience is only ever told by the thread that made the watch.

    Parameters
    ----------
    clock
        Seconds from any origin, never going back.
    stop_fn
        Says when to stop; asked between slices of work.
    progress_fn
        Told of progress.
    """

    def __init__(self, clock: Callable[[], float], stop_fn: StopFn | None = None, progress_fn: ProgressFn | None = None) -> None:
        self.clock, self.stop_fn, self.progress_fn = clock, stop_fn, progress_fn
        self.is_stopped = False
        self.lower_bound = float("nan")
        self.laps: dict[str, float] = {}
        self.started = self._lap = clock()
        self._low, self._high = 0.0, 1.0
        self._is_priced = True
        self._thread = threading.get_ident()

    @property
    def may_be_stopped(self) -> bool:
        """Whether there is a stopping rule: then searches follow each other, so that the same report always ends the same work."""
        return self.stop_fn is not None

    @contextmanager
    def part(self, low: float, high: float) -> Iterator[None]:
        """While the block runs, fractions that are reported count between ``low`` and ``high`` of the part around it."""
        if threading.get_ident() != self._thread:
            yield
            return
        before = self._low, self._high
        size = before[1] - before[0]
        self._low, self._high = before[0] + size * low, before[0] + size * high
        yield
        self._low, self._high = before

    @contextmanager
    def unpriced(self) -> Iterator[None]:
        """While the block runs, reports tell neither objective nor bound: the search is for another one than was asked for."""
        before, self._is_priced = self._is_priced, False
        bound = self.lower_bound
        yield
        self._is_priced, self.lower_bound = before, bound

    def report(self, phase: str, fraction: float, *, objective: float = float("nan"), n_violations: int = -1) -> bool:
        """Tell the audience; returns True if the search must stop now."""
        if threading.get_ident() == self._thread:
            done = self._low + (self._high - self._low) * fraction
            found, bound = (objective, self.lower_bound) if self._is_priced else (float("nan"), float("nan"))
            progress = Progress(phase, done, self.clock() - self.started, found, n_violations, bound)
            if self.progress_fn is not None:
                self.progress_fn(progress)
            if self.stop_fn is not None and self.stop_fn(progress):
                self.is_stopped = True
        return self.is_stopped

    def lap(self, name: str) -> None:
        """Book the time since the last lap under ``name``."""
        now = self.clock()
        self.laps[name] = self.laps.get(name, 0.0) + now - self._lap
        self._lap = now
