"""The files of layers."""

from __future__ import annotations

import re
from pathlib import Path

from bailiwick.api.document import to_text
from bailiwick.api.folder import REJECTED_FILE, check_folder, whole_folder
from bailiwick.api.layers.plan import LayeredPlan
from bailiwick.formats.export import write_csv

PLANS_FOLDER = "plans"
LAYER_FILES = ("assignments.csv", "territories.csv", "gaps.csv", "layers.json", PLANS_FOLDER, REJECTED_FILE)


def check_layers_folder(folder: Path) -> None:
    """Make sure that layers may be written to ``folder``: new, empty, or holding older layers and nothing else.

    Raises
    ------
    InputError
        If it is a file, holds anything else, or cannot be made.
    """
    check_folder(folder, LAYER_FILES)


def write_layers(plan: LayeredPlan, folder: Path, *, with_map: bool, with_report: bool) -> tuple[Path, ...]:
    """Write everything into a folder, whole or not at all; see :meth:`LayeredPlan.to_files`."""
    with whole_folder(folder, LAYER_FILES) as fresh:
        write_csv(fresh / "assignments.csv", plan.assignment_columns())
        write_csv(fresh / "territories.csv", plan.territory_columns())
        write_csv(fresh / "gaps.csv", plan.gap_columns())
        plan.source.rejected.write_csv(fresh / REJECTED_FILE)
        for number, layer in enumerate(plan.layers, 1):
            inside = fresh / PLANS_FOLDER / f"{number}-{slug(layer.name)}"
            for place, (name, step) in enumerate(layer.plans.items(), 1):
                step.to_files(inside / f"{place}-{slug(name)}", map=with_map, report=with_report)
        (fresh / "layers.json").write_text(to_text(plan.document()), encoding="utf-8", newline="\n")
        written = [name for name in LAYER_FILES if (fresh / name).exists()]
    return tuple(folder / name for name in written)


def slug(name: str) -> str:
    """A name as a name of a folder.

    Examples
    --------
    >>> slug("Key accounts / EMEA"), slug("..")
    ('key-accounts-emea', 'step')
    """
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-_") or "step"
