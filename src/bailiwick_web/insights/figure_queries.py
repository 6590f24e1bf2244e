"""Key figures as the user may see them: the figures of a group, and what stands behind one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.compute as pc

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Missing
from bailiwick_web.crm.templatetags.selling import amount, exact
from bailiwick_web.insights.dashboards import ALL, ordered, visible_groups
from bailiwick_web.insights.finding import sees_all
from bailiwick_web.insights.linking import links_of
from bailiwick_web.insights.models import Study
from bailiwick_web.insights.own import made_of_ours
from bailiwick_web.insights.presenting import FIGURES, cell, figure_text, label
from bailiwick_web.insights.storing import rows, table

SHOWN_LINES, _WHOLE = 40, 100  # rows of the page; amounts from here on say nothing by their cents
_STEPS = ("revenue_before", "new", "expansion", "contraction", "churn", "revenue")


def dashboard(actor: Actor, study: Study, group: str = "") -> dict[str, Any]:
    """The key figures of one group that the user may see, those of the role first."""
    every = rows(study, "figures")
    groups = _groups(actor, study, [str(row["group"]) for row in every])
    chosen = group if group in groups else groups[0] if groups else ""
    is_ours = made_of_ours(study)
    figures = [_shown(row, is_ours) for row in every if row["group"] == chosen]
    steps = next((row for row in rows(study, "waterfall") if row["group"] == chosen), None)
    return {
        "groups": [{"key": name, "name": cell("group", name)} for name in groups],
        "group": chosen,
        **{name: date.fromisoformat(study.facts["period"][name]) for name in ("start", "end")},
        "figures": ordered(actor, figures),
        "steps": [] if steps is None else [{"label": label(key), "text": cell(key, steps[key])} for key in _STEPS],
        "is_whole": sees_all(actor, study),
    }


def _groups(actor: Actor, study: Study, names: Sequence[str]) -> list[str]:
    """All of what was made from the own scope; of the whole market what is within it."""
    every = list(dict.fromkeys(names))
    return every if sees_all(actor, study) else visible_groups(actor, every)


def _shown(row: Mapping[str, Any], is_ours: bool) -> dict[str, Any]:
    """A figure as it is written; amounts of our own records are in the currency of the house."""
    low, value, high = (_written(row["unit"], row[name], is_ours) for name in ("low", "value", "high"))
    title = str(FIGURES.get(row["key"], row["title"]))
    return {**row, "title": title, "text": value, "range": "" if row["low"] is None else f"{low} – {high}"}


def _written(unit: str, value: float | None, is_ours: bool) -> str:
    if not is_ours or value is None or not unit.startswith("currency"):
        return figure_text(unit, value)
    return amount(value) if abs(value) >= _WHOLE else exact(Decimal(f"{value:.2f}"))


def figure(actor: Actor, study: Study, key: str, group: str) -> dict[str, Any]:
    """One key figure of a group: formula, what it was given, the others beside it, and the order lines.

    Raises
    ------
    Missing
        If there is none, or not for this user.
    """
    every = [row for row in rows(study, "figures") if row["key"] == key]
    groups = _groups(actor, study, [str(row["group"]) for row in every])
    group = group or (groups[0] if groups else "")
    found = next((row for row in every if row["group"] == group and group in groups), None)
    if found is None:
        raise Missing("There is no such key figure, or you may not see it.")
    is_ours = made_of_ours(study)
    others = sorted(
        (_shown(row, is_ours) for row in every if row["group"] in groups and row["group"] != ALL), key=lambda row: -(row["value"] or 0.0)
    )
    return {"figure": _shown(found, is_ours), "others": _bars(others), "given": _given(study, found, group), **_lines(actor, study, group)}


def _bars(others: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    most = max((abs(row["value"] or 0.0) for row in others), default=0.0) or 1.0
    return [{**row, "width": f"{100 * abs(row['value'] or 0.0) / most:.1f}"} for row in others]


def _given(study: Study, found: Mapping[str, Any], group: str) -> list[dict[str, Any]]:
    """The measures of the formula with their values."""
    values = next((row for row in rows(study, "measures") if row["group"] == group), {})
    return [
        {"name": key, "label": label(key), "text": cell(key, value)}
        for key, value in values.items()
        if key != "group" and key in _names(found) - {found["formula"]}
    ]


def _names(found: Mapping[str, Any]) -> set[str]:
    words = "".join(c if c.isalnum() or c == "_" else " " for c in str(found["formula"])).split()
    return {word for word in words if not word[0].isdigit()}


def _lines(actor: Actor, study: Study, group: str) -> dict[str, Any]:
    found = table(study, "lines")
    if found is None:
        return {"lines": [], "n_lines": 0}
    if group != ALL:
        found = found.filter(pc.equal(found["group"], group))
    shown = found.slice(0, SHOWN_LINES).to_pylist()
    columns = ("date", "customer", "amount", "period")
    links = links_of(actor, study, shown)
    lines = [[links.get((c, str(row[c])), ("", cell(c, row[c]))) for c in columns] for row in shown]
    return {"lines": lines, "n_lines": len(found), "heads": [label(c) for c in columns], "sees_all": sees_all(actor, study)}
