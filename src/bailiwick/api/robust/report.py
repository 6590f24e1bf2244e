"""How likely a plan keeps its tolerances: numbers, facts and sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.robust.asked import UncertaintyOptions
from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.uncertainty import Uncertainty
from bailiwick.domain.wording import counted, percent, tolerance_percent
from bailiwick.metrics import Evaluation
from bailiwick.metrics.robustness import draw_deviations, expected_spread, probability_within

if TYPE_CHECKING:
    from bailiwick.api.plan import Plan

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
    fingerprint
        SHA-256 over everything that is uncertain.
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
    fingerprint: str

    def columns(self) -> dict[str, np.ndarray]:
        """What ``territories.csv`` gains."""
        return {f"{name} probability within": np.round(values, 4) for name, values in self.probability.items()}

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
                    f"{counted(len(unsure), 'territory stays', 'territories stay')} within the tolerance of {name} "
                    f"with less than {tolerance_percent(self.confidence)}; "
                    f"the least sure is {least}. Allow more tolerance, or ask for fewer territories."
                )
                found.append(Notice("not_robust", message, len(unsure), tuple(str(t) for t in territory_ids[unsure[:10]])))
        return tuple(found)


def with_robustness(
    plan: Plan, doubts: tuple[Uncertainty, ...], options: UncertaintyOptions, search_tolerances: Mapping[str, float]
) -> Plan:
    """The plan with its robustness, and a notice where it is not as sure as was asked."""
    robustness = measure_robustness(plan.evaluation, doubts, options, search_tolerances, seed=plan.result.seed)
    told = robustness.notices(plan.problem.territory_ids)
    cut = len(plan.result.notices)
    return replace(plan, robustness=robustness, notices=(*plan.notices[:cut], *told, *plan.notices[cut:]))


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
    return Robustness(
        confidence=options.confidence,
        correlation=options.correlation,
        n_regions=n_regions,
        probability=probability,
        spread=spread,
        all_within=joint,
        exact=exact,
        n_cases=cases,
        search_tolerances=_finite(search_tolerances),
        fingerprint=_fingerprint(uncertainties, options),
    )


def _finite(tolerances: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in tolerances.items() if np.isfinite(value)}


def _fingerprint(uncertainties: tuple[Uncertainty, ...], options: UncertaintyOptions) -> str:
    digest = hashlib.sha256(repr((options.confidence, options.correlation)).encode())
    for uncertainty in uncertainties:
        digest.update(uncertainty.measure.encode())
        for values in (uncertainty.mean, uncertainty.deviation, uncertainty.region, uncertainty.samples):
            digest.update(b"none" if values is None else np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def robustness_to_facts(robustness: Robustness) -> dict[str, Any]:
    """What is kept in the file of a plan, as JSON."""
    plain = {field.name: getattr(robustness, field.name) for field in fields(robustness)}
    arrays = {name: {key: values.tolist() for key, values in plain[name].items()} for name in ("probability", "spread")}
    return {**plain, **arrays}


def robustness_from_facts(facts: Mapping[str, Any]) -> Robustness:
    """The robustness as it was kept."""
    arrays = {name: {key: np.array(values) for key, values in facts[name].items()} for name in ("probability", "spread")}
    return Robustness(**{**facts, **arrays})
