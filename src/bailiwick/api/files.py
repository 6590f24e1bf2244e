"""The files of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.columns import alignment_columns, territory_columns
from bailiwick.api.document import timings, to_text
from bailiwick.api.folder import PLAN_FILES, whole_folder
from bailiwick.formats.export import write_csv, write_territories
from bailiwick.geography.dissolve import territory_shapes

if TYPE_CHECKING:
    from bailiwick.api.plan import Plan


def write_plan(plan: Plan, folder: Path, *, with_map: bool, with_report: bool) -> tuple[Path, ...]:
    """Write all files of a plan into a folder, whole or not at all; see :meth:`bailiwick.Plan.to_files`."""
    started = plan.clock()
    shapes = shapes_of(plan)
    with whole_folder(folder) as fresh:
        write_csv(fresh / "alignment.csv", alignment_columns(plan.evaluation))
        columns = territory_columns(plan.evaluation)
        write_csv(fresh / "territories.csv", columns)
        write_territories(fresh / "territories.geojson", shapes, columns, is_planar=plan.problem.units.is_planar)
        plan.source.rejected.write_csv(fresh / "rejected.csv")
        if with_map or with_report:
            _draw(plan, shapes, fresh, with_map=with_map, with_report=with_report)
        document = {**plan.document(), "timings_seconds": timings({**plan.timings_seconds, "write": plan.clock() - started})}
        (fresh / "plan.json").write_text(to_text(document), encoding="utf-8", newline="\n")
        written = [name for name in PLAN_FILES if (fresh / name).exists()]
    return tuple(folder / name for name in written)


def shapes_of(plan: Plan) -> NDArray[np.object_]:
    """The areas of the territories, shape (K,): united units, or what is nearest to their points, on land."""
    problem = plan.problem
    return territory_shapes(problem.units, plan.evaluation.territory_idx, problem.n_territories)


def _draw(plan: Plan, shapes: NDArray[np.object_], folder: Path, *, with_map: bool, with_report: bool) -> None:
    from bailiwick.api.view import plan_view
    from bailiwick.pictures import basemap
    from bailiwick.pictures.map_page import write_map
    from bailiwick.pictures.report import write_report

    view = plan_view(plan, shapes)
    ground = None if view.is_planar else basemap.load()
    if with_map:
        write_map(folder / "map.html", view, ground)
    if with_report:
        write_report(folder / "report.pdf", view, ground)
