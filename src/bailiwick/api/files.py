"""The files of a plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.api.columns import alignment_columns
from bailiwick.api.document import timings, to_text
from bailiwick.api.folder import MOVES_FILE, PLAN_FILE, PLAN_FILES, REJECTED_FILE, whole_folder
from bailiwick.api.loading import save
from bailiwick.api.realigning.moves import Moves
from bailiwick.domain import Adjacency, IntArray, Notice, UnitTable
from bailiwick.errors import InputError
from bailiwick.formats.export import write_csv, write_territories
from bailiwick.geography.dissolve import territory_shapes
from bailiwick.pictures import basemap
from bailiwick.pictures.basemap import BaseMap

if TYPE_CHECKING:
    from bailiwick.api.plan import Plan

ENOUGH_POINTS = 20_000
"""So many of the points are enough to see which countries they lie in."""


def write_plan(plan: Plan, folder: Path, *, with_map: bool, with_report: bool) -> tuple[Path, ...]:
    """Write all files of a plan into a folder, whole or not at all; see :meth:`bailiwick.Plan.to_files`."""
    started = plan.clock()
    units = plan.problem.units
    ground, told = (None, ()) if units.is_planar else load_ground()
    plan = replace(plan, notices=(*plan.notices, *told))
    with whole_folder(folder) as fresh:
        columns = plan.territory_columns(is_rounded=True)
        shapes = territory_areas(
            units, plan.evaluation.territory_idx, plan.problem.n_territories, ground=ground, adjacency=plan.problem.adjacency
        )
        write_csv(fresh / "alignment.csv", alignment_columns(plan.evaluation, plan.level_columns(of_units=True)))
        write_csv(fresh / "territories.csv", columns)
        write_territories(fresh / "territories.geojson", shapes, columns, is_planar=units.is_planar)
        if plan.levels:
            from bailiwick.api.levels.report import HIERARCHY_FILE, hierarchy_columns

            write_csv(fresh / HIERARCHY_FILE, hierarchy_columns(plan.levels, plan.evaluation))
        if plan.realignment is not None:
            write_csv(fresh / MOVES_FILE, Moves(plan.realignment).columns())
        plan.source.rejected.write_csv(fresh / REJECTED_FILE)
        save(plan, fresh / PLAN_FILE)
        if with_map or with_report:
            _draw(plan, shapes, ground, fresh, with_map=with_map, with_report=with_report)
        document = {**plan.document(), "timings_seconds": timings({**plan.timings_seconds, "write": plan.clock() - started})}
        (fresh / "plan.json").write_text(to_text(document), encoding="utf-8", newline="\n")
        written = [name for name in PLAN_FILES if (fresh / name).exists()]
    return tuple(folder / name for name in written)


def load_ground() -> tuple[BaseMap | None, tuple[Notice, ...]]:
    """The base map, or None and a word about it where it has not been built."""
    try:
        return basemap.load(), ()
    except InputError as error:
        return None, (Notice(error.code, f"the map has no ground and territories reach over water: {error}"),)


def territory_areas(
    units: UnitTable, territory_idx: IntArray, n_territories: int, *, ground: BaseMap | None = None, adjacency: Adjacency | None = None
) -> NDArray[np.object_]:
    """The territories of an alignment as polygons, as the files of a plan have them.

    Parameters
    ----------
    units
        With shapes, or points.
    territory_idx
        Territory of each unit, shape (n,); −1 for none.
    n_territories
        K.
    ground
        Land to which the areas around points are cut; None for none.
    adjacency
        By which territories are connected; None if they need not be.

    Returns
    -------
    NDArray
        Shapely multipolygons, shape (K,), in degrees, or km if the units are planar; empty where a territory has no unit.

    Examples
    --------
    >>> units = UnitTable(np.array(["a", "b"], dtype=object), np.array([[0.0, 0.0], [4.0, 0.0]]), is_planar=True)
    >>> areas = territory_areas(units, np.array([0, -1], dtype=np.int32), 2)
    >>> [bool(area.is_empty) for area in areas]
    [False, True]
    """
    return territory_shapes(units, territory_idx, n_territories, land=_land(units, ground), adjacency=adjacency)


def _land(units: UnitTable, ground: BaseMap | None) -> shapely.Geometry | None:
    """Land to which the areas around points are cut; None where units have shapes of their own."""
    if ground is None or (units.shapes is not None and any(shape is not None for shape in units.shapes)):
        return None
    return ground.land_of(units.coordinates[:: max(1, units.n_units // ENOUGH_POINTS)])


def _draw(plan: Plan, shapes: NDArray[np.object_], ground: BaseMap | None, folder: Path, *, with_map: bool, with_report: bool) -> None:
    from bailiwick.api.view import plan_view
    from bailiwick.pictures.map_page import write_map
    from bailiwick.pictures.report import write_report

    view = plan_view(plan, shapes)
    if with_map:
        write_map(folder / "map.html", view, ground)
    if with_report:
        write_report(folder / "report.pdf", view, ground)
