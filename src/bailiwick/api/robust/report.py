"""How likely a plan keeps its tolerances: numbers, facts and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bailiwick.api.robust.asked import UncertaintyOptions
from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.uncertainty import Uncertainty
from bailiwick.domain.wording import percent, tolerance_percent
from bailiwick.metrics import Evaluation
from bailiwick.metrics.robustness import draw_deviations, expected_spread, probability_within

N_DRAWS = 2_000


@dataclass(frozen=True, eq=False)
class Robustness:
    """How likely it is that territories stay within their tolerances.

    Attributes
    ----------
    confidence
        Probability that was asked for.
    correlation
        Share of variance that regions have in common.
    n_regions
        How many regions there are.
    probability
        Measure → probability of each territory to stay within its tolerance, shape (K,).
    spread
        Measure → standard deviation of the deviation of each territory, shape (K,).
    all_within
        Measure → probability that all territories stay within at once, from draws.
    exact
        Measure → whether ``probability`` is exact in the normal model; else it is the share of the samples.
    n_cases
        Measure → number of draws or samples.
    search_tolerances
        Measure → tolerance that the search kept, a fraction.
    """

    confidence: float
    correlation: float
    n_regions: int
    probability: Mapping[str, FloatArray]
    spread: Mapping[str, FloatArray]
    all_within: Mapping[str, float]
    exact: Mapping[str, bool]
    n_cases: Mapping[str, int]
    search_tolerances: Mapping[str, float]

    def columns(self) -> dict[str, np.ndarray]:
        """What ``territories.csv`` gains."""
        return {f"{name} probability within": values for name, values in self.probability.items()}

    def document(self, territory_ids: np.ndarray) -> dict[str, Any]:
        """The key ``robustness`` of ``plan.json``."""
        measures = {
            name: {
                "method": "normal model, exact" if self.exact[name] else "share of the samples",
                "mean_probability": float(values.mean()),
                "least_probability": float(values.min()),
                "territories_at_confidence": int((values >= self.confidence).sum()),
                "all_within_probability": self.all_within[name],
                "n_cases": self.n_cases[name],
                "search_tolerance": self.search_tolerances.get(name),
                "of_territory": {str(t): round(float(p), 6) for t, p in zip(territory_ids, values, strict=True)},
            }
            for name, values in self.probability.items()
        }
        return {"confidence": self.confidence, "correlation": self.correlation, "n_regions": self.n_regions, "measures": measures}

    def lines(self) -> list[str]:
        """Each uncertain measure in a sentence."""
        return [
            f"{name}: {int((values >= self.confidence).sum())} of {len(values)} territories stay within with a probability of "
            f"{tolerance_percent(self.confidence)} or more; {percent(float(values.mean()))} on average, "
            f"{percent(float(values.min()))} at least."
            for name, values in self.probability.items()
        ]

    def notices(self, territory_ids: np.ndarray) -> tuple[Notice, ...]:
        """Territories that are not as sure as was asked."""
        found = []
        for name, values in self.probability.items():
            unsure = np.argsort(values, kind="stable")[: int((values < self.confidence).sum())]
            if len(unsure):
                least = f"{territory_ids[unsure[0]]} with {percent(float(values[unsure[0]]))}"
                message = (
                    f"{len(unsure)} territories stay within the tolerance of {name} with less than {tolerance_percent(self.confidence)}; "
                    f"the least sure is {least}. Allow more tolerance, or ask for fewer territories."
                )
                found.append(Notice("not_robust", message, len(unsure), tuple(str(t) for t in territory_ids[unsure[:10]])))
        return tuple(found)


def measure_robustness(
    evaluation: Evaluation,
    uncertainties: tuple[Uncertainty, ...],
    options: UncertaintyOptions,
    search_tolerances: Mapping[str, float],
    *,
    seed: int,
) -> Robustness:
    """Probabilities for a plan, whoever made it."""
    problem, idx = evaluation.problem, evaluation.territory_idx
    tolerance = {m.name: m.tolerance for m in problem.measures}
    probability, spread, joint, cases = {}, {}, {}, {}
    for uncertainty in uncertainties:
        name, limit = uncertainty.measure, tolerance[uncertainty.measure]
        if limit is None:
            continue
        probability[name] = probability_within(uncertainty, idx, problem.target_shares, limit)
        spread[name] = expected_spread(uncertainty, idx, problem.target_shares)
        drawn = draw_deviations(uncertainty, idx, problem.target_shares, n_draws=N_DRAWS, seed=seed)
        joint[name] = float((np.abs(drawn) <= limit + 1e-12).all(axis=0).mean())
        cases[name] = drawn.shape[1]
    exact = {u.measure: u.samples is None for u in uncertainties}
    n_regions = uncertainties[0].n_regions if uncertainties else 0
    return Robustness(options.confidence, options.correlation, n_regions, probability, spread, joint, exact, cases, dict(search_tolerances))
