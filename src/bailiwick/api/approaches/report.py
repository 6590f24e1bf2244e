"""Three approaches side by side, and which of them the numbers speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.approaches.segments import Segments
from bailiwick.api.document import notice_list
from bailiwick.api.layers.plan import DesignedLayer
from bailiwick.api.sources import Source
from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.wording import percent
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.metrics import Evaluation
from bailiwick.metrics.fairness import gini
from bailiwick.metrics.portfolio import between_share, evenness, smallest_making, top_share

if TYPE_CHECKING:
    import pandas as pd

SMALL_SHARE = 0.2
TOP = 0.1
CONCENTRATED, DIVERSE, MIXED = 0.5, 0.25, 0.5
MOST_TRAVEL = 2.0
"""Beyond so many times the mean distance of the geographic approach, no other is recommended."""


@dataclass(frozen=True, eq=False)
class Approach:
    """The base designed in one way.

    Attributes
    ----------
    name
        ``geographic``, ``demographic`` or ``account-based``.
    designed
        Its steps with their plans.
    evaluation
        All territories judged together, each with an equal share as its target.
    """

    name: str
    designed: DesignedLayer
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Figures:
    """What an approach comes to.

    Attributes
    ----------
    approach
        Its name.
    mean_distance_km
        To the middle of the territory, weighted by the first measure.
    territory_diameter_km
        Mean over the territories of the largest distance between two of their accounts.
    potential_cv, potential_gini
        Inequality of the potential of territories.
    largest_potential_deviation
        Largest deviation of a territory's potential from the mean, a fraction.
    small_within_reach
        Share of the small accounts that are within reach of the centre of their territory.
    small_mean_distance_km
        Mean distance of small accounts to that centre.
    """

    approach: str
    mean_distance_km: float
    territory_diameter_km: float
    potential_cv: float
    potential_gini: float
    largest_potential_deviation: float
    small_within_reach: float
    small_mean_distance_km: float


def figures_of(approach: Approach, potential: str, reach_km: float) -> Figures:
    """Figures of one approach."""
    evaluation, units = approach.evaluation, approach.evaluation.problem.units
    worth = units.measures[potential]
    totals: FloatArray = np.bincount(evaluation.territory_idx, weights=worth, minlength=evaluation.problem.n_territories).astype(np.float64)
    load = (totals / max(totals.mean(), 1e-300))[:, None]
    small = smallest_making(worth, SMALL_SHARE)
    centres = coordinates_to_points(evaluation.centre_coordinates, is_planar=units.is_planar)
    distance = distance_km(points_km(units), centres[evaluation.territory_idx])[small]
    return Figures(
        approach=approach.name,
        mean_distance_km=evaluation.mean_distance_km,
        territory_diameter_km=float(evaluation.column("diameter_km").mean()),
        potential_cv=float(load.std()),
        potential_gini=float(gini(load)[0]),
        largest_potential_deviation=float(np.abs(load - 1).max()),
        small_within_reach=float((distance <= reach_km).mean()) if len(distance) else 1.0,
        small_mean_distance_km=float(distance.mean()) if len(distance) else 0.0,
    )


@dataclass(frozen=True, eq=False, repr=False)
class ApproachComparison:
    """One base of accounts, divided in three ways.

    Attributes
    ----------
    source
        The accounts.
    approaches, figures
        Geographic, demographic, account-based, in this order.
    potential
        Measure that says what an account is worth.
    segments
        Of the demographic approach.
    key_share
        Share of the potential that key accounts make.
    reach_km
        How far from its centre a territory serves small accounts well.
    notices
        Of reading.
    seed, engine_version
        Of the run.
    """

    source: Source
    approaches: tuple[Approach, ...]
    figures: tuple[Figures, ...]
    potential: str
    segments: Segments
    key_share: float
    reach_km: float
    notices: tuple[Notice, ...]
    seed: int
    engine_version: str

    def __repr__(self) -> str:
        return f"<ApproachComparison: {self.source.units.n_units:,} accounts, recommended: {self.recommended}>"

    @property
    def _worth(self) -> FloatArray:
        return self.source.units.measures[self.potential]

    @property
    def concentration(self) -> float:
        """Share of the potential in the largest tenth of the accounts."""
        return top_share(self._worth, TOP)

    @property
    def diversity(self) -> float:
        """Share of the variance of log (1 + potential) that lies between segments; 0 where segments are mere clusters of it."""
        return between_share(np.log1p(self._worth), self.segments.idx) if self.segments.is_given else 0.0

    @property
    def segment_evenness(self) -> float:
        """How evenly the potential is spread over segments, 0..1."""
        totals = np.bincount(self.segments.idx, weights=self._worth, minlength=len(self.segments.names))
        return evenness(totals.astype(np.float64))

    @cached_property
    def recommended(self) -> str:
        """Name of the approach that the numbers speak for, unless it travels too far."""
        return self._favoured if self._travel_of(self._favoured) <= MOST_TRAVEL else "geographic"

    @property
    def _favoured(self) -> str:
        if self.concentration >= CONCENTRATED:
            return "account-based"
        if self.diversity >= DIVERSE and self.segment_evenness >= MIXED:
            return "demographic"
        return "geographic"

    def _travel_of(self, name: str) -> float:
        """Mean distance of an approach, as a multiple of the geographic one."""
        km = {figures.approach: figures.mean_distance_km for figures in self.figures}
        return km[name] / km["geographic"] if km["geographic"] > 0 else 1.0

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per approach; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame([asdict(figures) for figures in self.figures])

    @cached_property
    def assignments(self) -> pd.DataFrame:
        """One row per account: its territory in each approach; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self.assignment_columns())

    def assignment_columns(self) -> dict[str, np.ndarray]:
        """Columns of ``assignments.csv``."""
        return {"unit_id": self.source.units.ids, **{a.name: a.designed.territory_ids for a in self.approaches}}

    def reasons(self) -> list[str]:
        """Why it is recommended, what it costs beside the others, and what each approach needs to know, in sentences."""
        return [*self._signals(), *self._prices(), *self._needs()]

    def _signals(self) -> list[str]:
        top = f"The largest {TOP:.0%} of accounts hold {percent(self.concentration)} of the {self.potential}"
        divided = f"{percent(self.diversity)} of the variance of log (1 + {self.potential}) lies between them ({self.segments.origin})"
        verdicts = {
            "account-based": f"{top}: half or more sits with few accounts, so they deserve owners of their own.",
            "demographic": f"{top}, less than half; but segments differ: {divided}, and none of them dominates "
            f"(evenness {self.segment_evenness:.2f}).",
            "geographic": f"{top}, less than half, and {self._segment_words()}: the base is spread evenly, so nearness decides.",
        }
        lines = [f"Recommended: {self.recommended}.", verdicts[self._favoured]]
        if self._favoured != self.recommended:
            times = f"{self._travel_of(self._favoured):.1f} times"
            lines.append(
                f"That speaks for the {self._favoured} approach, but it travels {times} as far as the geographic one "
                f"(limit {MOST_TRAVEL:g}): keep to geography, and carve out a few accounts or a specialist by layers."
            )
        return lines

    def _segment_words(self) -> str:
        if not self.segments.is_given:
            return "no column tells segments apart"
        if self.diversity < DIVERSE:
            return f"segments differ little ({percent(self.diversity)} of the variance of log (1 + {self.potential}) lies between them)"
        return f"one segment dominates (evenness {self.segment_evenness:.2f})"

    def _prices(self) -> list[str]:
        own = next(f for f in self.figures if f.approach == self.recommended)
        lines = []
        for other in self.figures:
            if other.approach == own.approach:
                continue
            travel = own.mean_distance_km / other.mean_distance_km - 1 if other.mean_distance_km > 0 else 0.0
            small = own.small_within_reach - other.small_within_reach
            lines.append(
                f"Beside the {other.approach} one: mean distance {percent(travel, signed=True)}, inequality of {self.potential} "
                f"{own.potential_cv:.2f} against {other.potential_cv:.2f}, small accounts within {self.reach_km:g} km "
                f"{100 * small:+.0f} points."
            )
        return lines

    def _needs(self) -> list[str]:
        return [f"Data: {name} needs {needed}; there {what}." for name, needed, what in self.data_needs()]

    def data_needs(self) -> list[tuple[str, str, str]]:
        """Per approach what it needs, and how much of that there is."""
        units = self.source.units
        placed = units.placed_by
        exact = 1.0 if placed is None else float(np.isin(placed.astype(str), ["coordinates", "shape"]).mean())
        valued = float((self._worth > 0).mean())
        return [
            ("geographic", "a position of every account", f"are coordinates for {percent(exact)}"),
            ("demographic", "a segment of every account", f"is one for {percent(self.segments.filled)} ({self.segments.origin})"),
            ("account-based", f"the {self.potential} of every account", f"is one above zero for {percent(valued)}"),
        ]

    def document(self) -> dict[str, Any]:
        """The content of ``approaches.json``."""
        return {
            "schema_version": 1,
            "engine_version": self.engine_version,
            "seed": self.seed,
            "n_units": self.source.units.n_units,
            "n_territories": self.approaches[0].evaluation.problem.n_territories,
            "potential": self.potential,
            "segments": {"origin": self.segments.origin, "names": [str(name) for name in self.segments.names]},
            "key_share": self.key_share,
            "reach_km": self.reach_km,
            "concentration": self.concentration,
            "diversity": self.diversity,
            "segment_evenness": self.segment_evenness,
            "approaches": [asdict(figures) for figures in self.figures],
            "recommended": self.recommended,
            "reasons": self.reasons(),
            "warnings": notice_list(self.notices),
        }

    def to_files(self, folder: str | Path) -> tuple[Path, ...]:
        """Write table, picture, words, assignments, and the plan of every step.

        Raises
        ------
        InputError
            If the folder holds anything else or cannot be written.
        """
        from bailiwick.api.approaches.files import write_approaches

        return write_approaches(self, Path(folder))


def sentence_lines(sentences: Sequence[str]) -> str:
    """Sentences as a Markdown list."""
    return "".join(f"* {sentence}\n" for sentence in sentences)
