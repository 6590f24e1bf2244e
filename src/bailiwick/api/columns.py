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
    evaluation: Evaluation, prices: Prices | None = None, levels: Mapping[str, np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    """Columns of ``territories.csv``; the price of room where prices are known. ``levels`` are columns of groups per territory."""
    problem = evaluation.problem
    axes = ("centre_x", "centre_y") if problem.units.is_planar else ("centre_longitude", "centre_latitude")
    columns: dict[str, np.ndarray] = {"territory_id": problem.territory_ids}
    if problem.territory_names is not None:
        columns["name"] = problem.territory_names
    columns |= levels or {}
    columns["n_units"] = evaluation.column("n_units")
    columns["target_share"] = problem.target_shares
    for m, measure in enumerate(problem.measures):
        columns[measure.name] = evaluation.totals[:, m]
        columns[f"{measure.name} target"] = evaluation.targets[:, m]
        columns[f"{measure.name} deviation"] = evaluation.deviations[:, m]
    columns["is_violating"] = np.any(evaluation.is_violating, axis=1)
    if "n_pieces" in evaluation.values:
        columns["n_pieces"] = evaluation.column("n_pieces")
    columns["mean_distance_km"] = evaluation.column("territory_mean_distance_km")
    for key in ("reach_km", "diameter_km"):
        columns[key] = evaluation.column(key)
    if prices is not None:
        columns[f"{prices.measure} price"] = prices.values
    columns[axes[0]], columns[axes[1]] = evaluation.centre_coordinates.T
    return columns
