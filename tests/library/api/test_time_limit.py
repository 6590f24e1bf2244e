"""A time limit is one of searching: compiling, which happens once on a computer, does not use it up."""

from __future__ import annotations

from itertools import count

import numba as nb
from numba.core import event

from bailiwick.api.searching import SearchOptions, working_seconds
from bailiwick.compiled import Compilation


def test_the_clock_stands_still_while_something_is_compiled() -> None:
    def add(x: float) -> float:
        return x + 1.0

    ticks = count()
    compilation = Compilation(lambda: float(next(ticks))).listen()
    try:
        nb.njit(add)(1.0)
    finally:
        event.unregister("numba:compile", compilation)
    heard = next(ticks)  # two looks at the clock for each time that something was compiled
    assert heard >= 2
    assert compilation.working_seconds() == heard + 1 - heard / 2


def test_searches_are_timed_so() -> None:
    assert SearchOptions().clock == working_seconds


def test_what_is_compiled_for_another_is_not_counted_twice() -> None:
    ticks = iter([2.0, 7.0, 9.0])
    compilation = Compilation(lambda: next(ticks))
    for step in (compilation.on_start, compilation.on_start, compilation.on_end):
        step(None)
    assert compilation.working_seconds() == 2.0
    compilation.on_end(None)
    assert compilation.working_seconds() == 9.0 - (7.0 - 2.0)
