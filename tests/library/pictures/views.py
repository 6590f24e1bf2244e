"""Small plan views to draw: a chequered land of 36 squares in 9 territories, and points around it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import shapely

from bailiwick.domain import Notice
from bailiwick.pictures.palette import PALETTES
from bailiwick.pictures.view import Fact, MeasureView, PlanView, TerritoryColumn

WEST, SOUTH, STEP = -99.0, 36.0, 0.5


def measure(name: str, values: np.ndarray, territory_idx: np.ndarray, n_territories: int, **more: Any) -> MeasureView:
    """A measure with equal targets, summed by hand."""
    assigned = territory_idx >= 0
    totals = np.bincount(territory_idx[assigned], weights=values[assigned], minlength=n_territories)
    targets = np.full(n_territories, values.sum() / n_territories)
    deviations = np.full(n_territories, np.nan) if values.sum() == 0 else totals / targets - 1
    return MeasureView(name, values, totals, targets, deviations, **more)


def colours(n_territories: int) -> np.ndarray:
    """Colours of the palette, one after the other."""
    return np.array([PALETTES["light"][t % 12] for t in range(n_territories)], dtype=object)


def ids(letter: str, n: int) -> np.ndarray:
    """T1, T2, …"""
    return np.array([f"{letter}{i + 1}" for i in range(n)], dtype=object)


def changed(view: PlanView, **changes: Any) -> PlanView:
    """The view with other fields."""
    return PlanView(**{field.name: getattr(view, field.name) for field in fields(view)} | changes)


def grid_view(**changes: Any) -> PlanView:
    """6 × 6 squares of half a degree, 3 × 3 territories of 4 squares; T5 lies in the middle and is 40 % above its target."""
    column, row = np.meshgrid(np.arange(6), np.arange(6))
    column, row = column.ravel(), row.ravel()
    west, south = WEST + STEP * column, SOUTH + STEP * row
    squares = shapely.box(west, south, west + STEP, south + STEP)
    territory_idx = (row // 2 * 3 + column // 2).astype(np.int32)
    values = np.where(territory_idx == 4, 140.0, 95.0)
    territories = np.array([shapely.union_all(squares[territory_idx == t]) for t in range(9)], dtype=object)
    view = PlanView(
        title="Nine squares",
        subtitle="36 fields in 9 territories",
        disclaimer="A made-up land.",
        unit_noun=("field", "fields"),
        coordinates=np.column_stack([west, south]) + STEP / 2,
        unit_ids=ids("F", 36),
        unit_labels=np.array([f"Field {chr(65 + c)}{r + 1}" for r, c in zip(row, column, strict=True)], dtype=object),
        unit_shapes=squares,
        unit_categories={"Soil": np.where(column < 3, "sand", "clay").astype(object)},
        territory_idx=territory_idx,
        territory_ids=ids("T", 9),
        territory_names=np.array(["Ash", "Beech", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy"], dtype=object),
        territory_colours=colours(9),
        territory_shapes=territories,
        centres=shapely.get_coordinates(shapely.centroid(territories)),
        territory_columns=(TerritoryColumn("Mean distance", np.arange(9.0) + 10, "km", 1),),
        n_pieces=np.ones(9, dtype=np.int32),
        measures=(
            measure("Harvest", values, territory_idx, 9, tolerance=0.05, unit_text="t a year"),
            measure("Hours", np.ones(36), territory_idx, 9, tolerance=0.1, unit_text="h a year"),
        ),
        facts=(Fact("Gap", "1.5 %", "to the bound", "good"), Fact("Outside ±5 %", "1 of 9", "Elm", "warning")),
        objective_words="harvest times distance",
        objective=1234.5,
        objective_unit="t · km",
        lower_bound=1216.0,
        gap=0.0152,
        bound_holds_for="all plans with these centres",
        bound_method="dual prices",
        notices=(Notice("unit_too_large", "Elm cannot come below +40 %: its fields are too rich.", 1, ("Field C3",)),),
        method=("Fields were shared out, then exchanged.",),
        settings=(("Seed", "1"), ("Version", "0")),
    )
    return changed(view, **changes)


def point_view(n_units: int = 60, n_territories: int = 4, **changes: Any) -> PlanView:
    """Points on a spiral, dealt out in turn; homes, no areas."""
    turn = np.arange(n_units) * 2.4
    radius = np.sqrt((np.arange(n_units) + 1) / n_units) * 2
    territory_idx = (np.arange(n_units) % n_territories).astype(np.int32)
    view = PlanView(
        title="Spiral",
        coordinates=np.column_stack([10 + radius * np.cos(turn), 50 + radius * np.sin(turn)]),
        unit_ids=ids("U", n_units),
        territory_idx=territory_idx,
        territory_ids=ids("T", n_territories),
        territory_colours=colours(n_territories),
        measures=(measure("Sales", np.arange(1.0, n_units + 1), territory_idx, n_territories, tolerance=0.05),),
        centres=np.column_stack([10 + np.arange(n_territories) * 0.1, np.full(n_territories, 50.0)]),
        centre_labels=ids("home ", n_territories),
    )
    return changed(view, **changes)
