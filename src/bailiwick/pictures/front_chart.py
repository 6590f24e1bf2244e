"""The front as a chart: every plan a dot, the knee ringed."""

from __future__ import annotations

from typing import Any

from bailiwick.pictures.charts import theme

Spec = dict[str, Any]
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_INK, _KNEE = "#1f272b", "#b9602c"


def front_chart(rows: list[dict[str, Any]], *, title: str, subtitle: str, has_disruption: bool) -> Spec:
    """How much changes hands, how far the ways are, and how even the loads: the trade between them.

    Parameters
    ----------
    rows
        One per plan: ``plan`` (text), ``km`` (mean distance), ``moved`` (percent that changes hands), ``off`` (largest deviation,
        percent), ``is_knee``.
    has_disruption
        Whether ``moved`` is drawn upwards, and ``off`` as colour; else ``off`` is drawn upwards.

    Examples
    --------
    >>> rows = [{"plan": "1", "km": 40.0, "moved": 3.0, "off": 5.0, "is_knee": True}]
    >>> front_chart(rows, title="One plan", subtitle="", has_disruption=True)["layer"][0]["encoding"]["y"]["field"]
    'moved'
    """
    x = {"field": "km", "type": "quantitative", "title": "Mean distance, km", "scale": {"zero": False, "padding": 24}}
    upwards = ("moved", "Changes hands, percent") if has_disruption else ("off", "Largest deviation from target, percent")
    y = {"field": upwards[0], "type": "quantitative", "title": upwards[1], "scale": {"zero": True, "domainMin": 0}}
    axes: Spec = {"x": x, "y": y}
    colour = {
        "field": "off",
        "type": "quantitative",
        "title": ["Largest deviation", "from target, percent"],
        "scale": {"type": "log", "range": ["#123b3f", "#2f8f83", "#d9c58b"]},
        "legend": {"format": ".3~g", "gradientLength": 120},
    }
    tooltip = [
        {"field": "plan", "title": "Plan"},
        {"field": "km", "title": "Mean distance, km", "format": ".1f"},
        {"field": "moved", "title": "Changes hands, %", "format": ".1f"},
        {"field": "off", "title": "Largest deviation, %", "format": ".1f"},
    ]
    fill: Spec = {"color": colour} if has_disruption else {"color": {"value": "#2f8f83"}}
    layers: list[Spec] = [
        {
            "mark": {"type": "circle", "size": 130, "opacity": 1, "stroke": _INK, "strokeWidth": 0.6},
            "encoding": {**axes, **fill, "tooltip": tooltip},
        },
        {
            "transform": [{"filter": "datum.is_knee"}],
            "mark": {"type": "point", "size": 420, "strokeWidth": 2.2, "color": _KNEE},
            "encoding": axes,
        },
        {"mark": {"type": "text", "dx": 11, "dy": -9, "align": "left", "color": _INK}, "encoding": {**axes, "text": {"field": "plan"}}},
    ]
    heading = {"text": title, **({"subtitle": subtitle} if subtitle else {})}
    return {
        "$schema": _SCHEMA,
        "title": heading,
        "config": theme(),
        "width": 520,
        "height": 340,
        "padding": 14,
        "data": {"values": rows},
        "layer": layers,
    }
