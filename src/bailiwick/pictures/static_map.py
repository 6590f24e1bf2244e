"""The map as a still picture: SVG for the report and the README, PNG through vl-convert."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.pictures.base_layers import BaseLayers, BaseMap, project_base
from bailiwick.pictures.frame import Frame, ShapeArray, lay_out
from bailiwick.pictures.thin import choose_drawn
from bailiwick.pictures.view import PlanView
from bailiwick.pictures.wording import shortened

_TENTHS = 10
_MOST_DOTS = 8_000
_MOST_UNIT_BORDERS = 5_000
_MOST_VERTICES = 400_000
_MARGIN_PX = 16.0
_LABEL_PX, _LETTER_WIDTH = 12.5, 0.58
_BASE_LABEL_PX = 9.5

GROUND, LAND, COAST, STATE_LINE, OVER_STATE = "#e9edeb", "#f7f5ef", "#cfd3cc", "#d3d0c4", "#232d32"
INK, HALO, QUIET, UNASSIGNED_COLOUR = "#1f272b", "#fdfcf9", "#8b8d84", "#a5a29a"


def svg(view: PlanView, basemap: BaseMap | None = None, *, width: int = 1200, tallest: float = 1.25, font: str = "sans-serif") -> str:
    """Draw the plan as an SVG picture.

    Parameters
    ----------
    view
        The plan.
    basemap
        Ground to draw under it; None for none.
    width
        Pixels; the height follows from the shape of the plan, from a third of the width on.
    tallest
        Largest height as a multiple of the width.
    font
        Font family of the names.

    Returns
    -------
    str
        A picture without scripts, references or fonts inside. The same input gives the same text.
    """
    frame = lay_out(view, max_vertices=_MOST_VERTICES)
    base = None if basemap is None else project_base(basemap, frame, most_labels=60)
    canvas = _Canvas.fitted(frame, width, tallest)
    layers = [
        f'<rect width="{canvas.width * _TENTHS}" height="{canvas.height * _TENTHS}" fill="{GROUND}"/>',
        *_ground(base, canvas),
        *_territories(view, frame, base, canvas),
        *_dots(view, frame, canvas),
        *_centres(view, frame, canvas),
        *_names(view, frame, base, canvas),
    ]
    size = f'width="{canvas.width}" height="{canvas.height}" viewBox="0 0 {canvas.width * _TENTHS} {canvas.height * _TENTHS}"'
    style = f'font-family="{_escaped(font)}" stroke-linejoin="round" text-anchor="middle"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n' + "\n".join(layers) + "\n</svg>\n"


def png(view: PlanView, basemap: BaseMap | None = None, *, width: int = 1200, scale: float = 2.0) -> bytes:
    """The same picture as PNG, ``scale`` times as large."""
    import vl_convert

    picture: bytes = vl_convert.svg_to_png(svg(view, basemap, width=width), scale=scale)
    return picture


@dataclass(frozen=True)
class _Canvas:
    """From map km to tenths of pixels, y down."""

    width: int
    height: int
    km_per_px: float
    west: float
    north: float

    @classmethod
    def fitted(cls, frame: Frame, width: int, tallest: float) -> _Canvas:
        west, south, east, north = frame.window
        room = width - 2 * _MARGIN_PX
        height = float(np.clip(room * (north - south) / (east - west), width / 3, width * tallest))
        km_per_px = max((east - west) / room, (north - south) / height)
        left = west - (width * km_per_px - (east - west)) / 2
        top = north + ((height + 2 * _MARGIN_PX) * km_per_px - (north - south)) / 2
        return cls(width, round(height + 2 * _MARGIN_PX), km_per_px, left, top)

    def tenths(self, points: FloatArray) -> NDArray[np.int64]:
        x = (points[:, 0] - self.west) / self.km_per_px * _TENTHS
        y = (self.north - points[:, 1]) / self.km_per_px * _TENTHS
        return np.rint(np.column_stack([x, y])).astype(np.int64)

    def path(self, shapes: ShapeArray | list[shapely.Geometry | None], *, coarse: int = 3) -> str:
        """Rings or lines as a path; points nearer than ``coarse`` tenths of a pixel fall together, alike on both sides."""
        rings = _rings(np.asarray(shapes, dtype=object))
        points, ring = shapely.get_coordinates(rings, return_index=True)
        steps = self.tenths(points) // coarse * coarse
        fresh = np.ones(len(steps), dtype=bool)
        fresh[1:] = (np.diff(steps, axis=0) != 0).any(axis=1) | (np.diff(ring) != 0)
        steps, ring = steps[fresh], ring[fresh]
        starts = np.flatnonzero(np.diff(ring, prepend=-1))
        texts = [_path_text(part) for part in np.split(steps, starts[1:]) if len(part) > 2]
        return "".join(texts)


def _rings(shapes: ShapeArray) -> ShapeArray:
    parts = shapely.get_parts(shapes)
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return np.concatenate([shapely.get_rings(parts[is_polygon]), parts[~is_polygon]])


def _path_text(steps: NDArray[np.int64]) -> str:
    is_closed = bool((steps[0] == steps[-1]).all())
    moves = np.diff(steps[:-1] if is_closed else steps, axis=0)
    return f"M{steps[0, 0]} {steps[0, 1]}l" + " ".join(map(str, moves.ravel().tolist())) + ("z" if is_closed else "")


def _ground(base: BaseLayers | None, canvas: _Canvas) -> list[str]:
    if base is None:
        return []
    land = f'<path d="{canvas.path(base.land)}" fill="{LAND}"/>'
    return [land, *_lines(base, canvas, "country", COAST, 8), *_lines(base, canvas, "state", STATE_LINE, 8)]


def _lines(base: BaseLayers, canvas: _Canvas, name: str, colour: str, width: int, opacity: float = 1.0) -> list[str]:
    lines = base.lines.get(name)
    if lines is None or len(lines) == 0:
        return []
    style = f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}"'
    return [f'<path d="{canvas.path(shapely.line_merge(lines))}" {style}/>']


def _territories(view: PlanView, frame: Frame, base: BaseLayers | None, canvas: _Canvas) -> list[str]:
    if frame.territory_shapes is None:
        return []
    is_areal = frame.unit_shapes is not None
    opacity = 0.8 if is_areal else 0.22
    layers = []
    if frame.unit_shapes is not None and (view.territory_idx < 0).any():
        rest = canvas.path(frame.unit_shapes[view.territory_idx < 0])
        layers.append(f'<path d="{rest}" fill="{UNASSIGNED_COLOUR}" fill-opacity="0.5"/>')
    for shape, colour in zip(frame.territory_shapes, view.territory_colours, strict=True):
        if shape is not None:
            layers.append(f'<path d="{canvas.path([shape])}" fill="{_escaped(str(colour))}" fill-opacity="{opacity}" fill-rule="evenodd"/>')
    if frame.unit_shapes is not None and view.n_units <= _MOST_UNIT_BORDERS:
        borders = canvas.path(frame.unit_shapes)
        layers.append(f'<path d="{borders}" fill="none" stroke="{HALO}" stroke-width="4" stroke-opacity="0.45"/>')
    if base is not None and is_areal:
        layers += _lines(base, canvas, "state", OVER_STATE, 7, 0.25)
    outlines = canvas.path([shape for shape in frame.territory_shapes if shape is not None], coarse=6)
    layers.append(f'<path d="{outlines}" fill="none" stroke="{HALO}" stroke-width="28" stroke-opacity="0.7"/>')
    layers.append(f'<path d="{outlines}" fill="none" stroke="{INK}" stroke-width="11" stroke-opacity="0.72"/>')
    return layers


def _dots(view: PlanView, frame: Frame, canvas: _Canvas) -> list[str]:
    if frame.unit_shapes is not None:
        return []
    drawn, _ = choose_drawn(frame.points, view.territory_idx, view.measures[0].values, limit=_MOST_DOTS)
    places, owners = canvas.tenths(frame.points[drawn]), view.territory_idx[drawn]
    diameter = int(np.clip(2000 / np.sqrt(max(len(drawn), 1)), 16, 60))
    layers = []
    for t in range(-1, view.n_territories):
        mine = places[owners == t]
        if len(mine):
            marks = "".join(f"M{x} {y}h0" for x, y in mine.tolist())
            colour = UNASSIGNED_COLOUR if t < 0 else _deeper(str(view.territory_colours[t]))
            layers.append(f'<path d="{marks}" fill="none" stroke="{colour}" stroke-width="{diameter}" stroke-linecap="round"/>')
    return layers


def _deeper(colour: str) -> str:
    """A quarter of the way to the ink: dots must stand out from the tint of their own territory."""
    mixed = [round(0.76 * int(colour[at : at + 2], 16) + 0.24 * int(INK[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _centres(view: PlanView, frame: Frame, canvas: _Canvas) -> list[str]:
    known = np.isfinite(frame.centres).all(axis=1)
    if not known.any() or view.n_territories > 60:
        return []
    mark = "m0 -60l55 50h-15v55h-80v-55h-15z" if view.centre_labels is not None else "m-30 0a30 30 0 1 0 60 0a30 30 0 1 0 -60 0z"
    marks = "".join(f"M{x} {y}{mark}" for x, y in canvas.tenths(frame.centres[known]).tolist())
    return [f'<path d="{marks}" fill="{HALO}" stroke="{INK}" stroke-width="14"/>']


def _names(view: PlanView, frame: Frame, base: BaseLayers | None, canvas: _Canvas) -> list[str]:
    """Names that fit, the roomiest territory first; the ground is named where room is left."""
    taken: list[tuple[float, float, float, float]] = []
    known = np.isfinite(frame.centres).all(axis=1)
    if view.n_territories <= 60:
        taken += [(x - 60, y - 60, x + 60, y + 50) for x, y in canvas.tenths(frame.centres[known]).tolist()]
    layers = []
    for t in np.argsort(-frame.label_radii, kind="stable").tolist():
        if not np.isfinite(frame.label_points[t]).all():
            continue
        text, room = shortened(str(view.names[t]), 26), frame.label_radii[t] / canvas.km_per_px
        if room < 6 or len(text) * _LABEL_PX * _LETTER_WIDTH > 5 * room:
            continue
        x, y = canvas.tenths(frame.label_points[t][None])[0].tolist()
        for drop in (0, -150, 150, -260, 260):
            if abs(drop) <= max(room * _TENTHS, 1) and _claim(taken, x, y + drop, text, _LABEL_PX):
                layers.append(_text(x, y + drop, text, _LABEL_PX, INK, 600))
                break
    if base is not None and frame.unit_shapes is None:
        for label in base.labels:
            if label.kind == "state" and len(label.text) * _BASE_LABEL_PX * _LETTER_WIDTH < 2.6 * label.room_km / canvas.km_per_px:
                x, y = canvas.tenths(np.array([label.point]))[0].tolist()
                if _claim(taken, x, y, label.text, _BASE_LABEL_PX):
                    layers.append(_text(x, y, label.text, _BASE_LABEL_PX, QUIET, 400))
    return layers


def _claim(taken: list[tuple[float, float, float, float]], x: float, y: float, text: str, size: float) -> bool:
    half_width, half_height = len(text) * size * _LETTER_WIDTH / 2 * _TENTHS + 40, size * 0.7 * _TENTHS
    box = (x - half_width, y - half_height, x + half_width, y + half_height)
    if any(b[0] < box[2] and b[2] > box[0] and b[1] < box[3] and b[3] > box[1] for b in taken):
        return False
    taken.append(box)
    return True


def _text(x: float, y: float, text: str, size: float, colour: str, weight: int) -> str:
    place = f'x="{x:.0f}" y="{y + size * 3.5:.0f}" font-size="{size * _TENTHS:.0f}" font-weight="{weight}"'
    halo = f'<text {place} fill="none" stroke="{HALO}" stroke-width="36" stroke-opacity="0.9">{_escaped(text)}</text>'
    return f'{halo}<text {place} fill="{colour}">{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    """Text for XML: marks escaped, characters that XML forbids replaced."""
    clean = re.sub(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
