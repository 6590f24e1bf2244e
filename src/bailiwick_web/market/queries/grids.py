"""What the pages of strengths and weaknesses show."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible
from bailiwick_web.insights.finding import visible_studies
from bailiwick_web.market import figures
from bailiwick_web.market.models import Swot, SwotEntry
from bailiwick_web.market.visibility import seen_others, sees_company, subjects_seen, swot_of, teams, text_for, told_fact, visible_swots

MOST_SUBJECTS, MOST_ROWS = 300, 50
FORMULAS: dict[str, Any] = {
    "growth": _("Revenue of the last twelve months ÷ that of the twelve months before − 1."),
    "win_rate": _("Won ÷ (won + lost), of the deals closed in the last twelve months."),
    "win_rate_against": _("Won ÷ (won + lost), of the deals closed in the last twelve months in which this competitor was named."),
    "churn": _("Customers of the twelve months before who bought nothing in the last twelve ÷ those customers."),
    "concentration": _("Revenue of the largest customer ÷ revenue, in the last twelve months. From 25 % on it counts as a threat."),
    "penetration": _("Sales ÷ potential, of the newest look at the market of a plan."),
    "white_space": _("Share of the potential − share of the effort, of the newest look at the market of a plan."),
}
QUADRANT_TITLES: dict[str, Any] = {
    "strength": pgettext_lazy("grid", "Strengths"),
    "weakness": pgettext_lazy("grid", "Weaknesses"),
    "opportunity": pgettext_lazy("grid", "Opportunities"),
    "threat": pgettext_lazy("grid", "Threats"),
}


def subjects(actor: Actor) -> dict[str, Any]:
    """Everything that may have a grid, with the one that is worked on and the newest version that was kept."""
    grids = list(visible_swots(actor).annotate(n=Count("entries")))
    by: dict[tuple[str, int | None], dict[str, Any]] = defaultdict(lambda: {"open": None, "kept": None})
    for grid in grids:
        slot = by[grid.subject, grid.position_id or grid.node_id]
        if grid.kept_at is None:
            slot["open"] = grid
        elif slot["kept"] is None:
            slot["kept"] = grid
    groups: list[tuple[Any, list[tuple[Any, Any, dict[str, Any]]]]] = []
    if sees_company(actor):
        groups.append((Swot.Subject.COMPANY, [("", Swot.Subject.COMPANY.label, by["company", None])]))
    nodes = teams(actor).order_by("path")[:MOST_SUBJECTS] if actor.may(Right.AIM) or sees_company(actor) else ()
    groups.append((Swot.Subject.TEAM, [(n.public_id, n.name, by["team", n.pk]) for n in nodes]))
    places = visible(actor, Position).order_by("name", "pk")[:MOST_SUBJECTS]
    groups.append((Swot.Subject.TERRITORY, [(p.public_id, p.name, by["territory", p.pk]) for p in places]))
    return {"groups": [(subject.label, subject.value, found) for subject, found in groups if found]}


def may_write(actor: Actor, swot: Swot) -> bool:
    """Whether somebody may write into a grid."""
    needed = Right.PLAN if swot.subject == Swot.Subject.COMPANY else Right.AIM
    return swot.kept_at is None and actor.may(Right.AIM) and actor.may(needed)


def grid(actor: Actor, public_id: Any) -> dict[str, Any]:
    """A grid with its lines, and the versions of it."""
    swot = swot_of(actor, public_id)
    entries, seen = list(swot.entries.select_related("task__person", "created_by", "evidence")), subjects_seen(actor)
    same = visible_swots(actor).filter(subject=swot.subject, node=swot.node, position=swot.position)
    return {
        "swot": swot,
        "quadrants": [
            (value, QUADRANT_TITLES[value], [(entry, text_for(entry, seen)) for entry in entries if entry.quadrant == value])
            for value, _label in SwotEntry.Quadrant.choices
        ],
        "choices": SwotEntry.Quadrant.choices,
        "versions": list(same.order_by("-number")),
        "n": len(entries),
        "seen": seen,
        "may_write": may_write(actor, swot),
    }


def entry_page(actor: Actor, entry: SwotEntry) -> dict[str, Any]:
    """What a line rests on: formula, what it is compared with, the rows behind it as the reader sees them, the day."""
    seen = subjects_seen(actor)
    fact = told_fact(entry.fact, seen)
    context: dict[str, Any] = {
        "entry": entry,
        "swot": entry.swot,
        "text": text_for(entry, seen),
        "fact": fact,
        "formula": FORMULAS.get(fact.get("figure", ""), ""),
        "since": _day(fact.get("since")),
        "until": _day(fact.get("until")),
        "others": seen_others(fact, seen),
        "study": None,
        "rows": [],
    }
    if fact.get("study"):
        context["study"] = visible_studies(actor).filter(public_id=fact["study"]).first()
    if entry.origin == SwotEntry.Origin.DATA and fact.get("since"):
        context |= _rows_behind(actor, entry, _day(fact["since"]), _day(fact["until"]))
    return context


def short_past(actor: Actor) -> str:
    """Why growth and lost customers are not drafted, if orders do not cover the year before; else nothing."""
    since = figures.ordered_since(actor)
    if since is None or figures.covers(since, actor.now.date(), years=2):
        return ""
    said = gettext(
        "Growth and customers lost need orders of two whole years; those you see begin on %(day)s, so there is no line about them."
    )
    return said % {"day": date_format(since, "SHORT_DATE_FORMAT")}


def _day(text: Any) -> Any:
    return date.fromisoformat(text) if text else None


def _rows_behind(actor: Actor, entry: SwotEntry, since: date, until: date) -> dict[str, Any]:
    keys = figures.positions_of(
        figures.Ground({p.pk: p for p in visible(actor, Position).select_related("node")}, {}, {}, {}, None, until), entry.swot
    )
    figure = entry.fact.get("figure", "")
    if figure in {"win_rate", "win_rate_against"}:
        deals: Any = visible(actor, m.Opportunity).filter(position__in=keys, closed_at__date__gt=since, closed_at__date__lte=until)
        deals = deals.exclude(stage__kind=m.Stage.Kind.OPEN).select_related("stage", "account")
        if detail := entry.fact.get("detail"):
            deals = deals.filter(Q(competitors__competitor__name=detail) | Q(lost_to__name=detail)).distinct()
        return {"deals": list(deals.order_by("-closed_at", "-pk")[:MOST_ROWS]), "n_rows": deals.count()}
    if figure in {"growth", "churn", "concentration"}:
        sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        rows: Any = (
            visible(actor, m.Order).exclude(state=m.Order.State.CANCELLED).filter(position__in=keys, ordered_on__gt=since - figures.YEAR)
        )
        for account, on, amount in rows.filter(ordered_on__lte=until).values_list("account_id", "ordered_on", "house_amount"):
            sums[account][0 if on > since else 1] += float(amount)
        known = {a.pk: a for a in visible(actor, m.Account).filter(pk__in=list(sums))}
        chosen: list[tuple[Any, float, float]] = [
            (known.get(key), pair[0], pair[1]) for key, pair in sums.items() if figure != "churn" or (pair[1] > 0 and pair[0] <= 0)
        ]
        chosen.sort(key=lambda row: -(row[2] if figure == "churn" else row[1]))
        return {"accounts": chosen[:MOST_ROWS], "n_rows": len(chosen)}
    return {}
