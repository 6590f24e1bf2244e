"""Approaches side by side: a small bar chart per figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bailiwick.domain import FloatArray
from bailiwick.pictures.charts import theme

_CHOSEN, _OTHER = "#0d5c63", "#a9b8ba"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def approach_chart(approaches: Sequence[str], figures: Mapping[str, FloatArray], recommended: str) -> dict[str, Any]:
    """A Vega-Lite specification: one panel per figure, one bar per approach, the recommended one dark.

    Parameters
    ----------
    approaches
        Names, shape (A,).
    figures
        Head of a panel → values, shape (A,).
    recommended
        One of the names.
    """
    panels = [_panel(head, approaches, values, recommended) for head, values in figures.items()]
    return {"$schema": _SCHEMA, "config": theme(), "columns": 2, "spacing": {"row": 24, "column": 36}, "concat": panels}


def _short(value: float) -> str:
    return f"{value:,.2f}" if value < 10 else f"{value:,.0f}"


def _panel(head: str, approaches: Sequence[str], values: FloatArray, recommended: str) -> dict[str, Any]:
    rows = [{"name": name, "value": float(value), "text": _short(float(value))} for name, value in zip(approaches, values, strict=True)]
    y = {"field": "name", "type": "nominal", "sort": list(approaches), "title": None}
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"zero": True}}
    colour = {"condition": {"test": {"field": "name", "equal": recommended}, "value": _CHOSEN}, "value": _OTHER}
    return {
        "title": {"text": head, "fontSize": 12},
        "width": 220,
        "height": {"step": 24},
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "bar", "height": 15}, "encoding": {"y": y, "x": x, "color": colour}},
            {"mark": {"type": "text", "align": "left", "dx": 5}, "encoding": {"y": y, "x": x, "text": {"field": "text"}}},
        ],
    }


def approach_svg(approaches: Sequence[str], figures: Mapping[str, FloatArray], recommended: str) -> str:
    """The chart as SVG."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(approach_chart(approaches, figures, recommended)))
