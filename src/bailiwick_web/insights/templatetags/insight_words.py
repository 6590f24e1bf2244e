"""Words and addresses for the templates of insights."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bailiwick_web.insights.models import Study
from bailiwick_web.insights.own.sources import label_of as own_label
from bailiwick_web.insights.presenting import FIGURES

register = template.Library()


@register.filter
def flip(key: str, sort: str) -> str:
    """How a table is sorted by a column next: the largest first, then the other way round.

    >>> flip("a", ""), flip("a", "-a")
    ('-a', 'a')
    """
    return key if sort == f"-{key}" else f"-{key}"


@register.filter
def figure_title(key: str, title: str) -> str:
    """Name of a key figure in the present language."""
    return str(FIGURES.get(key, title))


@register.filter
def source_name(entry: dict[str, Any]) -> str:
    """Name of what an answer was made from: our records in the present language, a table as it was called."""
    return own_label(str(entry.get("table", ""))) or str(entry["name"])


@register.filter
def study_name(study: Study) -> str:
    """What a study was asked about, our records in the present language."""
    names = [source_name(entry) for entry in study.inputs.values()]
    return ", ".join([*names, *([study.scenario.name] if study.scenario is not None else [])]) or study.name


@register.filter
def column_type(name: str) -> str:
    """Type of a column in the present language."""
    return {
        "whole number": _("whole number"),
        "number": pgettext("type", "number"),
        "date": _("date"),
        "text": _("text"),
        "empty": _("empty"),
    }.get(name, name)


@register.simple_tag
def query_of(kind: str, form: dict[str, Any], name: str, value: Any) -> str:
    """The address of a form with another table for one of its inputs; those of the others stay."""
    chosen = {f"table:{entry['input'].name}": str(entry["picked"].public_id) if entry["picked"] else "-" for entry in form["inputs"]}
    return "?" + urlencode({"ask": kind, **chosen, f"table:{name}": str(value)})
