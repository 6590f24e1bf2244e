"""What a realignment changes: today beside tomorrow, every move with its reason, and what no plan could avoid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from bailiwick.api.document import balance_document, number
from bailiwick.design.bounds.disruption_floor import Floors, disruption_floors
from bailiwick.domain import Baseline, IntArray, Notice, Problem, UnitTable
from bailiwick.domain.wording import counted, percent
from bailiwick.metrics import Evaluation, evaluate
from bailiwick.metrics.disruption import moved_share

FLOOR_WORDS = {
    "anywhere": "all plans within the tolerances, units divisible",
    "to_neighbours": "all plans within the tolerances in which units go only to territories that border their own today, units divisible",
}


@dataclass(frozen=True, eq=False)
class Realignment:
    """A plan beside the alignment that it changes.

    Attributes
    ----------
    after
        The plan, judged.
    """

    after: Evaluation

    @property
    def problem(self) -> Problem:
        """What was asked; it has a baseline."""
        return self.after.problem

    @property
    def baseline(self) -> Baseline:
        """Today's alignment with the price of changing it."""
        assert self.problem.baseline is not None
        return self.problem.baseline

    @property
    def measure_name(self) -> str:
        """What the disruption is, for people."""
        return self.baseline.name or self.problem.measures[0].name

    @cached_property
    def before(self) -> Evaluation:
        """Today's alignment judged by the same rules, from its own centres; new units have no territory."""
        return evaluate(self.problem, self.baseline.territory_idx)

    @cached_property
    def floors(self) -> Floors:
        """What must change hands in any plan that keeps the tolerances."""
        return disruption_floors(self.problem)

    @cached_property
    def is_moved(self) -> np.ndarray:
        """Mask of the units that leave their territory of today, shape (n,)."""
        return self.baseline.is_moved(self.after.territory_idx)

    @cached_property
    def is_new(self) -> np.ndarray:
        """Mask of the units that have no territory today, shape (n,)."""
        return np.asarray(self.baseline.territory_idx < 0)

    @property
    def moved_share(self) -> float:
        """Share of the disruption that changes hands."""
        return self.after.number("moved_share")

    @cached_property
    def impact(self) -> Mapping[str, tuple[float, float]]:
        """Measure of the units → amount that changes hands, and its share of the total; measures of the problem first."""
        units = self.problem.units
        names = [m.name for m in self.problem.measures]
        names += [name for name in units.measures if name not in names]
        return {
            name: (float(units.measures[name][self.is_moved].sum()), moved_share(self.is_moved, units.measures[name])) for name in names
        }

    def lines(self) -> list[str]:
        """Before and after, the impact on customers, and the floors, one sentence each."""
        return [*self._balance_lines(), self._distance_line(), self.impact_line(), *self._floor_lines()]

    def impact_line(self) -> str:
        """How many units, and how much of each measure, change hands."""
        n, new = int(self.is_moved.sum()), int(self.is_new.sum())
        tail = f" {counted(new, 'new unit gets its', 'new units get their')} first territory." if new else ""
        if not n:
            return f"Nobody changes hands.{tail}"
        shares = ", ".join(f"{percent(share)} of {name}" for name, (_, share) in self.impact.items())
        return f"{counted(n, 'unit changes', 'units change')} hands ({percent(n / len(self.is_moved))} of all): {shares}.{tail}"

    def _balance_lines(self) -> list[str]:
        lines, k = [], self.problem.n_territories
        for m, measure in enumerate(self.problem.measures):
            if measure.tolerance is None:
                continue
            was, now = (e.is_violating[:, m].sum() for e in (self.before, self.after))
            lines.append(
                f"{measure.name}: today {was:,} of {counted(k, 'territory is', 'territories are')} outside the tolerance, then {now:,}."
            )
        return lines

    def _distance_line(self) -> str:
        line = f"Mean distance: today {self.before.mean_distance_km:,.1f} km, then {self.after.mean_distance_km:,.1f} km."
        if not self.after.problem.has_minutes:
            return line
        minutes = [f"{side.number('mean_minutes'):,.1f} minutes" for side in (self.before, self.after)]
        return f"{line} Mean travel to the centre: today {minutes[0]}, then {minutes[1]}."

    def _floor_lines(self) -> list[str]:
        floors, shares = self.floors, [f"At least {percent(self.floors.anywhere)} of {self.measure_name} must change hands in any plan"]
        if floors.to_neighbours is not None:
            shares.append(f"{percent(floors.to_neighbours)} where units go only to territories that border their own today")
        return ["; ".join(shares) + f". This one moves {percent(self.moved_share)}."]

    def document(self) -> dict[str, Any]:
        """The key ``realignment`` of ``plan.json``."""
        baseline, floors = self.baseline, self.floors
        known = {"anywhere": floors.anywhere, "to_neighbours": floors.to_neighbours}
        return {
            "disruption": self.measure_name,
            "price": number(baseline.price),
            "max_moved_share": baseline.max_moved_share,
            "moved_units": int(self.is_moved.sum()),
            "new_units": int(self.is_new.sum()),
            "moved_disruption": number(self.after.number("moved_disruption")),
            "moved_share": number(self.moved_share),
            "impact": {name: {"moved": number(amount), "share": number(share)} for name, (amount, share) in self.impact.items()},
            "floors": {
                name: {"share": None if share is None else number(share), "holds_for": FLOOR_WORDS[name]} for name, share in known.items()
            },
            "before": {
                "compactness": number(self.before.compactness),
                "mean_distance_km": number(self.before.mean_distance_km),
                "balance": balance_document(self.before),
                "territories_in_pieces": len(self.before.in_pieces),
            },
        }


def baseline_of(
    problem: Problem, today: IntArray, *, disruption: str | None, price: float | None, max_moved: float | None
) -> tuple[Baseline, tuple[Notice, ...]]:
    """The baseline that was asked for; without a price, that of the fewest moves.

    Raises
    ------
    InputError
        If there is no such measure, or a number cannot be meant.
    """
    from bailiwick.design.realign import price_of_fewest_moves

    values = None if disruption is None else problem.units.measures[disruption]
    baseline = Baseline(today, values, 0.0 if price is None else price, max_moved, disruption or "")
    if price is not None:
        return baseline, ()
    chosen = price_of_fewest_moves(replace(problem, baseline=baseline))
    name = disruption or problem.measures[0].name
    message = (
        f"no price was named, so few changes come before short ways: each of {name} that changes hands counts as much as {chosen:,.4g} "
        "of the objective; a lower price buys shorter ways with more changes"
    )
    return replace(baseline, price=chosen), (Notice("price_chosen", message),)


def cap_notices(realignment: Realignment, enough: float | None) -> tuple[Notice, ...]:
    """What the cap prevents, and which cap would do; nothing where there is none or every territory is within its tolerances.

    Parameters
    ----------
    enough
        Moved share of a plan without the cap that keeps every rule, if one was found.
    """
    cap, after = realignment.baseline.max_moved_share, realignment.after
    left = np.flatnonzero(after.is_violating.any(axis=1))
    if cap is None or not len(left):
        return ()
    ids = [str(realignment.problem.territory_ids[j]) for j in left[:10]]
    floor = realignment.floors.anywhere
    first = f"{counted(len(left), 'territory stays', 'territories stay')} outside the tolerance with {percent(cap)} that may change hands. "
    proof = f"No plan cures everything below {percent(floor)}"
    found = "." if enough is None else f"; a plan that does was found with {percent(enough)}: allow that much."
    return (Notice("max_moved_too_small", first + proof + found, len(left), tuple(ids)),)


def needed_measures(units: UnitTable, disruption: str | None) -> None:
    """Make sure that the disruption is a measure of the units.

    Raises
    ------
    InputError
        If it is not.
    """
    from bailiwick.errors import InputError
    from bailiwick.formats.wording import did_you_mean

    if disruption is not None and disruption not in units.measures:
        raise InputError(
            f"--disruption names {disruption!r}, which is no measure of the units{did_you_mean(disruption, list(units.measures))}; "
            "it must be a column of numbers, zero or more",
            code="unknown_measure",
            field="disruption",
        )
