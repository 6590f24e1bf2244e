"""Putting the page together: template, style, script and packet, under a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from importlib.resources import files
from pathlib import Path

from bailiwick.pictures.base_layers import BaseMap, project_base
from bailiwick.pictures.frame import lay_out
from bailiwick.pictures.map_page.content import pack_plan
from bailiwick.pictures.view import PlanView

STYLES = ("tokens", "base", "frame", "tools", "panel", "table", "help", "phone", "print")
# Concatenated in this order; a later file may use what an earlier one declares at once.
SCRIPTS = (
    "decode",
    "model",
    "numbers",
    "colours",
    "camera",
    "scene",
    "labels",
    "overlay",
    "dom",
    "table",
    "detail",
    "search",
    "tooltip",
    "panel",
    "downloads",
    "share",
    "input",
    "sheet",
    "app",
    "main",
)


def write_map(path: str | Path, view: PlanView, basemap: BaseMap | None = None) -> None:
    """Write the page ``map.html`` of a plan.

    Parameters
    ----------
    path
        File to write; an existing one is replaced.
    view
        The plan.
    basemap
        Ground to draw under it, from ``pictures.basemap.load()``; None for none. Planar plans never have one.

    Notes
    -----
    Above 60,000 points, or 100,000 polygons, the page draws a choice of units that stand for all and says so.
    The same view and base map give the same bytes.
    """
    Path(path).write_text(map_html(view, basemap), encoding="utf-8", newline="\n")


def map_html(view: PlanView, basemap: BaseMap | None = None) -> str:
    """The page as text; see :func:`write_map`."""
    frame = lay_out(view)
    base = None if basemap is None else project_base(basemap, frame)
    style, script = page_style(), page_script()
    return _fill(
        _read("template.html"),
        {
            "policy": content_policy(style, script),
            "title": _escape(view.title),
            "subtitle": _escape(view.subtitle),
            "disclaimer": _escape(view.disclaimer),
            "disclaimer_hidden": "" if view.disclaimer else " hidden",
            "style": style,
            "script": script,
            "packet": pack_plan(view, frame, base).to_base64(),
        },
    )


def page_style() -> str:
    """The style sheet, with the dark tokens also for people whose system is dark."""
    css = "\n".join(_read(f"style/{name}.css") for name in STYLES)
    dark = re.search(r'data-theme="dark"\] \{\n(.*?)\n\}', css, re.DOTALL)
    if dark is None:  # pragma: no cover - the style sheet is part of the package
        raise AssertionError("tokens.css has no dark tokens")
    return _fill(css, {"dark_tokens": dark.group(1)})


def page_script() -> str:
    """The script: all modules in one strict scope."""
    modules = "\n".join(_read(f"script/{name}.js") for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{modules}}})();'


def content_policy(style: str, script: str) -> str:
    """A policy under which only this very style and script run and nothing is fetched from anywhere.

    Examples
    --------
    >>> content_policy("", "").split("; ")[0]
    "default-src 'none'"
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        ]
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _escape(text: str) -> str:
    return html.escape(text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd"))


def _fill(template: str, values: dict[str, str]) -> str:
    """Put values for ``{{names}}`` in one pass, so that no value is read as a template."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match.group(1)], template)


def _read(name: str) -> str:
    return (files("bailiwick.pictures.map_page") / name).read_text(encoding="utf-8").replace("\r\n", "\n")
