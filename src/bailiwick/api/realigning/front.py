"""``front``: about ten plans along balance, compactness and disruption, to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

import bailiwick
from bailiwick.api.digest import input_digest
from bailiwick.api.document import number, to_text
from bailiwick.api.folder import check_folder, whole_folder
from bailiwick.api.options import OptionKeywords, ProblemOptions, read_options, shows
from bailiwick.api.problem import build_problem
from bailiwick.api.realigning.facade import TodayWish, column_of, problem_with_today, with_disruption
from bailiwick.api.searching import SearchOptions
from bailiwick.api.sources import Source
from bailiwick.domain import FloatArray, IntArray, Notice, Problem
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.export import write_csv
from bailiwick.metrics import Evaluation, evaluate

if TYPE_CHECKING:
    import pandas as pd

TODAY = "today"
MOST_PLANS = 11
FRONT_FILES = ("front.csv", "front.json", "front.svg", "front.png", *(f"plan-{n:02d}.csv" for n in range(MOST_PLANS)))
STEP = 1e-3
"""Deviations that differ by less count as the same balance."""
SHADE = 0.005
"""Share of the length of the front, along each of its axes, within which two plans are as good as one."""

CUT_SHORT = {
    "time_limit": "The time limit ended the search before every trade was tried: there are fewer plans than there could be.",
    "interrupted": "The search was interrupted before every trade was tried: there are fewer plans than there could be.",
}


@dataclass(frozen=True, eq=False)
class FrontPlan:
    """One plan of a front.

    Attributes
    ----------
    number
        1, 2 … by what changes hands, then by distance; 0 is today's alignment.
    evaluation
        The plan, judged by the rules as they were asked.
    """

    number: int
    evaluation: Evaluation

    @property
    def largest_deviation(self) -> float:
        """Largest absolute deviation of a territory from its target in any balanced measure, a fraction.

        What a single unit is too large by wherever it may go is left out, as every plan has it.
        """
        off = self.evaluation.deviations[:, self._balanced]
        return float(np.nanmax(np.where(self.is_too_large, 1.0 + off - self._largest, np.abs(off)), initial=0.0))

    @cached_property
    def is_too_large(self) -> np.ndarray:
        """Mask of the territories with a unit that is beyond the tolerance by itself wherever it may go, per balanced measure, (K, M)."""
        tolerances = np.array([measure.tolerance for measure in self.evaluation.problem.measures if measure.tolerance is not None])
        return self._largest > 1.0 + tolerances + 1e-9

    @cached_property
    def _balanced(self) -> list[int]:
        return [m for m, measure in enumerate(self.evaluation.problem.measures) if measure.tolerance is not None]

    @cached_property
    def _largest(self) -> FloatArray:
        """The largest unit of each territory, in the largest targets it may go to, shape (K, M)."""
        problem = self.evaluation.problem
        values = problem.measure_matrix[:, self._balanced]
        target = np.outer(problem.target_shares, values.sum(axis=0))
        room = np.tile(target.max(axis=0), (len(values), 1))
        if problem.locked is not None:
            is_locked = problem.locked >= 0
            room[is_locked] = target[problem.locked[is_locked]]
        largest = np.zeros_like(target)
        np.maximum.at(largest, self.evaluation.territory_idx, np.divide(values, room, out=np.zeros_like(room), where=room > 0))
        return largest

    @property
    def moved_share(self) -> float:
        """Share of the disruption that changes hands; 0 where no alignment of today was given."""
        return float(self.evaluation.values.get("moved_share", 0.0))

    @property
    def axes(self) -> tuple[float, float, float]:
        """Balance (in steps of 0.1 %), compactness and moved share: less is better."""
        return float(np.ceil(self.largest_deviation / STEP - 1e-6) * STEP), self.evaluation.compactness, round(self.moved_share, 9)


@dataclass(frozen=True, eq=False, repr=False)
class Front:
    """Plans of which none is as good as another in every way and better in one.

    Attributes
    ----------
    plans
        By what changes hands, then by distance.
    source
        Where the units come from.
    notices
        Suspicious but legal facts.
    seed
        Of the random source.
    stop_reason
        ``converged``, ``time_limit`` or ``interrupted``: then there are fewer plans.
    """

    plans: tuple[FrontPlan, ...]
    source: Source
    notices: tuple[Notice, ...]
    seed: int
    stop_reason: str

    def __repr__(self) -> str:
        return f"<Front: {len(self.plans)} plans, the knee is plan {self.knee.number}>"

    @property
    def problem(self) -> Problem:
        """What was asked."""
        return self.plans[0].evaluation.problem

    @cached_property
    def knee(self) -> FrontPlan:
        """The plan nearest to the best of every axis at once, each axis from 0 to 1 over the front."""
        axes = np.array([plan.axes for plan in self.plans])
        span = np.maximum(np.ptp(axes, axis=0), 1e-12)
        return self.plans[int(np.argmin((((axes - axes.min(axis=0)) / span) ** 2).sum(axis=1)))]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per plan; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self.columns())

    def columns(self) -> dict[str, np.ndarray]:
        """Columns of ``front.csv``."""
        rows = [self._row(plan) for plan in self.plans]
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}

    def alignment(self, plan: int) -> dict[str, str]:
        """Unit id → territory id of the plan of that number.

        Raises
        ------
        InputError
            If the front has no such plan.
        """
        columns = self._alignment_columns(self._plan(plan))
        return {str(u): str(t) for u, t in zip(columns["unit_id"], columns["territory_id"], strict=True)}

    def document(self) -> dict[str, Any]:
        """The content of ``front.json``."""
        problem, baseline = self.problem, self.problem.baseline
        return {
            "schema_version": 1,
            "engine_version": bailiwick.__version__,
            "seed": self.seed,
            "input_digest": input_digest(problem, seed=self.seed),
            "n_units": problem.n_units,
            "n_territories": problem.n_territories,
            "objective_kind": problem.objective,
            "disruption": None if baseline is None else baseline.name or problem.measures[0].name,
            "knee": self.knee.number,
            "plans": [{**self._row(plan), "alignment": _file_of(plan)} for plan in self.plans],
            "stop_reason": self.stop_reason,
        }

    def lines(self) -> list[str]:
        """The front in a few sentences."""
        cut_short = [CUT_SHORT[self.stop_reason]] if self.stop_reason in CUT_SHORT else []
        if len(self.plans) == 1:
            return ["One plan was found that no other beats.", *cut_short]
        ways = [plan.evaluation.mean_distance_km for plan in self.plans]
        moved = [plan.moved_share for plan in self.plans]
        lines = [f"{len(self.plans)} plans, none beaten by another: mean distance {min(ways):,.1f} to {max(ways):,.1f} km"]
        if self.problem.baseline is not None:
            lines[0] += f", {percent(min(moved))} to {percent(max(moved))} changes hands"
        off = self.knee.largest_deviation
        return [
            f"{lines[0]}.",
            f"The knee is plan {self.knee.number}: largest deviation {percent(off)}, {self.knee.evaluation.mean_distance_km:,.1f} km.",
            *self._left_out(),
            *cut_short,
        ]

    def _left_out(self) -> list[str]:
        """Which territories a single unit puts out of balance in every plan."""
        names = self.problem.territory_ids[self.knee.is_too_large.any(axis=1)].tolist()
        if not names:
            return []
        have = "has" if len(names) == 1 else "have"
        return [f"What a single unit is too large by is left out of the deviations: {', '.join(names)} {have} one in the knee."]

    def chart(self) -> dict[str, Any]:
        """The picture as a Vega-Lite specification."""
        from bailiwick.pictures.front_chart import front_chart

        rows = [
            {
                "plan": TODAY if plan.number == 0 else str(plan.number),
                "km": round(plan.evaluation.mean_distance_km, 4),
                "moved": round(100 * plan.moved_share, 4),
                "off": round(100 * max(plan.largest_deviation, 1e-4), 4),
                "is_knee": plan is self.knee,
            }
            for plan in self.plans
        ]
        first, *more = self.lines()
        return front_chart(
            rows, title=" ".join(more) or first, subtitle=first if more else "", has_disruption=self.problem.baseline is not None
        )

    def to_files(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the table, the facts, the picture and the alignment of every plan.

        Parameters
        ----------
        folder
            New, empty, or holding an older front, which is replaced as a whole at the very end.

        Raises
        ------
        InputError
            If the folder holds anything else or cannot be written.
        """
        import vl_convert

        folder = Path(folder)
        with whole_folder(folder, FRONT_FILES) as fresh:
            write_csv(fresh / "front.csv", self.columns())
            picture: str = vl_convert.vegalite_to_svg(self.chart())
            (fresh / "front.svg").write_text(picture, encoding="utf-8", newline="\n")
            (fresh / "front.png").write_bytes(vl_convert.svg_to_png(picture, scale=2.0))
            for plan in self.plans:
                write_csv(fresh / _file_of(plan), self._alignment_columns(plan))
            (fresh / "front.json").write_text(to_text(self.document()), encoding="utf-8", newline="\n")
            written = [name for name in FRONT_FILES if (fresh / name).exists()]
        return tuple(folder / name for name in written)

    def _plan(self, wanted: int) -> FrontPlan:
        for plan in self.plans:
            if plan.number == wanted:
                return plan
        known = ", ".join(str(plan.number) for plan in self.plans)
        raise InputError(f"the front has no plan {wanted}; there are: {known}", code="parameter", field="plan")

    def _row(self, plan: FrontPlan) -> dict[str, Any]:
        evaluation = plan.evaluation
        return {
            "plan": plan.number,
            "is_today": plan.number == 0,
            "is_knee": plan is self.knee,
            "keeps_every_rule": evaluation.keeps_every_rule,
            "territories_outside": int(evaluation.number("violating_territories")),
            "largest_deviation": number(plan.largest_deviation),
            "mean_distance_km": number(evaluation.mean_distance_km),
            "compactness": number(evaluation.compactness),
            "moved_units": int(evaluation.values.get("moved_units", 0)),
            "moved_share": number(plan.moved_share),
        }

    def _alignment_columns(self, plan: FrontPlan) -> dict[str, np.ndarray]:
        problem = self.problem
        return {"unit_id": problem.units.ids, "territory_id": problem.territory_ids[plan.evaluation.territory_idx]}


@shows(ProblemOptions, SearchOptions)
def front(
    units: Any,
    *,
    current: Any = None,
    disruption: str | None = None,
    **options: Unpack[OptionKeywords],
) -> Front:
    """About ten plans along balance, compactness and, where today's alignment is given, disruption.

    Parameters
    ----------
    units
        As for :func:`bailiwick.realign`; so are the parameters that are not listed here.
    current
        Today's alignment; None: balance against compactness only, as for :func:`bailiwick.design`.
    balance
        The tolerances are the middle of the front: it also has plans with narrower and wider ones.

    Returns
    -------
    Front
        The plans that no other beats, with the knee. Fewer where the time ends or ``stop`` says so.

    Raises
    ------
    InputError
        If something given cannot be used, or nothing is balanced.
    InfeasibleError
        If locks, forbidden pairs and groups contradict each other.

    Examples
    --------
    >>> units = {"id": list("abcd"), "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "people": [3, 2, 2, 3], "rep": ["Ann", "Ann", "Ann", "Bob"]}
    >>> found = front(units, current="rep", balance={"people": 0.05}, is_planar=True)
    >>> found.table[["plan", "largest_deviation", "moved_share"]].round(2).values.tolist()
    [[0.0, 0.4, 0.0], [1.0, 0.0, 0.2]]
    >>> found.alignment(1)["c"]
    'Bob'
    """
    from bailiwick.design.front import sweep

    wanted, search = read_options(options)
    column = column_of(current)
    source, roster = wanted.read(units, column, balance=with_disruption(wanted.balance, disruption))
    graph, told = wanted.neighbours(source.units)
    if current is None:
        problem, notices = build_problem(source.units, wanted.rules, reps=roster, adjacency=graph)
    else:
        wish = TodayWish(current, column, disruption, None, None)
        problem, notices = problem_with_today(source, wanted.rules, wish, reps=roster, adjacency=graph)
    _check_balanced(problem)
    limits = search.limits()
    found = sweep(problem, clock=search.clock, seed=search.seed, stop=limits.should_stop, on_progress=search.on_progress)
    aside = (*notices, *told, *(() if roster is None else roster.notices), *source.notices)
    kept = tuple(notice for notice in aside if notice.code != "price_chosen")
    return Front(_unbeaten(problem, found.territory_idx), source, kept, search.seed, limits.reason or "converged")


def check_front_folder(folder: Path) -> None:
    """Make sure that a front may be written to ``folder``: new, empty, or holding an older front and nothing else.

    Raises
    ------
    InputError
        If it is a file, holds anything else, or cannot be made.
    """
    check_folder(folder, FRONT_FILES)


def _check_balanced(problem: Problem) -> None:
    if all(m.tolerance is None for m in problem.measures):
        raise InputError(
            "a front needs a measure with a tolerance; give one, such as --balance revenue:5", code="no_measure", field="balance"
        )


def _unbeaten(problem: Problem, labels: tuple[IntArray, ...]) -> tuple[FrontPlan, ...]:
    """Plans that no other beats, today's among them where it is complete, numbered from few changes to many."""
    baseline = problem.baseline
    judged = [FrontPlan(-1, evaluate(problem, label)) for label in labels]
    if baseline is not None and (baseline.territory_idx >= 0).all():
        judged.insert(0, FrontPlan(0, evaluate(problem, baseline.territory_idx)))  # first: of two equal plans the earlier stays
    axes = np.array([plan.axes for plan in judged])
    kept = _distinct([plan for at, plan in enumerate(judged) if not _is_beaten(axes, at)])
    kept.sort(key=lambda plan: (plan.number != 0, plan.axes[2], -plan.axes[0], plan.axes[1]))
    first = 0 if kept[0].number == 0 else 1
    return tuple(FrontPlan(n, plan.evaluation) for n, plan in enumerate(kept, first))


def _is_beaten(axes: FloatArray, at: int) -> bool:
    """Whether another plan is nowhere worse and somewhere better, or the same and came first."""
    no_worse = (axes <= axes[at]).all(axis=1)
    better = (axes < axes[at]).any(axis=1)
    same_before = no_worse & ~better & (np.arange(len(axes)) < at)
    return bool((no_worse & better).any() or same_before.any())


def _distinct(plans: list[FrontPlan]) -> list[FrontPlan]:
    """The plans without those that nobody could tell from another: nowhere more than a :data:`SHADE` of the front apart.

    Of such plans one that keeps every rule stays, else the earliest.
    """
    order = sorted(plans, key=lambda plan: not (plan.number == 0 or plan.evaluation.keeps_every_rule))
    axes = np.array([plan.axes for plan in order])
    shade = SHADE * np.ptp(axes, axis=0)
    kept: list[int] = []
    for at in range(len(order)):
        if not (np.abs(axes[kept] - axes[at]) <= shade).all(axis=1).any():
            kept.append(at)
    return [order[at] for at in kept]


def _file_of(plan: FrontPlan) -> str:
    return f"plan-{plan.number:02d}.csv"
