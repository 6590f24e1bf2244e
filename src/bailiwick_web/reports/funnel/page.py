"""What the page of the funnel shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.models import Person
from bailiwick_web.crm import models as m
from bailiwick_web.planning.models import TerritoryDefinition
from bailiwick_web.reports.funnel.counting import Counts, count, excess
from bailiwick_web.reports.funnel.facts import DIMENSIONS, Facts, read
from bailiwick_web.reports.periods import shifted
from bailiwick_web.reports.registry import Ground

PERIODS = (
    ("90", gettext_lazy("Last 90 days")),
    ("365", gettext_lazy("Last 12 months")),
    ("all", gettext_lazy("All there are")),
)
LABELS = {"account_segment": gettext_lazy("Segment"), "territory": gettext_lazy("Territory"), "rep": gettext_lazy("Rep")}
FEW = 5
"""Fewer decided deals than that say nothing about a rate."""
MOST_TERRITORIES = 60


def chosen_period(given: Mapping[str, str]) -> str:
    """The period that an address names, else the last 12 months."""
    return given["period"] if given.get("period") in dict(PERIODS) else "365"


def since(period: str, today: date) -> date | None:
    """Its first day; None: no limit."""
    return {"90": shifted(today, "day", -89), "365": shifted(today, "month", -12), "all": None}[period]


def stages(ground: Ground, pipeline: m.Pipeline, period: str) -> dict[str, Any]:
    """Stages with their rates and times, leaks, and territories beside the whole."""
    facts = read(ground, pipeline, since(period, ground.today))
    whole = count(facts)
    parts = {name: count(facts, facts.groups[name]) for name in DIMENSIONS}
    names = called(parts)
    return {
        "n": len(facts),
        "n_won": int(whole.won[0]),
        "n_unpriced": facts.n_unpriced,
        "stages": stage_lines(facts, whole),
        "leaks": [leak for name in DIMENSIONS if (leak := largest_leak(facts, name, parts[name], whole, names[name]))],
        "territories": territory_lines(facts, parts["territory"], whole, names["territory"]),
        "finding": finding(facts, whole),
    }


def called(parts: Mapping[str, Counts]) -> dict[str, dict[str, str]]:
    """Keys of groups → what they are called, in two queries."""
    codes = parts["territory"].names
    rows = TerritoryDefinition.objects.filter(code__in=codes, scenario__state="published").order_by("pk").values_list("code", "name")
    people = Person.objects.filter(pk__in=[int(key) for key in parts["rep"].names]).values_list("pk", "name")
    segments = {name: name for name in parts["account_segment"].names}
    return {"territory": dict(rows), "rep": {str(key): name for key, name in people}, "account_segment": segments}


def stage_lines(facts: Facts, whole: Counts) -> list[dict[str, Any]]:
    """One line for each open stage."""
    low, high = whole.interval()
    top = max(float(whole.reached.max(initial=0.0)), 1.0)
    lines = []
    for i, stage in enumerate(facts.stages):
        stays = facts.stays[stage.pk]
        lines.append(
            {
                "stage": stage,
                "reached": int(whole.reached[0, i]),
                "width": round(100 * float(whole.reached[0, i]) / top, 1),
                "decided": int(whole.decided[0, i]),
                "rate": _or_none(whole.rate[0, i]),
                "low": float(low[0, i]),
                "high": float(high[0, i]),
                "lost": float(whole.lost[0, i]),
                "n_stays": len(stays),
                "median": float(np.median(stays)) if len(stays) else None,
                "ninety": float(np.percentile(stays, 90)) if len(stays) else None,
                "is_leak": i == int(np.argmax(whole.lost[0])) and whole.lost[0, i] > 0,
            }
        )
    return lines


def _or_none(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def largest_leak(facts: Facts, name: str, part: Counts, whole: Counts, names: Mapping[str, str]) -> dict[str, Any] | None:
    """Where a dimension loses most beyond what would be usual; if none does, where it loses most."""
    if not part.lost.size or part.lost.max() <= 0:
        return None
    beyond = excess(part, whole)
    by = beyond if beyond.max() > 0 else part.lost
    g, s = np.unravel_index(int(np.argmax(by)), by.shape)
    return {
        "dimension": LABELS[name],
        "name": names.get(str(part.names[g]), str(part.names[g])),
        "stage": facts.stages[s],
        "lost": float(part.lost[g, s]),
        "beyond": max(float(beyond[g, s]), 0.0),
        "n": int(part.ended[g, s]),
        "decided": int(part.decided[g, s]),
        "rate": _or_none(part.rate[g, s]),
        "usual": _or_none(whole.rate[0, s]),
        "is_few": part.decided[g, s] < FEW,
    }


def territory_lines(facts: Facts, part: Counts, whole: Counts, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Territory × stage: how many came there, the rate, and its index: 100 is the rate of all."""
    rates, usual = part.rate, whole.rate[0]
    order: list[int] = np.argsort(-part.reached[:, 0], kind="stable")[:MOST_TERRITORIES].tolist() if part.reached.size else []
    lines = []
    for g in order:
        cells = [_indexed(part, rates, usual, g, s) for s in range(len(facts.stages))]
        key = str(part.names[g])
        lines.append({"code": key, "name": names.get(key, key), "cells": cells, "won": int(part.won[g])})
    return lines


def _indexed(part: Counts, rates: Any, usual: Any, g: int, s: int) -> dict[str, Any]:
    is_known = part.decided[g, s] > 0 and usual[s] > 0
    index = round(100 * float(rates[g, s] / usual[s])) if is_known else None
    is_few = bool(part.decided[g, s] < FEW)
    look = "" if index is None or is_few else "above" if index >= 110 else "below" if index <= 90 else ""
    return {"reached": int(part.reached[g, s]), "rate": _or_none(rates[g, s]), "index": index, "is_few": is_few, "look": look}


def finding(facts: Facts, whole: Counts) -> str:
    """The sentence on top."""
    if not whole.lost.size or whole.lost.max() <= 0:
        return ""
    return _("Most value is lost in “%(stage)s”.") % {"stage": facts.stages[int(np.argmax(whole.lost[0]))].name}
