"""Work on several threads of Python: compiled loops that let go of the interpreter run side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numba as nb

Item = TypeVar("Item")
Found = TypeVar("Found")

_here = threading.local()


def each(work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """What ``work`` gives for every item, in their order; as many at a time as numba may have threads.

    Items must not depend on one another: then the number of threads changes nothing. They are begun in their order, so long
    ones belong first. The thread that asks works, too; what an item itself hands to this function runs on its thread alone.
    """
    n_threads = 1 if getattr(_here, "is_inside", False) else min(int(nb.get_num_threads()), len(items))
    if n_threads <= 1:
        return [work(item) for item in items]
    found: dict[int, Found] = {}
    numbers = iter(range(len(items)))  # whoever asks next gets the next one: a single step of the interpreter
    with ThreadPoolExecutor(n_threads - 1) as pool:
        helpers = [pool.submit(_work_through, work, items, numbers, found) for _ in range(n_threads - 1)]
        _work_through(work, items, numbers, found)
        for helper in helpers:
            helper.result()
    return [found[number] for number in range(len(items))]


def _work_through(work: Callable[[Item], Found], items: Sequence[Item], numbers: Iterator[int], found: dict[int, Found]) -> None:
    """Take item after item until none is left; after an error nobody takes another."""
    _here.is_inside = True
    try:
        for number in numbers:
            found[number] = work(items[number])
    finally:
        _here.is_inside = False
        for _ in numbers:
            pass
