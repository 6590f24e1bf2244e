"""A scenario to take away: what the screen may show, and no more."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bailiwick_web.core.access import access
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import alignment_files as files
from bailiwick_web.planning import queries
from bailiwick_web.planning.alignment_files import Part
from bailiwick_web.planning.views.comparing import XLSX, download
from bailiwick_web.planning.views.pages import scenario_context, unit_filter

FORMATS: dict[str, tuple[Callable[[Part], bytes], str, str]] = {
    "csv": (files.as_csv, "alignment.csv", "text/csv; charset=utf-8"),
    "xlsx": (files.as_xlsx, "alignment.xlsx", XLSX),
    "geojson": (files.as_geojson, "territories.geojson", "application/geo+json"),
    "png": (files.as_png, "map.png", "image/png"),
    "pdf": (files.as_pdf, "report.pdf", "application/pdf"),
}


@access(Right.LOOK)
@require_GET
def alignment_file(request: HttpRequest, public_id: UUID, ending: str) -> HttpResponse:
    """The scenario as a file; tables follow the filters of the address, areas and pictures show all that is in the user's scope."""
    write, name, content_type = FORMATS[ending]
    return download(write(_part(request, public_id, is_table=ending in {"csv", "xlsx"})), name, content_type)


def _part(request: HttpRequest, public_id: UUID, *, is_table: bool) -> Part:
    context = scenario_context(request, public_id)
    arrays, visible = context["arrays"], context["visible"]
    parameters = {"sort": "code", **request.GET.dict()} if is_table else {"sort": "code"}
    chosen = queries.filtered_units(arrays, unit_filter(parameters), visible)
    place = np.array(range(arrays.k) if visible is None else visible, dtype=np.int32)
    if not is_table and (not len(place) or not len(chosen)):
        raise Conflict(_("Nothing of this scenario is in your scope, so there is nothing to draw."), code="nothing_to_draw")
    return Part(arrays, f"{context['scenario'].plan}: {context['scenario']}", chosen.astype(np.int32), place)
