"""What the pages of evidence and of its effect on estimates of potential show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q

from bailiwick.api.markets.evidence import Claim, apply_claims, sums_by_industry
from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.visibility import visible
from bailiwick_web.insights.finding import study_of, table_of, visible_studies
from bailiwick_web.insights.linking import account_links
from bailiwick_web.insights.models import Study
from bailiwick_web.insights.own import is_own, made_of_ours
from bailiwick_web.insights.own.sources import rows_of as own_rows
from bailiwick_web.insights.reading import rows_of
from bailiwick_web.insights.storing import rows as answer_rows
from bailiwick_web.market.models import EffectUse, Evidence

MOST_ROWS, MOST_INDUSTRIES = 50, 30


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
    """The estimate of every account with each effect that is about its industry and region; nothing is written down."""
    uses = list(uses)
    about = _industries(actor, study) if any(use.evidence.industry or use.evidence.region for use in uses) or not uses else {}
    found = list(answer_rows(study, "accounts"))
    names = [str(row["account"]) for row in found]
    where = [about.get(name, ("", "")) for name in names]
    industries, regions = [industry for industry, _region in where], [region for _industry, region in where]
    claims = [Claim(use.effect, use.evidence.industry, use.evidence.region) for use in uses]
    applied = apply_claims([float(row["potential"]) for row in found], industries, regions, claims)
    columns = (names, industries, regions, applied.before.tolist(), applied.after.tolist(), applied.changes.tolist())
    heads = ("account", "industry", "region", "before", "after", "change")
    lines = [dict(zip(heads, line, strict=True)) for line in zip(*columns, strict=True)]
    lines.sort(key=lambda line: -abs(line["after"] - line["before"]))
    groups = sums_by_industry(applied, industries)
    return {
        "before": applied.total_before,
        "after": applied.total_after,
        "change": applied.total_change,
        "lines": [line for line in lines if line["change"]][:MOST_ROWS],
        "n_changed": sum(bool(line["change"]) for line in lines),
        "groups": [(one.industry or "–", one.n, one.before, one.after, one.change) for one in groups[:MOST_INDUSTRIES]],
        "hits": {use.pk: int(n) for use, n in zip(uses, applied.hits, strict=True)},
        "all": lines,
    }


def _industries(actor: Actor, study: Study) -> dict[str, tuple[str, str]]:
    """Account → industry and region, from the table that the estimate was made from."""
    entry = study.inputs.get("accounts", {})
    table = own_rows(actor, entry["table"]) if is_own(entry.get("table")) else rows_of(table_of(UUID(entry["table"])))
    names = {name.casefold(): name for name in table.column_names}
    key = entry.get("roles", {}).get("id") or names.get("account") or names.get("id") or table.column_names[0]
    columns = [table[names[name]].to_pylist() if name in names else [""] * len(table) for name in ("industry", "region")]
    return {str(k): (str(i or ""), str(r or "")) for k, i, r in zip(table[key].to_pylist(), *columns, strict=True)}
