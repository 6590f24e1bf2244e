"""Work on several threads of Python: compiled loops that let go of the interpreter run side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numba as nb

Item = TypeVar("Item")
Found = TypeVar("Found")


def each(work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """What ``work`` gives for every item, in their order; as many at a time as numba may have threads.

    Items must not depend on one another: then the number of threads changes nothing.
    """
    n_threads = min(int(nb.get_num_threads()), len(items))
    if n_threads <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(work, items))
