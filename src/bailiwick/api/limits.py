"""When a search must end, and what ended it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bailiwick.domain import Progress, Result

StopFn = Callable[[Progress], bool]


@dataclass(slots=True)
class Limits:
    """A time limit and the user's own stopping rule.

    Attributes
    ----------
    time_limit
        Seconds, or None.
    stop
        Asked during the search, or None.
    reason
        ``time_limit`` or ``interrupted`` once either has ended the search, else empty.
    """

    time_limit: float | None = None
    stop: StopFn | None = None
    reason: str = field(default="", init=False)

    @property
    def rule(self) -> StopFn | None:
        """What the search has to ask, or None where nothing but its own rest ends it."""
        return None if self.time_limit is None and self.stop is None else self.should_stop

    def should_stop(self, progress: Progress) -> bool:
        """Whether the search must end now; once it must, it always must."""
        if not self.reason and self.time_limit is not None and progress.seconds >= self.time_limit:
            self.reason = "time_limit"
        elif not self.reason and self.stop is not None and self.stop(progress):
            self.reason = "interrupted"
        return bool(self.reason)

    def explained(self, result: Result) -> Result:
        """The result with the reason why it ended early, if it did."""
        return replace(result, stop_reason=self.reason) if self.reason else result
