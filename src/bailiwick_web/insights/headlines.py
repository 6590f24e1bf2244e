"""What an answer says, in a few sentences in the language of the reader, made from its facts and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bailiwick_web.core.retelling import retold
from bailiwick_web.core.templatetags.words import number, percent, signed_percent
from bailiwick_web.core.templatetags.words import words as words_of
from bailiwick_web.insights.presenting import cell, decimals

Rows = Sequence[Mapping[str, Any]]
Tables = Callable[[str], Rows]
"""Rows of a table by its name."""


def headlines(kind: str, facts: Mapping[str, Any], tables: Tables) -> list[str]:
    """The findings, the most important first; those of the library where there are none of ours."""
    make = _MAKERS.get(kind)
    if make is not None:
        return make(facts, tables)
    sentences = facts.get("sentences", ())
    return [retold(origin, text) for origin, text in zip(facts.get("said", [None] * len(sentences)), sentences, strict=True)]


def _market(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    gini = facts["gini"]
    said = [
        _("The largest 20 %% hold %(share)s of %(measure)s (Gini %(gini)s, %(low)s to %(high)s).")
        % {
            "share": percent(facts["top_20_share"]),
            "measure": words_of(facts["measure"]),
            **{key: number(gini[name]) for key, name in (("gini", "value"), ("low", "low"), ("high", "high"))},
        }
    ]
    rows = list(tables("territories"))
    ranked = sorted((row for row in rows if row.get("score") is not None), key=lambda row: -row["score"])
    if ranked:
        firm = sum(row["class_stability"] >= 0.8 for row in ranked)
        words = {"best": ranked[0]["territory"], "worst": ranked[-1]["territory"], "firm": firm, "n": len(ranked)}
        said.append(_("Best territory: %(best)s; weakest: %(worst)s. %(firm)d of %(n)d classes hold whatever the weights.") % words)
    gaps = [row for row in rows if row.get("share_gap") is not None]
    if gaps:
        top = max(gaps, key=lambda row: row["share_gap"])
        words = {"name": top["territory"], "gap": signed_percent(top["share_gap"]), "open": number(top["open_potential"])}
        said.append(_("%(name)s is served least for what it could bring (%(gap)s); %(open)s is still to be won there.") % words)
    moran = facts.get("moran")
    if moran is not None:
        values = {"i": number(moran["value"]), "p": decimals(moran["p"])}
        sure = _("High and low values stand together more than by chance (Moran's I %(i)s, p = %(p)s).") % values
        said.append(sure if moran["p"] <= 0.05 else _("Where values are high is no more than chance (p = %(p)s).") % values)
    return said


def _forecast(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    rows, methods = list(tables("forecast")), list(tables("methods"))
    whole = [row for row in rows if row["series"] == methods[0]["series"]]
    words = {"n": len(whole), "sum": number(sum(row["forecast"] for row in whole))}
    better = sum(bool(row["is_better_than_naive"]) for row in methods)
    test = {
        "ours": number(methods[0]["mase"]),
        "naive": number(methods[0]["mase_seasonal_naive"]),
        "method": cell("method", methods[0]["method"]),
    }
    return [
        ngettext("Next month: %(sum)s.", "Next %(n)d months: %(sum)s.", len(whole)) % words,
        _("All together by %(method)s: error %(ours)s in the back-test against %(naive)s of repeating the year before (MASE).") % test,
        _("Better than the year before in %(better)d of %(n)d series; %(share)s of held-back months fell into intervals meant for 90 %%.")
        % {"better": better, "n": len(methods), "share": percent(facts["coverage"])},
        *_adds_up(whole, rows),
    ]


def _adds_up(whole: Rows, rows: Rows) -> list[str]:
    """Whether the finest series add up to all, month by month."""
    finest = max(row["level"] for row in rows)
    parts = [row for row in rows if row["level"] == finest]
    if finest == whole[0]["level"]:
        return []
    apart = max(abs(row["forecast"] - sum(part["forecast"] for part in parts if part["month"] == row["month"])) for row in whole)
    return [_("The parts add up to all in every month; the largest difference is %(apart)s.") % {"apart": number(round(apart, 2))}]


def _leads(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    test = facts["test"]
    area, brier = test["auc"], test["brier"]
    return [
        _("A won lead has the higher score in %(auc)s of pairs (%(low)s to %(high)s), on %(n)s leads held back.")
        % {
            "auc": percent(area["value"]),
            "low": percent(area["low"]),
            "high": percent(area["high"]),
            "n": number(test["n_held_back"]),
        },
        _("In %(held)d of %(bins)d bins what was said lies within the interval of what came; calibration error %(error)s.")
        % {"held": test["bins_held"], "bins": test["n_bins"], "error": percent(test["calibration_error"])},
        _("Brier score %(brier)s against %(base)s of giving everybody the same; %(share)s of %(n)s finished leads were won.")
        % {
            "brier": decimals(brier["value"], 4),
            "base": decimals(test["brier_of_base_rate"], 4),
            "share": percent(facts["base_rate"]),
            "n": number(facts["n_history"]),
        },
    ]


def _gap(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    rows = list(tables("groups"))
    worst = rows[0]
    words = {
        "name": worst["group"],
        "gap": number(abs(worst["gap"])),
        "n": len(rows),
        "factor": cell("main_factor", worst["main_factor"]),
        "effect": number(worst[f"effect {worst['main_factor']}"]),
    }
    if worst["gap"] >= 0:
        return [_("No group brings less than the mean.")]
    return [
        _("%(name)s brings %(gap)s less than the mean of %(n)d groups; most of it by %(factor)s (%(effect)s).") % words,
        _advice(worst["main_factor"]),
    ]


def _advice(factor: str) -> str:
    return {
        "potential": _("It has fewer opportunities than the others: give it more, or expect less."),
        "coverage": _("Too many of its opportunities are not worked: give it time or help."),
        "conversion": _("It works its opportunities and wins fewer: look at how it sells, and to whom."),
    }.get(factor, _("It wins as often and sells less each time: look at what it offers."))


def _effect(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    found, *others = tables("effect")
    words = {key: signed_percent(found[key]) for key in ("effect", "low", "high", "before_effect")} | {"p": decimals(found["p_value"])}
    if facts["verdict"] == "helped":
        first = _("The change helped: %(effect)s against units like these without it, 95 %% interval %(low)s to %(high)s.") % words
    elif facts["verdict"] == "did harm":
        first = _("The change did harm: %(effect)s against units like these without it, 95 %% interval %(low)s to %(high)s.") % words
    else:
        first = _("The change cannot be told from chance: %(effect)s, 95 %% interval %(low)s to %(high)s.") % words
    said = [first]
    for other in others:
        blend = {key: signed_percent(other[key]) for key in ("effect", "low", "high")} | {"p": decimals(other["p_value"])}
        said.append(_("Against a blend of all units without it: %(effect)s (%(low)s to %(high)s), p = %(p)s.") % blend)
    return [*said, _("Placebos: p = %(p)s among units without the change; %(before_effect)s before it, where nothing happened.") % words]


def _segments(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    rows = list(tables("segments"))
    largest = max(rows, key=lambda row: row["accounts"])
    words = {
        "n": number(facts["n_accounts"]),
        "k": len(rows),
        "name": largest["segment"],
        "share": percent(largest["accounts"] / facts["n_accounts"]),
    }
    said = [_("%(n)s accounts in %(k)d segments; the largest is %(name)s with %(share)s of them.") % words]
    valued = [row for row in rows if row.get("estimated_revenue_potential") is not None]
    if valued:
        top = max(valued, key=lambda row: row["estimated_revenue_potential"])
        whole = sum(row["estimated_revenue_potential"] for row in valued)
        share = percent(top["estimated_revenue_potential"] / whole if whole else None)
        said.append(_("%(name)s holds %(share)s of the estimated potential.") % {"name": top["segment"], "share": share})
    stability = [row["stability"] for row in tables("clusters") if row.get("stability") is not None]
    if stability:
        words = {"low": number(min(stability)), "high": number(max(stability))}
        said.append(_("Stability of the clusters on other samples: %(low)s to %(high)s (0.75 and more is stable).") % words)
    return said


def _key_figures(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    whole = tables("waterfall")[0]
    period = facts["period"]
    now, past = whole["revenue"], whole["revenue_before"]
    days = {name: date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT") for name, day in period.items()}
    unit = f" {facts['currency']}" if facts.get("currency") else ""
    words = {"now": number(now) + unit, "past": number(past) + unit, **days, "change": signed_percent(now / past - 1 if past > 0 else None)}
    return [_("Revenue %(now)s from %(start)s to %(end)s, %(change)s on the period from %(before)s (%(past)s).") % words]


def _health(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    levels, test = facts["levels"], facts["test"]
    words = {key: number(levels[key]) for key in ("high", "medium", "gone")} | {"n": number(sum(levels.values()) - levels["gone"])}
    said = [_("%(high)s accounts are in danger and %(medium)s to be watched, of %(n)s; %(gone)s have left.") % words]
    said.append(_("%(n)s are overdue by their own rhythm.") % {"n": number(facts["n_overdue"])})
    if facts["method"] != "learned":
        return [*said, _("Health follows a stated rule, as the past does not teach enough yet.")]
    words = {"n": number(test["n_tested"]), "area": percent(test["auc"]["value"]), "left": percent(test["left_share"])}
    words |= {"days": number(facts["horizon_days"])}
    return [
        *said,
        _("Tested on %(n)s held back: who left had the higher risk in %(area)s of pairs; %(left)s left in %(days)s days.") % words,
    ]


def _cohorts(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    whole, *groups = tables("repeat")
    words = {"share": percent(whole["repeat_rate"]), "n": number(whole["repeat_of"])}
    said = [_("%(share)s of %(n)s customers ordered again within a year of their first order.") % words]
    ranked = sorted((row for row in groups if row["repeat_rate"] is not None), key=lambda row: -row["repeat_rate"])
    if len(ranked) > 1:
        said.append(_("Most come back in %(best)s, fewest in %(worst)s.") % {"best": ranked[0]["group"], "worst": ranked[-1]["group"]})
    return said


def _retention(facts: Mapping[str, Any], tables: Tables) -> list[str]:
    whole = tables("groups")[0]
    at_end = [row for row in tables("survival") if row["group"] == whole["group"]][-1]
    words = {key: percent(whole[key]) for key in ("retention", "retention_low", "retention_high")}
    words |= {"n": number(whole["customers"]), "left": number(whole["left"])}
    said = [
        _("%(left)s of %(n)s customers left; a new one renews the first time with %(retention)s (%(retention_low)s to %(retention_high)s).")
        % words,
        ngettext("%(share)s are still there after a period.", "%(share)s are still there after %(n)s periods.", at_end["period"])
        % {"share": percent(at_end["still_there"]), "n": number(at_end["period"])},
    ]
    words = {key: number(whole[key]) for key in ("value", "value_low", "value_high")} | {"n": number(facts["horizon"])}
    said.append(
        _("Those still there bring %(value)s within %(n)s periods, at today's worth (%(value_low)s to %(value_high)s).") % words
        if facts["has_amounts"]
        else _("Those still there will pay %(value)s periods, of the next %(n)s (%(value_low)s to %(value_high)s).") % words
    )
    return said


_MAKERS: dict[str, Callable[[Mapping[str, Any], Tables], list[str]]] = {
    "market": _market,
    "forecast": _forecast,
    "lead_scores": _leads,
    "gap": _gap,
    "effect": _effect,
    "segments": _segments,
    "key_figures": _key_figures,
    "health": _health,
    "cohorts": _cohorts,
    "retention": _retention,
}
