"""The market as a map: units coloured by a measure or a class, hot and cold spots outlined; Vega-Lite like every other chart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from bailiwick.domain import FloatArray, TextArray, UnitTable
from bailiwick.domain.said import say, say_all
from bailiwick.pictures.basemap import BaseMap
from bailiwick.pictures.charts import Spec
from bailiwick.pictures.market_charts import titled

MOST_UNITS = 4_000
"""Units that are drawn; of more, those with the largest values."""
_WIDTH, _HEIGHT = 560, 380
_STEPS = ("#d9e8e4", "#a9cfc7", "#6fb1a8", "#3b8c86", "#0d5c63")
_HOT, _COLD, _EDGE = "#b9602c", "#2b6cb0", "#ffffff"
_LAND, _BORDER = "#f0eee6", "#cfd3cc"
_MARGIN, _LEAST_DEGREES, _GROUND_DETAIL, _STEPS_OF_DETAIL = 0.04, 0.5, 500, 8
_DETAIL = 700
"""Shapes are drawn to a part of the width of the map that one pixel more would not show."""
HOT, COLD = "hot", "cold"


def market_map(
    title: str,
    subtitle: str,
    legend: str,
    units: UnitTable,
    values: FloatArray | None = None,
    *,
    classes: TextArray | None = None,
    colours: Mapping[str, str] | None = None,
    spots: TextArray | None = None,
    ground: BaseMap | None = None,
) -> Spec:
    """Draw units by value, in five classes of as many units each, or by class.

    Parameters
    ----------
    legend
        What the colours mean, with its unit.
    units
        With polygons where there are some, else as points.
    values
        Shape (n,); needed where there are no classes, and tells which units are drawn if there are more than 4,000.
    classes
        Name of a class per unit, shape (n,).
    colours
        Class → ``#rrggbb``.
    spots
        ``hot``, ``cold`` or other text per unit, shape (n,).
    ground
        Land under the units, cut to where they are; none is drawn under units in kilometres.

    Examples
    --------
    >>> units = UnitTable(np.array(["a", "b"], object), np.array([[0.0, 50.0], [1.0, 50.0]]))
    >>> market_map("t", "", "sales", units, np.array([1.0, 3.0]))["layer"][0]["data"]["values"][1]
    {'name': 'b', 'value': 3.0, 'spot': '', 'longitude': 1.0, 'latitude': 50.0}
    """
    shown = _shown(units.n_units, values)
    rows = _rows(units, shown, values, classes, spots)
    colour = _by_class(legend, classes, colours) if classes is not None else _by_value(legend, rows)
    projection = {"type": "identity", "reflectY": True} if units.is_planar else {"type": "mercator"}
    layers = [_layer(rows, colour, has_shapes=units.shapes is not None, is_planar=units.is_planar)]
    marked = [row for row in rows if row["spot"] in (HOT, COLD)]
    if marked:
        layers.append(_outline(marked, has_shapes=units.shapes is not None, is_planar=units.is_planar))
    if ground is not None and not units.is_planar:
        land = _land(ground, units.coordinates[shown])
        layers = land + layers
        subtitle = say_all([part for part in (subtitle, ground.credit) if part], "; ") if land else subtitle
    if len(shown) < units.n_units:
        drawn = say("the %(shown)s largest of %(n)s are drawn", shown=len(shown), n=units.n_units)
        subtitle = say_all([subtitle, drawn], "; ") if subtitle else drawn
    body: Spec = {"width": _WIDTH, "height": _HEIGHT, "layer": layers}
    if units.shapes is not None or not units.is_planar:
        body["projection"] = projection
    return titled(title, subtitle, body)


def _land(ground: BaseMap, places: FloatArray) -> list[Spec]:
    """Land around the units, a little beyond the outermost, with the borders of countries and of states where there are some."""
    (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
    margin = _MARGIN * max(east - west, north - south, _LEAST_DEGREES)
    box = shapely.box(max(west - margin, -180.0), max(south - margin, -85.0), min(east + margin, 180.0), min(north + margin, 85.0))
    detail = max(np.ptp(shapely.get_coordinates(box), axis=0)) / _GROUND_DETAIL
    shapes = shapely.simplify(np.concatenate([ground.countries, ground.states]), detail)
    is_near = shapely.intersects(shapes, box)
    land = shapely.segmentize(shapely.intersection(shapely.make_valid(shapes[: len(ground.countries)]), box), _STEPS_OF_DETAIL * detail)
    borders = shapely.intersection(shapely.boundary(shapes[is_near]), box)
    whole = shapely.orient_polygons(land[shapely.area(land) > 0], exterior_cw=True)
    ink = {"type": "geoshape", "filled": False, "stroke": _BORDER, "strokeWidth": 0.7}
    drawn = ((_features(whole), {"type": "geoshape", "fill": _LAND, "stroke": None}), (_features(borders), ink))
    return [{"data": {"values": rows}, "mark": mark} for rows, mark in drawn if rows]


def _features(shapes: Any) -> list[Spec]:
    return [{"type": "Feature", "geometry": json.loads(text)} for text in shapely.to_geojson(shapes[~shapely.is_empty(shapes)]).tolist()]


def _shown(n: int, values: FloatArray | None) -> Any:
    if n <= MOST_UNITS:
        return np.arange(n)
    rank = np.argsort(-np.nan_to_num(values), kind="stable") if values is not None else np.arange(n)
    return np.sort(rank[:MOST_UNITS])


def _rows(units: UnitTable, shown: Any, values: FloatArray | None, classes: TextArray | None, spots: TextArray | None) -> list[Spec]:
    names = units.labels
    geometry = _geometry(units, shown)
    rows = []
    for place, i in enumerate(shown.tolist()):
        row: Spec = {"name": str(names[i])}
        if values is not None:
            row["value"] = float(f"{values[i]:.6g}") if np.isfinite(values[i]) else None
        if classes is not None:
            row["class"] = str(classes[i])
        row["spot"] = str(spots[i]) if spots is not None and str(spots[i]) in (HOT, COLD) else ""
        rows.append(row | geometry[place])
    return rows


def _geometry(units: UnitTable, shown: Any) -> list[Spec]:
    if units.shapes is None:
        x, y = ("x", "y") if units.is_planar else ("longitude", "latitude")
        points = units.coordinates[shown].round(5).tolist()
        return [{x: lon, y: lat} for lon, lat in points]
    shapes = units.shapes[shown]
    known = np.array([s is not None for s in shapes])
    tolerance = float(np.ptp(units.coordinates[shown], axis=0).max()) / _DETAIL
    simple = shapely.simplify(shapes, tolerance)
    simple = np.where(shapely.is_empty(simple), shapes, simple)
    turned = shapely.orient_polygons(simple, exterior_cw=True)  # d3 takes a ring the other way round for all the rest of the world
    texts = shapely.to_geojson(np.where(known, turned, shapely.points(units.coordinates[shown])))
    return [{"type": "Feature", "geometry": json.loads(text)} for text in texts.tolist()]


def _by_value(legend: str, rows: list[Spec]) -> Spec:
    known = np.unique([row["value"] for row in rows if row.get("value") is not None] or [0.0])
    edges = np.unique(np.quantile(known, [0.2, 0.4, 0.6, 0.8]))
    colours = [_STEPS[round(k)] for k in np.linspace(0, len(_STEPS) - 1, len(edges) + 1)]
    scale = {"type": "threshold", "domain": [float(f"{edge:.3g}") for edge in edges], "range": colours}
    return {"field": "value", "type": "quantitative", "title": legend, "scale": scale, "legend": _legend("~s")}


def _by_class(legend: str, classes: TextArray | None, colours: Mapping[str, str] | None) -> Spec:
    names = list(dict.fromkeys(str(c) for c in ([] if classes is None else classes.tolist())))
    scale: Spec = (
        {"domain": names, "range": [colours[n] for n in names]} if colours and set(names) <= set(colours) else {"scheme": "tableau20"}
    )
    return {"field": "class", "type": "nominal", "title": legend, "scale": scale, "legend": _legend()}


def _legend(format: str = "") -> Spec:
    return {"orient": "bottom", "columns": 5, "labelLimit": 130, "symbolLimit": 20, **({"format": format} if format else {})}


def _place(*, is_planar: bool) -> Spec:
    if not is_planar:
        return {"longitude": {"field": "longitude", "type": "quantitative"}, "latitude": {"field": "latitude", "type": "quantitative"}}
    return {axis: {"field": axis, "type": "quantitative", "title": "km", "scale": {"zero": False}} for axis in ("x", "y")}


def _layer(rows: list[Spec], colour: Spec, *, has_shapes: bool, is_planar: bool) -> Spec:
    tooltip = [{"field": "name", "title": "Unit"}, {"field": colour["field"], "title": colour["title"]}]
    encoding: Spec = {"color": colour, "tooltip": tooltip}
    if has_shapes:
        return {"data": {"values": rows}, "mark": {"type": "geoshape", "stroke": _EDGE, "strokeWidth": 0.3}, "encoding": encoding}
    size = 70 if len(rows) < 200 else 26 if len(rows) < 1_500 else 10
    mark = {"type": "circle", "size": size, "opacity": 0.9}
    return {"data": {"values": rows}, "mark": mark, "encoding": {**_place(is_planar=is_planar), **encoding}}


def _outline(rows: list[Spec], *, has_shapes: bool, is_planar: bool) -> Spec:
    stroke = {"field": "spot", "type": "nominal", "title": "spots", "scale": {"domain": [HOT, COLD], "range": [_HOT, _COLD]}}
    encoding: Spec = {"stroke": {**stroke, "legend": {"orient": "bottom"}}}
    if has_shapes:
        return {"data": {"values": rows}, "mark": {"type": "geoshape", "filled": False, "strokeWidth": 1.4}, "encoding": encoding}
    mark = {"type": "point", "filled": False, "size": 90, "strokeWidth": 1.2}
    return {"data": {"values": rows}, "mark": mark, "encoding": {**_place(is_planar=is_planar), **encoding}}
