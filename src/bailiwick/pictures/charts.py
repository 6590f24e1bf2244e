"""Charts as Vega-Lite specifications: the same for a page, a notebook and the report.

Every title states what there is to see. Bars include zero; targets are lines and tolerances are bands.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.domain.said import capital, say, say_all
from bailiwick.errors import InputError
from bailiwick.pictures.view import MeasureView, PlanView
from bailiwick.pictures.wording import count_text, deviation_text, number_text, shortened, tolerance_text

MOST_BARS = 40
_TERRITORY = ("territory", "territories")
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_INK, _QUIET, _LINE = "#1f272b", "#5b6468", "#e2dfd5"
_INSIDE, _OUTSIDE, _BAND = "#7d9195", "#b9602c", "#dfe6e1"
_LONGEST_NAME = 28
_NAMED_POINTS = 6
_BAR_WIDTH = 400
_ABOUT = {"zero": False, "nice": False, "padding": 8}
_WHOLE = {"tickCount": 8, "tickMinStep": 1}
_SIGNED = {"format": "~f", "labelExpr": "datum.value > 0 ? '+' + datum.label : datum.label", "tickCount": 8}
_NAME_WIDTH, _NAME_HEIGHT = 0.3, 0.06

Spec = dict[str, Any]


SERIES = ("#2f7f86", "#c98a3a", "#6a7fd0", "#a65b74", "#6f9a4d", "#8b8b86")
"""Colours of kinds and lines that have no meaning of their own, the same in every picture."""


def theme(font: str = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif") -> Spec:
    """The shared Vega-Lite ``config``: paper-like, one ink, colour for data only."""
    return {
        "font": font,
        "background": None,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "color": _INK,
            "fontSize": 15,
            "fontWeight": 600,
            "subtitleColor": _QUIET,
            "subtitleFontSize": 12,
            "offset": 12,
        },
        "axis": {
            "labelColor": _QUIET,
            "titleColor": _QUIET,
            "titleFontWeight": 400,
            "titleFontSize": 12,
            "labelFontSize": 11,
            "domainColor": _LINE,
            "tickColor": _LINE,
            "gridColor": "#efece4",
        },
        "axisY": {"domain": False, "ticks": False, "labelPadding": 8},
        "legend": {"labelColor": _QUIET, "titleColor": _QUIET},
        "text": {"color": _INK, "fontSize": 11},
        "range": {"category": list(SERIES)},
    }


def balance_chart(view: PlanView, number: int = 0) -> Spec:
    """How near every territory is to its target in one measure.

    Parameters
    ----------
    view
        The plan.
    number
        Index of the measure.

    Returns
    -------
    dict
        Bars from zero in percent of the target, worst first; a histogram of the deviations above forty territories.
    """
    measure = _measure(view, number)
    return _histogram(view, measure) if view.n_territories > MOST_BARS else _bars(view, measure)


def scatter_chart(view: PlanView, first: int = 0, second: int = 1) -> Spec:
    """The deviations of every territory in two measures; the box holds those within both tolerances."""
    x, y = _measure(view, first), _measure(view, second)
    outside = x.is_outside | y.is_outside
    axes = {
        key: _axis(key, say("%(measure)s: deviation from target (%%)", measure=measure.name), scale={"padding": 8}, axis=_SIGNED)
        for key, measure in (("x", x), ("y", y))
    }
    layers: list[Spec] = [_zero_line("x"), _zero_line("y")]
    names = {"first": x.name, "second": y.name}
    title, subtitle = say("%(first)s and %(second)s against their targets", **names), ""
    if x.tolerance is not None and y.tolerance is not None:
        layers.insert(0, _box(x.tolerance, y.tolerance))
        inside = view.n_territories - int(outside.sum())
        who = _inside_words(inside, view.n_territories)
        title = say("%(who)s within tolerance in both %(first)s and %(second)s", who=who, **names)
        subtitle = say("the box is the tolerance")
    candidates = [int(t) for t in view.worst_first if outside[t]]
    layers += _named_dots(view.distinct_names.tolist(), 100 * x.deviations, 100 * y.deviations, outside, candidates, axes, (x.name, y.name))
    return _chart(title, subtitle, {"width": 460, "height": 340, "layer": layers})


def distance_chart(view: PlanView) -> Spec:
    """The first territory column, a distance as a rule, against the number of units.

    Raises
    ------
    InputError
        If the plan has no territory column.
    """
    if not view.territory_columns:
        raise InputError("a distance chart needs a territory column; the plan view has none", code="no_column", field="territory_columns")
    column = view.territory_columns[0]
    values = np.asarray(column.values, dtype=np.float64)
    known = values[np.isfinite(values)]
    median = float(np.median(known)) if len(known) else 0.0
    is_far = np.nan_to_num(values) > 2 * median
    axes = {
        "x": _axis(
            "x",
            say("%(units)s in the territory", units=capital(view.unit_noun[1])),
            scale={"zero": False, "padding": 8},
            axis={"tickCount": 8, "tickMinStep": 1},
        ),
        "y": _axis("y", f"{column.name} ({column.unit_text})" if column.unit_text else column.name),
    }
    rule = {
        "data": {"values": [{"y": median}]},
        "mark": {"type": "rule", "color": _QUIET, "strokeDash": [3, 3]},
        "encoding": {"y": {"field": "y", "type": "quantitative"}},
    }
    candidates = [int(t) for t in np.argsort(-np.nan_to_num(values), kind="stable")]
    titles = (view.unit_noun[1], column.name)
    layers = [
        rule,
        *_named_dots(view.distinct_names.tolist(), view.unit_counts.astype(np.float64), values, is_far, candidates, axes, titles),
    ]
    many = int(is_far.sum())
    who = count_text(many, _TERRITORY, is_first_word=True) if many else say("No territory")
    said = {"who": who, "what": column.name.lower()}
    if many > 1:
        title = say("%(who)s have more than twice the median %(what)s", **said)
    else:
        title = say("%(who)s has more than twice the median %(what)s", **said)
    middle = say_all([number_text(median, column.decimals), *([column.unit_text] if column.unit_text else [])])
    return _chart(title, say("the dashed line is the median, %(middle)s", middle=middle), {"width": 460, "height": 300, "layer": layers})


def plan_charts(view: PlanView) -> dict[str, Spec]:
    """Every chart that the plan allows, by name: ``balance_0`` … , ``scatter``, ``distance``."""
    charts = {f"balance_{number}": balance_chart(view, number) for number in range(len(view.measures))}
    if len(view.measures) > 1:
        charts["scatter"] = scatter_chart(view)
    if view.territory_columns:
        charts["distance"] = distance_chart(view)
    return charts


def _bars(view: PlanView, measure: MeasureView) -> Spec:
    names = view.distinct_names
    order = np.argsort(-np.abs(np.nan_to_num(measure.deviations)), kind="stable")
    outside = measure.is_outside
    rows = [
        {
            "name": str(names[t]),
            "percent": _percent(1 + measure.deviations[t]),
            "state": "outside" if outside[t] else "within",
            "label": deviation_text(float(measure.deviations[t])),
        }
        for t in order
    ]
    x = {
        "field": "percent",
        "type": "quantitative",
        "title": say("%(measure)s in percent of the target", measure=measure.name),
        "scale": {"zero": True},
    }
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 190, "labelColor": _INK}}
    layers: list[Spec] = []
    if measure.tolerance is not None:
        layers.append(_band("x", 100 - 100 * measure.tolerance, 100 + 100 * measure.tolerance))
    layers += [
        {
            "data": {"values": rows},
            "mark": {"type": "bar", "height": {"band": 0.62}},
            "encoding": {"x": x, "y": y, "color": _state_colour()},
        },
        {
            "data": {"values": [{"percent": 100}]},
            "mark": {"type": "rule", "color": _INK, "strokeWidth": 1.2},
            "encoding": {"x": {"field": "percent", "type": "quantitative"}},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "text", "align": "right"},
            "encoding": {"x": {"value": {"expr": "width + 52"}}, "y": y, "text": {"field": "label"}},
        },
    ]
    return _chart(*_balance_title(view, measure), {"width": _BAR_WIDTH, "height": {"step": 19}, "layer": layers})


def _histogram(view: PlanView, measure: MeasureView) -> Spec:
    tolerance = measure.tolerance or 0.05
    deviations = np.nan_to_num(measure.deviations)
    step = 100 * tolerance / 2
    edge = step * np.ceil(min(max(np.abs(deviations).max(), 2 * tolerance), 8 * tolerance) * 100 / step)
    place = np.clip(np.floor(np.round(100 * deviations / step, 9)), -edge / step, edge / step - 1)
    rows = []
    for start, is_out in sorted({(float(p), bool(o)) for p, o in zip(place, measure.is_outside, strict=True)}):
        count = int(((place == start) & (measure.is_outside == is_out)).sum())
        rows.append(
            {"from": round(start * step, 6), "to": round((start + 1) * step, 6), "count": count, "state": "outside" if is_out else "within"}
        )
    x = {
        "field": "from",
        "type": "quantitative",
        "title": say("%(measure)s: deviation from target (%%)", measure=measure.name),
        "axis": _SIGNED,
        "scale": {"domain": [-edge, edge]},
    }
    encoding = {
        "x": x,
        "x2": {"field": "to"},
        "y": {"field": "count", "type": "quantitative", "title": say("Territories")},
        "y2": {"datum": 0},
        "color": _state_colour(),
    }
    layers: list[Spec] = []
    if measure.tolerance is not None:
        layers.append(_band("x", -100 * tolerance, 100 * tolerance))
    layers += [{"data": {"values": rows}, "mark": {"type": "bar", "binSpacing": 1}, "encoding": encoding}, _zero_line("x")]
    title, subtitle = _balance_title(view, measure)
    if np.abs(deviations).max() * 100 > edge:
        more = say("what is beyond ±%(edge)s %% is counted in the outermost bars", edge=number_text(edge))
        subtitle = say_all([subtitle, more], "; ")
    return _chart(title, subtitle, {"width": 460, "height": 240, "layer": layers})


def _balance_title(view: PlanView, measure: MeasureView) -> tuple[str, str]:
    worst = int(np.abs(np.nan_to_num(measure.deviations)).argmax())
    subtitle = say(
        "largest deviation: %(territory)s, %(deviation)s",
        territory=shortened(view.distinct_names[worst], _LONGEST_NAME),
        deviation=deviation_text(float(measure.deviations[worst])),
    )
    if measure.tolerance is None:
        return say("%(measure)s against the target", measure=measure.name), subtitle
    who = _inside_words(view.n_territories - int(measure.is_outside.sum()), view.n_territories)
    said = {"who": who, "tolerance": tolerance_text(measure.tolerance), "measure": measure.name}
    if view.n_territories == 1:
        return say("%(who)s within %(tolerance)s of its target in %(measure)s", **said), subtitle
    return say("%(who)s within %(tolerance)s of their target in %(measure)s", **said), subtitle


def _inside_words(inside: int, of: int) -> str:
    """Subject and verb: ``Both territories are``."""
    if of == 1:
        return say("%(inside)s of 1 territory is", inside=inside)
    if inside < of:
        return say("%(inside)s of %(n)s territories are", inside=inside, n=of)
    return say("Both territories are") if of == 2 else say("All %(n)s territories are", n=of)


def _chart(title: str, subtitle: str, body: Spec) -> Spec:
    heading = {"text": title, **({"subtitle": subtitle} if subtitle else {})}
    return {"$schema": _SCHEMA, "title": heading, "config": theme(), **body}


def _band(axis: str, low: float, high: float) -> Spec:
    ends = {axis: {"field": "low", "type": "quantitative"}, f"{axis}2": {"field": "high"}}
    return {"data": {"values": [{"low": low, "high": high}]}, "mark": {"type": "rect", "color": _BAND}, "encoding": ends}


def _zero_line(axis: str) -> Spec:
    return {
        "data": {"values": [{"zero": 0}]},
        "mark": {"type": "rule", "color": _INK, "strokeWidth": 1},
        "encoding": {axis: {"field": "zero", "type": "quantitative"}},
    }


def _state_colour() -> Spec:
    return {"field": "state", "type": "nominal", "scale": {"domain": ["within", "outside"], "range": [_INSIDE, _OUTSIDE]}, "legend": None}


def _named_dots(
    names: list[str],
    x: FloatArray,
    y: FloatArray,
    is_outside: NDArray[np.bool_],
    candidates: list[int],
    axes: Spec,
    titles: tuple[str, str],
) -> list[Spec]:
    """A dot per territory; the first candidates with room around them are named, on the side where the frame is not."""
    known = np.isfinite(x) & np.isfinite(y)
    places = _places(x, y, known)
    named = _apart(places, [t for t in candidates if known[t]])
    rows = []
    for t in np.flatnonzero(known).tolist():
        row: Spec = {"name": names[t], "x": round(float(x[t]), 4), "y": round(float(y[t]), 4)}
        row["state"] = "outside" if is_outside[t] else "within"
        if t in named:
            row["label_left" if places[t, 0] > 1 - _NAME_WIDTH else "label_right"] = shortened(names[t], _LONGEST_NAME)
        rows.append(row)
    tooltip = [{"field": "name", "title": say("Territory")}, {"field": "x", "title": titles[0]}, {"field": "y", "title": titles[1]}]
    dots = {"type": "circle", "size": 70, "opacity": 0.9, "stroke": "#fdfcf9", "strokeWidth": 0.8}
    layers: list[Spec] = [{"data": {"values": rows}, "mark": dots, "encoding": {**axes, "color": _state_colour(), "tooltip": tooltip}}]
    for side, align, dx in (("label_right", "left", 8), ("label_left", "right", -8)):
        mark = {"type": "text", "align": align, "dx": dx, "dy": -6}
        some = [row for row in rows if side in row]
        if some:
            layers.append({"data": {"values": some}, "mark": mark, "encoding": {**axes, "text": {"field": side}}})
    return layers


def _places(x: FloatArray, y: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    """Where the dots are in the frame, from 0 to 1 each way."""
    points = np.column_stack([x, y])
    if not known.any():
        return np.zeros_like(points)
    span = np.maximum(np.ptp(points[known], axis=0), 1e-12)
    return np.nan_to_num((points - points[known].min(axis=0)) / span)


def _apart(places: FloatArray, candidates: list[int]) -> list[int]:
    """The first few candidates whose names do not run into each other."""
    named: list[int] = []
    for t in candidates:
        gaps = np.abs(places[t] - places[named])
        if len(named) < _NAMED_POINTS and ((gaps[:, 0] > _NAME_WIDTH) | (gaps[:, 1] > _NAME_HEIGHT)).all():
            named.append(t)
    return named


def _axis(field: str, title: str, **more: Spec) -> Spec:
    return {"field": field, "type": "quantitative", "title": title, **more}


def _box(x_tolerance: float, y_tolerance: float) -> Spec:
    corners = {"x": -100 * x_tolerance, "x2": 100 * x_tolerance, "y": -100 * y_tolerance, "y2": 100 * y_tolerance}
    ends = {key: {"field": key, "type": "quantitative"} for key in ("x", "y")} | {key: {"field": key} for key in ("x2", "y2")}
    return {"data": {"values": [corners]}, "mark": {"type": "rect", "color": _BAND}, "encoding": ends}


def _measure(view: PlanView, number: int) -> MeasureView:
    if not 0 <= number < len(view.measures):
        raise InputError(
            f"there is no measure number {number}; the plan view has {len(view.measures)}", code="unknown_measure", field="number"
        )
    return view.measures[number]


def _percent(fraction: float) -> float | None:
    return round(100 * float(fraction), 4) if np.isfinite(fraction) else None
