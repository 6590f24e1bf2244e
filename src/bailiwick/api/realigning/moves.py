"""``moves.csv``: every change of hands with its reason, what it brings, and what refusing it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.grouping import members_of_territories
from bailiwick.domain.wording import percent
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.metrics.balance import deviations
from bailiwick.metrics.contiguity import pieces_of_members

if TYPE_CHECKING:
    from bailiwick.api.realigning.report import Realignment


@dataclass(frozen=True, eq=False)
class Moves:
    """The moves of a realignment in columns; arrays over the m units that move or are new.

    Attributes
    ----------
    whole
        The realignment.
    """

    whole: Realignment

    @cached_property
    def unit_idx(self) -> np.ndarray:
        """Units that change hands or are new, ascending, shape (m,)."""
        return np.flatnonzero(self.whole.is_moved | self.whole.is_new)

    @cached_property
    def is_new(self) -> np.ndarray:
        """Mask of those that are new, shape (m,)."""
        return self.whole.is_new[self.unit_idx]

    @cached_property
    def origin(self) -> np.ndarray:
        """Territory today, −1 for a new unit, shape (m,)."""
        return self.whole.baseline.territory_idx[self.unit_idx]

    @cached_property
    def goal(self) -> np.ndarray:
        """Territory then, shape (m,)."""
        return self.whole.after.territory_idx[self.unit_idx]

    @cached_property
    def disruption(self) -> FloatArray:
        """What is at stake, shape (m,); 0 for a new unit."""
        return np.where(self.is_new, 0.0, self.whole.problem.disruption[self.unit_idx])

    @cached_property
    def ways(self) -> tuple[FloatArray, FloatArray]:
        """Way to the centre of today's territory and of the new one, both as they are in the plan, shape (m,) each.

        In km, or in minutes where travel times are the distance of the plan.
        """
        problem = self.whole.problem
        if problem.travel is not None and self.whole.after.sites is not None:
            minutes = problem.travel.rows(self.whole.after.sites)
            return minutes[self.origin, self.unit_idx], minutes[self.goal, self.unit_idx]
        centres = coordinates_to_points(self.whole.after.centre_coordinates, is_planar=problem.units.is_planar)
        points = points_km(problem.units)[self.unit_idx]
        return distance_km(points, centres[self.origin]), distance_km(points, centres[self.goal])

    @cached_property
    def gain(self) -> FloatArray:
        """What the move saves in the objective by the way, shape (m,); NaN for new units and the diameter."""
        problem = self.whole.problem
        if problem.objective == "diameter":
            return np.full(len(self.unit_idx), np.nan)
        power = 2 if problem.objective == "inertia" else 1
        saved = problem.weights[self.unit_idx] * (self.ways[0] ** power - self.ways[1] ** power)
        return np.where(self.is_new, np.nan, saved)

    @cached_property
    def balance_lost(self) -> FloatArray:
        """How much farther outside the tolerances both territories would be if this move alone were refused, shape (m,).

        A sum of fractions of the targets over both territories and all measures.
        """
        after, problem = self.whole.after, self.whole.problem
        values, known = problem.measure_matrix[self.unit_idx], ~self.is_new
        lost = np.zeros(len(self.unit_idx))
        for ends, sign in ((self.origin, 1.0), (self.goal, -1.0)):
            totals, targets = after.totals[ends], after.targets[ends]
            lost += self._excess(totals + sign * values, targets) - self._excess(totals, targets)
        return np.where(known, lost, np.nan)

    def _excess(self, totals: FloatArray, targets: FloatArray) -> FloatArray:
        tolerance = np.array([np.inf if m.tolerance is None else m.tolerance for m in self.whole.problem.measures])
        outside: FloatArray = np.maximum(np.abs(deviations(totals, targets)) - tolerance, 0.0).sum(axis=1)
        return outside

    @cached_property
    def objective_lost(self) -> FloatArray:
        """What refusing this move alone would cost in the objective, shape (m,): its gain less the price of its disruption."""
        return self.gain - self.whole.baseline.price * self.disruption

    @cached_property
    def cuts_off(self) -> np.ndarray:
        """Mask of the moves without which a territory would be in more pieces, shape (m,); nowhere where pieces do not matter."""
        graph, label = self.whole.problem.adjacency, self.whole.after.territory_idx
        if graph is None:
            return np.zeros(len(self.unit_idx), bool)

        def n_pieces(units: np.ndarray) -> int:
            return int(pieces_of_members(graph, units).max(initial=-1)) + 1

        members = members_of_territories(label, self.whole.problem.n_territories)
        found = np.zeros(len(self.unit_idx), bool)
        for row in np.flatnonzero(~self.is_new):
            i = self.unit_idx[row]
            rest = np.setdiff1d(members[self.goal[row]], [i], assume_unique=True)
            touches = (label[graph.neighbours(int(i))] == self.origin[row]).any() or not len(members[self.origin[row]])
            found[row] = not touches or n_pieces(rest) > n_pieces(members[self.goal[row]])
        return found

    @cached_property
    def order(self) -> np.ndarray:
        """Rows by falling benefit: first what balance loses without the move, then what it gains; new units last."""
        benefit = np.nan_to_num(np.round(self.balance_lost, 9), nan=-1.0)
        gain = np.nan_to_num(self.objective_lost, nan=0.0)
        return np.lexsort((self.unit_idx, -gain, -benefit))

    def reasons(self) -> list[str]:
        """Why each unit moves, in words, in the order of ``unit_idx``."""
        return [self._reason(row) for row in range(len(self.unit_idx))]

    def _reason(self, row: int) -> str:
        whole, a, b, i = self.whole, int(self.origin[row]), int(self.goal[row]), int(self.unit_idx[row])
        problem, names = whole.problem, whole.problem.territory_ids
        locked = problem.locked is not None and problem.locked[i] >= 0
        if locked:
            return f"locked to {names[b]}"
        if a < 0:
            return "new: it has no territory today"
        (over, short), (m_over, m_short) = self._pressure
        if over[a] > 0:
            return f"relieves {names[a]}, today {percent(over[a], signed=True)} from its target of {problem.measures[m_over[a]].name}"
        if short[b] < 0:
            return f"fills {names[b]}, today {percent(short[b], signed=True)} from its target of {problem.measures[m_short[b]].name}"
        if self.balance_lost[row] > 1e-9:
            return f"part of a chain: passes load on from {names[a]}, which takes over from others, to {names[b]}"
        nearer = self.ways[0][row] - self.ways[1][row]
        if self.cuts_off[row]:
            return f"keeps {names[a]} and {names[b]} in one piece each"
        if nearer > 0:
            return f"{nearer:,.1f} {'km' if problem.travel is None else 'minutes'} nearer to the centre of {names[b]}"
        return f"part of an exchange between {names[a]}, {names[b]} and others"

    @cached_property
    def _pressure(self) -> tuple[tuple[FloatArray, FloatArray], tuple[np.ndarray, np.ndarray]]:
        """Largest overload and shortage of each territory today beyond a tolerance, shape (K,), and the measures they are in."""
        problem = self.whole.problem
        tolerance = np.array([np.inf if m.tolerance is None else m.tolerance for m in problem.measures])
        today = np.nan_to_num(deviations(self.whole.before.totals, self.whole.before.targets))
        over, short = np.where(today > tolerance, today, 0.0), np.where(today < -tolerance, today, 0.0)
        return (over.max(axis=1), short.min(axis=1)), (over.argmax(axis=1), short.argmin(axis=1))

    def columns(self) -> dict[str, np.ndarray]:
        """Columns of ``moves.csv``, best move first."""
        problem, order = self.whole.problem, self.order
        units, total = problem.units, max(float(problem.disruption.sum()), 1e-300)
        names: TextArray = np.array([*problem.territory_ids, None], dtype=object)
        columns: dict[str, np.ndarray] = {"unit_id": units.ids[self.unit_idx]}
        if units.names is not None:
            columns["name"] = units.names[self.unit_idx]
        columns |= {"from": names[self.origin], "to": names[self.goal]}
        columns |= {m.name: units.measures[m.name][self.unit_idx] for m in problem.measures}
        columns |= {
            "disruption": self.disruption,
            "reason": np.array(self.reasons(), dtype=object),
            "gain": self.gain,
            "refusing_costs_balance": self.balance_lost,
            "refusing_costs_objective": self.objective_lost,
            "refusing_cuts_off": self.cuts_off,
        }
        columns = {name: column[order] for name, column in columns.items()}
        columns["cumulative_share"] = np.cumsum(self.disruption[order]) / total
        return columns
