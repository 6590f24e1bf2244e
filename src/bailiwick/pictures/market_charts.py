"""Charts of markets and customers as Vega-Lite specifications."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.said import Said
from bailiwick.pictures.charts import MOST_BARS, Spec, theme
from bailiwick.pictures.wording import shortened

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_INK, _BAR, _QUIET = "#1f272b", "#7d9195", "#5b6468"
_LONGEST_NAME = 28


def interval_chart(title: str, subtitle: str, axis: str, names: TextArray, values: FloatArray, low: FloatArray, high: FloatArray) -> Spec:
    """Bars from zero with the interval of each as a line across its end.

    Parameters
    ----------
    title, subtitle, axis
        What there is to see, how to read it, and what the bars measure, with its unit.
    names, values, low, high
        Shape (n,); the first forty are drawn.

    Examples
    --------
    >>> one = np.array([5.0])
    >>> spec = interval_chart("A leads", "", "Value", np.array(["A"], object), one, one - 1, one + 1)
    >>> spec["layer"][0]["data"]["values"]
    [{'name': 'A', 'value': 5.0, 'low': 4.0, 'high': 6.0}]
    """
    rows = [
        {"name": drawn_name(names[i]), "value": _short(values[i]), "low": _short(low[i]), "high": _short(high[i])}
        for i in range(min(len(names), MOST_BARS))
    ]
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 190, "labelColor": _INK}}
    x = {"field": "value", "type": "quantitative", "title": axis, "scale": {"zero": True}, "axis": {"format": "~s"}}
    ends = {"x": {"field": "low", "type": "quantitative", "title": axis}, "x2": {"field": "high"}}
    layers = [
        {"data": {"values": rows}, "mark": {"type": "bar", "height": {"band": 0.62}, "color": _BAR}, "encoding": {"x": x, "y": y}},
        {"data": {"values": rows}, "mark": {"type": "rule", "color": _INK, "strokeWidth": 1.4}, "encoding": {**ends, "y": y}},
    ]
    return titled(title, subtitle, {"width": 400, "height": {"step": 19}, "layer": layers})


def drawn_name(name: object) -> str:
    """A name as it stands in a picture; a word of ours keeps what it was made of, so that it can be said in another language."""
    return name if isinstance(name, Said) else shortened(str(name), _LONGEST_NAME)


def titled(title: str, subtitle: str, body: Spec) -> Spec:
    """A chart with its heading and the theme of the house."""
    heading = {"text": title, **({"subtitle": subtitle} if subtitle else {})}
    return {"$schema": _SCHEMA, "title": heading, "config": {**theme(), "background": "white"}, **body}


def write_svg(path: str | Path, spec: Spec) -> None:
    """Write a chart as SVG picture."""
    import vl_convert

    picture: Any = vl_convert.vegalite_to_svg(spec)
    Path(path).write_text(picture, encoding="utf-8", newline="\n")


def _short(value: float) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None
