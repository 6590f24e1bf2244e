"""What comes of layers: an alignment per layer with a cause for every account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.columns import significant
from bailiwick.api.document import notice_list
from bailiwick.api.layers.carve import NAMED, NOBODY, OUTSIDE, Carving
from bailiwick.api.plan import Plan
from bailiwick.api.sources import Source
from bailiwick.domain import FloatArray, Notice, TextArray

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1


@dataclass(frozen=True, eq=False)
class DesignedLayer:
    """One layer with its territories.

    Attributes
    ----------
    carving
        Who took which account.
    plans
        Name of a step → its plan; steps with one owner have none.
    territory_ids
        Territory of each account, None for gaps and accounts outside of the layer, shape (n,).
    """

    carving: Carving
    plans: Mapping[str, Plan]
    territory_ids: TextArray

    @property
    def name(self) -> str:
        """Name of the layer."""
        return self.carving.layer.name

    @cached_property
    def causes(self) -> TextArray:
        """Why each account stands where it does: ``named``, ``rule:NAME``, ``geography``; None without a territory, shape (n,)."""
        words = {NAMED: "named", NOBODY: None, OUTSIDE: None}
        words |= {i: "geography" if step.where is None else f"rule:{step.name}" for i, step in enumerate(self.carving.layer.steps)}
        return np.array([words[step] for step in self.carving.step_idx.tolist()], dtype=object)

    @cached_property
    def reasons(self) -> TextArray:
        """The cause in words, shape (n,)."""
        steps = {NOBODY: "no rule of the layer takes it", OUTSIDE: f"outside of the layer: {self.carving.layer.where_text}"}
        for i, step in enumerate(self.carving.layer.steps):
            how = f"all to {step.owner}" if step.owner is not None else "territory by the optimiser"
            steps[i] = f"rule {step.name} ({step.where_text}); {how}" if step.where is not None else f"no rule before takes it; {how}"
        named = [f"named account of {who}, by {by}" for who, by in zip(self.carving.owner, self.carving.named_by, strict=True)]
        return np.array([named[i] if step == NAMED else steps[step] for i, step in enumerate(self.carving.step_idx.tolist())], dtype=object)

    @property
    def keeps_every_rule(self) -> bool:
        """Whether the plan of every step does, and no account is left out."""
        return all(plan.keeps_every_rule for plan in self.plans.values()) and not (self.carving.step_idx == NOBODY).any()


@dataclass(frozen=True, eq=False, repr=False)
class LayeredPlan:
    """Layers over one base of accounts.

    Attributes
    ----------
    source
        The accounts.
    layers
        In the order of the file: the base first, overlays after it.
    measures
        Name → values that are summed up in tables, shape (n,) each.
    notices
        What looks odd, of reading and of the layers.
    seed
        Of the random source.
    engine_version
        Version of Bailiwick.
    """

    source: Source
    layers: tuple[DesignedLayer, ...]
    measures: Mapping[str, FloatArray]
    notices: tuple[Notice, ...]
    seed: int
    engine_version: str

    def __repr__(self) -> str:
        return f"<LayeredPlan: {self.source.units.n_units:,} accounts in {len(self.layers)} layers>"

    @property
    def keeps_every_rule(self) -> bool:
        """Whether every layer keeps every rule and leaves no account out."""
        return all(layer.keeps_every_rule for layer in self.layers)

    def broken_rules(self) -> list[str]:
        """What the plans of the steps do not keep, one sentence each, with layer and step."""
        return [
            f"layer {layer.name!r}, step {name!r}: {notice.message}"
            for layer in self.layers
            for name, plan in layer.plans.items()
            if not plan.keeps_every_rule
            for notice in plan.result.notices
        ]

    @cached_property
    def assignments(self) -> pd.DataFrame:
        """One row per layer and account of it: territory, step, cause, reason; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self.assignment_columns())

    @cached_property
    def territories(self) -> pd.DataFrame:
        """One row per layer and territory: accounts, sums, and target and deviation where it was designed; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self.territory_columns())

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Accounts that a layer leaves without a territory; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self.gap_columns())

    def assignment_columns(self) -> dict[str, np.ndarray]:
        """Columns of ``assignments.csv``."""
        parts = []
        for layer in self.layers:
            idx = np.flatnonzero(layer.carving.step_idx > NOBODY)
            names = np.array([*(step.name for step in layer.carving.layer.steps), "named"], dtype=object)
            parts.append(
                {
                    "layer": np.full(len(idx), layer.name, dtype=object),
                    "unit_id": self.source.units.ids[idx],
                    "territory_id": layer.territory_ids[idx],
                    "step": names[layer.carving.step_idx[idx]],
                    "cause": layer.causes[idx],
                    "reason": layer.reasons[idx],
                }
            )
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}

    def gap_columns(self) -> dict[str, np.ndarray]:
        """Columns of ``gaps.csv``."""
        parts = [(layer, layer.carving.members(NOBODY)) for layer in self.layers]
        return {
            "layer": np.concatenate([np.full(len(idx), layer.name, dtype=object) for layer, idx in parts]),
            "unit_id": np.concatenate([self.source.units.ids[idx] for _, idx in parts]),
            "reason": np.concatenate([layer.reasons[idx] for layer, idx in parts]),
        }

    def territory_columns(self) -> dict[str, np.ndarray]:
        """Columns of ``territories.csv``."""
        rows = [row for layer in self.layers for row in self._territory_rows(layer)]
        return {key: np.array([row[key] for row in rows], dtype=object) for key in rows[0]} if rows else {}

    def _territory_rows(self, layer: DesignedLayer) -> list[dict[str, Any]]:
        rows = []
        names = [step.name for step in layer.carving.layer.steps]
        for number in [NAMED, *range(len(names))]:
            members = layer.carving.members(number)
            plan = layer.plans.get(names[number]) if number >= 0 else None
            ids = plan.problem.territory_ids if plan is not None else np.unique(layer.territory_ids[members].astype(str))
            for j, territory in enumerate(ids):
                inside = members[layer.territory_ids[members] == territory]
                deviations = plan.evaluation.deviations[j] if plan is not None else ()
                off = dict(zip((m.name for m in plan.problem.measures), deviations, strict=True)) if plan is not None else {}
                row: dict[str, Any] = {
                    "layer": layer.name,
                    "step": "named" if number == NAMED else names[number],
                    "territory_id": territory,
                    "n_units": len(inside),
                }
                for name, values in self.measures.items():
                    row[name] = float(significant(values[inside].sum(keepdims=True), 12)[0])
                    row[f"{name} deviation"] = round(float(off[name]), 6) if name in off else None
                rows.append(row)
        return rows

    def document(self) -> dict[str, Any]:
        """The content of ``layers.json``."""
        return {
            "schema_version": SCHEMA_VERSION,
            "engine_version": self.engine_version,
            "seed": self.seed,
            "rows": self.source.rows,
            "n_units": self.source.units.n_units,
            "layers": [self._layer_document(layer) for layer in self.layers],
            "warnings": notice_list(self.notices),
        }

    def _layer_document(self, layer: DesignedLayer) -> dict[str, Any]:
        counts = layer_counts(layer.carving, self.measures)
        for entry in counts["steps"]:
            plan = layer.plans.get(entry["step"])
            entry["plan"] = None if plan is None else _plan_facts(plan)
        return counts

    def to_files(self, folder: str | Path, *, map: bool = True, report: bool = False) -> tuple[Path, ...]:
        """Write assignments, territories, gaps, facts, rejected rows, and the plan of every step in a folder of its own.

        Parameters
        ----------
        folder
            New, empty, or holding older layers, which are replaced as a whole at the very end.
        map, report
            Whether to draw ``map.html`` and ``report.pdf`` of every step.

        Raises
        ------
        InputError
            If the folder holds anything else or cannot be written.
        """
        from bailiwick.api.layers.files import write_layers

        return write_layers(self, Path(folder), with_map=map, with_report=report)


def layer_counts(carving: Carving, measures: Mapping[str, FloatArray]) -> dict[str, Any]:
    """Accounts and sums of measures per step of a layer, in the order of precedence."""
    steps = []
    for number in [NAMED, *range(len(carving.layer.steps)), NOBODY]:
        members = carving.members(number)
        if (number == NAMED and not carving.layer.named) or (number == NOBODY and not len(members)):
            continue
        step = carving.layer.steps[number] if number >= 0 else None
        steps.append(
            {
                "step": step.name if step is not None else "named" if number == NAMED else "(gap)",
                "where": step.where_text if step is not None else "",
                "n_units": len(members),
                "measures": {name: float(values[members].sum()) for name, values in measures.items()},
            }
        )
    n_inside = int((carving.step_idx != OUTSIDE).sum())
    return {"layer": carving.layer.name, "where": carving.layer.where_text, "n_units": n_inside, "steps": steps}


def _plan_facts(plan: Plan) -> dict[str, Any]:
    facts = plan.document()
    keys = ("n_units", "n_territories", "objective", "gap", "bound_holds_for", "balance", "contiguity", "mean_distance_km", "stop_reason")
    return {**{key: facts[key] for key in keys}, "keeps_every_rule": plan.keeps_every_rule, "warnings": facts["warnings"]}
