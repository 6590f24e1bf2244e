"""Pictures of scores, shares, changes and forecasts as Vega-Lite specifications: the same on screen, in a report and in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.said import say
from bailiwick.domain.wording import percent
from bailiwick.pictures.charts import MOST_BARS, Spec
from bailiwick.pictures.dot_names import name_sides
from bailiwick.pictures.market_charts import drawn_name, titled

_INK, _QUIET, _BAR, _GOOD, _BAD, _BAND = "#1f272b", "#8a9599", "#7d9195", "#2f8f83", "#b9602c", "#cfdcd8"
_MOST_FACETS = 12
_SIDES: dict[str, Spec] = {
    "right": {"align": "left", "dx": 7},
    "left": {"align": "right", "dx": -7},
    "above": {"align": "center", "dy": -11},
    "below": {"align": "center", "dy": 12},
}


def reliability_chart(
    title: str,
    subtitle: str,
    predicted: FloatArray,
    came: FloatArray,
    low: FloatArray,
    high: FloatArray,
    *,
    outcome: str = "Share that was won",
) -> Spec:
    """Probabilities against what came: on the line they keep what they promise.

    Parameters
    ----------
    predicted, came, low, high
        Mean probability, share of wins and its interval per bin, shape (b,).
    outcome
        What the share is of.

    Examples
    --------
    >>> half = np.array([0.5])
    >>> reliability_chart("t", "", half, half, half - 0.1, half + 0.1)["layer"][1]["data"]["values"]
    [{'predicted': 0.5, 'came': 0.5, 'low': 0.4, 'high': 0.6}]
    """
    most = float(min(1.0, 1.05 * max(np.nanmax(high), np.nanmax(predicted))))
    rows = table_rows(predicted=predicted, came=came, low=low, high=high)
    x = _axis("predicted", "Probability said", format=".0%", scale={"domain": [0, most]})
    y = _axis("came", outcome, format=".0%", scale={"domain": [0, most]})
    ends = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
    diagonal = {"data": {"values": [{"v": 0}, {"v": most}]}, "mark": {"type": "line", "color": _QUIET, "strokeDash": [4, 4]}}
    layers = [
        {**diagonal, "encoding": {"x": {**x, "field": "v"}, "y": {**y, "field": "v"}}},
        {"data": {"values": rows}, "mark": {"type": "rule", "color": _INK, "strokeWidth": 1.4}, "encoding": {"x": x, **ends}},
        {"data": {"values": rows}, "mark": {"type": "circle", "color": _GOOD, "size": 70, "opacity": 1}, "encoding": {"x": x, "y": y}},
    ]
    return titled(title, subtitle, {"width": 340, "height": 320, "layer": layers})


def pareto_chart(title: str, subtitle: str, measure: str, share_of_rows: FloatArray, share_of_sum: FloatArray) -> Spec:
    """The largest first: which share of the rows brings which share of the sum.

    Parameters
    ----------
    measure
        What is added up.
    share_of_rows, share_of_sum
        Cumulated, 0 to 1, shape (m,).
    """
    rows = table_rows(rows=share_of_rows, part=share_of_sum)
    x = _axis("rows", "Share of accounts, the largest first", format=".0%")
    y = _axis("part", say("Share of %(measure)s", measure=measure), format=".0%")
    at = float(np.interp(0.2, share_of_rows, share_of_sum))
    mark = [{"rows": 0.2, "part": at, "text": say("20 %% bring %(share)s", share=percent(at))}]
    layers = [
        {"data": {"values": rows}, "mark": {"type": "area", "color": _BAND, "line": {"color": _GOOD}}, "encoding": {"x": x, "y": y}},
        {
            "data": {"values": [{"rows": 0, "part": 0}, {"rows": 1, "part": 1}]},
            "mark": {"type": "line", "color": _QUIET, "strokeDash": [4, 4]},
            "encoding": {"x": x, "y": y},
        },
        {"data": {"values": mark}, "mark": {"type": "circle", "size": 80, "color": _BAD, "opacity": 1}, "encoding": {"x": x, "y": y}},
        {
            "data": {"values": mark},
            "mark": {"type": "text", "align": "left", "dx": 10, "dy": 4},
            "encoding": {"x": x, "y": y, "text": {"field": "text"}},
        },
    ]
    return titled(title, subtitle, {"width": 400, "height": 280, "layer": layers})


def waterfall_chart(title: str, subtitle: str, axis: str, names: Sequence[str], changes: FloatArray) -> Spec:
    """From a first total over changes to a last one.

    Parameters
    ----------
    names, changes
        The first is the total to start from; the others are changes; the last bar, the total that results, is added.

    Examples
    --------
    >>> spec = waterfall_chart("t", "", "Revenue", ["2025", "new", "lost"], np.array([10.0, 3.0, -2.0]))
    >>> [(row["from"], row["to"]) for row in spec["layer"][0]["data"]["values"]]
    [(0.0, 10.0), (10.0, 13.0), (13.0, 11.0), (0.0, 11.0)]
    """
    ends = np.cumsum(changes)
    starts = np.r_[0.0, ends[:-1]]
    kinds = ["total", *("up" if change >= 0 else "down" for change in changes[1:]), "total"]
    rows = [
        {"step": step, "from": _short(a), "to": _short(b), "kind": kind, "change": _short(change)}
        for step, a, b, kind, change in zip([*names, "result"], [*starts, 0.0], [*ends, ends[-1]], kinds, [*changes, ends[-1]], strict=True)
    ]
    x = {"field": "step", "type": "nominal", "sort": None, "title": None, "axis": {"labelAngle": 0, "labelLimit": 110, "labelColor": _INK}}
    y = {"field": "from", "type": "quantitative", "title": axis, "axis": {"format": "~s"}}
    colour = {
        "field": "kind",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["total", "up", "down"], "range": [_BAR, _GOOD, _BAD]},
    }
    layers = [
        {
            "data": {"values": rows},
            "mark": {"type": "bar", "width": {"band": 0.7}},
            "encoding": {"x": x, "y": y, "y2": {"field": "to"}, "color": colour},
        },
        _written(rows, x, y, "datum.kind === 'total'", ",.0f"),
        _written(rows, x, y, "datum.kind !== 'total'", "+,.0f"),
    ]
    return titled(title, subtitle, {"width": {"step": 84}, "height": 280, "layer": layers})


def _written(rows: Sequence[Mapping[str, Any]], x: Spec, y: Spec, which: str, form: str) -> Spec:
    """Numbers above the bars, written by whoever draws as the reader writes them."""
    return {
        "data": {"values": rows},
        "mark": {"type": "text", "dy": -7, "baseline": "bottom"},
        "transform": [{"filter": which}, {"calculate": "max(datum.from, datum.to)", "as": "top"}],
        "encoding": {"x": x, "y": {**y, "field": "top"}, "text": {"field": "change", "type": "quantitative", "format": form}},
    }


def forecast_chart(
    title: str, subtitle: str, axis: str, series: Mapping[str, tuple[TextArray, FloatArray, TextArray, FloatArray, FloatArray, FloatArray]]
) -> Spec:
    """The past as a line, what is expected as a line with a fan; one panel per series.

    Parameters
    ----------
    series
        Name → dates and values of the past, dates, values, lower and upper ends of the forecast.
    """
    rows: list[dict[str, Any]] = []
    for name, (past_dates, past, dates, values, low, high) in list(series.items())[:_MOST_FACETS]:
        rows += [{"series": name, "date": str(d), "past": _short(v)} for d, v in zip(past_dates, past, strict=True)]
        joint = {"series": name, "date": str(past_dates[-1]), "value": _short(past[-1]), "low": _short(past[-1]), "high": _short(past[-1])}
        rows.append(joint)
        rows += [
            {"series": name, "date": str(d), "value": _short(v), "low": _short(a), "high": _short(b)}
            for d, v, a, b in zip(dates, values, low, high, strict=True)
        ]
    x = {"field": "date", "type": "temporal", "title": None, "axis": {"format": "%b %y", "labelOverlap": True}}
    y = {"type": "quantitative", "title": axis, "axis": {"format": "~s"}}
    layers = [
        {"mark": {"type": "area", "color": _BAND}, "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "line", "color": _QUIET, "strokeWidth": 1.4}, "encoding": {"x": x, "y": {**y, "field": "past"}}},
        {"mark": {"type": "line", "color": _GOOD, "strokeWidth": 2}, "encoding": {"x": x, "y": {**y, "field": "value"}}},
    ]
    if len(series) == 1:
        return titled(title, subtitle, {"data": {"values": rows}, "width": 520, "height": 280, "layer": layers})
    panel = {"width": 240, "height": 120, "layer": layers}
    facet = {"field": "series", "type": "nominal", "title": None, "sort": None, "header": {"labelFontWeight": 600, "labelColor": _INK}}
    body = {"data": {"values": rows}, "facet": facet, "columns": 3, "spec": panel, "resolve": {"scale": {"y": "independent"}}}
    return titled(title, subtitle, body)


def quadrant_chart(
    title: str,
    subtitle: str,
    x_title: str,
    y_title: str,
    names: TextArray,
    x: FloatArray,
    y: FloatArray,
    middle: tuple[float, float],
    *,
    format: str = ".0%",
) -> Spec:
    """Named dots in four fields.

    Parameters
    ----------
    names, x, y
        Shape (n,).
    middle
        Where the fields meet.
    """
    rows = [{"name": drawn_name(n), "x": _short(a), "y": _short(b)} for n, a, b in zip(names, x, y, strict=True)]
    ax = _axis("x", x_title, format=format, scale={"zero": False, "padding": 30})
    ay = _axis("y", y_title, format=format, scale={"zero": False, "padding": 16})
    layers = [
        {"data": {"values": [{"x": middle[0]}]}, "mark": {"type": "rule", "color": _QUIET, "strokeDash": [4, 4]}, "encoding": {"x": ax}},
        {"data": {"values": [{"y": middle[1]}]}, "mark": {"type": "rule", "color": _QUIET, "strokeDash": [4, 4]}, "encoding": {"y": ay}},
        {"data": {"values": rows}, "mark": {"type": "circle", "size": 70, "color": _GOOD, "opacity": 0.9}, "encoding": {"x": ax, "y": ay}},
        *_dot_names(rows, ax, ay),
    ]
    return titled(title, subtitle, {"width": 460, "height": 340, "layer": layers})


def _dot_names(rows: Sequence[Mapping[str, Any]], x_axis: Spec, y_axis: Spec) -> list[Spec]:
    """Names beside their dots, a layer for each side; a name that has room nowhere is left out and stays in the table."""
    encoding = {"x": x_axis, "y": y_axis, "text": {"field": "name"}}
    sides = name_sides([row["name"] for row in rows], [row["x"] for row in rows], [row["y"] for row in rows])
    layers = []
    for side, mark in _SIDES.items():
        some = [row for row, where in zip(rows, sides, strict=True) if where == side]
        if some:
            layers.append({"data": {"values": some}, "mark": {"type": "text", "fontSize": 10, **mark}, "encoding": encoding})
    return layers


def lines_chart(
    title: str, subtitle: str, x_title: str, y_title: str, lines: Mapping[str, tuple[FloatArray, FloatArray]], *, format: str = "~g"
) -> Spec:
    """Curves of one kind, one colour each; shares start at zero, indices do not.

    Parameters
    ----------
    lines
        Name → places and values.
    """
    rows = [{"line": name, "x": _short(a), "y": _short(b)} for name, (xs, ys) in lines.items() for a, b in zip(xs, ys, strict=True)]
    encoding = {
        "x": {"field": "x", "type": "quantitative", "title": x_title, "axis": {"tickMinStep": 1}},
        "y": {"field": "y", "type": "quantitative", "title": y_title, "axis": {"format": format}, "scale": {"zero": format.endswith("%")}},
        "color": {"field": "line", "type": "nominal", "title": None, "sort": None, "scale": {"scheme": "tableau10"}},
    }
    mark = {"type": "line", "point": True, "strokeWidth": 1.8}
    return titled(title, subtitle, {"data": {"values": rows}, "width": 460, "height": 280, "mark": mark, "encoding": encoding})


def bar_chart(title: str, subtitle: str, axis: str, names: Sequence[str], values: FloatArray, *, format: str = "~s") -> Spec:
    """Bars from zero, in the given order; the first forty."""
    rows = [{"name": drawn_name(n), "value": _short(v)} for n, v in list(zip(names, values, strict=True))[:MOST_BARS]]
    encoding = {
        "y": {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 220, "labelColor": _INK}},
        "x": {"field": "value", "type": "quantitative", "title": axis, "axis": {"format": format}},
    }
    body = {
        "data": {"values": rows},
        "width": 400,
        "height": {"step": 19},
        "mark": {"type": "bar", "height": {"band": 0.62}, "color": _BAR},
    }
    return titled(title, subtitle, {**body, "encoding": encoding})


def grouped_chart(title: str, subtitle: str, axis: str, rows: Sequence[tuple[str, str, float]]) -> Spec:
    """Bars side by side: (name, kind, value)."""
    data = [{"name": drawn_name(name), "kind": kind, "value": _short(value)} for name, kind, value in rows]
    encoding = {
        "y": {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 190, "labelColor": _INK}},
        "x": {"field": "value", "type": "quantitative", "title": axis, "axis": {"format": "~s"}},
        "yOffset": {"field": "kind", "sort": None},
        "color": {"field": "kind", "type": "nominal", "title": None, "sort": None, "scale": {"scheme": "tableau10"}},
    }
    body = {"data": {"values": data}, "width": 400, "height": {"step": 12, "for": "offset"}, "mark": "bar"}
    return titled(title, subtitle, {**body, "encoding": encoding})


def table_rows(**columns: FloatArray) -> list[dict[str, float | None]]:
    """Rows of short numbers."""
    return [dict(zip(columns, map(_short, row), strict=True)) for row in zip(*columns.values(), strict=True)]


def _axis(field: str, title: str, *, format: str, scale: Spec | None = None) -> Spec:
    return {"field": field, "type": "quantitative", "title": title, "axis": {"format": format}, **({"scale": scale} if scale else {})}


def _short(value: float) -> float | None:
    return float(f"{float(value):.6g}") if np.isfinite(value) else None
