"""Scenarios side by side, and tables of their differences to take away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.retelling import in_reader_words, instant
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import comparing, exports, queries
from bailiwick_web.planning.difference_map import difference_maps

MOST_ROWS = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access(Right.REVIEW)
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """What changes from one scenario to others."""
    found = _chosen(request)
    ids = [str(s.public_id) for s in found.scenarios]
    place = [{t.code: t for t in a.territories} for a in found.arrays]
    rows = (comparing.account_rows(found, limit=MOST_ROWS // 2) + comparing.moved_units(found, limit=MOST_ROWS))[:MOST_ROWS]
    for row in rows:
        row["reasons"] = comparing.reasons(row)
        row["owners"] = [p.get(code) for p, code in zip(place, row["territories"], strict=True)]
    others = queries.visible_scenarios(actor_of(request)).filter(plan=found.scenarios[0].plan).exclude(public_id__in=ids)
    context = {
        "here": "plans",
        "found": found,
        "first": found.scenarios[0],
        "rows": rows,
        "maps": difference_maps(found) if len(found.moved) else (),
        "n_moved": len(found.moved),
        "n_accounts": len(found.accounts),
        "n_rows": len(found.moved) + len(found.accounts),
        "n_units": found.arrays[0].units.n_units,
        "measures": [_measure(found, m, name) for m, name in enumerate(found.measures)],
        "facts": exports.counts(found),
        "ids": ids,
        "others": others[:50] if len(ids) < comparing.MOST else (),
        "address": "&".join(f"id={public_id}" for public_id in ids),
    }
    return render(request, "planning/compare.html", context)


def _measure(found: comparing.SideBySide, m: int, name: str) -> dict[str, Any]:
    sides = [{key: side[key][m] for key in ("worst", "spread", "moved", "moved_share")} for side in found.sides]
    return {"name": name, "currency": found.currencies.get(name, ""), "tolerance": found.arrays[0].balance.get(name), "sides": sides}


@access(Right.REVIEW)
@require_GET
def compare_csv(request: HttpRequest) -> HttpResponse:
    """Every unit that changes, as a table that is safe to open in a spreadsheet program."""
    return download(exports.as_csv(_chosen(request)), "moved.csv", "text/csv; charset=utf-8")


@access(Right.REVIEW)
@require_GET
def compare_xlsx(request: HttpRequest) -> HttpResponse:
    """The same as a workbook, with a sheet of figures."""
    return download(exports.as_xlsx(_chosen(request)), "scenarios.xlsx", XLSX)


@access(Right.REVIEW)
@require_GET
def compare_pdf(request: HttpRequest) -> HttpResponse:
    """The figures and the weightiest moves on paper."""
    now = actor_of(request).now
    return download(exports.as_pdf(_chosen(request), on=in_reader_words(instant(now))), "scenarios.pdf", "application/pdf")


def _chosen(request: HttpRequest) -> comparing.SideBySide:
    """The scenarios that the address names: ``id`` several times, or ``a`` and ``b``."""
    texts = request.GET.getlist("id") or [request.GET.get(name, "") for name in ("a", "b")]
    try:
        ids = [UUID(text) for text in texts]
    except ValueError:
        raise Invalid(_("Choose two scenarios to compare."), code="compare") from None
    return comparing.side_by_side(comparing.chosen(actor_of(request), ids))


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file for the folder of downloads."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
