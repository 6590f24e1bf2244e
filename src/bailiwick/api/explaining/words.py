"""Explanations in plain words, and the small tables below them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bailiwick.api.document import objective_unit
from bailiwick.api.explaining.document import balance_rows, conditions, cut_off
from bailiwick.api.explaining.phrases import (
    amount_text,
    figure_text,
    length_text,
    listed,
    named_territory,
    named_territory_of_id,
    named_unit,
    named_units,
    points_text,
    reach_text,
)
from bailiwick.design.explain.exchanges import Exchange
from bailiwick.design.explain.moves import MoveEffect, MoveJudge
from bailiwick.design.explain.units import UnitInsight
from bailiwick.domain.said import capital, say, say_all
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
                territory=named_territory(judge, best.goal),
                verdict=_verdict(judge, best),
            )
        )
    wished = insight.better or best
    if wished is not None and insight.reason not in ("open", "lock"):
        sentences += _change_needed(judge, wished)
    if asked is not None and insight.instead is None:
        sentences.append(say("It is in %(territory)s already.", territory=named_territory(judge, asked)))
    elif insight.instead is not None and insight.instead not in (best, insight.better):
        sentences.append(
            say(
                "Why not %(territory)s? %(capital)s.",
                territory=named_territory(judge, insight.instead.goal),
                capital=capital(_verdict(judge, insight.instead)),
            )
        )
    if insight.exchange is not None:
        sentences.append(_exchanged(judge, insight.exchange))
    return say_all(sentences)


def _exchanged(judge: MoveJudge, exchange: Exchange) -> str:
    """The second move that makes room: ``If e went to Ann in return, …``."""
    change, other = exchange.objective_change, named_unit(judge, exchange.unit)
    goal = named_territory(judge, exchange.goal)
    way = say("to %(territory)s in return", territory=goal) if exchange.is_swap else say("to %(territory)s in turn", territory=goal)
    there = named_territory(judge, exchange.first.goal)
    head = say(
        "With a second move it could go to %(there)s: if %(other)s went %(way)s, no rule would be broken, and both",
        there=there,
        other=other,
        way=way,
    )
    if change >= 0:
        return say("%(head)s together would cost %(amount)s.", head=head, amount=amount_text(judge, change))
    return say(
        "%(head)s together would save %(amount)s; the search has not found this exchange.",
        head=head,
        amount=amount_text(judge, -change),
    )


def move_rows(judge: MoveJudge, effects: Iterable[MoveEffect], *, with_units: bool = False) -> Rows:
    """Table of judged moves, header first."""
    measures = [m.name for m in judge.problem.measures]
    head = (say("unit"), say("best alternative")) if with_units else (say("territory"),)
    sides_of = [side for name in measures for side in (say("%(measure)s here", measure=name), say("%(measure)s there", measure=name))]
    rows: Rows = [(*head, "km" if judge.problem.travel is None else "min", say("change"), *sides_of, say("against it"))]
    for effect in effects:
        names = (named_units(judge, effect.unit_idx),) if with_units else ()
        sides = [balance_rows(judge.problem, effect, side) for side in (0, 1)]
        cells = [
            say("%(before)s → %(after)s", before=percent(row["before"], signed=True), after=percent(row["after"], signed=True))
            for m in range(len(measures))
            for row in (sides[0][m], sides[1][m])
        ]
        against = say_all([OBSTACLES[rule] for rule in effect.obstacles], ", ") if effect.obstacles else say("nothing")
        change = percent(effect.objective_change / max(judge.evaluation.objective, 1e-300), signed=True)
        rows.append(
            (
                *names,
                named_territory(judge, effect.goal),
                length_text(judge, (effect.minutes or effect.kilometres)[1]),
                change,
                *cells,
                against,
            )
        )
    return rows


def _reason(judge: MoveJudge, insight: UnitInsight) -> str:
    unit, home = named_unit(judge, insight.unit), named_territory(judge, insight.territory)
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
        there = named_territory(judge, insight.better.goal)
        start = say(
            "%(unit)s is in %(home)s, although the plan would be better with it in %(there)s (%(way)s)",
            unit=unit,
            home=home,
            there=there,
            way=_way(judge, insight.better),
        )
        gain = say(
            "the move would save %(amount)s%(changing_hands)s",
            amount=amount_text(judge, -insight.better.objective_change),
            changing_hands=_changing_hands(judge, insight.better),
        )
        if insight.reason == "open":
            return say("%(start)s: %(gain)s, and no rule stands against it. The search has not found this move.", start=start, gain=gain)
        return say("%(start)s: %(gain)s, but %(against)s.", start=start, gain=gain, against=against_text(judge, insight.better))
    away = judge.away(np.array([insight.unit]), insight.territory)[0]
    if insight.nearest == insight.territory:
        return say(
            "%(unit)s is in %(home)s because its centre is the nearest, %(length)s away.",
            unit=unit,
            home=home,
            length=length_text(judge, away),
        )
    nearer = judge.away(np.array([insight.unit]), insight.nearest)[0]
    other = named_territory(judge, insight.nearest)
    near = say("that of %(other)s is nearer (%(length)s), but the plan would not be better", other=other, length=length_text(judge, nearer))
    return say(
        "%(unit)s is in %(home)s, %(length)s from its centre; %(near)s.",
        unit=unit,
        home=home,
        length=length_text(judge, away),
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
        else say("Today it is in %(territory)s.", territory=named_territory(judge, today))
    ]


def _locked(judge: MoveJudge, insight: UnitInsight) -> str:
    locked = judge.problem.locked
    assert locked is not None
    if locked[insight.unit] >= 0:
        return say("it is locked there")
    holder = next(int(i) for i in insight.together if locked[i] >= 0)
    return say("%(unit)s, which stays with it, is locked there", unit=named_unit(judge, holder))


def _verdict(judge: MoveJudge, effect: MoveEffect) -> str:
    """What a move would do: ``12 km instead of 9 km, the move would cost 83 people · km (0.2 %) and keep every rule``."""
    change = effect.objective_change
    said = {"way": _way(judge, effect), "amount": amount_text(judge, abs(change)), "hands": _changing_hands(judge, effect)}
    if change >= 0:
        head = say("%(way)s, the move would cost %(amount)s%(hands)s", **said)
    else:
        head = say("%(way)s, the move would save %(amount)s%(hands)s", **said)
    if set(effect.obstacles) - {"lock"}:
        return say("%(head)s, and %(against)s", head=head, against=against_text(judge, effect))
    return say("%(head)s and break no other rule", head=head) if effect.obstacles else say("%(head)s and break no rule", head=head)


def _changing_hands(judge: MoveJudge, effect: MoveEffect) -> str:
    baseline = judge.problem.baseline
    if baseline is None or not effect.disruption_change:
        return ""
    said = {"figure": figure_text(abs(effect.disruption_change)), "name": baseline.name or judge.problem.measures[0].name}
    if effect.disruption_change > 0:
        return say(" (%(figure)s more of %(name)s would change hands)", **said)
    return say(" (%(figure)s less of %(name)s would change hands)", **said)


def _way(judge: MoveJudge, effect: MoveEffect) -> str:
    before, after = effect.minutes or effect.kilometres
    return say("%(after)s to the centre instead of %(before)s", after=length_text(judge, after), before=length_text(judge, before))


def against_text(judge: MoveJudge, effect: MoveEffect) -> str:
    """The rules that a move would break, in words."""
    goal, origin = named_territory(judge, effect.goal), named_territory(judge, effect.origin)
    n = len(effect.unit_idx)
    words = {
        "forbidden": say("it must not go to %(goal)s", goal=goal) if n == 1 else say("one of them must not go to %(goal)s", goal=goal),
        "last_unit": say("%(origin)s would be left without any unit", origin=origin),
        "max_moved": say("more would change hands than is allowed"),
        "max_distance": say("more units would be beyond %(reach)s", reach=reach_text(judge)),
    }
    found: list[str] = [words[rule] for rule in effect.obstacles if rule in words]
    if "contiguity" in effect.obstacles:
        found += _apart(judge, effect)
    if "balance" in effect.obstacles:
        found += [_passed(judge, row) for side in (0, 1) for row in balance_rows(judge.problem, effect, side) if row["is_passed"]]
    return listed(found)


def _apart(judge: MoveJudge, effect: MoveEffect) -> list[str]:
    found: list[str] = []
    apart = cut_off(effect)
    if len(effect.after[0].pieces) > max(len(effect.before[0].pieces), 1):
        found.append(
            say(
                "%(territory)s would fall into %(n)s pieces (cut off: %(units)s)",
                territory=named_territory(judge, effect.origin),
                n=len(effect.after[0].pieces),
                units=named_units(judge, apart),
            )
        )
    if len(effect.after[1].pieces) > max(len(effect.before[1].pieces), 1):
        goal = named_territory(judge, effect.goal)
        is_one = len(effect.unit_idx) == 1
        found.append(say("it does not touch %(goal)s", goal=goal) if is_one else say("they do not touch %(goal)s", goal=goal))
    return found


def _passed(judge: MoveJudge, row: dict[str, Any]) -> str:
    label = named_territory_of_id(judge, row["territory_id"])
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
        gain = amount_text(judge, -effect.objective_change)
        return [say("It would go there and save %(gain)s if %(listed)s.", gain=gain, listed=listed(rooms))] if rooms else []
    origin = named_territory(judge, effect.origin)
    texts: list[str] = [
        say("it lay %(length)s nearer to that centre", length=length_text(judge, c["per_weight"]))
        for c in found
        if c["kind"] == "distance" and judge.power == 1
    ]
    texts += [
        say(
            "room for one unit of %(c)s in %(origin)s became dearer by %(figure)s %(objective_unit)s",
            c=c["measure"],
            origin=origin,
            figure=figure_text(c["difference"]),
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
        "territory": named_territory_of_id(judge, condition["territory_id"]),
        "points": points_text(condition["more"]),
        "measure": condition["measure"],
    }
    if condition["after"] > 0:
        return say("%(territory)s could take %(points)s more %(measure)s than its tolerance allows", **said)
    return say("%(territory)s could do with %(points)s less %(measure)s than its tolerance allows", **said)


def _along(judge: MoveJudge, effect: MoveEffect) -> str:
    """Which units would have to go with it, so that both territories stay in one piece."""
    apart = cut_off(effect)
    if len(effect.after[0].pieces) > max(len(effect.before[0].pieces), 1):
        return named_units(judge, apart)
    return say("the units between them")
