"""What is still to be won: the pipeline by its chances against goals; why deals end; where leads come from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast, Coalesce

from bailiwick.api.markets.intervals import share_interval
from bailiwick_web.core.models import Position
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible
from bailiwick_web.reports.models import Goal
from bailiwick_web.reports.periods import Period, instant_of, whole
from bailiwick_web.reports.registry import SUBJECTS, Ground

MOST = 100
Kind = m.Stage.Kind


def quarter_of(ground: Ground, n: int = 0) -> Period:
    """The present quarter, or one so many later."""
    return whole("quarter", ground.today, n)


def outlook(ground: Ground, pipeline: m.Pipeline | None, quarter: Period) -> dict[str, Any]:
    """By position: goal, won, open, open by its chances, and how often the open covers what is missing."""
    assert quarter.start is not None
    assert quarter.end is not None
    deals = visible(ground.actor, m.Opportunity)
    deals = deals.filter(pipeline=pipeline) if pipeline is not None else deals
    still = deals.filter(stage__kind=Kind.OPEN, close_on__lt=quarter.end).order_by().values("position_id")
    weighted = Sum(Cast("house_amount", FloatField()) * Coalesce(F("probability"), F("stage__probability")), output_field=FloatField())
    opened: dict[int | None, Any] = {
        row["position_id"]: row for row in still.annotate(n=Count("pk"), total=Sum("house_amount"), weighted=weighted)
    }
    inside = {"closed_at__gte": instant_of(quarter.start, ground.zone), "closed_at__lt": instant_of(quarter.end, ground.zone)}
    over = deals.filter(stage__kind=Kind.WON, **inside).order_by().values("position_id").annotate(won=Sum("house_amount"))
    won: dict[int | None, Any] = {row["position_id"]: row["won"] for row in over}
    goals = goals_of(ground, quarter.start)
    places = Position.objects.filter(pk__in=[key for key in {*opened, *won, *goals} if key is not None]).order_by("name", "pk")
    lines = [_line(place, goals.get(place.pk), won.get(place.pk), opened.get(place.pk, {})) for place in places]
    if None in opened or None in won:
        lines.append(_line(None, None, won.get(None), opened.get(None, {})))
    return {"lines": lines, "all": _all(lines), "quarter": quarter, "has_goals": bool(goals)}


def goals_of(ground: Ground, start: date) -> dict[int, Any]:
    """Position → its goal in the quarter that begins on a day, within the scope."""
    rows = Goal.objects.filter(starts_on=start, position__in=visible(ground.actor, Position).values("pk"))
    return dict(rows.values_list("position_id", "amount"))


def _line(place: Position | None, goal: Any, won: Any, opened: dict[str, Any]) -> dict[str, Any]:
    figures = {
        "goal": None if goal is None else float(goal),
        "won": float(won or 0),
        "n": int(opened.get("n") or 0),
        "total": float(opened.get("total") or 0),
        "weighted": float(opened.get("weighted") or 0),
    }
    return {"position": place, **figures, **_cover(figures)}


def _cover(figures: dict[str, Any]) -> dict[str, Any]:
    """How often what is open covers what is missing, and whether its chances do."""
    goal = figures["goal"]
    missing = None if goal is None else max(goal - figures["won"], 0.0)
    if not missing:
        return {"missing": missing, "coverage": None, "sure": None, "is_reached": missing == 0.0}
    return {"missing": missing, "coverage": figures["total"] / missing, "sure": figures["weighted"] / missing, "is_reached": False}


def _all(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Everybody together; coverage counts those that have a goal."""
    figures = {name: sum(line[name] for line in lines) for name in ("won", "n", "total", "weighted")}
    aimed = [line for line in lines if line["goal"] is not None]
    missing = sum(line["missing"] for line in aimed)
    goal = sum(line["goal"] for line in aimed) if aimed else None
    covered = {
        name: sum(line[of] for line in aimed) / missing if missing else None for name, of in (("coverage", "total"), ("sure", "weighted"))
    }
    return {**figures, "goal": goal, "missing": missing if aimed else None, **covered, "is_reached": bool(aimed) and not missing}


def reasons(ground: Ground, pipeline: m.Pipeline, since: date | None) -> dict[str, list[dict[str, Any]]]:
    """Why deals were won and lost: a deal with several reasons counts with each."""
    deals = visible(ground.actor, m.Opportunity).filter(pipeline=pipeline).exclude(stage__kind=Kind.OPEN)
    if since is not None:
        deals = deals.filter(closed_at__gte=instant_of(since, ground.zone))
    rows = list(
        deals.order_by()
        .values("stage__kind", "reasons__public_id", "reasons__label")
        .annotate(n=Count("pk"), total=Sum("house_amount"))
        .order_by("-n", "reasons__label")
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in (Kind.WON, Kind.LOST):
        ours = [row for row in rows if row["stage__kind"] == kind]
        most = max((row["n"] for row in ours), default=1)
        found[kind.value] = [
            {"label": row["reasons__label"], "n": row["n"], "total": row["total"], "width": round(100 * row["n"] / most, 1)} for row in ours
        ]
    return found


def sources(ground: Ground, since: date | None) -> list[dict[str, Any]]:
    """Where leads come from: how many, how many became customers, what was won with them, and in how many hours they were answered."""
    fields = SUBJECTS["lead"].picked
    leads = visible(ground.actor, m.Lead)
    if since is not None:
        leads = leads.filter(created_at__gte=instant_of(since, ground.zone))
    status = m.Lead.Status
    found: Any = (
        leads.annotate(w=fields["won_amount"].make(ground), h=fields["answer_hours"].make(ground))
        .order_by()
        .values("source")
        .annotate(
            n=Count("pk"),
            converted=Count("pk", filter=Q(status=status.CONVERTED)),
            decided=Count("pk", filter=Q(status__in=[status.CONVERTED, status.DISQUALIFIED])),
            won=Sum("w"),
            hours=Avg("h"),
        )
        .order_by("-n", "source")[:MOST]
    )
    rows: list[dict[str, Any]] = list(found)
    low, high = share_interval([row["converted"] for row in rows], [row["decided"] for row in rows])
    for row, a, b in zip(rows, low.tolist(), high.tolist(), strict=True):
        row |= {"rate": row["converted"] / row["decided"] if row["decided"] else None, "low": a, "high": b}
    return rows
