"""Imbalance that no plan can avoid because several measures are to be balanced at once.

Least deviation of one measure while all others keep their tolerances: a linear programme where units may be split, which says
something only with locks, forbidden pairs or distances; and, for few units, the same with whole units, by branch and bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp

from bailiwick.domain import FloatArray

MOST_VARIABLES = 60_000
MOST_WHOLE = 240
"""So many pairs of node and territory, and fewer, are searched through with whole units."""
MOST_BRANCHES = 2_000
SAFETY = 1e-6
"""Taken off every value, so that the accuracy of the solver does not matter."""


@dataclass(frozen=True, slots=True)
class JointFloor:
    """A deviation that some territory has in one measure, in every plan that keeps the others within their tolerances.

    Attributes
    ----------
    value
        At least this, as a fraction of its target; infinite if the others cannot be kept at all.
    is_whole
        Whether it rests on units that stay whole; else it holds for divided ones, too.
    """

    value: float
    is_whole: bool


def joint_floor(
    load: FloatArray, target: FloatArray, tolerance: FloatArray, allowed: np.ndarray, *, column: int, wanted: float
) -> JointFloor | None:
    """The floor of one measure beside all others, or None where none above ``wanted`` is known.

    Parameters
    ----------
    load
        Of each node, shape (nodes, M), only measures with a total.
    target
        Of each territory in the same units, shape (K, M).
    tolerance
        Of each measure, shape (M,).
    allowed
        Mask of the pairs that may be, shape (nodes, K), some in every row.
    column
        The measure whose deviation is made smallest.
    wanted
        Tolerance that a floor must exceed to say anything.
    """
    n_pairs = allowed.size
    may_divide = n_pairs <= MOST_VARIABLES and not allowed.all()
    may_search = n_pairs <= MOST_WHOLE
    if not (may_divide or may_search):
        return None
    programme = _Programme.of(load, target, tolerance, allowed, column=column, least=wanted)
    if may_divide:
        found = _value(programme.divided())
        if found > wanted:
            return JointFloor(found, False)
    if may_search:
        found = _value(programme.whole())
        if found > wanted:
            return JointFloor(found, True)
    return None


def _value(result: OptimizeResult) -> float:
    """What is proven: the optimum, the bound of a search that was cut short, or that there is nothing."""
    if result.status == 2:
        return np.inf
    bound = getattr(result, "mip_dual_bound", None)
    value = bound if bound is not None else result.fun if result.status == 0 else None
    return 0.0 if value is None or not np.isfinite(value) else float(value) - SAFETY


@dataclass(frozen=True, eq=False)
class _Programme:
    """Minimise t: every node once, windows of the others, window t of the measure; the last variable is t.

    It begins at the tolerance, so that a search ends with the first plan that keeps every tolerance: then there is no floor.
    """

    once: sp.csr_matrix
    windows: sp.csr_matrix
    limits: FloatArray
    lower: FloatArray
    upper: FloatArray

    @classmethod
    def of(
        cls, load: FloatArray, target: FloatArray, tolerance: FloatArray, allowed: np.ndarray, *, column: int, least: float
    ) -> _Programme:
        n, k = allowed.shape
        once = sp.hstack([sp.kron(sp.eye(n), np.ones((1, k))), sp.csr_matrix((n, 1))]).tocsr()
        rows, limits = [], []
        for m in range(load.shape[1]):
            share = sp.kron(load[None, :, m], sp.diags(1.0 / target[:, m]))  # load of each territory beside its target, (K, n K)
            moves, room = (np.full((k, 1), -1.0), 0.0) if m == column else (np.zeros((k, 1)), float(tolerance[m]) + SAFETY)
            rows += [sp.hstack([share, moves]), sp.hstack([-share, moves])]
            limits += [np.full(k, 1.0 + room), np.full(k, -1.0 + room)]
        upper = np.append(allowed.ravel().astype(np.float64), np.inf)
        lower = np.append(np.zeros(n * k), least)
        return cls(once, sp.vstack(rows).tocsr(), np.concatenate(limits), lower, upper)

    @property
    def _cost(self) -> FloatArray:
        cost = np.zeros(len(self.upper))
        cost[-1] = 1.0
        return cost

    def divided(self) -> OptimizeResult:
        """With nodes that may be split."""
        return linprog(
            self._cost,
            A_eq=self.once,
            b_eq=np.ones(self.once.shape[0]),
            A_ub=self.windows,
            b_ub=self.limits,
            bounds=np.column_stack([self.lower, self.upper]),
            method="highs",
        )

    def whole(self) -> OptimizeResult:
        """With whole nodes, as far as so many branches reach."""
        is_whole = np.ones(len(self.upper))
        is_whole[-1] = 0.0
        rows = [LinearConstraint(self.once, 1.0, 1.0), LinearConstraint(self.windows, -np.inf, self.limits)]
        return milp(
            self._cost, integrality=is_whole, bounds=Bounds(self.lower, self.upper), constraints=rows, options={"node_limit": MOST_BRANCHES}
        )
