"""Watching a search: time, stopping, and reports to whoever waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bailiwick.domain import Progress

StopFn = Callable[[Progress], bool]
ProgressFn = Callable[[Progress], None]


@dataclass(eq=False)
class Watch:
    """Clock, stopping rule and audience of one search.

    Attributes
    ----------
    clock
        Seconds from any origin, never going back.
    stop_fn
        Says when to stop; asked between slices of work.
    progress_fn
        Told of progress.
    """

    clock: Callable[[], float]
    stop_fn: StopFn | None = None
    progress_fn: ProgressFn | None = None
    is_stopped: bool = False
    laps: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.started = self._lap = self.clock()

    def report(self, phase: str, fraction: float, *, objective: float = float("nan"), n_violations: int = -1) -> bool:
        """Tell the audience; returns True if the search must stop now."""
        progress = Progress(phase, fraction, self.clock() - self.started, objective, n_violations)
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
