"""Pictures of a result as bars, lines and stacks: places and sizes only, the template draws and the style sheet colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bailiwick_web.core.templatetags.words import number, percent
from bailiwick_web.reports.computing import Result
from bailiwick_web.reports.periods import STEPS
from bailiwick_web.reports.presenting import cell, heading

WIDE, NARROW = 880, 340
MOST_BARS, MOST_SERIES = 24, 6
ROW, GAP, HEIGHT = 26, 6, 260
LETTER = 7.2
"""Width of a letter in the picture, for the room of the words."""


@dataclass(frozen=True)
class Series:
    """One measure, or one value of the second group, over all names."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Data:
    """What is drawn: names along one axis, series along the other."""

    title: str
    names: tuple[str, ...]
    series: tuple[Series, ...]
    is_time: bool
    is_share: bool
    is_cut: bool


def data_of(result: Result, zone: ZoneInfo) -> Data | None:
    """What can be drawn of a result: one or two groups, the first measure; nothing if currencies stand apart."""
    measures = [(i, c) for i, c in enumerate(result.columns) if not c.is_group]
    if not result.rows or result.n_groups not in (1, 2) or not measures or len(result.currencies) > 1:
        return None
    place, measure = measures[0]
    n_groups = result.n_groups - (1 if result.currencies else 0)
    if n_groups < 1:
        return None
    first = result.columns[0]
    is_time = first.kind in dict(STEPS)
    names = list(dict.fromkeys(cell(first, row.values[0], zone) for row in result.rows))
    kept = names[-MOST_BARS * 3 :] if is_time else names[:MOST_BARS]
    series = _series(result, place, n_groups, kept, zone)
    return Data(heading(measure), tuple(kept), series, is_time, measure.kind == "share", len(kept) < len(names))


def _series(result: Result, place: int, n_groups: int, names: Sequence[str], zone: ZoneInfo) -> tuple[Series, ...]:
    at = {name: i for i, name in enumerate(names)}
    found: dict[str, list[float]] = {}
    for row in result.rows:
        name = cell(result.columns[0], row.values[0], zone)
        if name in at:
            part = cell(result.columns[1], row.values[1], zone) if n_groups == 2 else ""
            found.setdefault(part, [0.0] * len(names))[at[name]] += float(row.values[place] or 0)
    if len(found) <= MOST_SERIES:
        return tuple(Series(name, tuple(values)) for name, values in found.items())
    largest = sorted(found, key=lambda name: -sum(map(abs, found[name])))
    kept = [name for name in found if name in largest[: MOST_SERIES - 1]]
    rest = [sum(found[name][i] for name in largest[MOST_SERIES - 1 :]) for i in range(len(names))]
    return (*(Series(name, tuple(found[name])) for name in kept), Series(_("others"), tuple(rest)))


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round values along an axis that holds zero.

    >>> ticks(0, 95), ticks(-4, 9)
    ([0.0, 20.0, 40.0, 60.0, 80.0, 100.0], [-5.0, 0.0, 5.0, 10.0])
    """
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * f for f in (1, 2, 5, 10) if power * f >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def short(value: float, *, is_share: bool) -> str:
    """A number on an axis: 1.2 M, 35 k.

    >>> short(1_200_000, is_share=False), short(0.25, is_share=True)
    ('1.2 M', '25 %')
    """
    if is_share:
        return percent(value, 0)
    for size, letter in ((1e9, _("bn")), (1e6, _("M")), (1e3, _("k"))):
        if abs(value) >= size * (10 if letter == _("k") else 1):
            return f"{number(round(value / size, 2))} {letter}"
    return number(value)


def draw(result: Result, chart: str, zone: ZoneInfo) -> dict[str, Any] | None:
    """A picture for wide and one for narrow pages, or nothing where a table says it better."""
    found = data_of(result, zone) if chart != "table" else None
    if found is None:
        return None
    make = _lines if chart == "line" else _columns if found.is_time else _bars
    is_stacked = chart == "stacked"
    return {
        "title": found.title,
        "legend": [{"name": s.name, "place": i} for i, s in enumerate(found.series)] if len(found.series) > 1 else [],
        "pictures": [make(found, width, is_stacked) for width in (WIDE, NARROW)],
        "is_cut": found.is_cut,
        "n": len(found.names),
    }


def _extent(found: Data, is_stacked: bool) -> tuple[float, float]:
    if not is_stacked:
        values = [v for s in found.series for v in s.values]
        return min(values), max(values)
    ups = [sum(max(s.values[i], 0) for s in found.series) for i in range(len(found.names))]
    downs = [sum(min(s.values[i], 0) for s in found.series) for i in range(len(found.names))]
    return min(downs), max(ups)


def _bars(found: Data, width: int, is_stacked: bool) -> dict[str, Any]:
    """Bars that lie, so that names can be read."""
    longest = max(len(name) for name in found.names)
    left = min(longest * LETTER + 12, width * (0.3 if width == WIDE else 0.38))
    marks = ticks(*_extent(found, is_stacked), most=6 if width == WIDE else 3)
    room = width - left - 56
    scale = room / (marks[-1] - marks[0])
    n = 1 if is_stacked else len(found.series)
    thick = ROW if n == 1 else max(10, ROW * 1.6 / n)
    step = thick * n + GAP * (1 if n == 1 else 2)
    bars, names = [], []
    for i, name in enumerate(found.names):
        top = i * step
        names.append({"x": _r(left - 8), "y": _r(top + thick * n / 2 + 4), "text": _cut(name, left)})
        bars += _lying(found, i, (left - marks[0] * scale, top, scale, thick), is_stacked)
    height = len(found.names) * step
    axis = [{"x": _r(left + (m - marks[0]) * scale), "text": short(m, is_share=found.is_share)} for m in marks]
    return {"kind": "bars", "width": width, "height": _r(height + 22), "bottom": _r(height), "bars": bars, "names": names, "axis": axis}


def _lying(found: Data, i: int, at: tuple[float, float, float, float], is_stacked: bool) -> list[dict[str, Any]]:
    zero, top, scale, thick = at
    bars, up, down = [], zero, zero
    for s, series in enumerate(found.series):
        value = series.values[i]
        start = (up if value >= 0 else down) if is_stacked else zero
        end = start + value * scale
        x, wide = min(start, end), abs(value) * scale
        text = "" if is_stacked and len(found.series) > 1 else short(value, is_share=found.is_share)
        y = top if is_stacked else top + s * thick
        bars.append(
            {
                "x": _r(x),
                "y": _r(y),
                "w": _r(wide),
                "h": _r(thick - 1),
                "s": s,
                "text": text,
                "tx": _r(max(end, zero) + 5),
                "ty": _r(y + thick / 2 + 4),
            }
        )
        up, down = (end, down) if value >= 0 else (up, end)
    return bars


def _columns(found: Data, width: int, is_stacked: bool) -> dict[str, Any]:
    """Bars that stand, in the order of time."""
    frame = _frame(found, width, is_stacked)
    step = frame["step"]
    n = 1 if is_stacked else len(found.series)
    thick = step * 0.76 / n
    bars = []
    for i in range(len(found.names)):
        up = down = frame["zero"]
        for s, series in enumerate(found.series):
            value = series.values[i]
            start = (up if value >= 0 else down) if is_stacked else frame["zero"]
            end = start - value * frame["scale"]
            x = frame["left"] + i * step + step * 0.12 + (0 if is_stacked else s * thick)
            bars.append({"x": _r(x), "y": _r(min(start, end)), "w": _r(thick), "h": _r(abs(end - start)), "s": s})
            up, down = (end, down) if value >= 0 else (up, end)
    return {"kind": "columns", **frame, "bars": bars}


def _lines(found: Data, width: int, is_stacked: bool) -> dict[str, Any]:
    frame = _frame(found, width, is_stacked=False)
    lines = []
    for s, series in enumerate(found.series):
        points = [(frame["left"] + (i + 0.5) * frame["step"], frame["zero"] - v * frame["scale"]) for i, v in enumerate(series.values)]
        lines.append(
            {"s": s, "points": " ".join(f"{_r(x)},{_r(y)}" for x, y in points), "dots": [{"x": _r(x), "y": _r(y)} for x, y in points]}
        )
    return {"kind": "line", **frame, "lines": lines}


def _frame(found: Data, width: int, is_stacked: bool) -> dict[str, Any]:
    """Axis of values on the left, names below, as many as have room."""
    marks = ticks(*_extent(found, is_stacked), most=5)
    texts = [short(m, is_share=found.is_share) for m in marks]
    left = max(len(t) for t in texts) * LETTER + 10
    step = (width - left - 8) / len(found.names)
    scale = HEIGHT / (marks[-1] - marks[0])
    longest = max(len(name) for name in found.names) * LETTER + 10
    every = max(1, math.ceil(longest / step))
    names = [{"x": _r(left + (i + 0.5) * step), "text": name} for i, name in enumerate(found.names) if i % every == 0]
    if names and float(names[-1]["x"]) + longest / 2 > width and len(names) > 1:
        names.pop()
    axis = [{"y": _r(8 + HEIGHT - (m - marks[0]) * scale), "text": t} for m, t in zip(marks, texts, strict=True)]
    zero = 8 + HEIGHT + marks[0] * scale
    return {
        "width": width,
        "height": HEIGHT + 36,
        "left": _r(left),
        "step": step,
        "scale": scale,
        "zero": zero,
        "names": names,
        "names_y": HEIGHT + 28,
        "axis": axis,
        "right": width - 8,
    }


def _cut(name: str, room: float) -> str:
    most = max(6, int((room - 10) / LETTER))
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _r(value: float) -> float | int:
    found = round(value, 1)
    return int(found) if found == int(found) else found
