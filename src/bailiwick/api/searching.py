"""What can be asked of every search, whatever it looks for: one record."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from bailiwick.api.limits import Limits, StopFn
from bailiwick.compiled import Compilation
from bailiwick.domain import Progress
from bailiwick.errors import InputError

ProgressFn = Callable[[Progress], None]
working_seconds = Compilation(time.perf_counter).listen().working_seconds
"""Seconds that stand still while loops are compiled, so that a time limit is one of searching on every computer."""


class SearchKeywords(TypedDict, total=False):
    """The fields of :class:`SearchOptions` as keywords of a function."""

    seed: int
    time_limit: float | None
    stop: StopFn | None
    on_progress: ProgressFn | None
    clock: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class SearchOptions:
    """Seed, limits and audience of a search; :func:`bailiwick.design` says what each means.

    Raises
    ------
    InputError
        If the seed is no whole number, zero or more.
    """

    seed: int = 0
    time_limit: float | None = None
    stop: StopFn | None = None
    on_progress: ProgressFn | None = None
    clock: Callable[[], float] = working_seconds

    def __post_init__(self) -> None:
        if not isinstance(self.seed, int | np.integer) or self.seed < 0:
            raise InputError(f"the seed must be a whole number, zero or more; found {self.seed!r}", code="seed", field="seed")

    def limits(self) -> Limits:
        """The time limit and the stopping rule, not yet reached."""
        return Limits(self.time_limit, self.stop)
