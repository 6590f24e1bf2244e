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
from bailiwick.domain.said import Said, capital, figure, say, say_all
from bailiwick.domain.wording import percent, tolerance_percent

Rows = list[tuple[str, ...]]
OBSTACLES = {
    "lock": say("lock"),
    "forbidden": say("forbidden"),
    "last_unit": say("last unit"),
    "max_moved": say("max moved"),
    "max_distance": say("max distance"),
    "contiguity": say("contiguity"),
    "balance": say("balance"),
}
"""What stands against a move, as the tables name it."""


def unit_text(judge: MoveJudge, insight: UnitInsight, *, asked: int | None = None) -> str:
    """One paragraph: why the unit is there, what the next best would cost, what would have to change."""
    sentences: list[str] = [_reason(judge, insight), *_today(judge, insight)]
    best = insight.next_best
    if best is not None and best is not insight.better:
        sentences.append(
            say(
                "The next best is %(territory)s: %(verdict)s.",
                territory=_territory(judge, best.goal),
                verdict=_verdict(judge, best),
            )
        )
    wished = insight.better or best
    if wished is not None and insight.reason not in ("open", "lock"):
        sentences += _change_needed(judge, wished)
    if asked is not None and insight.instead is None:
        sentences.append(say("It is in %(territory)s already.", territory=_territory(judge, asked)))
    elif insight.instead is not None and insight.instead not in (best, insight.better):
        sentences.append(
            say(
                "Why not %(territory)s? %(capital)s.",
                territory=_territory(judge, insight.instead.goal),
                capital=capital(_verdict(judge, insight.instead)),
            )
        )
    if insight.exchange is not None:
        sentences.append(_exchanged(judge, insight.exchange))
    return say_all(sentences)


def _exchanged(judge: MoveJudge, exchange: Exchange) -> str:
    """The second move that makes room: ``If e went to Ann in return, …``."""
    change, other = exchange.objective_change, _unit(judge, exchange.unit)
    goal = _territory(judge, exchange.goal)
    way = say("to %(territory)s in return", territory=goal) if exchange.is_swap else say("to %(territory)s in turn", territory=goal)
    there = _territory(judge, exchange.first.goal)
    head = say(
        "With a second move it could go to %(there)s: if %(other)s went %(way)s, no rule would be broken, and both",
        there=there,
        other=other,
        way=way,
    )
    if change >= 0:
        return say("%(head)s together would cost %(amount)s.", head=head, amount=_amount(judge, change))
    return say(
        "%(head)s together would save %(amount)s; the search has not found this exchange.",
        head=head,
        amount=_amount(judge, -change),
    )


def territory_text(judge: MoveJudge, insight: TerritoryInsight) -> str:
    """One paragraph: centre, what limits it, who presses, its least and most certain units."""
    return " ".join([*_size(judge, insight), *_limits(judge, insight), *_pressing(judge, insight), *_certain(judge, insight)])


def move_rows(judge: MoveJudge, effects: Iterable[MoveEffect], *, with_units: bool = False) -> Rows:
    """Table of judged moves, header first."""
    measures = [m.name for m in judge.problem.measures]
    head = (say("unit"), say("best alternative")) if with_units else (say("territory"),)
    sides_of = [side for name in measures for side in (say("%(measure)s here", measure=name), say("%(measure)s there", measure=name))]
    rows: Rows = [(*head, "km" if judge.problem.travel is None else "min", say("change"), *sides_of, say("against it"))]
    for effect in effects:
        names = (_units(judge, effect.unit_idx),) if with_units else ()
        sides = [balance_rows(judge.problem, effect, side) for side in (0, 1)]
        cells = [
            say("%(before)s → %(after)s", before=percent(row["before"], signed=True), after=percent(row["after"], signed=True))
            for m in range(len(measures))
            for row in (sides[0][m], sides[1][m])
        ]
        against = say_all([OBSTACLES[rule] for rule in effect.obstacles], ", ") if effect.obstacles else say("nothing")
        change = percent(effect.objective_change / max(judge.evaluation.objective, 1e-300), signed=True)
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
        return say("%(unit)s is in %(home)s because there is no other territory.", unit=unit, home=home)
    if insight.reason == "lock":
        return say("%(unit)s is in %(home)s because %(locked)s.", unit=unit, home=home, locked=_locked(judge, insight))
    if insight.reason == "group":
        n = len(insight.together)
        return say(
            "%(unit)s is in %(home)s with the %(n)s units that stay together: alone it would be better off "
            "elsewhere, all of them would not.",
            unit=unit,
            home=home,
            n=n,
        )
    if insight.better is not None:
        there = _territory(judge, insight.better.goal)
        start = say(
            "%(unit)s is in %(home)s, although the plan would be better with it in %(there)s (%(way)s)",
            unit=unit,
            home=home,
            there=there,
            way=_way(judge, insight.better),
        )
        gain = say(
            "the move would save %(amount)s%(changing_hands)s",
            amount=_amount(judge, -insight.better.objective_change),
            changing_hands=_changing_hands(judge, insight.better),
        )
        if insight.reason == "open":
            return say("%(start)s: %(gain)s, and no rule stands against it. The search has not found this move.", start=start, gain=gain)
        return say("%(start)s: %(gain)s, but %(against)s.", start=start, gain=gain, against=_against(judge, insight.better))
    away = judge.away(np.array([insight.unit]), insight.territory)[0]
    if insight.nearest == insight.territory:
        return say(
            "%(unit)s is in %(home)s because its centre is the nearest, %(length)s away.",
            unit=unit,
            home=home,
            length=_length(judge, away),
        )
    nearer = judge.away(np.array([insight.unit]), insight.nearest)[0]
    other = _territory(judge, insight.nearest)
    near = say("that of %(other)s is nearer (%(length)s), but the plan would not be better", other=other, length=_length(judge, nearer))
    return say(
        "%(unit)s is in %(home)s, %(length)s from its centre; %(near)s.",
        unit=unit,
        home=home,
        length=_length(judge, away),
        near=near,
    )


def _today(judge: MoveJudge, insight: UnitInsight) -> list[str]:
    """Whether the unit changes hands against the alignment of today."""
    baseline = judge.problem.baseline
    if baseline is None:
        return []
    today = int(baseline.territory_idx[insight.unit])
    if today < 0:
        return [say("It has no territory today.")]
    return [
        say("It has that territory today.")
        if today == insight.territory
        else say("Today it is in %(territory)s.", territory=_territory(judge, today))
    ]


def _locked(judge: MoveJudge, insight: UnitInsight) -> str:
    locked = judge.problem.locked
    assert locked is not None
    if locked[insight.unit] >= 0:
        return say("it is locked there")
    holder = next(int(i) for i in insight.together if locked[i] >= 0)
    return say("%(unit)s, which stays with it, is locked there", unit=_unit(judge, holder))


def _verdict(judge: MoveJudge, effect: MoveEffect) -> str:
    """What a move would do: ``12 km instead of 9 km, the move would cost 83 people · km (0.2 %) and keep every rule``."""
    change = effect.objective_change
    said = {"way": _way(judge, effect), "amount": _amount(judge, abs(change)), "hands": _changing_hands(judge, effect)}
    if change >= 0:
        head = say("%(way)s, the move would cost %(amount)s%(hands)s", **said)
    else:
        head = say("%(way)s, the move would save %(amount)s%(hands)s", **said)
    if set(effect.obstacles) - {"lock"}:
        return say("%(head)s, and %(against)s", head=head, against=_against(judge, effect))
    return say("%(head)s and break no other rule", head=head) if effect.obstacles else say("%(head)s and break no rule", head=head)


def _changing_hands(judge: MoveJudge, effect: MoveEffect) -> str:
    baseline = judge.problem.baseline
    if baseline is None or not effect.disruption_change:
        return ""
    said = {"figure": _figure(abs(effect.disruption_change)), "name": baseline.name or judge.problem.measures[0].name}
    if effect.disruption_change > 0:
        return say(" (%(figure)s more of %(name)s would change hands)", **said)
    return say(" (%(figure)s less of %(name)s would change hands)", **said)


def _way(judge: MoveJudge, effect: MoveEffect) -> str:
    before, after = effect.minutes or effect.kilometres
    return say("%(after)s to the centre instead of %(before)s", after=_length(judge, after), before=_length(judge, before))


def _against(judge: MoveJudge, effect: MoveEffect) -> str:
    """The rules that a move would break, in words."""
    goal, origin = _territory(judge, effect.goal), _territory(judge, effect.origin)
    n = len(effect.unit_idx)
    words = {
        "forbidden": say("it must not go to %(goal)s", goal=goal) if n == 1 else say("one of them must not go to %(goal)s", goal=goal),
        "last_unit": say("%(origin)s would be left without any unit", origin=origin),
        "max_moved": say("more would change hands than is allowed"),
        "max_distance": say("more units would be beyond %(reach)s", reach=_reach(judge)),
    }
    found: list[str] = [words[rule] for rule in effect.obstacles if rule in words]
    if "contiguity" in effect.obstacles:
        found += _apart(judge, effect)
    if "balance" in effect.obstacles:
        found += [_passed(judge, row) for side in (0, 1) for row in balance_rows(judge.problem, effect, side) if row["is_passed"]]
    return _listed(found)


def _apart(judge: MoveJudge, effect: MoveEffect) -> list[str]:
    found: list[str] = []
    apart = cut_off(effect)
    if len(effect.after[0].pieces) > max(len(effect.before[0].pieces), 1):
        found.append(
            say(
                "%(territory)s would fall into %(n)s pieces (cut off: %(units)s)",
                territory=_territory(judge, effect.origin),
                n=len(effect.after[0].pieces),
                units=_units(judge, apart),
            )
        )
    if len(effect.after[1].pieces) > max(len(effect.before[1].pieces), 1):
        goal = _territory(judge, effect.goal)
        is_one = len(effect.unit_idx) == 1
        found.append(say("it does not touch %(goal)s", goal=goal) if is_one else say("they do not touch %(goal)s", goal=goal))
    return found


def _passed(judge: MoveJudge, row: dict[str, Any]) -> str:
    label = _territory_of_id(judge, row["territory_id"])
    allowed = tolerance_percent(row["tolerance"])
    return say(
        "%(label)s would be at %(percent)s of its target of %(row)s, beyond %(allowed)s",
        label=label,
        percent=percent(row["after"], signed=True),
        row=row["measure"],
        allowed=allowed,
    )


def _change_needed(judge: MoveJudge, effect: MoveEffect) -> list[str]:
    """What would have to change for the move to be made, as at most one sentence."""
    if set(effect.obstacles) & {"lock", "forbidden", "last_unit", "max_distance", "max_moved"}:
        return []
    if "contiguity" in effect.obstacles:
        return [say("It could go there only together with %(along)s.", along=_along(judge, effect))]
    found = conditions(judge, effect)
    if effect.objective_change < 0:
        rooms: list[str] = [_room(judge, c) for c in found if c["kind"] == "tolerance"]
        gain = _amount(judge, -effect.objective_change)
        return [say("It would go there and save %(gain)s if %(listed)s.", gain=gain, listed=_listed(rooms))] if rooms else []
    origin = _territory(judge, effect.origin)
    texts: list[str] = [
        say("it lay %(length)s nearer to that centre", length=_length(judge, c["per_weight"]))
        for c in found
        if c["kind"] == "distance" and judge.power == 1
    ]
    texts += [
        say(
            "room for one unit of %(c)s in %(origin)s became dearer by %(figure)s %(objective_unit)s",
            c=c["measure"],
            origin=origin,
            figure=_figure(c["difference"]),
            objective_unit=objective_unit(judge.problem),
        )
        for c in found
        if c["kind"] == "price"
    ]
    if not texts:
        return []
    either = say_all(texts, say(", or if "))
    return [say("It would be better off there if %(names)s.", names=either)]


def _room(judge: MoveJudge, condition: dict[str, Any]) -> str:
    said = {
        "territory": _territory_of_id(judge, condition["territory_id"]),
        "points": _points(condition["more"]),
        "measure": condition["measure"],
    }
    if condition["after"] > 0:
        return say("%(territory)s could take %(points)s more %(measure)s than its tolerance allows", **said)
    return say("%(territory)s could do with %(points)s less %(measure)s than its tolerance allows", **said)


def _along(judge: MoveJudge, effect: MoveEffect) -> str:
    """Which units would have to go with it, so that both territories stay in one piece."""
    apart = cut_off(effect)
    if len(effect.after[0].pieces) > max(len(effect.before[0].pieces), 1):
        return _units(judge, apart)
    return say("the units between them")


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
    part = say("less than %(share)s", share=percent(0.0001)) if 0 < share < 1e-4 else percent(share)
    return say(
        "%(figure)s %(objective_unit)s (%(part)s of the plan)",
        figure=_figure(value),
        objective_unit=objective_unit(judge.problem),
        part=part,
    )


def _figure(value: float) -> Said:
    return figure(value, 0) if abs(value) >= 100 else Said(f"{value:.3g}", {"number": f"{value:.3g}"})


def _length(judge: MoveJudge, value: float) -> Said:
    """A distance as the plan measures it."""
    if judge.problem.travel is None:
        return say("%(figure)s km", figure=_figure(value))
    return say("%(figure)s minutes", figure=_figure(value))


def _reach(judge: MoveJudge) -> str:
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


def _points(fraction: float) -> str:
    points = 100 * fraction
    told = Said(f"{points:.2g}", {"number": f"{points:.2g}"}) if fraction < 0.1 else figure(points)
    return say("%(points)s percentage points", points=told)


def _listed(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else say_all([say_all(texts[:-1], ", "), texts[-1]], say(", and "))
