"""A time limit is one of searching: compiling, which happens once on a computer, does not use it up."""

from __future__ import annotations

import time

import numba as nb

from bailiwick.api.searching import SearchOptions, working_seconds
from bailiwick.compiled import Compilation


def test_the_clock_stands_still_while_something_is_compiled() -> None:
    def add(x: float) -> float:
        return x + 1.0

    before, began = working_seconds(), time.perf_counter()
    nb.njit(add)(1.0)
    by_work, by_clock = working_seconds() - before, time.perf_counter() - began
    assert by_work < by_clock / 2, f"{by_work:.3f} s of {by_clock:.3f} s"
    assert SearchOptions().clock == working_seconds


def test_what_is_compiled_for_another_is_not_counted_twice() -> None:
    ticks = iter([2.0, 7.0, 9.0])
    compilation = Compilation(lambda: next(ticks))
    for step in (compilation.on_start, compilation.on_start, compilation.on_end):
        step(None)
    assert compilation.working_seconds() == 2.0
    compilation.on_end(None)
    assert compilation.working_seconds() == 9.0 - (7.0 - 2.0)
