"""Several searches under one stopping rule and one audience."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bailiwick.design.progress import ProgressFn, StopFn
from bailiwick.design.solve import solve
from bailiwick.domain import Problem, Progress, Result

IN_TIME = 0.9
"""Share of a time limit that parts divide among themselves; the rest is for judging and bounds."""


class Relay:
    """Runs searches one after the other as if they were one.

    Parameters
    ----------
    clock, stop, on_progress
        As for :func:`bailiwick.design.solve.solve`; seconds and shares of work are told for the whole.
    time_limit
        Seconds that ``stop`` will allow, or None: each part then ends when its share of them is over, so that the last
        parts get theirs.

    Attributes
    ----------
    is_stopped
        Whether ``stop`` has said so.
    was_cut
        Whether a part ended because its share of the time was over.
    """

    def __init__(
        self, clock: Callable[[], float], stop: StopFn | None, on_progress: ProgressFn | None, *, time_limit: float | None = None
    ) -> None:
        self.clock, self.started, self.time_limit = clock, clock(), time_limit
        self.was_cut = False
        self._stop, self._tell = stop, on_progress
        self.is_stopped = False
        self._done = self._told = 0.0

    def solve(self, problem: Problem, *, seed: int, share: float) -> Result:
        """Search, as ``share`` of the whole work; ends at once with a first plan when the whole has been stopped."""
        low = self._done

        def whole(progress: Progress) -> Progress:
            return replace(progress, fraction=self._forward(low + share * progress.fraction), seconds=self.clock() - self.started)

        def should_stop(progress: Progress) -> bool:
            self.is_stopped = self.is_stopped or (self._stop is not None and self._stop(whole(progress)))
            return self.is_stopped or self.is_over(low + share)

        def tell(progress: Progress) -> None:
            if self._tell is not None:
                self._tell(whole(progress))

        result = solve(problem, clock=self.clock, seed=seed, stop=should_stop, on_progress=tell)
        self._done = low + share
        return result

    @property
    def stop_reason(self) -> str:
        """Why the whole ended."""
        return "interrupted" if self.is_stopped else "time_limit" if self.was_cut else "converged"

    def is_over(self, share: float) -> bool:
        """Whether the time of the first ``share`` of the work is over."""
        if self.time_limit is None or self.clock() - self.started < share * IN_TIME * self.time_limit:
            return False
        self.was_cut = True
        return True

    def _forward(self, fraction: float) -> float:
        """A share of work that never goes back, whatever a single search says of itself."""
        self._told = min(max(self._told, fraction), 1.0)
        return self._told

    def report(self, phase: str, fraction: float) -> bool:
        """Tell of work that is no search of its own; returns True if it must end now."""
        progress = Progress(phase, self._forward(fraction), self.clock() - self.started)
        if self._tell is not None:
            self._tell(progress)
        self.is_stopped = self.is_stopped or (self._stop is not None and self._stop(progress))
        return self.is_stopped
