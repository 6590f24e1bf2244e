"""What the report says: every number formatted, every sentence written."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick.pictures.view import LevelView, MeasureView, PlanView
from bailiwick.pictures.wording import compact_text, count_text, deviation_text, number_text, percent_text, tolerance_text

_TERRITORY = ("territory", "territories")
_ON_TARGET = 0.0005
_NO_GAP = 5e-7


def report_record(view: PlanView) -> dict[str, Any]:
    """Everything that the template sets, apart from the pictures."""
    return {
        "title": view.title,
        "subtitle": view.subtitle,
        "disclaimer": view.disclaimer,
        "facts": [{"label": f.label, "value": f.value, "detail": f.detail, "tone": f.tone} for f in view.facts],
        "summary": summary_sentences(view),
        "notices": [{"message": n.message, "examples": _further_examples(n.message, n.examples)} for n in view.notices],
        "head": table_head(view),
        "rows": table_rows(view),
        "levels": [_level_record(view, level) for level in view.levels],
        "method": list(view.method),
        "gap": gap_sentences(view),
        "reading": reading_sentences(view),
        "settings": [[name, value] for name, value in view.settings],
        "is_broken": view.n_clashes > 0,
        "map_alt": f"Map of {count_text(view.n_territories, _TERRITORY)}",
        "is_areal": view.unit_shapes is not None,
    }


def summary_sentences(view: PlanView) -> list[str]:
    """The plan in a few sentences: what was cut into what, and how near it comes to its targets."""
    sentences = [f"{count_text(view.n_units, view.unit_noun)} in {count_text(view.n_territories, _TERRITORY)}."]
    for measure in view.measures:
        sentences.append(_balance_sentence(view, measure))
    if view.n_pieces is not None:
        broken = int((np.asarray(view.n_pieces) > 1).sum())
        if broken == 0:
            sentences.append("Every territory is in one piece.")
        else:
            verb = "is" if broken == 1 else "are"
            sentences.append(f"{count_text(broken, _TERRITORY, is_first_word=True)} {verb} in more than one piece.")
    return sentences


def _balance_sentence(view: PlanView, measure: MeasureView) -> str:
    deviations = np.nan_to_num(measure.deviations)
    worst = int(np.abs(deviations).argmax())
    extreme = f"the farthest from its target is {view.names[worst]} with {deviation_text(float(deviations[worst]))}"
    if np.abs(deviations).max(initial=0.0) < _ON_TARGET:
        return f"In {measure.name}, every territory is on its target."
    if measure.tolerance is None:
        return f"{measure.name} was not balanced; {extreme}."
    inside = view.n_territories - int(measure.is_outside.sum())
    who = "all territories" if inside == view.n_territories else f"{inside} of {count_text(view.n_territories, _TERRITORY)}"
    return f"In {measure.name}, {who} are within {tolerance_text(measure.tolerance)} of their target; {extreme}."


def gap_sentences(view: PlanView) -> list[str]:
    """How good the plan is, and how that is known."""
    if not view.objective_words:
        return []
    sentences = []
    if view.objective is not None:
        size = f"{compact_text(view.objective)} {view.objective_unit}".strip()
        sentences.append(f"In all, {view.objective_words} comes to {size}.")
    if view.lower_bound is None or view.gap is None:
        sentences.append("For this problem no bound is at hand that would tell how much better another plan could be.")
        return sentences
    scope = f"Proven for {view.bound_holds_for}: none of them comes" if view.bound_holds_for else "No plan can come"
    bound = f"{compact_text(view.lower_bound)} {view.objective_unit}".strip()
    best = "none is better than this one" if view.gap < _NO_GAP else f"none is more than {percent_text(view.gap)} better than this one"
    sentences.append(f"{scope} below {bound}, so that {best}.")
    if view.bound_method:
        sentences.append(f"The bound comes from: {view.bound_method}.")
    return sentences


def reading_sentences(view: PlanView) -> list[str]:
    """How to read the map, the bars and the table."""
    place = "Areas of one colour are one territory" if view.unit_shapes is not None else "Dots and areas of one colour are one territory"
    sentences = [
        f"{place}; neighbours never share a colour, but a colour may come again farther away.",
        "A deviation says how much more or less a territory has than its target: +4.1\u202f% is 4.1\u202f% above it.",
        "The band is the tolerance that was asked for. What lies outside of it is set in orange.",
    ]
    if view.centres is not None:
        what = "Little houses are the homes of the reps." if view.centre_labels is not None else "Rings are the centres of the territories."
        sentences.append(what)
    return sentences


def table_head(view: PlanView) -> list[str]:
    """Headers of the table of territories."""
    head = ["Territory", view.unit_noun[1].capitalize()]
    for measure in view.measures:
        head += [measure.label, "Deviation"]
    return head + [f"{c.name} ({c.unit_text})" if c.unit_text else c.name for c in view.territory_columns]


def table_rows(view: PlanView) -> list[dict[str, Any]]:
    """Rows of the table, worst first: cells as text, the territory's colour, and which cells are outside a tolerance."""
    counts, names = view.unit_counts, view.distinct_names.tolist()
    rows = []
    for t in view.worst_first.tolist():
        cells, outside = [names[t], number_text(int(counts[t]))], []
        for measure in view.measures:
            cells += [_total_text(measure, t), deviation_text(float(measure.deviations[t]))]
            if measure.is_outside[t]:
                outside.append(len(cells) - 1)
        cells += [number_text(float(c.values[t]), c.decimals) for c in view.territory_columns]
        rows.append({"cells": cells, "outside": outside, "colour": str(view.territory_colours[t])})
    return rows


def _level_record(view: PlanView, level: LevelView) -> dict[str, Any]:
    """Table of one level: groups with what stands above them, their territories and their balance."""
    is_top = not any(level.parents)
    head = [level.name, *([] if is_top else ["Part of"]), "Territories"]
    for measure in view.measures:
        head += [measure.label, "Deviation"]
    rows = []
    for g, group in enumerate(level.group_ids):
        cells, outside = [str(group), *([] if is_top else [str(level.parents[g])]), number_text(int(level.spans[g]))], []
        for m in range(len(view.measures)):
            cells += [number_text(float(level.totals[g, m])), deviation_text(float(level.deviations[g, m]))]
            if level.is_outside[g, m]:
                outside.append(len(cells) - 1)
        rows.append({"cells": cells, "outside": outside, "colour": str(level.colours[g])})
    return {"title": level.name, "head": head, "rows": rows}


def _total_text(measure: MeasureView, t: int) -> str:
    total = float(measure.totals[t])
    return number_text(total, 1 if np.abs(measure.totals).max(initial=0.0) < 100 and (measure.totals % 1 != 0).any() else 0)


def _further_examples(message: str, examples: tuple[str, ...]) -> str:
    return ", ".join(example for example in examples if example not in message)
