"""Work on several threads: everything once, in order, told by one thread only, and ended by the first error."""

import importlib
import pkgutil
import threading
import time
from collections.abc import Iterator

import numba as nb
import pytest

from bailiwick.design.progress import Watch
from bailiwick.design.threads import each
from bailiwick.domain import Progress

MANY = nb.config.NUMBA_NUM_THREADS
needs_threads = pytest.mark.skipif(MANY < 2, reason="numba has one thread here")


@pytest.fixture(autouse=True)
def all_threads() -> Iterator[None]:
    nb.set_num_threads(MANY)
    yield
    nb.set_num_threads(MANY)


@pytest.mark.parametrize("n_threads", [1, MANY])
def test_every_item_once_and_in_order(n_threads: int) -> None:
    nb.set_num_threads(n_threads)
    done: list[int] = []

    def work(item: int) -> int:
        time.sleep(0.001 * (item % 3))
        done.append(item)
        return item * item

    assert each(work, range(20)) == [item * item for item in range(20)]
    assert sorted(done) == list(range(20))


@needs_threads
def test_work_within_work_stays_on_its_thread() -> None:
    meeting = threading.Barrier(2)

    def outer(_: int) -> tuple[int, set[int]]:
        meeting.wait(10)  # only two threads together get past here
        return threading.get_ident(), set(each(lambda _: threading.get_ident(), range(4)))

    found = each(outer, range(2))
    assert len({thread for thread, _ in found}) == 2
    assert all(within == {thread} for thread, within in found)


@needs_threads
@pytest.mark.parametrize("fails_here", [True, False])
def test_an_error_on_any_thread_ends_the_work(fails_here: bool) -> None:
    asking, meeting, done = threading.get_ident(), threading.Barrier(2), []

    def work(item: int) -> None:
        if item < 2:
            meeting.wait(10)
            if (threading.get_ident() == asking) == fails_here:
                raise ValueError("no")
            time.sleep(0.05)
        done.append(item)

    with pytest.raises(ValueError, match="no"):
        each(work, range(1000))
    assert len(done) < 1000
    assert each(lambda item: item, range(5)) == [0, 1, 2, 3, 4]


@needs_threads
def test_the_audience_is_told_by_the_thread_that_asks_only() -> None:
    asking, meeting = threading.get_ident(), threading.Barrier(2)
    told: list[tuple[int, float]] = []

    def hear(progress: Progress) -> None:
        told.append((threading.get_ident(), progress.fraction))

    watch = Watch(time.perf_counter, progress_fn=hear)

    def work(item: int) -> None:
        with watch.part(item / 2, (item + 1) / 2):
            meeting.wait(10)
            watch.report("improve", 0.5)

    each(work, range(2))
    assert len(told) == 1
    assert told[0][0] == asking
    assert told[0][1] in (0.25, 0.75)


def test_no_two_compiled_functions_share_a_place_in_the_cache() -> None:
    """Numba keeps them by module, name, line and types: one for several threads would be loaded as the one for a single thread."""
    package = importlib.import_module("bailiwick.design")  # the attribute of that name is the function
    modules = [importlib.import_module(found.name) for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    compiled = {id(value): value.py_func for module in modules for value in vars(module).values() if hasattr(value, "py_func")}
    places = [(function.__module__, function.__qualname__, function.__code__.co_firstlineno) for function in compiled.values()]
    assert len(places) > 50
    assert len(set(places)) == len(places)
