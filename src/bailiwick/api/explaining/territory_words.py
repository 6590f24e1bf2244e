"""What a territory is in plain words, and the table of its neighbours."""

from __future__ import annotations

from bailiwick.api.document import objective_unit
from bailiwick.api.explaining.phrases import (
    amount_text,
    figure_text,
    length_text,
    named_territory,
    named_unit,
    named_units,
)
from bailiwick.api.explaining.words import Rows, against_text
from bailiwick.design.explain.moves import MoveJudge
from bailiwick.design.explain.territories import TerritoryInsight
from bailiwick.domain.wording import percent, tolerance_percent


def territory_text(judge: MoveJudge, insight: TerritoryInsight) -> str:
    """One paragraph: centre, what limits it, who presses, its least and most certain units."""
    return " ".join([*_size(judge, insight), *_limits(judge, insight), *_pressing(judge, insight), *_certain(judge, insight)])


def neighbour_rows(judge: MoveJudge, insight: TerritoryInsight) -> Rows:
    """Table of the neighbours of a territory, header first."""
    weight = judge.problem.measures[0].name
    rows: Rows = [("neighbour", "its units nearer here", "ours nearer there", f"{weight} here", f"{weight} there")]
    for p in insight.neighbours:
        shares = percent(p.theirs_nearer_here), percent(p.ours_nearer_there)
        rows.append((named_territory(judge, p.territory), f"{p.n_theirs_nearer_here:,}", f"{p.n_ours_nearer_there:,}", *shares))
    return rows


def _size(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    n = len(judge.members[insight.territory])
    name = named_territory(judge, insight.territory)
    if not n:
        return [f"{name} has no unit."]
    share = insight.now.cost / judge.evaluation.objective if judge.evaluation.objective > 0 else 0.0
    centre = "the home that was given" if insight.centre_unit < 0 else named_unit(judge, insight.centre_unit)
    part = (
        f"its diameter is {length_text(judge, insight.now.cost)}"
        if judge.is_diameter
        else f"it has {percent(share)} of the plan's objective"
    )
    sentences = [f"{name} has {n:,} {'unit' if n == 1 else 'units'} around its centre, {centre}; {part}."]
    if insight.n_locked:
        sentences.append(f"{insight.n_locked:,} of them {'is' if insight.n_locked == 1 else 'are'} locked to it.")
    if len(insight.now.pieces) > 1:
        sentences.append(f"It is in {len(insight.now.pieces)} pieces.")
    return sentences


def _limits(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    problem = judge.problem
    texts = []
    for m, measure in enumerate(problem.measures):
        allowed = "not balanced" if measure.tolerance is None else f"allowed are {tolerance_percent(measure.tolerance)}"
        texts.append(f"{measure.name} {percent(float(insight.now.deviations[m]), signed=True)} ({allowed})")
    sentences = [f"Beside its targets it has {', '.join(texts)}."]
    names = () if judge.prices is None else judge.prices.measures
    for name, price, worth in zip(names, insight.prices.tolist(), insight.point_worth.tolist(), strict=True):
        sentences.append(_priced(judge, name, price, worth))
    return sentences


def _priced(judge: MoveJudge, name: str, price: float, point_worth: float) -> str:
    if price == 0:
        return f"Room for {name} does not limit it: its price is 0."
    worth = f"{figure_text(abs(price))} {objective_unit(judge.problem)}"
    what = "larger: one more" if price > 0 else "smaller: one less"
    sentence = f"It would rather be {what} unit of {name} there would be worth {worth}"
    if point_worth <= 0:  # beyond its tolerance already: a wider one would change nothing
        return f"{sentence}."
    return f"{sentence}, one more percentage point of its tolerance {amount_text(judge, point_worth)}."


def _pressing(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    sentences = []
    into = max(insight.neighbours, key=lambda p: p.theirs_nearer_here, default=None)
    out = max(insight.neighbours, key=lambda p: p.ours_nearer_there, default=None)
    if into is not None and into.n_theirs_nearer_here:
        near = _passing(into.n_theirs_nearer_here, into.theirs_nearer_here)
        sentences.append(f"{named_territory(judge, into.territory)} presses on it most: of its units {near} nearer to this centre.")
    if out is not None and out.n_ours_nearer_there:
        near = _passing(out.n_ours_nearer_there, out.ours_nearer_there)
        sentences.append(f"Of its own units {near} nearer to the centre of {named_territory(judge, out.territory)}.")
    return sentences


def _passing(n: int, share: float) -> str:
    return f"{n:,} ({percent(share)} of a target) {'is' if n == 1 else 'are'}"


def _certain(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    sentences = []
    most = insight.most_certain if len(judge.members[insight.territory]) > 1 else ()
    for word, effects in (("Least", insight.least_certain), ("Most", most)):
        if effects:
            first = effects[0]
            verb = "cost" if first.objective_change >= 0 else "save"
            head = f"{word} certain is {named_units(judge, first.unit_idx)}: in {named_territory(judge, first.goal)} it would {verb}"
            tail = f", but {against_text(judge, first)}" if first.obstacles and first.objective_change < 0 else ""
            sentences.append(f"{head} {amount_text(judge, abs(first.objective_change))}{tail}.")
    return sentences
