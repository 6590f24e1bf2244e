"""What the pictures are made from: one frozen record of numbers and words.

The façade fills a :class:`PlanView` from a result and its evaluation; map, charts and report only draw it. Nothing in
this room computes a metric, so the page, the PDF and ``plan.json`` cannot disagree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray, Notice, TextArray
from bailiwick.errors import InputError


@dataclass(frozen=True, eq=False)
class MeasureView:
    """One measure, per unit and per territory.

    Attributes
    ----------
    name
        As a person reads it, unique within the plan (``Population``).
    unit_text
        What one stands for (``people``, ``kg a year``, ``€ a year``); empty where the name says it.
    values
        Per unit, shape (n,), zero or more.
    totals
        Per territory, shape (K,): sums of ``values``.
    targets
        Per territory, shape (K,): what it should get.
    deviations
        Per territory, shape (K,): ``totals / targets − 1``, a fraction (0.041 = +4.1 %); NaN where there is no target.
    tolerance
        Allowed ``abs(deviation)`` as a fraction, or None if the measure is shown but not balanced.
    """

    name: str
    values: FloatArray
    totals: FloatArray
    targets: FloatArray
    deviations: FloatArray
    tolerance: float | None = None
    unit_text: str = ""

    @property
    def label(self) -> str:
        """Name with its unit, as headers and axes show it.

        Examples
        --------
        >>> none = np.zeros(0)
        >>> MeasureView("Beans", none, none, none, none, unit_text="kg a year").label
        'Beans (kg a year)'
        """
        return f"{self.name} ({self.unit_text})" if self.unit_text else self.name

    @property
    def is_outside(self) -> NDArray[np.bool_]:
        """Mask of the territories beyond the tolerance, shape (K,); nowhere where there is no tolerance."""
        if self.tolerance is None:
            return np.zeros(len(self.deviations), dtype=bool)
        outside: NDArray[np.bool_] = np.abs(np.nan_to_num(self.deviations)) > self.tolerance + 1e-9
        return outside


@dataclass(frozen=True, eq=False)
class TerritoryColumn:
    """One more number per territory for the table: a distance, an area, a compactness.

    Attributes
    ----------
    name
        Header (``Mean distance``).
    values
        Shape (K,); NaN is shown as a dash.
    unit_text
        Behind the name in the header (``km``).
    decimals
        Digits after the point.
    """

    name: str
    values: FloatArray
    unit_text: str = ""
    decimals: int = 0


@dataclass(frozen=True, eq=False)
class LevelView:
    """One level above the territories.

    Attributes
    ----------
    name
        What a group is called (``Region``).
    group_ids
        Shape (G,), text, unique.
    group_idx
        Group of each territory, shape (K,).
    colours
        Shape (G,), ``#rrggbb`` in small letters, so that neighbouring groups differ.
    parents
        Id of the group above, shape (G,); empty text at the top.
    totals, deviations
        Per group and measure, shape (G, M), as in :class:`MeasureView`.
    is_outside
        Mask of the deviations beyond the tolerance of the level, shape (G, M).
    """

    name: str
    group_ids: TextArray
    group_idx: IntArray
    colours: TextArray
    parents: TextArray
    totals: FloatArray
    deviations: FloatArray
    is_outside: NDArray[np.bool_]

    @property
    def spans(self) -> IntArray:
        """Territories of each group, shape (G,)."""
        return np.bincount(self.group_idx, minlength=len(self.group_ids)).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Fact:
    """A key fact: one of the few numbers on top of the page and on the cover of the report.

    Attributes
    ----------
    label
        What it is (``Mean distance``).
    value
        The number, formatted (``106 km``).
    detail
        One short line beneath (``population-weighted, to the centre``).
    tone
        ``good``, ``warning`` or ``plain``.
    """

    label: str
    value: str
    detail: str = ""
    tone: str = "plain"


@dataclass(frozen=True, eq=False)
class PlanView:
    """Everything that a map, a chart or a report shows of one plan.

    n is the number of units, K the number of territories. Only the fields without a default are needed; every other
    one adds something to the pictures and is left out quietly where it is empty.

    Attributes
    ----------
    title
        Headline (``Bean supplier: 25 territories``).
    coordinates
        Shape (n, 2): longitude and latitude in degrees, or x and y in km if ``is_planar``.
    unit_ids
        Shape (n,), text, unique.
    territory_idx
        Territory index of each unit, shape (n,); −1 where a unit has none.
    territory_ids
        Shape (K,), text, unique.
    territory_colours
        Shape (K,), ``#rrggbb`` in small letters: from ``pictures.palette.territory_colours``, so that neighbours differ.
    measures
        At least one; the first is the weight of distance. Every array of a measure has length n or K as said there.
    subtitle
        One line below the title (``3,109 counties of the United States, equal population``).
    disclaimer
        Shown wherever the title is (``Customers are generated, not real.``); empty for none.
    unit_noun
        What the units are, singular and plural (``("county", "counties")``).
    is_planar
        True if coordinates and shapes are x, y in km; then there is no base map.
    unit_labels
        Names for people, shape (n,); the ids where None.
    unit_shapes
        Shapely polygons or None per unit, shape (n,), same coordinates as ``coordinates``; None if units are points.
    unit_categories
        Name → text per unit, shape (n,): segments, tiers, states. Shown in the tooltip, and offered as a colouring
        where there are at most twelve different texts.
    territory_names
        Names for people, shape (K,); the ids where None.
    territory_shapes
        Shapely (multi)polygons or None per territory, shape (K,): dissolved units, or the areas around points.
    centres
        Shape (K, 2), like ``coordinates``; NaN rows are not drawn. None: no centre is drawn.
    centre_labels
        Shape (K,): who or what sits there (``Ada Diaz, home``); None for plain centres.
    territory_columns
        Further numbers per territory for the table; distances first.
    levels
        Levels above the territories, coarsest first.
    n_pieces
        Shape (K,): connected pieces per territory (1 is in one piece, 0 is empty); None if contiguity was not asked for.
    facts
        Key facts in order of weight: gap, balance, contiguity, mean distance. Three to six of them look best.
    objective_words
        What was minimised, as the middle of a sentence (``population times distance to the territory's centre``).
    objective
        Its value for this plan, or None.
    objective_unit
        Unit of objective and bound (``people · km``).
    lower_bound
        No plan of the problem named in ``bound_holds_for`` has a smaller objective; None if no bound is at hand.
    gap
        ``objective / lower_bound − 1`` as a fraction, or None.
    bound_holds_for
        The plans for which the bound is proven, as the middle of a sentence (``all plans with these centres``).
    bound_method
        How the bound was found.
    notices
        What cannot be met and why, and everything suspicious; the most important first.
    n_clashes
        So many of them, the first ones, tell rules that are not kept.
    method
        Paragraphs of plain text on how the plan was made; the report prints them under *Method*.
    settings
        Name and value of every option of the run, in order, for the appendix: seed, version, input digest, rows read.

    Raises
    ------
    InputError
        If a length does not fit, an index is out of range, or there is no measure.

    Notes
    -----
    Texts are taken as they are and escaped where they are drawn: ids and names may hold anything.
    """

    title: str
    coordinates: FloatArray
    unit_ids: TextArray
    territory_idx: IntArray
    territory_ids: TextArray
    territory_colours: TextArray
    measures: tuple[MeasureView, ...]
    subtitle: str = ""
    disclaimer: str = ""
    unit_noun: tuple[str, str] = ("unit", "units")
    is_planar: bool = False
    unit_labels: TextArray | None = None
    unit_shapes: NDArray[np.object_] | None = None
    unit_categories: Mapping[str, TextArray] = field(default_factory=dict)
    territory_names: TextArray | None = None
    territory_shapes: NDArray[np.object_] | None = None
    centres: FloatArray | None = None
    centre_labels: TextArray | None = None
    territory_columns: tuple[TerritoryColumn, ...] = ()
    levels: tuple[LevelView, ...] = ()
    n_pieces: IntArray | None = None
    facts: tuple[Fact, ...] = ()
    objective_words: str = ""
    objective: float | None = None
    objective_unit: str = ""
    lower_bound: float | None = None
    gap: float | None = None
    bound_holds_for: str = ""
    bound_method: str = ""
    notices: tuple[Notice, ...] = ()
    n_clashes: int = 0
    method: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "coordinates", np.asarray(self.coordinates, dtype=np.float64).reshape(-1, 2))
        set_(self, "territory_idx", np.asarray(self.territory_idx, dtype=np.int32))
        for name in ("unit_ids", "unit_labels", "territory_ids", "territory_names", "territory_colours", "centre_labels"):
            if getattr(self, name) is not None:
                set_(self, name, np.asarray(getattr(self, name), dtype=object))
        set_(self, "unit_categories", MappingProxyType(dict(self.unit_categories)))
        _check(self)

    @property
    def n_units(self) -> int:
        """Number of units n."""
        return len(self.unit_ids)

    @property
    def n_territories(self) -> int:
        """Number of territories K."""
        return len(self.territory_ids)

    @property
    def labels(self) -> TextArray:
        """Names of the units where known, else ids, shape (n,)."""
        return self.unit_ids if self.unit_labels is None else self.unit_labels

    @property
    def names(self) -> TextArray:
        """Names of the territories where known, else ids, shape (K,)."""
        return self.territory_ids if self.territory_names is None else self.territory_names

    @property
    def distinct_names(self) -> TextArray:
        """Names of the territories, with the id behind where a name repeats, shape (K,)."""
        names = [str(name) for name in self.names]
        repeated = {name for name, count in Counter(names).items() if count > 1}
        told_apart = [f"{name} ({self.territory_ids[t]})" if name in repeated else name for t, name in enumerate(names)]
        return np.array(told_apart, dtype=object)

    @property
    def unit_counts(self) -> IntArray:
        """Units per territory, shape (K,)."""
        assigned = self.territory_idx[self.territory_idx >= 0]
        return np.bincount(assigned, minlength=self.n_territories).astype(np.int32)

    @property
    def strain(self) -> FloatArray:
        """How badly each territory misses its targets, shape (K,): the largest deviation ÷ tolerance over the measures.

        Measures without a tolerance count only where no measure has one, by their bare deviation.
        """
        balanced = [m for m in self.measures if m.tolerance is not None]
        if not balanced:
            return np.round(np.max([np.abs(np.nan_to_num(m.deviations)) for m in self.measures], axis=0), 6)
        return np.round(np.max([np.abs(np.nan_to_num(m.deviations)) / max(m.tolerance or 0.0, 1e-3) for m in balanced], axis=0), 6)

    @property
    def worst_first(self) -> IntArray:
        """Territory indices by falling strain, ties by index."""
        return np.argsort(-self.strain, kind="stable").astype(np.int32)


def _check(view: PlanView) -> None:
    n, k = view.n_units, view.n_territories
    if not view.measures:
        raise InputError("a plan view needs at least one measure", code="no_measure", field="measures")
    lengths: list[tuple[str, Any, int]] = [
        ("coordinates", view.coordinates, n),
        ("territory_idx", view.territory_idx, n),
        ("unit_labels", view.unit_labels, n),
        ("unit_shapes", view.unit_shapes, n),
        ("territory_colours", view.territory_colours, k),
        ("territory_names", view.territory_names, k),
        ("territory_shapes", view.territory_shapes, k),
        ("centres", view.centres, k),
        ("centre_labels", view.centre_labels, k),
        ("n_pieces", view.n_pieces, k),
    ]
    lengths += [(name, column, n) for name, column in view.unit_categories.items()]
    lengths += [(column.name, column.values, k) for column in view.territory_columns]
    lengths += [(level.name, level.group_idx, k) for level in view.levels]
    for m in view.measures:
        lengths += [(m.name, m.values, n), (m.name, m.totals, k), (m.name, m.targets, k), (m.name, m.deviations, k)]
    for name, column, length in lengths:
        if column is not None and len(column) != length:
            raise InputError(f"{name} of a plan view must have {length} entries, found {len(column)}", code="length", field=name)
    for colour in [*view.territory_colours, *(colour for level in view.levels for colour in level.colours)]:
        if not re.fullmatch(r"#[0-9a-f]{6}", str(colour)):
            raise InputError(
                f"territory colours of a plan view must look like #0d5c63, found {colour!r}", code="colour", field="territory_colours"
            )
    if n and (view.territory_idx.min() < -1 or view.territory_idx.max() >= k):
        raise InputError(f"territory_idx of a plan view must lie in -1..{k - 1}", code="territory_idx", field="territory_idx")
