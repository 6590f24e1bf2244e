"""What explanations are made of: names, amounts, lengths, lists."""

from __future__ import annotations

import numpy as np

from bailiwick.api.document import objective_unit
from bailiwick.design.explain.moves import MoveJudge
from bailiwick.domain.naming import territory_name, unit_name, unit_names
from bailiwick.domain.said import Said, figure, say, say_all
from bailiwick.domain.wording import percent


def named_unit(judge: MoveJudge, unit: int) -> str:
    """A unit by its name."""
    return unit_name(judge.problem, unit)


def named_units(judge: MoveJudge, units: np.ndarray) -> str:
    """Units by their names, shortened where they are many."""
    return unit_names(judge.problem, units)


def named_territory(judge: MoveJudge, territory: int) -> str:
    """A territory by its name."""
    return territory_name(judge.problem, territory)


def named_territory_of_id(judge: MoveJudge, territory_id: str) -> str:
    """A territory by its name, found by its identifier."""
    return named_territory(judge, judge.problem.territory_ids.tolist().index(territory_id))


def amount_text(judge: MoveJudge, value: float) -> str:
    """An amount of the objective, and its share of the plan."""
    share = value / judge.evaluation.objective if judge.evaluation.objective > 0 else 0.0
    part = say("less than %(share)s", share=percent(0.0001)) if 0 < share < 1e-4 else percent(share)
    return say(
        "%(figure)s %(objective_unit)s (%(part)s of the plan)",
        figure=figure_text(value),
        objective_unit=objective_unit(judge.problem),
        part=part,
    )


def figure_text(value: float) -> Said:
    """A number in three digits, or whole where it is large."""
    return figure(value, 0) if abs(value) >= 100 else Said(f"{value:.3g}", {"number": f"{value:.3g}"})


def length_text(judge: MoveJudge, value: float) -> Said:
    """A distance as the plan measures it."""
    if judge.problem.travel is None:
        return say("%(figure)s km", figure=figure_text(value))
    return say("%(figure)s minutes", figure=figure_text(value))


def reach_text(judge: MoveJudge) -> str:
    """How far a unit may be from its centre, as the problem says."""
    problem = judge.problem
    km: list[str] = []
    if problem.max_distance_km is not None:
        most = f"{problem.max_distance_km:g}"
        km = [say("the largest distance of %(most)s km", most=most)]
    minutes: list[str] = []
    if problem.max_minutes is not None:
        most = f"{problem.max_minutes:g}"
        minutes = [say("the most minutes, %(most)s", most=most)]
    return say_all([*km, *minutes], say(" or "))


def points_text(fraction: float) -> str:
    """A difference of shares in percentage points."""
    points = 100 * fraction
    told = Said(f"{points:.2g}", {"number": f"{points:.2g}"}) if fraction < 0.1 else figure(points)
    return say("%(points)s percentage points", points=told)


def listed(texts: list[str]) -> str:
    """Texts as a list in a sentence."""
    return texts[0] if len(texts) == 1 else say_all([say_all(texts[:-1], ", "), texts[-1]], say(", and "))
