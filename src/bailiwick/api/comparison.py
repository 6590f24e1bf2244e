"""What differs between two plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bailiwick.api.balance import COUNT
from bailiwick.api.sides import read_side
from bailiwick.domain import TextArray
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.matching import match_ids_leniently, text_array
from bailiwick.metrics.disruption import disruption, moved_units
from bailiwick.metrics.disruption import match_labels as match_labels


@dataclass(frozen=True, eq=False)
class Comparison:
    """What differs between two plans of the same units.

    Attributes
    ----------
    unit_ids
        Units that are in both, in the order of the first, shape (n,).
    before, after
        Territory of each of them, shape (n,).
    is_moved
        Mask of those that change territory, shape (n,), under the matching of territories that keeps the most of the
        first measure (or the most units) in place.
    disruption
        Measure → share of it that changes hands; ``units`` counts every unit as one.
    continued
        Territory before → the territory after that continues it, under the same matching.
    only_before, only_after
        Ids of units that are in one plan only.
    documents
        ``plan.json`` of both, empty for bare alignments.
    """

    unit_ids: TextArray
    before: TextArray
    after: TextArray
    is_moved: np.ndarray
    disruption: Mapping[str, float]
    continued: Mapping[str, str]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    documents: tuple[Mapping[str, Any], Mapping[str, Any]]

    @property
    def n_common(self) -> int:
        """Number of units that are in both plans."""
        return len(self.unit_ids)

    @cached_property
    def moved_unit_ids(self) -> list[str]:
        """Ids of the units that change territory."""
        return [str(i) for i in self.unit_ids[self.is_moved]]

    def moves(self) -> list[tuple[str, str, str]]:
        """Unit id, territory before, territory after, for each unit that changes territory."""
        moved = self.is_moved
        return [(str(u), str(b), str(a)) for u, b, a in zip(self.unit_ids[moved], self.before[moved], self.after[moved], strict=True)]

    def figures(self) -> list[tuple[str, str, str]]:
        """Label and both values of the figures that both documents have, as text."""
        first, second = (_figures(document) for document in self.documents)
        return [(label, value, second[label]) for label, value in first.items() if label in second]

    def document(self) -> dict[str, Any]:
        """Everything as one JSON document."""
        return {
            "n_common": self.n_common,
            "n_moved": len(self.moved_unit_ids),
            "disruption": {name: float(share) for name, share in self.disruption.items()},
            "continued": dict(self.continued),
            "moves": [{"unit_id": u, "before": b, "after": a} for u, b, a in self.moves()],
            "only_before": list(self.only_before),
            "only_after": list(self.only_after),
            "before": _without_time(self.documents[0]),
            "after": _without_time(self.documents[1]),
        }


def compare(before: Any, after: Any) -> Comparison:
    """Compare two plans of the same units.

    Parameters
    ----------
    before, after
        A plan, a judgement, the folder of a plan, the path of an alignment (``unit_id``, ``territory_id`` and measures),
        or a mapping of unit id → territory id.

    Raises
    ------
    InputError
        If one cannot be read, or they have no unit in common.

    Examples
    --------
    Labels carry no meaning; only ``c`` changes hands:

    >>> comparison = compare({"a": "T1", "b": "T1", "c": "T1", "d": "T2"}, {"a": "X", "b": "X", "c": "Y", "d": "Y"})
    >>> comparison.moved_unit_ids, comparison.disruption["units"]
    (['c'], 0.25)
    """
    first, second = read_side(before), read_side(after)
    row, _ = match_ids_leniently(text_array(first.unit_ids), text_array(second.unit_ids))
    common = np.flatnonzero(row >= 0)
    if not len(common):
        theirs = [side.unit_ids[0] if len(side.unit_ids) else "none" for side in (first, second)]
        raise InputError(
            f"the two plans have no unit in common: the first has ids such as {theirs[0]!r}, the second such as {theirs[1]!r}",
            code="no_common_ids",
        )
    labels = first.territory_ids[common], second.territory_ids[row[common]]
    names, numbers = zip(*(np.unique(column.astype(str), return_inverse=True) for column in labels), strict=True)
    indices = [column.ravel().astype(np.int32) for column in numbers]
    measures = {name: values[row[common]] for name, values in second.measures.items()}
    measures |= {name: values[common] for name, values in first.measures.items() if name not in measures}
    measures[COUNT] = np.ones(len(common))
    matched = match_labels(indices[0], indices[1], next(iter(measures.values())))
    shares = disruption(indices[0], indices[1], np.column_stack(list(measures.values())))
    return Comparison(
        unit_ids=first.unit_ids[common],
        before=labels[0],
        after=labels[1],
        is_moved=moved_units(indices[0], indices[1], matched),
        disruption=dict(zip(measures, shares.tolist(), strict=True)),
        continued={str(names[0][b]): str(names[1][a]) for a, b in enumerate(matched) if b >= 0},
        only_before=tuple(first.unit_ids[row < 0].tolist()),
        only_after=tuple(np.delete(second.unit_ids, row[common]).tolist()),
        documents=(first.document, second.document),
    )


def _figures(document: Mapping[str, Any]) -> dict[str, str]:
    if not document:
        return {}
    figures = {
        "territories": f"{document['n_territories']:,}",
        "units": f"{document['n_units']:,}",
        f"objective ({document['objective_unit']})": f"{document['objective']:,.1f}",
        "mean distance, km": f"{document['mean_distance_km']:,.2f}",
        **({} if document.get("mean_minutes") is None else {"mean travel, minutes": f"{document['mean_minutes']:,.2f}"}),
        "territories in pieces": f"{document['contiguity']['violating_territories']:,}",
    }
    for name, facts in document["balance"].items():
        figures[f"{name}: largest deviation"] = percent(facts["max_deviation"])
        figures[f"{name}: territories outside"] = f"{facts['violating_territories']:,}"
    return figures


def _without_time(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "timings_seconds"}
