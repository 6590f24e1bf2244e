"""Scenarios side by side, and tables to take away."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bailiwick.formats.export import write_csv
from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import comparing, exports, queries
from bailiwick_web.planning.difference_map import difference_maps
from bailiwick_web.planning.views.pages import scenario_context

MOST_ROWS = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access(Right.REVIEW)
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """What changes from one scenario to others."""
    found = _chosen(request)
    ids = [str(s.public_id) for s in found.scenarios]
    place = [{t.code: t for t in a.territories} for a in found.arrays]
    rows = comparing.moved_units(found, limit=MOST_ROWS)
    for row in rows:
        row["owners"] = [p.get(code) for p, code in zip(place, row["territories"], strict=True)]
    others = queries.visible_scenarios(actor_of(request)).filter(plan=found.scenarios[0].plan).exclude(public_id__in=ids)
    context = {
        "here": "plans",
        "found": found,
        "first": found.scenarios[0],
        "rows": rows,
        "maps": difference_maps(found) if len(found.moved) else (),
        "n_moved": len(found.moved),
        "n_units": found.arrays[0].units.n_units,
        "measures": [_measure(found, m, name) for m, name in enumerate(found.measures)],
        "facts": exports.figures(found)[:4],
        "ids": ids,
        "others": others[:50] if len(ids) < comparing.MOST else (),
        "address": "&".join(f"id={public_id}" for public_id in ids),
    }
    return render(request, "planning/compare.html", context)


def _measure(found: comparing.SideBySide, m: int, name: str) -> dict[str, Any]:
    sides = [{key: side[key][m] for key in ("worst", "spread", "moved", "moved_share")} for side in found.sides]
    return {"name": name, "tolerance": found.arrays[0].balance.get(name), "sides": sides}


@access(Right.REVIEW)
@require_GET
def compare_csv(request: HttpRequest) -> HttpResponse:
    """Every unit that changes, as a table that is safe to open in a spreadsheet program."""
    return _download(exports.as_csv(_chosen(request)), "moved.csv", "text/csv; charset=utf-8")


@access(Right.REVIEW)
@require_GET
def compare_xlsx(request: HttpRequest) -> HttpResponse:
    """The same as a workbook, with a sheet of figures."""
    return _download(exports.as_xlsx(_chosen(request)), "scenarios.xlsx", XLSX)


@access(Right.REVIEW)
@require_GET
def compare_pdf(request: HttpRequest) -> HttpResponse:
    """The figures and the weightiest moves on paper."""
    now = actor_of(request).now
    return _download(exports.as_pdf(_chosen(request), on=f"{now:%d %b %Y %H:%M} UTC"), "scenarios.pdf", "application/pdf")


@access(Right.LOOK)
@require_GET
def alignment_csv(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every unit with its territory: what the screen may show, and no more."""
    context = scenario_context(request, public_id)
    arrays = context["arrays"]
    chosen = queries.filtered_units(arrays, queries.UnitFilter(sort="code"), context["visible"])
    codes = np.array([*arrays.codes, ""], dtype=object)
    columns: dict[str, Any] = {
        "unit_id": arrays.units.table.ids[chosen],
        "name": arrays.units.table.labels[chosen],
        "territory_id": codes[arrays.territory_idx[chosen]],
        "cause": arrays.causes[chosen],
        **{name: values[chosen] for name, values in arrays.measures.items()},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alignment.csv"
        write_csv(path, columns)
        return _download(path.read_bytes(), "alignment.csv", "text/csv; charset=utf-8")


def _chosen(request: HttpRequest) -> comparing.SideBySide:
    """The scenarios that the address names: ``id`` several times, or ``a`` and ``b``."""
    texts = request.GET.getlist("id") or [request.GET.get(name, "") for name in ("a", "b")]
    try:
        ids = [UUID(text) for text in texts]
    except ValueError:
        raise Invalid(_("Choose two scenarios to compare."), code="compare") from None
    return comparing.side_by_side(comparing.chosen(actor_of(request), ids))


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
