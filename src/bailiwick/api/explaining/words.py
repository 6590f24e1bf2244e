"""Explanations in plain words, and the small tables below them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bailiwick.api.document import objective_unit
from bailiwick.api.explaining.document import balance_rows, conditions, cut_off
from bailiwick.design.explain.exchanges import Exchange
from bailiwick.design.explain.moves import MoveEffect, MoveJudge
from bailiwick.design.explain.territories import TerritoryInsight
from bailiwick.design.explain.units import UnitInsight
from bailiwick.domain.naming import territory_name, unit_name, unit_names
from bailiwick.domain.wording import percent, tolerance_percent

Rows = list[tuple[str, ...]]


def unit_text(judge: MoveJudge, insight: UnitInsight, *, asked: int | None = None) -> str:
    """One paragraph: why the unit is there, what the next best would cost, what would have to change."""
    sentences = [_reason(judge, insight), *_today(judge, insight)]
    best = insight.next_best
    if best is not None and best is not insight.better:
        sentences.append(f"The next best is {_territory(judge, best.goal)}: {_verdict(judge, best)}.")
    wished = insight.better or best
    if wished is not None and insight.reason not in ("open", "lock"):
        sentences += _change_needed(judge, wished)
    if asked is not None and insight.instead is None:
        sentences.append(f"It is in {_territory(judge, asked)} already.")
    elif insight.instead is not None and insight.instead not in (best, insight.better):
        sentences.append(f"Why not {_territory(judge, insight.instead.goal)}? {_capital(_verdict(judge, insight.instead))}.")
    if insight.exchange is not None:
        sentences.append(_exchanged(judge, insight.exchange))
    return " ".join(sentences)


def _exchanged(judge: MoveJudge, exchange: Exchange) -> str:
    """The second move that makes room: ``If e went to Ann in return, …``."""
    change, other = exchange.objective_change, _unit(judge, exchange.unit)
    way = f"to {_territory(judge, exchange.goal)} in {'return' if exchange.is_swap else 'turn'}"
    there = _territory(judge, exchange.first.goal)
    head = f"With a second move it could go to {there}: if {other} went {way}, no rule would be broken, and both"
    if change >= 0:
        return f"{head} together would cost {_amount(judge, change)}."
    return f"{head} together would save {_amount(judge, -change)}; the search has not found this exchange."


def territory_text(judge: MoveJudge, insight: TerritoryInsight) -> str:
    """One paragraph: centre, what limits it, who presses, its least and most certain units."""
    return " ".join([*_size(judge, insight), *_limits(judge, insight), *_pressing(judge, insight), *_certain(judge, insight)])


def move_rows(judge: MoveJudge, effects: Iterable[MoveEffect], *, with_units: bool = False) -> Rows:
    """Table of judged moves, header first."""
    measures = [m.name for m in judge.problem.measures]
    head = ("unit", "best alternative") if with_units else ("territory",)
    rows: Rows = [
        (
            *head,
            "km" if judge.problem.travel is None else "min",
            "change",
            *(f"{name} {side}" for name in measures for side in ("here", "there")),
            "against it",
        )
    ]
    for effect in effects:
        names = (_units(judge, effect.unit_idx),) if with_units else ()
        sides = [balance_rows(judge.problem, effect, side) for side in (0, 1)]
        cells = [
            f"{percent(row['before'], signed=True)} → {percent(row['after'], signed=True)}"
            for m in range(len(measures))
            for row in (sides[0][m], sides[1][m])
        ]
        against = ", ".join(rule.replace("_", " ") for rule in effect.obstacles) or "nothing"
        change = f"{percent(effect.objective_change / max(judge.evaluation.objective, 1e-300), signed=True)}"
        rows.append(
            (*names, _territory(judge, effect.goal), _length(judge, (effect.minutes or effect.kilometres)[1]), change, *cells, against)
        )
    return rows


def neighbour_rows(judge: MoveJudge, insight: TerritoryInsight) -> Rows:
    """Table of the neighbours of a territory, header first."""
    weight = judge.problem.measures[0].name
    rows: Rows = [("neighbour", "its units nearer here", "ours nearer there", f"{weight} here", f"{weight} there")]
    for p in insight.neighbours:
        shares = percent(p.theirs_nearer_here), percent(p.ours_nearer_there)
        rows.append((_territory(judge, p.territory), f"{p.n_theirs_nearer_here:,}", f"{p.n_ours_nearer_there:,}", *shares))
    return rows


def _reason(judge: MoveJudge, insight: UnitInsight) -> str:
    unit, home = _unit(judge, insight.unit), _territory(judge, insight.territory)
    if insight.reason == "only":
        return f"{unit} is in {home} because there is no other territory."
    if insight.reason == "lock":
        return f"{unit} is in {home} because {_locked(judge, insight)}."
    if insight.reason == "group":
        n = len(insight.together)
        return f"{unit} is in {home} with the {n} units that stay together: alone it would be better off elsewhere, all of them would not."
    if insight.better is not None:
        there = _territory(judge, insight.better.goal)
        start = f"{unit} is in {home}, although the plan would be better with it in {there} {_way(judge, insight.better)}"
        gain = f"the move would save {_amount(judge, -insight.better.objective_change)}{_changing_hands(judge, insight.better)}"
        if insight.reason == "open":
            return f"{start}: {gain}, and no rule stands against it. The search has not found this move."
        return f"{start}: {gain}, but {_against(judge, insight.better)}."
    away = judge.away(np.array([insight.unit]), insight.territory)[0]
    if insight.nearest == insight.territory:
        return f"{unit} is in {home} because its centre is the nearest, {_length(judge, away)} away."
    nearer = judge.away(np.array([insight.unit]), insight.nearest)[0]
    other = _territory(judge, insight.nearest)
    near = f"that of {other} is nearer ({_length(judge, nearer)}), but the plan would not be better"
    return f"{unit} is in {home}, {_length(judge, away)} from its centre; {near}."


def _today(judge: MoveJudge, insight: UnitInsight) -> list[str]:
    """Whether the unit changes hands against the alignment of today."""
    baseline = judge.problem.baseline
    if baseline is None:
        return []
    today = int(baseline.territory_idx[insight.unit])
    if today < 0:
        return ["It has no territory today."]
    return ["It has that territory today." if today == insight.territory else f"Today it is in {_territory(judge, today)}."]


def _locked(judge: MoveJudge, insight: UnitInsight) -> str:
    locked = judge.problem.locked
    assert locked is not None
    if locked[insight.unit] >= 0:
        return "it is locked there"
    holder = next(int(i) for i in insight.together if locked[i] >= 0)
    return f"{_unit(judge, holder)}, which stays with it, is locked there"


def _verdict(judge: MoveJudge, effect: MoveEffect) -> str:
    """What a move would do: ``12 km instead of 9 km, the move would cost 83 people · km (0.2 %) and keep every rule``."""
    change = effect.objective_change
    word = "cost" if change >= 0 else "save"
    head = f"{_way(judge, effect).strip('()')}, the move would {word} {_amount(judge, abs(change))}"
    head += _changing_hands(judge, effect)
    if set(effect.obstacles) - {"lock"}:
        return f"{head}, and {_against(judge, effect)}"
    return f"{head} and break no {'other ' if effect.obstacles else ''}rule"


def _changing_hands(judge: MoveJudge, effect: MoveEffect) -> str:
    baseline = judge.problem.baseline
    if baseline is None or not effect.disruption_change:
        return ""
    more = "more" if effect.disruption_change > 0 else "less"
    name = baseline.name or judge.problem.measures[0].name
    return f" ({_figure(abs(effect.disruption_change))} {more} of {name} would change hands)"


def _way(judge: MoveJudge, effect: MoveEffect) -> str:
    before, after = effect.minutes or effect.kilometres
    return f"({_length(judge, after)} to the centre instead of {_length(judge, before)})"


def _against(judge: MoveJudge, effect: MoveEffect) -> str:
    """The rules that a move would break, in words."""
    goal, origin = _territory(judge, effect.goal), _territory(judge, effect.origin)
    n = len(effect.unit_idx)
    words = {
        "forbidden": f"{'it' if n == 1 else 'one of them'} must not go to {goal}",
        "last_unit": f"{origin} would be left without any unit",
        "max_moved": "more would change hands than is allowed",
        "max_distance": f"more units would be beyond {_reach(judge)}",
    }
    found = [words[rule] for rule in effect.obstacles if rule in words]
    if "contiguity" in effect.obstacles:
        found += _apart(judge, effect)
    if "balance" in effect.obstacles:
        found += [_passed(judge, row) for side in (0, 1) for row in balance_rows(judge.problem, effect, side) if row["is_passed"]]
    return _listed(found)


def _apart(judge: MoveJudge, effect: MoveEffect) -> list[str]:
    found, apart = [], cut_off(effect)
    if len(effect.after[0].pieces) > max(len(effect.before[0].pieces), 1):
        found.append(
            f"{_territory(judge, effect.origin)} would fall into {len(effect.after[0].pieces)} pieces (cut off: {_units(judge, apart)})"
        )
    if len(effect.after[1].pieces) > max(len(effect.before[1].pieces), 1):
        found.append(f"{'it does' if len(effect.unit_idx) == 1 else 'they do'} not touch {_territory(judge, effect.goal)}")
    return found


def _passed(judge: MoveJudge, row: dict[str, Any]) -> str:
    label = _territory_of_id(judge, row["territory_id"])
    allowed = tolerance_percent(row["tolerance"])
    return f"{label} would be at {percent(row['after'], signed=True)} of its target of {row['measure']}, beyond {allowed}"


def _change_needed(judge: MoveJudge, effect: MoveEffect) -> list[str]:
    """What would have to change for the move to be made, as at most one sentence."""
    if set(effect.obstacles) & {"lock", "forbidden", "last_unit", "max_distance", "max_moved"}:
        return []
    if "contiguity" in effect.obstacles:
        return [f"It could go there only together with {_along(judge, effect)}."]
    found = conditions(judge, effect)
    if effect.objective_change < 0:
        texts = [_room(judge, c) for c in found if c["kind"] == "tolerance"]
        gain = _amount(judge, -effect.objective_change)
        return [f"It would go there and save {gain} if {_listed(texts)}."] if texts else []
    origin = _territory(judge, effect.origin)
    texts = [
        f"it lay {_length(judge, c['per_weight'])} nearer to that centre" for c in found if c["kind"] == "distance" and judge.power == 1
    ]
    texts += [
        f"room for one unit of {c['measure']} in {origin} became dearer by {_figure(c['difference'])} {objective_unit(judge.problem)}"
        for c in found
        if c["kind"] == "price"
    ]
    return [f"It would be better off there if {', or if '.join(texts)}."] if texts else []


def _room(judge: MoveJudge, condition: dict[str, Any]) -> str:
    verb, side = ("take", "more") if condition["after"] > 0 else ("do with", "less")
    label = _territory_of_id(judge, condition["territory_id"])
    return f"{label} could {verb} {_points(condition['more'])} {side} {condition['measure']} than its tolerance allows"


def _along(judge: MoveJudge, effect: MoveEffect) -> str:
    """Which units would have to go with it, so that both territories stay in one piece."""
    apart = cut_off(effect)
    if len(effect.after[0].pieces) > max(len(effect.before[0].pieces), 1):
        return _units(judge, apart)
    return "the units between them"


def _size(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    n = len(judge.members[insight.territory])
    name = _territory(judge, insight.territory)
    if not n:
        return [f"{name} has no unit."]
    share = insight.now.cost / judge.evaluation.objective if judge.evaluation.objective > 0 else 0.0
    centre = "the home that was given" if insight.centre_unit < 0 else _unit(judge, insight.centre_unit)
    part = (
        f"its diameter is {_length(judge, insight.now.cost)}" if judge.is_diameter else f"it has {percent(share)} of the plan's objective"
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
    worth = f"{_figure(abs(price))} {objective_unit(judge.problem)}"
    what = "larger: one more" if price > 0 else "smaller: one less"
    sentence = f"It would rather be {what} unit of {name} there would be worth {worth}"
    if point_worth <= 0:  # beyond its tolerance already: a wider one would change nothing
        return f"{sentence}."
    return f"{sentence}, one more percentage point of its tolerance {_amount(judge, point_worth)}."


def _pressing(judge: MoveJudge, insight: TerritoryInsight) -> list[str]:
    sentences = []
    into = max(insight.neighbours, key=lambda p: p.theirs_nearer_here, default=None)
    out = max(insight.neighbours, key=lambda p: p.ours_nearer_there, default=None)
    if into is not None and into.n_theirs_nearer_here:
        near = _passing(into.n_theirs_nearer_here, into.theirs_nearer_here)
        sentences.append(f"{_territory(judge, into.territory)} presses on it most: of its units {near} nearer to this centre.")
    if out is not None and out.n_ours_nearer_there:
        near = _passing(out.n_ours_nearer_there, out.ours_nearer_there)
        sentences.append(f"Of its own units {near} nearer to the centre of {_territory(judge, out.territory)}.")
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
            head = f"{word} certain is {_units(judge, first.unit_idx)}: in {_territory(judge, first.goal)} it would {verb}"
            tail = f", but {_against(judge, first)}" if first.obstacles and first.objective_change < 0 else ""
            sentences.append(f"{head} {_amount(judge, abs(first.objective_change))}{tail}.")
    return sentences


def _unit(judge: MoveJudge, unit: int) -> str:
    return unit_name(judge.problem, unit)


def _units(judge: MoveJudge, units: np.ndarray) -> str:
    return unit_names(judge.problem, units)


def _territory(judge: MoveJudge, territory: int) -> str:
    return territory_name(judge.problem, territory)


def _territory_of_id(judge: MoveJudge, territory_id: str) -> str:
    return _territory(judge, judge.problem.territory_ids.tolist().index(territory_id))


def _amount(judge: MoveJudge, value: float) -> str:
    share = value / judge.evaluation.objective if judge.evaluation.objective > 0 else 0.0
    part = "less than 0.01 %" if 0 < share < 1e-4 else percent(share)
    return f"{_figure(value)} {objective_unit(judge.problem)} ({part} of the plan)"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _length(judge: MoveJudge, value: float) -> str:
    """A distance as the plan measures it."""
    unit = "km" if judge.problem.travel is None else "minutes"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def _reach(judge: MoveJudge) -> str:
    problem = judge.problem
    km = [] if problem.max_distance_km is None else [f"the largest distance of {problem.max_distance_km:g} km"]
    return " or ".join([*km, *([] if problem.max_minutes is None else [f"the most minutes, {problem.max_minutes:g}"])])


def _points(fraction: float) -> str:
    return f"{100 * fraction:.2g} percentage points" if fraction < 0.1 else f"{100 * fraction:.0f} percentage points"


def _listed(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + ", and " + texts[-1]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
