"""What goes into the page: a plan view and a base map as a packet of columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.pictures.base_layers import BaseLabel, BaseLayers
from bailiwick.pictures.frame import Frame, ShapeArray, polygons_of
from bailiwick.pictures.map_page.pack import Packet
from bailiwick.pictures.palette import PALETTES
from bailiwick.pictures.thin import choose_drawn
from bailiwick.pictures.view import LevelView, PlanView

MOST_POLYGONS = 100_000
MOST_POINTS = 60_000
MOST_COLOURED_CATEGORIES = 12
_STEPS = 2**18


class Grid:
    """Whole-numbered page coordinates: y runs down, the data window spans 2¹⁸ steps."""

    def __init__(self, window: tuple[float, float, float, float]) -> None:
        west, south, east, north = window
        self.west, self.north = west, north
        self.km_per_step = max(east - west, north - south) / _STEPS
        self.width, self.height = round((east - west) / self.km_per_step), round((north - south) / self.km_per_step)

    def steps(self, points: FloatArray) -> NDArray[np.int64]:
        """Page coordinates, shape (n, 2), of map km."""
        x = np.rint((points[:, 0] - self.west) / self.km_per_step)
        y = np.rint((self.north - points[:, 1]) / self.km_per_step)
        return np.column_stack([x, y]).astype(np.int64)


def pack_plan(view: PlanView, frame: Frame, base: BaseLayers | None) -> Packet:
    """Pack everything that the page shows."""
    grid = Grid(frame.window)
    has_polygons = frame.unit_shapes is not None and view.n_units <= MOST_POLYGONS
    limit = MOST_POLYGONS if has_polygons else MOST_POINTS
    drawn, stands_for = choose_drawn(frame.points, view.territory_idx, view.measures[0].values, limit=limit)
    packet = Packet()
    packet.add_json(
        "plan", _plan_record(view, frame, grid, n_drawn=len(drawn), has_polygons=has_polygons, credit="" if base is None else base.credit)
    )
    _add_units(packet, view, frame, grid, drawn, stands_for)
    if has_polygons and frame.unit_shapes is not None:
        add_polygons(packet, "unit", frame.unit_shapes, grid)
    if frame.territory_shapes is not None:
        add_polygons(packet, "territory", frame.territory_shapes, grid)
    if base is not None:
        _add_base(packet, base, grid)
    return packet


def add_polygons(packet: Packet, name: str, shapes: ShapeArray, grid: Grid) -> None:
    """Add rings: outer ones clockwise on the page, holes the other way; owner = index of the shape."""
    parts, owner = polygons_of(shapes)
    parts = shapely.orient_polygons(parts, exterior_cw=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    _add_paths(packet, name, grid.steps(points), ring, owner[part], closed=True)


def _add_lines(packet: Packet, name: str, lines: ShapeArray, grid: Grid) -> None:
    parts = shapely.get_parts(shapely.line_merge(lines))
    points, line = shapely.get_coordinates(parts, return_index=True)
    _add_paths(packet, name, grid.steps(points), line, np.zeros(len(parts), dtype=np.int64), closed=False)


def _add_paths(
    packet: Packet, name: str, steps: NDArray[np.int64], path: NDArray[np.int64], owner: NDArray[np.int64], *, closed: bool
) -> None:
    """Add paths without repeated points; a ring that shrank to fewer than three points is dropped."""
    fresh = np.ones(len(steps), dtype=bool)
    fresh[1:] = (np.diff(steps, axis=0) != 0).any(axis=1) | (np.diff(path) != 0)
    if closed:
        fresh &= np.append(np.diff(path) == 0, False)
    lengths = np.bincount(path[fresh], minlength=len(owner))
    enough = lengths >= (3 if closed else 2)
    fresh &= enough[path]
    packet.add_whole(f"{name}_lengths", lengths[enough])
    packet.add_whole(f"{name}_owner", owner[enough])
    packet.add_whole(f"{name}_xy", steps[fresh], lag=2)


def _add_units(packet: Packet, view: PlanView, frame: Frame, grid: Grid, drawn: NDArray[np.int64], stands_for: NDArray[np.int64]) -> None:
    packet.add_whole("xy", grid.steps(frame.points[drawn]), lag=2)
    packet.add_whole("territory_idx", view.territory_idx[drawn])
    packet.add_json("ids", [str(text) for text in view.unit_ids[drawn]])
    if view.unit_labels is not None:
        labels = zip(view.unit_labels[drawn], view.unit_ids[drawn], strict=True)
        packet.add_json("labels", [str(label) or str(unit_id) for label, unit_id in labels])
    if len(drawn) < view.n_units:
        packet.add_whole("stands_for", stands_for)
    for number, measure in enumerate(view.measures):
        packet.add_numbers(f"measure_{number}", measure.values[drawn])
    for number, column in enumerate(view.unit_categories.values()):
        texts, index = np.unique([str(text) for text in column[drawn]], return_inverse=True)
        packet.add_json(f"category_{number}_texts", texts)
        packet.add_whole(f"category_{number}", index)


def _plan_record(view: PlanView, frame: Frame, grid: Grid, *, n_drawn: int, has_polygons: bool, credit: str) -> dict[str, Any]:
    return {
        "title": view.title,
        "subtitle": view.subtitle,
        "disclaimer": view.disclaimer,
        "noun": view.unit_noun,
        "n_units": view.n_units,
        "n_drawn": n_drawn,
        "has_polygons": has_polygons,
        "credit": credit,
        "is_simplified": frame.unit_shapes is not None and not has_polygons,
        "km_per_step": grid.km_per_step,
        "width": grid.width,
        "height": grid.height,
        "objective": {
            "words": view.objective_words,
            "value": view.objective,
            "unit": view.objective_unit,
            "bound": view.lower_bound,
            "gap": view.gap,
            "holds_for": view.bound_holds_for,
        },
        "facts": [{"label": f.label, "value": f.value, "detail": f.detail, "tone": f.tone} for f in view.facts],
        "notices": [{"message": n.message, "count": n.count, "examples": n.examples} for n in view.notices],
        "territories": _territory_record(view, frame, grid),
        "measures": [_measure_record(view, number) for number in range(len(view.measures))],
        "levels": [_level_record(level) for level in view.levels],
        "columns": [{"name": c.name, "unit": c.unit_text, "decimals": c.decimals, "values": c.values} for c in view.territory_columns],
        "categories": [
            {"name": name, "is_colouring": len({str(text) for text in texts}) <= MOST_COLOURED_CATEGORIES}
            for name, texts in view.unit_categories.items()
        ],
    }


def _territory_record(view: PlanView, frame: Frame, grid: Grid) -> dict[str, Any]:
    def places(points: FloatArray) -> list[list[int] | None]:
        steps = grid.steps(np.nan_to_num(points)).tolist()
        return [step if np.isfinite(points[t]).all() else None for t, step in enumerate(steps)]

    return {
        "ids": [str(text) for text in view.territory_ids],
        "names": [str(text) for text in view.names],
        "colours": [str(text) for text in view.territory_colours],
        "dark_colours": [_on_dark(str(text)) for text in view.territory_colours],
        "counts": view.unit_counts,
        "strain": view.strain,
        "pieces": view.n_pieces,
        "label_places": places(frame.label_points),
        "label_radii": np.rint(frame.label_radii / grid.km_per_step),
        "centres": places(frame.centres) if view.centres is not None else None,
        "centre_labels": None if view.centre_labels is None else [str(text) for text in view.centre_labels],
    }


def _level_record(level: LevelView) -> dict[str, Any]:
    return {
        "name": level.name,
        "ids": [str(text) for text in level.group_ids],
        "of_territory": level.group_idx,
        "colours": [str(text) for text in level.colours],
        "dark_colours": [_on_dark(str(text)) for text in level.colours],
    }


def _on_dark(colour: str) -> str:
    """The same hue for a dark ground, where the palette knows it."""
    light, dark = PALETTES["light"], PALETTES["dark"]
    return dark[light.index(colour)] if colour in light else colour


def _measure_record(view: PlanView, number: int) -> dict[str, Any]:
    measure = view.measures[number]
    return {
        "name": measure.name,
        "unit": measure.unit_text,
        "tolerance": measure.tolerance,
        "totals": measure.totals,
        "targets": measure.targets,
        "deviations": measure.deviations,
        "is_outside": measure.is_outside.astype(int),
    }


def _base_label(label: BaseLabel, grid: Grid) -> dict[str, Any]:
    return {"text": label.text, "kind": label.kind, "rank": label.rank, "room": round(label.room_km / grid.km_per_step)}


def _add_base(packet: Packet, base: BaseLayers, grid: Grid) -> None:
    add_polygons(packet, "land", base.land, grid)
    for name, lines in base.lines.items():
        _add_lines(packet, f"line_{name}", lines, grid)
    steps = grid.steps(np.array([label.point for label in base.labels], dtype=np.float64).reshape(-1, 2))
    packet.add_whole("base_label_xy", steps, lag=2)
    packet.add_json("base_labels", [_base_label(label, grid) for label in base.labels])
