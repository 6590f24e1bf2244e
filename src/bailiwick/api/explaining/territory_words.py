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
from bailiwick.design.explain.moves import MoveEffect, MoveJudge
from bailiwick.design.explain.territories import TerritoryInsight
from bailiwick.domain.said import figure, say, say_all, say_n
from bailiwick.domain.wording import percent, tolerance_percent


def territory_text(judge: MoveJudge, insight: TerritoryInsight) -> str:
    """One paragraph: centre, what limits it, who presses, its least and most certain units."""
    return say_all([*_size(judge, insight), *_limits(judge, insight), *_pressing(judge, insight), *_certain(judge, insight)])


def neighbour_rows(judge: MoveJudge, insight: TerritoryInsight) -> Rows:
    """Table of the neighbours of a territory, header first."""
    weight = judge.problem.measures[0].name
    sides = say("%(measure)s here", measure=weight), say("%(measure)s there", measure=weight)
    rows: Rows = [(say("neighbour"), say("its units nearer here"), say("ours nearer there"), *sides)]
    for p in insight.neighbours:
        shares = percent(p.theirs_nearer_here), percent(p.ours_nearer_there)
        rows.append((named_territory(judge, p.territory), figure(p.n_theirs_nearer_here), figure(p.n_ours_nearer_there), *shares))
    return rows


def _size(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    n = len(judge.members[insight.territory])
    name = named_territory(judge, insight.territory)
    if not n:
        return [say("%(territory)s has no unit.", territory=name)]
    share = insight.now.cost / judge.evaluation.objective if judge.evaluation.objective > 0 else 0.0
    centre = say("the home that was given") if insight.centre_unit < 0 else named_unit(judge, insight.centre_unit)
    if judge.is_diameter:
        part = say("its diameter is %(length)s", length=length_text(judge, insight.now.cost))
    else:
        part = say("it has %(share)s of the plan's objective", share=percent(share))
    sentences: list[str] = [
        say_n(
            "%(territory)s has %(n)s unit around its centre, %(centre)s; %(part)s.",
            "%(territory)s has %(n)s units around its centre, %(centre)s; %(part)s.",
            n,
            territory=name,
            centre=centre,
            part=part,
        )
    ]
    if insight.n_locked:
        sentences.append(say_n("%(n)s of them is locked to it.", "%(n)s of them are locked to it.", insight.n_locked))
    if len(insight.now.pieces) > 1:
        sentences.append(say("It is in %(n)s pieces.", n=len(insight.now.pieces)))
    return sentences


def _limits(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    texts: list[str] = []
    for m, measure in enumerate(judge.problem.measures):
        said = {"measure": measure.name, "deviation": percent(float(insight.now.deviations[m]), signed=True)}
        if measure.tolerance is None:
            texts.append(say("%(measure)s %(deviation)s (not balanced)", **said))
        else:
            texts.append(
                say("%(measure)s %(deviation)s (allowed are %(tolerance)s)", tolerance=tolerance_percent(measure.tolerance), **said)
            )
    sentences: list[str] = [say("Beside its targets it has %(measures)s.", measures=say_all(texts, ", "))]
    names = () if judge.prices is None else judge.prices.measures
    for name, price, worth in zip(names, insight.prices.tolist(), insight.point_worth.tolist(), strict=True):
        sentences.append(_priced(judge, name, price, worth))
    return sentences


def _priced(judge: MoveJudge, name: str, price: float, point_worth: float) -> str:
    if price == 0:
        return say("Room for %(measure)s does not limit it: its price is 0.", measure=name)
    said = {"measure": name, "worth": say_all([figure_text(abs(price)), objective_unit(judge.problem)])}
    if price > 0:
        sentence = say("It would rather be larger: one more unit of %(measure)s there would be worth %(worth)s", **said)
    else:
        sentence = say("It would rather be smaller: one less unit of %(measure)s there would be worth %(worth)s", **said)
    if point_worth <= 0:  # beyond its tolerance already: a wider one would change nothing
        return say("%(sentence)s.", sentence=sentence)
    return say(
        "%(sentence)s, one more percentage point of its tolerance %(amount)s.",
        sentence=sentence,
        amount=amount_text(judge, point_worth),
    )


def _pressing(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    sentences: list[str] = []
    into = max(insight.neighbours, key=lambda p: p.theirs_nearer_here, default=None)
    out = max(insight.neighbours, key=lambda p: p.ours_nearer_there, default=None)
    if into is not None and into.n_theirs_nearer_here:
        sentences.append(
            say_n(
                "%(other)s presses on it most: of its units %(n)s (%(share)s of a target) is nearer to this centre.",
                "%(other)s presses on it most: of its units %(n)s (%(share)s of a target) are nearer to this centre.",
                into.n_theirs_nearer_here,
                other=named_territory(judge, into.territory),
                share=percent(into.theirs_nearer_here),
            )
        )
    if out is not None and out.n_ours_nearer_there:
        sentences.append(
            say_n(
                "Of its own units %(n)s (%(share)s of a target) is nearer to the centre of %(other)s.",
                "Of its own units %(n)s (%(share)s of a target) are nearer to the centre of %(other)s.",
                out.n_ours_nearer_there,
                other=named_territory(judge, out.territory),
                share=percent(out.ours_nearer_there),
            )
        )
    return sentences


def _certain(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    most = insight.most_certain if len(judge.members[insight.territory]) > 1 else ()
    sentences: list[str] = []
    if insight.least_certain:
        first = insight.least_certain[0]
        units = named_units(judge, first.unit_idx)
        sentences.append(say("Least certain is %(units)s: %(what)s.", units=units, what=_elsewhere(judge, first)))
    if most:
        units = named_units(judge, most[0].unit_idx)
        sentences.append(say("Most certain is %(units)s: %(what)s.", units=units, what=_elsewhere(judge, most[0])))
    return sentences


def _elsewhere(judge: MoveJudge, effect: MoveEffect) -> str:
    said = {"territory": named_territory(judge, effect.goal), "amount": amount_text(judge, abs(effect.objective_change))}
    if effect.objective_change >= 0:
        return say("in %(territory)s it would cost %(amount)s", **said)
    if effect.obstacles:
        return say("in %(territory)s it would save %(amount)s, but %(against)s", against=against_text(judge, effect), **said)
    return say("in %(territory)s it would save %(amount)s", **said)
