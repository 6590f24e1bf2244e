"""The files of a comparison of approaches."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np

from bailiwick.api.approaches.report import ApproachComparison, sentence_lines
from bailiwick.api.document import to_text
from bailiwick.api.folder import REJECTED_FILE, check_folder, whole_folder
from bailiwick.api.layers.files import PLANS_FOLDER, slug
from bailiwick.formats.export import write_csv
from bailiwick.pictures.approach_chart import approach_svg

APPROACH_FILES = ("approaches.md", "approaches.csv", "approaches.svg", "approaches.json", "assignments.csv", PLANS_FOLDER, REJECTED_FILE)
HEADS = {
    "mean_distance_km": "Mean distance (km)",
    "territory_diameter_km": "Size of a territory (km)",
    "potential_cv": "Inequality (CV)",
    "potential_gini": "Inequality (Gini)",
    "largest_potential_deviation": "Largest deviation",
    "small_within_reach": "Small accounts within reach",
    "small_mean_distance_km": "Small accounts: distance (km)",
}
_DECIMALS = {"mean_distance_km": 0, "territory_diameter_km": 0, "small_mean_distance_km": 0}


def check_approaches_folder(folder: Path) -> None:
    """Make sure that a comparison may be written to ``folder``: new, empty, or holding an older one and nothing else.

    Raises
    ------
    InputError
        If it is a file, holds anything else, or cannot be made.
    """
    check_folder(folder, APPROACH_FILES)


def write_approaches(found: ApproachComparison, folder: Path) -> tuple[Path, ...]:
    """Write everything into a folder, whole or not at all; see :meth:`ApproachComparison.to_files`."""
    rows = [asdict(figures) for figures in found.figures]
    with whole_folder(folder, APPROACH_FILES) as fresh:
        write_csv(fresh / "approaches.csv", {key: np.array([row[key] for row in rows], dtype=object) for key in rows[0]})
        write_csv(fresh / "assignments.csv", found.assignment_columns())
        _write_text(fresh / "approaches.json", to_text(found.document()))
        _write_text(fresh / "approaches.md", markdown(found))
        figures = {head: np.array([row[key] for row in rows], dtype=np.float64) for key, head in HEADS.items()}
        _write_text(fresh / "approaches.svg", approach_svg([row["approach"] for row in rows], figures, found.recommended))
        found.source.rejected.write_csv(fresh / REJECTED_FILE)
        for approach in found.approaches:
            for place, (name, plan) in enumerate(approach.designed.plans.items(), 1):
                plan.to_files(fresh / PLANS_FOLDER / approach.name / f"{place}-{slug(name)}", report=False)
        written = [name for name in APPROACH_FILES if (fresh / name).exists()]
    return tuple(folder / name for name in written)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def table_rows(found: ApproachComparison) -> list[list[str]]:
    """Figures as text: a head, then one row per figure."""
    rows = [["", *(figures.approach for figures in found.figures)]]
    for key, head in HEADS.items():
        values = [getattr(figures, key) for figures in found.figures]
        rows.append([head, *(f"{value:,.{_DECIMALS.get(key, 2)}f}" for value in values)])
    return rows


def markdown(found: ApproachComparison) -> str:
    """The comparison on a page of Markdown."""
    head, *rows = table_rows(found)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    table = "\n".join(lines)
    title = f"{found.source.units.n_units:,} accounts, {found.approaches[0].evaluation.problem.n_territories} territories, three ways"
    return f"# {title}\n\n{sentence_lines(found.reasons())}\n{table}\n\n![The three approaches](approaches.svg)\n"
