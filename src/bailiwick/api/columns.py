"""The tables of a plan."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bailiwick.domain import Prices
from bailiwick.metrics import Evaluation


def alignment_columns(evaluation: Evaluation, levels: Mapping[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
    """Columns of ``alignment.csv``; the territory of a unit without one is None. ``levels`` are columns of groups per unit."""
    problem = evaluation.problem
    ids = np.array([*problem.territory_ids, None], dtype=object)
    columns = {"unit_id": problem.units.ids, "territory_id": ids[evaluation.territory_idx], **(levels or {})}
    return {**columns, **{m.name: problem.units.measures[m.name] for m in problem.measures}}


def territory_columns(
    evaluation: Evaluation, prices: Prices | None = None, levels: Mapping[str, np.ndarray] | None = None, *, is_rounded: bool = False
) -> dict[str, np.ndarray]:
    """Columns of ``territories.csv``.

    Parameters
    ----------
    prices
        The price of room, where prices are known.
    levels
        Columns of groups per territory.
    is_rounded
        True for files that people read: sums without the noise of adding (12 digits, so that sums of whole numbers and cents
        stay what they are), targets with 9 digits, fractions with 6 decimals, kilometres to the metre, degrees as the map has
        them.
    """
    problem = evaluation.problem
    digits = significant if is_rounded else _as_it_is
    decimals = np.round if is_rounded else _as_it_is
    axes = ("centre_x", "centre_y") if problem.units.is_planar else ("centre_longitude", "centre_latitude")
    columns: dict[str, np.ndarray] = {"territory_id": problem.territory_ids}
    if problem.territory_names is not None:
        columns["name"] = problem.territory_names
    columns |= levels or {}
    columns["n_units"] = evaluation.column("n_units")
    columns["target_share"] = decimals(problem.target_shares, 6)
    for m, measure in enumerate(problem.measures):
        columns[measure.name] = digits(evaluation.totals[:, m], 12)
        columns[f"{measure.name} target"] = digits(evaluation.targets[:, m], 9)
        columns[f"{measure.name} deviation"] = decimals(evaluation.deviations[:, m], 6)
    columns["is_violating"] = np.any(evaluation.is_violating, axis=1)
    if "n_pieces" in evaluation.values:
        columns["n_pieces"] = evaluation.column("n_pieces")
    columns["mean_distance_km"] = decimals(evaluation.column("territory_mean_distance_km"), 3)
    if problem.has_minutes:
        columns["mean_minutes"] = decimals(evaluation.column("territory_mean_minutes"), 2)
        columns["reach_minutes"] = decimals(evaluation.column("reach_minutes"), 2)
    for key in ("reach_km", "diameter_km"):
        columns[key] = decimals(evaluation.column(key), 3)
    if prices is not None:
        columns |= {f"{name} price": digits(column, 9) for name, column in zip(prices.measures, prices.values.T, strict=True)}
    columns[axes[0]], columns[axes[1]] = decimals(evaluation.centre_coordinates, 7).T
    return columns


def significant(values: np.ndarray, digits: int) -> np.ndarray:
    """Numbers rounded to so many significant digits.

    Examples
    --------
    >>> significant(np.array([1718.1000000000004, 1779.2857142857047, 0.0]), 9).tolist()
    [1718.1, 1779.28571, 0.0]
    """
    return np.array([float(f"{value:.{digits}g}") for value in np.asarray(values, dtype=np.float64).tolist()])


def _as_it_is(values: np.ndarray, digits: int) -> np.ndarray:
    return values
