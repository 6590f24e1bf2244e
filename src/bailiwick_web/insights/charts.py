"""Vega-Lite specifications drawn as SVG that goes into a page: its colours follow the theme by style sheet, its words the language."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from bailiwick.domain.said import Said
from bailiwick_web.core.retelling import in_reader_words

Spec = dict[str, Any]
_NARROW = 280
PICTURES_OF_ACCOUNTS = frozenset({"overdue"})
_MOST_FOR_TWO = 1_500
"""Pictures with more marks than this are drawn once only: they are maps, and large."""
WORDS = (
    _("Probability said"),
    _("Share that was won"),
    _("Share that left"),
    _("Share of accounts, the largest first"),
    _("quality, 0 to 100"),
    _("lines: range of the score when the weights change"),
    _("share of the potential less share of the effort"),
    _("outlined: hot and cold spots beyond chance"),
    _("five classes of as many different values each"),
    _("share"),
    _("spots"),
    _("revenue"),
    _("amount"),
    _("quantity"),
    _("month"),
    _("index"),
    _("accounts"),
    _("usual order"),
    _("AUC lost"),
    _("estimated revenue potential a year"),
    _("lines are 95 % intervals"),
    _("lines are 90 % intervals"),
    _("band: 90 % prediction interval"),
    _("leads held back; lines are 95 % intervals"),
    _("how much the ranking suffers when the column is shuffled"),
    _("effects add up to the gap of each group"),
    _("1 = a month like the others"),
    _("1 = mean before"),
    _("periods since the change"),
    _("value ÷ mean before"),
    _("customers acquired"),
    _("customers retained"),
    _("share of the first buyers"),
    _("quarters since the first purchase"),
    _("accounts held back; lines are 95 % intervals"),
    _("treated"),
    _("controls"),
    _("synthetic"),
    _("potential"),
    _("coverage"),
    _("conversion"),
    _("deal size"),
    _("new"),
    _("expansion"),
    _("contraction"),
    _("churn"),
    _("result"),
    _("pace"),
    _("1 = as expected by now"),
    _("units"),
    _("sales"),
    _("growth"),
    _("workload"),
    _("periods"),
    _("share of pilots that find it"),
    _("a line per number of units; 0.8 is usual"),
    _("hot"),
    _("cold"),
)
"""Words that stand in pictures of the library."""
TITLES = {
    "map": _("The market on the map"),
    "pareto": _("How few hold how much"),
    "white_space": _("Who is served least for what they could bring"),
    "quality": _("Quality of the territories"),
    "forecast": _("What the next months will bring"),
    "seasonality": _("The season"),
    "overdue": _("Overdue accounts with the largest usual order"),
    "waterfall": _("From the period before to this one"),
    "quadrant": _("Who wins customers, and who keeps them"),
    "gap": _("What explains the gap to the mean"),
    "reliability": _("What was said, and what came"),
    "importance": _("What tells most"),
    "profile": _("What sets customers apart"),
    "segments": _("What the segments hold"),
    "path": _("Before and after the change"),
    "pipeline": _("What the open deals will bring"),
    "potential": _("Potential and what is sold of it"),
    "drivers": _("What drives the potential"),
    "levels": _("How many are in danger"),
    "cohorts": _("Who still buys"),
    "attainment": _("Attainment against pace"),
    "survival": _("How long customers stay"),
    "allocation": _("Four ways to divide"),
    "classes": _("How dense the units are"),
    "power": _("What finds the effect"),
    "value": _("What customers will bring"),
    "trends": _("Trend of sales"),
    "reps": _("Performance apart from the territory"),
}
_WORD_FIELDS = ("title", "subtitle")
_ALL = "(all)"
"""How the library calls the group of all."""
NUMBERS: dict[str, Spec] = {
    "de": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", "\u00a0€"], "percent": "\u00a0%"},
}
MONTHS: dict[str, Any] = {"de": "de-DE"}
"""Language → how a picture writes numbers and months, where it is not the English way."""


def drawn(name: str, spec: Spec) -> dict[str, Any]:
    """Language → heading, wide and narrow picture."""
    found = {}
    for language, _label in settings.LANGUAGES:
        with override(language):
            found[language] = _in_language(name, spec, language)
    return found


def _in_language(name: str, spec: Spec, language: str) -> dict[str, str]:
    bare = translated(copy.deepcopy(spec))
    heading = bare.pop("title", {})
    bare["config"] = {**bare.get("config", {}), "background": None}
    if name in PICTURES_OF_ACCOUNTS:
        bare = _with_room(bare, 170)
    wide = svg(bare, language)
    is_large = sum(len(layer.get("data", {}).get("values", ())) for layer in bare.get("layer", ())) > _MOST_FOR_TWO
    subtitle = heading.get("subtitle", "") if isinstance(heading, dict) else ""
    title = gettext(TITLES[name]) if name in TITLES else str(heading.get("text", name) if isinstance(heading, dict) else heading)
    return {"title": title, "subtitle": subtitle, "wide": wide, "narrow": "" if is_large else svg(_narrow(name, bare), language)}


def _narrow(name: str, spec: Spec) -> Spec:
    return _with_room(narrowed(spec), 100) if name in PICTURES_OF_ACCOUNTS else narrowed(spec)


def _with_room(spec: Spec, pixels: int) -> Spec:
    """With room for names in place of the numbers of accounts, which they get when a page shows them."""
    for axis in _axes(spec):
        axis["minExtent"] = pixels
    return spec


def translated(spec: Any) -> Any:
    """A specification with the words of its axes and legends in the present language; words of the data stay."""
    if isinstance(spec, list):
        return [translated(part) for part in spec]
    if not isinstance(spec, dict):
        return spec
    return {key: _word(value) if key in _WORD_FIELDS and isinstance(value, str) else _deeper(key, value) for key, value in spec.items()}


def _word(text: str) -> str:
    return gettext(text) if text in WORDS else in_reader_words(text)


def _deeper(key: str, value: Any) -> Any:
    if key == "values":
        return [_row(row) for row in value] if isinstance(value, list) else value
    if key in ("domain", "sort") and isinstance(value, list):
        return [gettext(item) if item in WORDS else item for item in value]
    return translated(value)


def _row(row: Any) -> Any:
    """Kinds and lines of a picture are words of ours, and what remembers its pattern; names are not."""
    if not isinstance(row, dict):
        return row
    ours = ("kind", "line", "spot", "step")
    return {key: _word(value) if key in ours and isinstance(value, str) else _cell(value) for key, value in row.items()}


def _cell(value: Any) -> Any:
    if value == _ALL:
        return gettext("all")
    return in_reader_words(value) if isinstance(value, Said) else value


def narrowed(spec: Spec) -> Spec:
    """The same for a phone: one column of panels, legends below each other."""
    found = copy.deepcopy(spec)
    if isinstance(found.get("width"), int | float):
        found["width"] = min(found["width"], _NARROW - 90 if _has_names(found) else _NARROW)
    if found.get("projection"):
        found["height"] = 260
    if "facet" in found:
        found["columns"] = 1
        found["spec"]["width"] = _NARROW - 40
    config = found.setdefault("config", {})
    config["legend"] = {**config.get("legend", {}), "orient": "bottom", "columns": 2}
    for legend in _legends(found):
        legend["columns"] = 2
    for axis in _axes(found):
        axis["labelLimit"] = 110
    return found


def _has_names(spec: Spec) -> bool:
    return any(True for _axis in _axes(spec))


def _axes(spec: Any) -> Iterator[Spec]:
    """Axes that carry names."""
    for part in _parts(spec):
        if isinstance(part.get("axis"), dict) and "labelLimit" in part["axis"]:
            yield part["axis"]


def _legends(spec: Any) -> Iterator[Spec]:
    for part in _parts(spec):
        if isinstance(part.get("legend"), dict):
            yield part["legend"]


def _parts(spec: Any) -> Iterator[Spec]:
    if isinstance(spec, dict):
        yield spec
        for key, value in spec.items():
            if key != "values":
                yield from _parts(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _parts(value)


def svg(spec: Spec, language: str = "en") -> str:
    """Draw, without what a page must not have: roles for readers of single marks, a ground of its own, names that repeat.

    Numbers and months are written as the language has them.
    """
    import vl_convert

    text = str(vl_convert.vegalite_to_svg(spec, format_locale=NUMBERS.get(language), time_format_locale=MONTHS.get(language)))
    text = re.sub(r' (?:role|aria-[a-z]+|class|xmlns:xlink|version)="[^"]*"', "", text)
    text = re.sub(r"<(/?)a\b[^>]*>", "", text)
    return text.replace("<svg ", '<svg class="chart" aria-hidden="true" focusable="false" ', 1)
