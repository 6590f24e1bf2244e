"""Two scenarios side by side, and tables to take away."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bailiwick.formats.export import write_csv
from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid, NotAllowed
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.views.pages import scenario_context

MOST_ROWS = 50


@access(Right.REVIEW)
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """What changes from one scenario to another."""
    first, second = _two(request)
    difference = queries.compare(first, second)
    context = {
        "here": "plans",
        "first": first,
        "second": second,
        "difference": difference,
        "n_moved": len(difference.moved),
        "rows": queries.moved_rows(difference, MOST_ROWS),
        "measures": list(difference.before.measures),
        "n_units": difference.before.units.n_units,
        "siblings": queries.visible_scenarios(actor_of(request)).filter(plan=first.plan),
    }
    return render(request, "planning/compare.html", context)


@access(Right.REVIEW)
@require_GET
def compare_csv(request: HttpRequest) -> HttpResponse:
    """Every unit that changes, as a table that is safe to open in a spreadsheet program."""
    first, second = _two(request)
    difference = queries.compare(first, second)
    rows = queries.moved_rows(difference)
    columns: dict[str, Any] = {
        "unit_id": _text(row["code"] for row in rows),
        "name": _text(row["name"] for row in rows),
        "from": _text(row["before"].code if row["before"] else "" for row in rows),
        "to": _text(row["after"].code if row["after"] else "" for row in rows),
        "cause": _text(row["cause"] for row in rows),
    }
    for m, name in enumerate(difference.before.measures):
        columns[name] = np.array([row["values"][m] for row in rows], dtype=float)
    return _csv(columns, "moved.csv")


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
    return _csv(columns, "alignment.csv")


def _two(request: HttpRequest) -> tuple[Scenario, Scenario]:
    actor = actor_of(request)
    try:
        ids = [UUID(request.GET.get(name, "")) for name in ("a", "b")]
    except ValueError:
        raise Invalid("Choose two scenarios to compare.", code="compare") from None
    first, second = (queries.scenario(actor, public_id) for public_id in ids)
    if first.plan_id != second.plan_id:
        raise Invalid("Only scenarios of one plan can be compared.", code="compare")
    for scenario in (first, second):
        if len(queries.visible_territories(actor, scenario)) < scenario.territories.count():
            raise NotAllowed("Parts of these scenarios are outside your scope.")
    return first, second


def _text(values: Any) -> np.ndarray:
    return np.array(list(values), dtype=object)


def _csv(columns: dict[str, Any], name: str) -> HttpResponse:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_csv(path, columns)
        response = HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
