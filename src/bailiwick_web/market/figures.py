"""The figures that strengths and weaknesses are drafted from: of each territory, of teams and of all, within the scope of the reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, IntegerField, Min, Sum, Value, When

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Position
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible
from bailiwick_web.insights.finding import visible_studies
from bailiwick_web.insights.models import Study
from bailiwick_web.insights.storing import rows as rows_of
from bailiwick_web.market.models import Swot

YEAR, A_WEEK = timedelta(days=365), timedelta(days=7)
US = "*"
"""The name of the company in a table of figures."""
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Ground:
    """What the figures of one look are made from.

    Attributes
    ----------
    revenue
        Position, account, years back (0: the last twelve months) → revenue in house currency.
    decided
        Position, years back, name of a competitor (empty: any deal) → deals won, deals closed.
    shares
        Position → penetration and white space, of the newest look at the market of a plan.
    ordered_since
        Day of the first order.
    """

    positions: Mapping[int, Position]
    revenue: Mapping[tuple[int, int, int], float]
    decided: Mapping[tuple[int, int, str], tuple[int, int]]
    shares: Mapping[int, Mapping[str, float]]
    study: Study | None
    today: date
    ordered_since: date | None = None


def ground_of(actor: Actor) -> Ground:
    """Read it, in a number of queries that does not grow."""
    positions = {p.pk: p for p in visible(actor, Position).select_related("node")}
    study = visible_studies(actor).filter(kind="market", answered_at__isnull=False).order_by("-answered_at").first()
    return Ground(positions, _revenue(actor), _decided(actor), _shares(study, positions), study, actor.now.date(), ordered_since(actor))


def _back(today: date, field: str) -> Case:
    """Years back of a day: 0, 1, 2."""
    ends = [today - YEAR * n for n in range(4)]
    whens = [When(**{f"{field}__gt": ends[n + 1], f"{field}__lte": ends[n]}, then=Value(n)) for n in range(3)]
    return Case(*whens, default=Value(9), output_field=IntegerField())


def _revenue(actor: Actor) -> dict[tuple[int, int, int], float]:
    today = actor.now.date()
    rows: Any = (
        visible(actor, m.Order).exclude(state=m.Order.State.CANCELLED).filter(ordered_on__gt=today - 3 * YEAR, position__isnull=False)
    )
    sums = rows.annotate(back=_back(today, "ordered_on")).values_list("position_id", "account_id", "back").annotate(Sum("house_amount"))
    return {(position, account, back): float(amount) for position, account, back, amount in sums.order_by() if back < 9}


def ordered_since(actor: Actor) -> date | None:
    """Day of the first order that somebody sees in a territory."""
    orders: Any = visible(actor, m.Order).exclude(state=m.Order.State.CANCELLED).filter(position__isnull=False)
    return orders.aggregate(first=Min("ordered_on"))["first"]


def _decided(actor: Actor) -> dict[tuple[int, int, str], tuple[int, int]]:
    deals: Any = visible(actor, m.Opportunity).filter(closed_at__gt=actor.now - 2 * YEAR, position__isnull=False)
    deals = deals.exclude(stage__kind=m.Stage.Kind.OPEN)
    rivals: dict[int, set[str]] = defaultdict(set)
    named = m.OpportunityCompetitor.objects.filter(opportunity__in=deals.values("pk"), competitor__deleted_at=None)
    for deal, name in named.values_list("opportunity_id", "competitor__name"):
        rivals[deal].add(name)
    found: dict[tuple[int, int, str], list[int]] = defaultdict(lambda: [0, 0])
    for pk, position, kind, closed, lost_to in deals.values_list("pk", "position_id", "stage__kind", "closed_at", "lost_to__name"):
        back = 0 if closed > actor.now - YEAR else 1
        for name in ("", *sorted(rivals[pk] | ({lost_to} if lost_to else set()))):
            counts = found[position, back, name]
            counts[0] += kind == m.Stage.Kind.WON
            counts[1] += 1
    return {key: (won, n) for key, (won, n) in found.items()}


def _shares(study: Study | None, positions: Mapping[int, Position]) -> dict[int, dict[str, float]]:
    """Of territories that are called as their positions are; what has the name of several says nothing."""
    if study is None:
        return {}
    by_name: dict[str, list[int]] = defaultdict(list)
    for pk, position in positions.items():
        by_name[position.name].append(pk)
    found: dict[int, dict[str, float]] = {}
    for row in rows_of(study, "territories"):
        keys = by_name.get(str(row["territory"]), [])
        if len(keys) == 1:
            values = {"penetration": row.get("penetration"), "white_space": row.get("share_gap")}
            found[keys[0]] = {name: float(value) for name, value in values.items() if value is not None and value == value}
    return found


def positions_of(ground: Ground, swot: Swot) -> list[int]:
    """The territories that a grid is about."""
    if swot.position_id is not None:
        return [pk for pk in ground.positions if pk == swot.position_id]
    if swot.node is not None:
        return _below(ground, swot.node)
    return list(ground.positions)


def _below(ground: Ground, node: Node) -> list[int]:
    return [pk for pk, position in ground.positions.items() if position.node.path.startswith(node.path)]


def figures_of(ground: Ground, swot: Swot, nodes: Iterable[Node]) -> tuple[str, Rows]:
    """Whose the grid is in the table, and the figures of it and of those that it is compared with.

    A territory is compared with the others, a team with those of its kind, the company with itself a year before.
    """
    if swot.position_id is not None:
        of: dict[str, list[int]] = {str(p.public_id): [pk] for pk, p in ground.positions.items()}
        return str(swot.position.public_id), _rows(ground, of, with_past=False)  # type: ignore[union-attr]
    if swot.node is not None:
        peers = [node for node in nodes if node.kind == swot.node.kind]
        return str(swot.node.public_id), _rows(ground, {str(n.public_id): _below(ground, n) for n in peers}, with_past=False)
    return US, _rows(ground, {US: list(ground.positions)}, with_past=True)


def _rows(ground: Ground, of: Mapping[str, list[int]], *, with_past: bool) -> Rows:
    found: Rows = []
    for subject, keys in of.items():
        mine = frozenset(keys)
        for make in (_growth, _churn, _concentration, _won, _held):
            found += [{"subject": subject, **row} for row in make(ground, mine, with_past)]
    return found


Make = Callable[[Ground, frozenset[int], bool], Rows]


def _sums(ground: Ground, mine: frozenset[int], back: int) -> dict[int, float]:
    """Account → revenue, of the accounts with any."""
    found: dict[int, float] = defaultdict(float)
    for (position, account, year), amount in ground.revenue.items():
        if position in mine and year == back:
            found[account] += amount
    return {account: amount for account, amount in found.items() if amount > 0}


def covers(since: date | None, today: date, *, years: int) -> bool:
    """Whether orders since a day reach back over so many years: a part of a year would make any year after it look large."""
    return since is not None and since <= today - years * YEAR + A_WEEK


def _reaches(ground: Ground, years: int) -> bool:
    return covers(ground.ordered_since, ground.today, years=years)


def _growth(ground: Ground, mine: frozenset[int], with_past: bool) -> Rows:
    now, past, earlier = (sum(_sums(ground, mine, back).values()) for back in range(3))
    if past <= 0 or not _reaches(ground, 2):
        return []
    before = past / earlier - 1 if earlier > 0 and _reaches(ground, 3) else None
    if with_past and before is None:
        return []
    return [{"figure": "growth", "value": now / past - 1, "before": before if with_past else None}]


def _churn(ground: Ground, mine: frozenset[int], with_past: bool) -> Rows:
    now, past, earlier = (_sums(ground, mine, back).keys() for back in range(3))
    if not past or not _reaches(ground, 2):
        return []
    lost = len(past - now)
    before = len(earlier - past) / len(earlier) if earlier and _reaches(ground, 3) else None
    if with_past and before is None:
        return []
    row = {"figure": "churn", "value": lost / len(past), "part": lost, "whole": len(past)}
    return [row | ({"before": before, "before_whole": len(earlier)} if with_past else {})]


def _concentration(ground: Ground, mine: frozenset[int], with_past: bool) -> Rows:
    now = _sums(ground, mine, 0)
    return [{"figure": "concentration", "value": max(now.values()) / sum(now.values())}] if len(now) >= 3 else []


def _won(ground: Ground, mine: frozenset[int], with_past: bool) -> Rows:
    counts: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for (position, back, name), (won, n) in ground.decided.items():
        if position in mine:
            counts[name, back][0] += won
            counts[name, back][1] += n
    found: Rows = []
    for (name, back), (won, n) in counts.items():
        past = counts.get((name, 1), [0, 0])
        if back or (with_past and not past[1]):
            continue
        row = {"figure": "win_rate_against" if name else "win_rate", "detail": name, "value": won / n, "part": won, "whole": n}
        found.append(row | ({"before": past[0] / past[1], "before_whole": past[1]} if with_past else {}))
    return found


def _held(ground: Ground, mine: frozenset[int], with_past: bool) -> Rows:
    if len(mine) != 1 or with_past:
        return []
    (key,) = mine
    return [{"figure": name, "value": value} for name, value in ground.shares.get(key, {}).items()]
