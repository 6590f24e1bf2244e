"""Small parts of the command line: words of options, Ctrl-C, progress."""

from __future__ import annotations

import math
import signal
from pathlib import Path

import pytest

from bailiwick.cli.interrupt import interruptible
from bailiwick.cli.options import Contiguity, adjacency
from bailiwick.cli.progress import progress_facts, seconds_left
from bailiwick.domain import Progress
from bailiwick.errors import InputError


def test_neighbours_come_from_a_file_or_a_rule() -> None:
    assert adjacency(None, None) == "auto"
    assert adjacency(None, Contiguity.none) == "none"
    assert adjacency(Path("pairs.csv"), None) == Path("pairs.csv")
    with pytest.raises(InputError, match="leave --contiguity out"):
        adjacency(Path("pairs.csv"), Contiguity.auto)


def test_the_first_interrupt_stops_the_search_the_second_everything() -> None:
    now = Progress("improve", 0.1, 1.0)
    with interruptible() as interrupt:
        assert not interrupt.stop(now)
        signal.raise_signal(signal.SIGINT)
        assert interrupt.stop(now)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_an_interrupt_outside_the_search_leaves_at_once() -> None:
    with interruptible(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_the_old_handler_comes_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


def test_time_left_is_by_work_but_never_beyond_the_limit() -> None:
    assert seconds_left(Progress("improve", 0.25, 3.0), time_limit=None) == pytest.approx(9.0)
    assert seconds_left(Progress("improve", 0.25, 3.0), time_limit=5.0) == pytest.approx(2.0)
    assert seconds_left(Progress("improve", 0.25, 7.0), time_limit=5.0) == 0.0
    assert seconds_left(Progress("construct", 0.0, 0.1), time_limit=None) is None


def test_facts_leave_out_what_is_unknown() -> None:
    assert progress_facts(Progress("construct", 0.0, 0.0, objective=math.nan), time_limit=None) == ""
    assert progress_facts(Progress("improve", 0.0, 0.0, objective=12.0, n_violations=3), time_limit=None) == "best 12 · 3 outside"
