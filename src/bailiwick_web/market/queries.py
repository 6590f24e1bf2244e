"""What the pages of this app show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bailiwick.api.markets.intervals import share_interval
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.retelling import retold
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import find, visible
from bailiwick_web.insights.finding import study_of, table_of, visible_studies
from bailiwick_web.insights.linking import account_links
from bailiwick_web.insights.models import Study
from bailiwick_web.insights.own import is_own, made_of_ours
from bailiwick_web.insights.own.sources import rows_of as own_rows
from bailiwick_web.insights.reading import rows_of
from bailiwick_web.insights.storing import rows as answer_rows
from bailiwick_web.market import figures
from bailiwick_web.market.models import EffectUse, Evidence, Offer, OfferUse, Swot, SwotEntry
from bailiwick_web.market.visibility import seen_others, sees_company, subjects_seen, swot_of, teams, visible_swots

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


def text_of(entry: SwotEntry) -> str:
    """A line in the language of the reader, as far as it was drafted."""
    return retold(entry.fact.get("sentence"), entry.text)


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
    entries = list(swot.entries.select_related("task__person", "created_by", "evidence"))
    same = visible_swots(actor).filter(subject=swot.subject, node=swot.node, position=swot.position)
    return {
        "swot": swot,
        "quadrants": [
            (value, QUADRANT_TITLES[value], [(entry, text_of(entry)) for entry in entries if entry.quadrant == value])
            for value, _label in SwotEntry.Quadrant.choices
        ],
        "choices": SwotEntry.Quadrant.choices,
        "versions": list(same.order_by("-number")),
        "n": len(entries),
        "may_write": may_write(actor, swot),
    }


def entry_page(actor: Actor, entry: SwotEntry) -> dict[str, Any]:
    """What a line rests on: formula, what it is compared with, the rows behind it as the reader sees them, the day."""
    fact = entry.fact
    context: dict[str, Any] = {
        "entry": entry,
        "swot": entry.swot,
        "text": text_of(entry),
        "fact": fact,
        "formula": FORMULAS.get(fact.get("figure", ""), ""),
        "since": _day(fact.get("since")),
        "until": _day(fact.get("until")),
        "others": seen_others(fact, subjects_seen(actor)),
        "study": None,
        "rows": [],
    }
    if fact.get("study"):
        context["study"] = visible_studies(actor).filter(public_id=fact["study"]).first()
    if entry.origin == SwotEntry.Origin.DATA and fact.get("since"):
        context |= _rows_behind(actor, entry, _day(fact["since"]), _day(fact["until"]))
    return context


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


def evidence_page(actor: Actor, asked: Mapping[str, str]) -> dict[str, Any]:
    """The library, the newest first, and the estimates of potential that it can be applied to."""
    text = str(asked.get("q", "")).strip()[:200]
    rows = visible(actor, Evidence).select_related("created_by")
    if text:
        rows = rows.filter(Q(claim__icontains=text) | Q(source__icontains=text) | Q(industry__icontains=text) | Q(region__icontains=text))
    studies = visible_studies(actor).filter(kind="potential", answered_at__isnull=False)[:10] if actor.may(Right.PLAN) else ()
    used = dict(EffectUse.objects.filter(ended_at=None).values_list("evidence").annotate(Count("pk")))
    return {"rows": [(one, used.get(one.pk, 0)) for one in rows[:200]], "q": text, "studies": list(studies)}


def effects_page(actor: Actor, study_id: Any) -> dict[str, Any]:
    """An estimate of potential with evidence applied: before and after, by account, by industry and in all."""
    study = study_of(actor, study_id)
    uses = list(study.effects.filter(ended_at=None).select_related("evidence", "created_by"))
    applied = {use.evidence_id for use in uses}
    free = [one for one in visible(actor, Evidence).filter(effect__isnull=False) if one.pk not in applied]
    past = list(study.effects.filter(ended_at__isnull=False).select_related("evidence", "changed_by"))
    found = adjusted(actor, study, uses)
    is_ours = made_of_ours(study)
    links = account_links(actor, [str(line["account"]) for line in found["lines"]]) if is_ours else {}
    named = [{**line, "link": links.get(("account", str(line["account"])))} for line in found["lines"]]
    currency = str(settings.CURRENCY) if is_ours else ""
    return {"study": study, "uses": uses, "free": free, "past": past, "currency": currency, **found, "lines": named}


def adjusted(actor: Actor, study: Study, uses: Iterable[EffectUse]) -> dict[str, Any]:
    """The estimate of every account times one plus each effect that is about its industry and region."""
    uses = list(uses)
    about = _industries(actor, study) if any(use.evidence.industry or use.evidence.region for use in uses) or not uses else {}
    lines: list[dict[str, Any]] = []
    groups: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    totals, hits = [0.0, 0.0], dict.fromkeys((use.pk for use in uses), 0)
    for row in answer_rows(study, "accounts"):
        industry, region = about.get(str(row["account"]), ("", ""))
        factor = 1.0
        for use in uses:
            one = use.evidence
            if _is_about(one.industry, industry) and _is_about(one.region, region):
                factor *= 1 + use.effect
                hits[use.pk] += 1
        before = float(row["potential"])
        after = before * factor
        totals[0] += before
        totals[1] += after
        group = groups[industry or "–"]
        group[0] += 1
        group[1] += before
        group[2] += after
        lines.append(
            {"account": row["account"], "industry": industry, "region": region, "before": before, "after": after, "factor": factor - 1}
        )
    lines.sort(key=lambda line: -abs(line["after"] - line["before"]))
    found: list[tuple[Any, ...]] = sorted(((name, *values) for name, values in groups.items()), key=lambda group: -group[2])
    return {
        "before": totals[0],
        "after": totals[1],
        "change": totals[1] / totals[0] - 1 if totals[0] else 0.0,
        "lines": [line for line in lines if line["factor"]][:MOST_ROWS],
        "n_changed": sum(bool(line["factor"]) for line in lines),
        "groups": [(*group, group[3] / group[2] - 1 if group[2] else 0.0) for group in found[:30]],
        "hits": hits,
        "all": lines,
    }


def _is_about(wanted: str, found: str) -> bool:
    return not wanted or wanted.strip().casefold() == found.strip().casefold()


def _industries(actor: Actor, study: Study) -> dict[str, tuple[str, str]]:
    """Account → industry and region, from the table that the estimate was made from."""
    entry = study.inputs.get("accounts", {})
    table = own_rows(actor, entry["table"]) if is_own(entry.get("table")) else rows_of(table_of(UUID(entry["table"])))
    names = {name.casefold(): name for name in table.column_names}
    key = entry.get("roles", {}).get("id") or names.get("account") or names.get("id") or table.column_names[0]
    columns = [table[names[name]].to_pylist() if name in names else [""] * len(table) for name in ("industry", "region")]
    return {str(k): (str(i or ""), str(r or "")) for k, i, r in zip(table[key].to_pylist(), *columns, strict=True)}


def offers_page(actor: Actor) -> dict[str, Any]:
    """Every offer with how it does, as far as the reader sees the customers."""
    uses = list(visible(actor, OfferUse).values_list("offer_id", "taken_on", "amount"))
    return {
        "offers": [(offer, conversion([u for u in uses if u[0] == offer.pk])) for offer in visible(actor, Offer)[:200]],
        "today": actor.now.date(),
    }


def conversion(uses: list[Any]) -> dict[str, Any]:
    """Taken ÷ made, with its 95 % interval by Wilson, and what came of it."""
    n, taken = len(uses), sum(use[1] is not None for use in uses)
    low, high = share_interval([taken], [n])
    revenue = sum(float(use[2]) for use in uses if use[2] is not None)
    return {"n": n, "taken": taken, "rate": taken / n if n else None, "low": float(low[0]), "high": float(high[0]), "revenue": revenue}


def offer_page(actor: Actor, public_id: Any) -> dict[str, Any]:
    """One offer: to whom it was made, who took it."""
    offer = find(actor, Offer, public_id)
    uses = list(visible(actor, OfferUse).filter(offer=offer).select_related("account", "order"))
    everywhere = offer.uses.filter(taken_on__isnull=False).count()
    return {
        "offer": offer,
        "uses": uses[:500],
        "found": conversion([(use.offer_id, use.taken_on, use.amount) for use in uses]),
        "left": None if offer.most_uses is None else max(offer.most_uses - everywhere, 0),
        "is_running": offer.starts_on <= actor.now.date() <= offer.ends_on,
        "today": actor.now.date(),
    }


def first_order(actor: Actor, use: OfferUse) -> m.Order | None:
    """The first order of a customer since the offer was made that counts and that the user sees."""
    orders = visible(actor, m.Order).exclude(state=m.Order.State.CANCELLED).filter(account=use.account_id, ordered_on__gte=use.offered_on)
    return orders.order_by("ordered_on", "pk").first()


def open_to(actor: Actor, offer: Offer, text: str) -> list[m.Account]:
    """Customers to be who may be made the offer today: of its segment, without an order before, without the offer."""
    rows = visible(actor, m.Account).exclude(offer_uses__offer=offer).exclude(state=m.Account.State.FORMER)
    if offer.segment:
        rows = rows.filter(segment=offer.segment)
    bought = m.Order.objects.filter(deleted_at=None, ordered_on__lt=actor.now.date()).exclude(state=m.Order.State.CANCELLED)
    rows = rows.exclude(pk__in=bought.values("account_id"))
    if text:
        rows = rows.filter(name__icontains=text)
    return list(rows.order_by("name", "pk")[:20])
