"""Synthetic control: a blend of untreated units that went as the treated ones did before the change, and what became of it after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from bailiwick.domain import FloatArray
from bailiwick.insight.effects import check_panel

_SUM_TO_ONE = 1e4
"""Weight of the row that makes the shares add up, against figures near 1."""
_POOR_FIT = 5.0
"""Placebos whose fit before is so many times worse than that of the treated tell nothing about it."""


@dataclass(frozen=True, eq=False)
class SyntheticControl:
    """Effect on the mean of the treated units against a blend of c controls over T periods.

    Attributes
    ----------
    effect, low, high
        Relative change (0.05 is 5 % more); the interval holds 95 % of the effects of placebos, turned round the effect.
    p_value
        How often an untreated unit, taken for treated, shows an effect as large for its fit before.
    weights
        Share of each control, adding up to 1, shape (c,).
    path
        The blend as a ratio to its mean before, shape (T,).
    fit_error
        Root mean square distance before, relative.
    n_placebos
        Untreated units that stood in for the treated.
    """

    effect: float
    low: float
    high: float
    p_value: float
    weights: FloatArray
    path: FloatArray
    fit_error: float
    n_placebos: int


def synthetic_control(values: FloatArray, is_treated: NDArray[np.bool_], n_before: int) -> SyntheticControl:
    """Blend the untreated units so that the blend goes as the treated did before, and compare what came after.

    Parameters
    ----------
    values
        Units by periods, positive, shape (n, T).
    is_treated
        Shape (n,).
    n_before
        Periods before the change.

    Raises
    ------
    InputError
        If there are fewer than 4 periods before, 1 after or 5 untreated units, or values are not positive.

    Notes
    -----
    Every unit is divided by its mean before; the shares are the non-negative ones that add up to 1 with the least squares before. The
    p-value ranks the ratio of the error after to the error before among the units.

    References
    ----------
    A. Abadie, A. Diamond, J. Hainmueller, "Synthetic control methods for comparative case studies", Journal of the American Statistical
    Association 105, 2010.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values = 100 * np.exp(rng.normal(0, 0.02, (30, 24)) + np.arange(24) / 50)
    >>> values[:4, 12:] *= 1.2
    >>> found = synthetic_control(values, np.arange(30) < 4, 12)
    >>> round(found.effect, 1), found.low > 0, found.p_value < 0.05
    (0.2, True, True)
    """
    check_panel(values, is_treated, n_before)
    ratio = values / values[:, :n_before].mean(axis=1, keepdims=True)
    controls = ratio[~is_treated]
    target = ratio[is_treated].mean(axis=0)
    weights = _weights(controls[:, :n_before], target[:n_before])
    effect, before, after = _distance(target, weights @ controls, n_before)
    placebos = np.array([_placebo(controls, i, n_before) for i in range(len(controls))])
    is_fair = placebos[:, 1] <= _POOR_FIT * max(before, 1e-9)
    fair = placebos[is_fair if is_fair.sum() >= 2 else np.ones(len(placebos), bool)]
    beaten = int((placebos[:, 2] / np.maximum(placebos[:, 1], 1e-9) >= after / max(before, 1e-9)).sum())
    low, high = np.quantile(effect - fair[:, 0], [0.025, 0.975])
    return SyntheticControl(
        effect, float(low), float(high), (1 + beaten) / (1 + len(placebos)), weights, weights @ controls, before, len(placebos)
    )


def _weights(controls: FloatArray, target: FloatArray) -> FloatArray:
    left = np.vstack([controls.T, np.full(len(controls), _SUM_TO_ONE)])
    found, _rest = nnls(left, np.append(target, _SUM_TO_ONE))
    return np.asarray(found / max(float(found.sum()), 1e-12))


def _distance(target: FloatArray, blend: FloatArray, n_before: int) -> tuple[float, float, float]:
    """Relative effect after, and root mean square distance before and after."""
    apart = target / np.maximum(blend, 1e-12) - 1
    effect = float(target[n_before:].mean() / max(float(blend[n_before:].mean()), 1e-12) - 1)
    return effect, float(np.sqrt((apart[:n_before] ** 2).mean())), float(np.sqrt((apart[n_before:] ** 2).mean()))


def _placebo(controls: FloatArray, i: int, n_before: int) -> tuple[float, float, float]:
    rest = np.delete(controls, i, axis=0)
    weights = _weights(rest[:, :n_before], controls[i, :n_before])
    return _distance(controls[i], weights @ rest, n_before)
