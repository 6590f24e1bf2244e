"""One line that shows how far the search is: phase, best objective, gap, time left."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bailiwick.domain import Progress

PHASES = {"construct": "building a plan", "improve": "improving it", "bound": "proving a bound"}


@contextmanager
def progress_line(*, time_limit: float | None) -> Iterator[Callable[[Progress], None]]:
    """Show progress on standard error while the block runs; nothing where that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Display

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[facts]}"),
    )
    with Display(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        task = display.add_task("reading", total=1.0, facts="")

        def show(progress: Progress) -> None:
            display.update(
                task,
                description=PHASES.get(progress.phase, progress.phase),
                completed=progress.fraction,
                facts=progress_facts(progress, time_limit=time_limit),
            )

        yield show


def progress_facts(progress: Progress, *, time_limit: float | None) -> str:
    """What is known so far, in a few words.

    Examples
    --------
    >>> from bailiwick.domain import Progress
    >>> progress_facts(Progress("improve", 0.25, 3.0, objective=1234567.0, n_violations=2, lower_bound=1200000.0), time_limit=None)
    'best 1.235e+06 · gap 2.9 % · 2 outside · 9 s left'
    """
    from bailiwick.domain.wording import percent  # the help text must not load numpy with it

    facts = []
    if math.isfinite(progress.objective):
        facts.append(f"best {progress.objective:.4g}")
        if progress.lower_bound > 0:
            facts.append(f"gap {percent(progress.objective / progress.lower_bound - 1)}")
    if progress.n_violations > 0:
        facts.append(f"{progress.n_violations} outside")
    left = seconds_left(progress, time_limit=time_limit)
    if left is not None:
        facts.append(f"{left:.0f} s left")
    return " · ".join(facts)


def seconds_left(progress: Progress, *, time_limit: float | None) -> float | None:
    """Estimate by the share of work done, never more than the time limit leaves; None if nothing is known yet."""
    by_work = progress.seconds * (1 / progress.fraction - 1) if progress.fraction > 0.02 else math.inf
    by_limit = math.inf if time_limit is None else max(0.0, time_limit - progress.seconds)
    left = min(by_work, by_limit)
    return left if math.isfinite(left) else None
