"""Imbalance that no plan can avoid, whatever the centres, because single units are too heavy."""

from __future__ import annotations

import numpy as np

from bailiwick.design.model import Model


def unavoidable_excess(model: Model) -> float:
    """Least sum over territories and measures of the relative amount outside the windows.

    Notes
    -----
    A unit above the upper limit of the largest territory stands alone at best, h of them in h territories; what is
    left must suffice for the lower limits of the others, and if it does not, the shortfall is unavoidable too. Sums are
    taken against the largest and the smallest target, so that the floor holds for any targets.

    Examples
    --------
    Two territories, one unit with 10 of 14: 10 is 3/7 above the target of 7, the other territory is as far below.
    See ``tests/library/design/test_bounds.py``.
    """
    total = 0.0
    for load, target, lower, upper in zip(model.load.T, model.target.T, model.lower.T, model.upper.T, strict=True):
        heavy = load[load > upper.max() * (1 + 1e-9)]
        if not len(heavy) or len(heavy) >= model.k:
            continue
        surplus = float((heavy - upper.max()).sum()) / float(target.max())
        rest = float(load.sum() - heavy.sum())
        shortfall = max(0.0, float(np.sort(lower)[: model.k - len(heavy)].sum()) - rest) / float(target.max())
        total += surplus + shortfall
    return total
