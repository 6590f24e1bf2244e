"""Setting the report with typst: a fixed template, everything of the plan as data.

No text of the user ever becomes part of the template: typst reads the record as JSON and sets strings as strings, so
that ``#``, ``$`` or ``*`` in a name are just characters.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from bailiwick.pictures.base_layers import BaseMap
from bailiwick.pictures.charts import plan_charts, theme
from bailiwick.pictures.map_page.pack import plain
from bailiwick.pictures.report.words import report_record
from bailiwick.pictures.static_map import svg
from bailiwick.pictures.view import PlanView
from bailiwick.pictures.wording import said_again

# Inside typst, on every machine; other scripts fall back on the fonts of the system.
FONT = "Libertinus Serif"
_MAP_WIDTH = 760
_TALLEST_MAP = 0.9  # leaves room for the summary on the first page
_LOCALES: dict[str, Any] = {"de": "de-DE"}
"""Language → how axes write numbers."""
_BARS_WIDTH, _CHART_WIDTH, _CHART_HEIGHT = 200, 330, 250


def write_report(path: str | Path, view: PlanView, basemap: BaseMap | None = None) -> None:
    """Write the report ``report.pdf`` of a plan.

    Parameters
    ----------
    path
        File to write; an existing one is replaced.
    view
        The plan.
    basemap
        Ground under the map, from ``pictures.basemap.load()``; None for none.

    Notes
    -----
    A4, tagged for screen readers, without a date: the same view and base map give the same bytes on the same machine.
    """
    Path(path).write_bytes(report_pdf(view, basemap))


def report_pdf(view: PlanView, basemap: BaseMap | None = None, *, language: str = "en", tell: Callable[[str], str] = str) -> bytes:
    """The report as bytes; see :func:`write_report`.

    Parameters
    ----------
    language
        Of the text, for screen readers and breaks, as ``en`` or ``de``; numbers of axes follow it where it is known.
    tell
        Says a sentence of the report in that language, from what it was made of (:mod:`bailiwick.domain.said`); English as it is.
    """
    import typst

    charts = [_chart_record(name, said_again(spec, tell), language) for name, spec in plan_charts(view).items()]
    credit = "" if basemap is None or view.is_planar else basemap.credit
    record = {
        **said_again(report_record(view), tell),
        "lang": language,
        "font": FONT,
        "charts": charts,
        "map": svg(view, basemap, width=_MAP_WIDTH, tallest=_TALLEST_MAP, font=FONT),
        "credit": credit,
    }
    template = (files("bailiwick.pictures.report") / "report.typ").read_bytes()
    pdf: bytes = typst.compile(template, format="pdf", sys_inputs={"record": json.dumps(plain(record))}, timestamp=0)
    return pdf


def _chart_record(name: str, spec: dict[str, Any], language: str) -> dict[str, str]:
    """A chart as narrow as half a page; its title is set by typst, which can break lines."""
    import vl_convert

    title = spec.pop("title")
    is_bars = name.startswith("balance") and isinstance(spec["height"], dict)
    narrow = {"width": _BARS_WIDTH if is_bars else _CHART_WIDTH, **({} if is_bars else {"height": _CHART_HEIGHT})}
    picture = vl_convert.vegalite_to_svg({**spec, **narrow, "config": theme(FONT)}, format_locale=_LOCALES.get(language))
    return {"title": title["text"], "subtitle": title.get("subtitle", ""), "svg": picture}
