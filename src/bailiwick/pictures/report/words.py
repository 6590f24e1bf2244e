"""What the report says: every number formatted, every sentence written; in English, with what each was made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick.domain.said import capital, say, say_all, say_n
from bailiwick.pictures.view import LevelView, MeasureView, PlanView
from bailiwick.pictures.wording import compact_text, count_text, deviation_text, number_text, percent_text, tolerance_text

_ON_TARGET = 0.0005
_NO_GAP = 5e-7


def report_record(view: PlanView) -> dict[str, Any]:
    """Everything that the template sets, apart from the pictures."""
    return {
        "title": view.title,
        "subtitle": view.subtitle,
        "disclaimer": view.disclaimer,
        "words": _headings(view),
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
        "map_alt": say("Map of %(territories)s", territories=_territories(view.n_territories)),
        "is_areal": view.unit_shapes is not None,
    }


def _headings(view: PlanView) -> dict[str, str]:
    """What stands in the template itself."""
    is_broken = view.n_clashes > 0
    return {
        "notices": say("What cannot be met, and what else to know") if is_broken else say("What else to know"),
        "balance": say("Balance and distance"),
        "levels": say("Levels"),
        "levels_note": say("A group's target is the sum of those of its territories."),
        "territories": say("Territories"),
        "territories_note": say("The farthest from their targets come first."),
        "method": say("How the plan was made, and how good it is"),
        "reading": say("How to read it"),
        "settings": say("Settings of this run"),
        "page": say("%(page)s of %(pages)s", page="{page}", pages="{pages}"),
    }


def summary_sentences(view: PlanView) -> list[str]:
    """The plan in a few sentences: what was cut into what, and how near it comes to its targets."""
    units = count_text(view.n_units, view.unit_noun)
    sentences: list[str] = [say("%(units)s in %(territories)s.", units=units, territories=_territories(view.n_territories))]
    sentences += [_balance_sentence(view, measure) for measure in view.measures]
    if view.n_pieces is not None:
        broken = int((np.asarray(view.n_pieces) > 1).sum())
        if broken == 0:
            sentences.append(say("Every territory is in one piece."))
        else:
            who = count_text(broken, ("territory", "territories"), is_first_word=True)
            sentences.append(
                say("%(who)s is in more than one piece.", who=who) if broken == 1 else say("%(who)s are in more than one piece.", who=who)
            )
    return sentences


def _territories(n: int) -> str:
    return say_n("%(n)s territory", "%(n)s territories", n)


def _balance_sentence(view: PlanView, measure: MeasureView) -> str:
    deviations = np.nan_to_num(measure.deviations)
    worst = int(np.abs(deviations).argmax())
    if np.abs(deviations).max(initial=0.0) < _ON_TARGET:
        return say("In %(measure)s, every territory is on its target.", measure=measure.name)
    told = {"measure": measure.name, "worst": view.names[worst], "deviation": deviation_text(float(deviations[worst]))}
    if measure.tolerance is None:
        return say("%(measure)s was not balanced; the farthest from its target is %(worst)s with %(deviation)s.", **told)
    told["tolerance"] = tolerance_text(measure.tolerance)
    inside = view.n_territories - int(measure.is_outside.sum())
    if inside == view.n_territories:
        return say(
            "In %(measure)s, all territories are within %(tolerance)s of their target; "
            "the farthest from its target is %(worst)s with %(deviation)s.",
            **told,
        )
    return say(
        "In %(measure)s, %(inside)s of %(territories)s are within %(tolerance)s of their target; "
        "the farthest from its target is %(worst)s with %(deviation)s.",
        inside=inside,
        territories=_territories(view.n_territories),
        **told,
    )


def gap_sentences(view: PlanView) -> list[str]:
    """How good the plan is, and how that is known."""
    if not view.objective_words:
        return []
    sentences: list[str] = []
    if view.objective is not None:
        said = {"what": view.objective_words, "size": _size(view, view.objective)}
        sentences.append(say("In all, %(what)s comes to %(size)s.", **said))
    if view.lower_bound is None or view.gap is None:
        sentences.append(say("For this problem no bound is at hand that would tell how much better another plan could be."))
        return sentences
    bound = {"bound": _size(view, view.lower_bound), "best": _best(view.gap)}
    if view.bound_holds_for:
        said = {"plans": view.bound_holds_for, **bound}
        sentences.append(say("Proven for %(plans)s: none of them comes below %(bound)s, so that %(best)s.", **said))
    else:
        sentences.append(say("No plan can come below %(bound)s, so that %(best)s.", **bound))
    if view.bound_method:
        sentences.append(say("The bound comes from: %(method)s.", method=view.bound_method))
    return sentences


def _size(view: PlanView, value: float) -> str:
    return say_all([compact_text(value), view.objective_unit]) if view.objective_unit else compact_text(value)


def _best(gap: float) -> str:
    if gap < _NO_GAP:
        return say("none is better than this one")
    return say("none is more than %(gap)s better than this one", gap=percent_text(gap))


def reading_sentences(view: PlanView) -> list[str]:
    """How to read the map, the bars and the table."""
    places = {
        True: say("Areas of one colour are one territory; neighbours never share a colour, but a colour may come again farther away."),
        False: say(
            "Dots and areas of one colour are one territory; neighbours never share a colour, but a colour may come again farther away."
        ),
    }
    example = deviation_text(0.041)
    above = percent_text(0.041)
    sentences: list[str] = [
        places[view.unit_shapes is not None],
        say(
            "A deviation says how much more or less a territory has than its target: %(example)s is %(above)s above it.",
            example=example,
            above=above,
        ),
        say("The band is the tolerance that was asked for. What lies outside of it is set in orange."),
    ]
    if view.centres is not None:
        homes = say("Little houses are the homes of the reps.")
        sentences.append(homes if view.centre_labels is not None else say("Rings are the centres of the territories."))
    return sentences


def table_head(view: PlanView) -> list[str]:
    """Headings of the table of territories."""
    head: list[str] = [say("Territory"), capital(_noun(view))]
    for measure in view.measures:
        head += [measure.label, say("Deviation")]
    return head + [f"{c.name} ({c.unit_text})" if c.unit_text else c.name for c in view.territory_columns]


def _noun(view: PlanView) -> str:
    return say("units") if view.unit_noun[1] == "units" else view.unit_noun[1]


def table_rows(view: PlanView) -> list[dict[str, Any]]:
    """Rows of the table, worst first: cells as text, the territory's colour, and which cells are outside a tolerance."""
    counts, names = view.unit_counts, view.distinct_names.tolist()
    rows = []
    for t in view.worst_first.tolist():
        cells: list[str] = [names[t], number_text(int(counts[t]))]
        outside = []
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
    head: list[str] = [level.name, *([] if is_top else [say("Part of")]), say("Territories")]
    for measure in view.measures:
        head += [measure.label, say("Deviation")]
    rows = []
    for g, group in enumerate(level.group_ids):
        cells: list[str] = [str(group), *([] if is_top else [str(level.parents[g])]), number_text(int(level.spans[g]))]
        outside = []
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
