"""How hot loops are compiled: to machine code, kept on disk between processes."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numba as nb
from numba.core import event

PARALLEL_UNITS = 20_000
"""Points from which loops are shared among threads: waking a second one costs more than a smaller problem takes."""
NO_REFERENCE_COUNTING: dict[str, Any] = {"_nrt": False}  # not in numba's type stubs

kernel = nb.njit(cache=True, nogil=True)
"""For functions that create arrays; several threads of Python may run them side by side."""

leaf = nb.njit(cache=True, **NO_REFERENCE_COUNTING)
"""For functions that only read and write arrays they are given.

Without the reference counting of numba's runtime, which would cost two atomic steps for every array handed over: two
thirds of the time of a search step.
"""

inline_leaf = nb.njit(cache=True, inline="always", **NO_REFERENCE_COUNTING)
"""For a few lines of arithmetic in an inner loop."""

fast_leaf = nb.njit(cache=True, fastmath={"nnan", "nsz"}, **NO_REFERENCE_COUNTING)
"""A leaf whose largest and smallest numbers are found several at a time; there must be no NaN. Results are the same to the last bit."""

ONLY_MARKED_LOOPS: dict[str, Any] = {
    "parallel": {"prange": True, **dict.fromkeys(("comprehension", "reduction", "setitem", "numpy", "stencil", "fusion"), False)}
}

parallel = nb.njit(cache=True, **ONLY_MARKED_LOOPS)
"""For loops over a fixed number of chunks. Numba would split whole-array sums, too, by the number of threads: not here,
so that a result does not depend on it."""


def both_ways(function: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """A function whose loops over chunks are marked, for one thread and for several.

    Waking a second thread costs more than a small problem takes; both forms add up the same chunks in the same order. The
    second has a name of its own: numba's disk cache tells compiled functions apart by name and types of arguments, not by
    how they are compiled, and would hand out the one for the other.
    """
    assert isinstance(function, FunctionType)
    twin = FunctionType(function.__code__, function.__globals__, f"{function.__name__}_parallel", function.__defaults__)
    twin.__qualname__, twin.__module__ = f"{function.__qualname__}_parallel", function.__module__
    return kernel(function), parallel(twin)


class Compilation(event.Listener):
    """Adds up the time that compiling takes: minutes on a computer that never ran the engine, nothing afterwards."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock, self._depth, self._began, self._spent = clock, 0, 0.0, 0.0

    def listen(self) -> Compilation:
        """Hear of all that is compiled from now on."""
        event.register("numba:compile", self)  # type: ignore[no-untyped-call]
        return self

    def on_start(self, event: event.Event) -> None:
        """One function has compiling begun, perhaps for another that is being compiled."""
        if self._depth == 0:
            self._began = self.clock()
        self._depth += 1

    def on_end(self, event: event.Event) -> None:
        """It is done."""
        self._depth -= 1
        if self._depth == 0:
            self._spent += self.clock() - self._began

    def working_seconds(self) -> float:
        """The clock, standing still while something is compiled; seconds."""
        return (self._began if self._depth else self.clock()) - self._spent
