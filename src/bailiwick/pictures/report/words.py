"""What the report says: every number formatted, every sentence written."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick.domain.said import Said, capital, say, say_all, say_n
from bailiwick.pictures.view import LevelView, MeasureView, PlanView
from bailiwick.pictures.wording import compact_text, count_text, deviation_text, number_text, percent_text, tolerance_text

HEADINGS = {
    "notices": say("What cannot be met, and what else to know"),
    "balance": say("Balance and distance"),
    "levels": say("Levels"),
    "levels_note": say("A group's target is the sum of those of its territories."),
    "territories": say("Territories"),
    "order": say("The farthest from their targets come first."),
    "method": say("How the plan was made, and how good it is"),
    "reading": say("How to read it"),
    "settings": say("Settings of this run"),
    "of": say("of"),
}
"""What stands above the parts of the report."""
_TERRITORY = ("territory", "territories")
_COUNTED = say_n("%(n)s territory", "%(n)s territories", 2), say_n("%(n)s unit", "%(n)s units", 2)
"""What :func:`count_text` puts together, so that catalogues have it."""
_ON_TARGET = 0.0005


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
        "headings": dict(HEADINGS),
        "map_alt": say("Map of %(count_text)s", count_text=count_text(view.n_territories, _TERRITORY)),
        "is_areal": view.unit_shapes is not None,
    }


def summary_sentences(view: PlanView) -> list[str]:
    """The plan in a few sentences: what was cut into what, and how near it comes to its targets."""
    sentences: list[str] = [
        say(
            "%(count_text)s in %(count_text2)s.",
            count_text=count_text(view.n_units, view.unit_noun),
            count_text2=count_text(view.n_territories, _TERRITORY),
        )
    ]
    for measure in view.measures:
        sentences.append(_balance_sentence(view, measure))
    if view.n_pieces is not None:
        broken = int((np.asarray(view.n_pieces) > 1).sum())
        if broken == 0:
            sentences.append(say("Every territory is in one piece."))
        else:
            sentences.append(_broken(broken))
    return sentences


def _broken(n: int) -> str:
    """How many are in pieces; small numbers begin the English sentence as words."""
    said = say_n("%(n)s territory is in more than one piece.", "%(n)s territories are in more than one piece.", n)
    number = count_text(n, ("", ""), is_first_word=True).strip()
    return Said(f"{number} {said.partition(' ')[2]}", said.made_of)


def _balance_sentence(view: PlanView, measure: MeasureView) -> str:
    deviations = np.nan_to_num(measure.deviations)
    worst = int(np.abs(deviations).argmax())
    extreme = say(
        "the farthest from its target is %(names)s with %(deviation_text)s",
        names=view.names[worst],
        deviation_text=deviation_text(float(deviations[worst])),
    )
    if np.abs(deviations).max(initial=0.0) < _ON_TARGET:
        return say("In %(name)s, every territory is on its target.", name=measure.name)
    if measure.tolerance is None:
        return say("%(name)s was not balanced; %(extreme)s.", name=measure.name, extreme=extreme)
    inside = view.n_territories - int(measure.is_outside.sum())
    who = (
        say("all territories")
        if inside == view.n_territories
        else say("%(inside)s of %(count_text)s", inside=inside, count_text=count_text(view.n_territories, _TERRITORY))
    )
    return say(
        "In %(name)s, %(who)s are within %(tolerance_text)s of their target; %(extreme)s.",
        name=measure.name,
        who=who,
        tolerance_text=tolerance_text(measure.tolerance),
        extreme=extreme,
    )


def gap_sentences(view: PlanView) -> list[str]:
    """How good the plan is, and how that is known."""
    if not view.objective_words:
        return []
    size: str = ""
    if view.objective is not None:
        size = say(" It comes to %(value)s.", value=_with_unit(view, view.objective))
    sentences: list[str] = [
        say("The plan makes %(objective_words)s as small as it can.%(size)s", objective_words=view.objective_words, size=size)
    ]
    if view.lower_bound is None or view.gap is None:
        sentences.append(say("For this problem no bound is at hand that would tell how much better another plan could be."))
        return sentences
    scope = (
        say("Proven for %(bound_holds_for)s: none of them comes", bound_holds_for=view.bound_holds_for)
        if view.bound_holds_for
        else say("No plan can come")
    )
    bound = _with_unit(view, view.lower_bound)
    sentences.append(
        say(
            "%(scope)s below %(bound)s, so that none is more than %(percent_text)s better than this one.",
            scope=scope,
            bound=bound,
            percent_text=percent_text(view.gap),
        )
    )
    if view.bound_method:
        sentences.append(say("The bound comes from: %(bound_method)s.", bound_method=view.bound_method))
    return sentences


def _with_unit(view: PlanView, value: float) -> str:
    return say_all([compact_text(value), view.objective_unit]) if view.objective_unit else compact_text(value)


def reading_sentences(view: PlanView) -> list[str]:
    """How to read the map, the bars and the table."""
    if view.unit_shapes is not None:
        place = say("Areas of one colour are one territory")
    else:
        place = say("Dots and areas of one colour are one territory")
    sentences: list[str] = [
        say("%(place)s; neighbours never share a colour, but a colour may come again farther away.", place=place),
        say(
            "A deviation says how much more or less a territory has than its target: %(share)s is %(amount)s above it.",
            share=deviation_text(0.041),
            amount=percent_text(0.041),
        ),
        say("The band is the tolerance that was asked for. What lies outside of it is set in orange."),
    ]
    if view.centres is not None:
        homes, rings = say("Little houses are the homes of the reps."), say("Rings are the centres of the territories.")
        sentences.append(rings if view.centre_labels is None else homes)
    return sentences


def table_head(view: PlanView) -> list[str]:
    """Headers of the table of territories."""
    head: list[str] = [say("Territory"), capital(view.unit_noun[1])]
    for measure in view.measures:
        head += [measure.label, say("Deviation")]
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
    head: list[str] = [level.name, *([] if is_top else ["Part of"]), "Territories"]
    for measure in view.measures:
        head += [measure.label, say("Deviation")]
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
