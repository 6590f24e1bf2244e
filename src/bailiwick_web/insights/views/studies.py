"""One answer: its page, progress, tables, pictures, what it rests on."""

from __future__ import annotations

import csv
import io
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick.formats.export import formula_safe_array
from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import request_cancel
from bailiwick_web.insights import queries, services, storing
from bailiwick_web.insights.finding import sees_all, study_of, whole_study_of
from bailiwick_web.insights.forms import identifier
from bailiwick_web.insights.kinds import KINDS
from bailiwick_web.insights.views.pages import HERE


@access(Right.LOOK)
@require_GET
def study(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """An answer."""
    found = whole_study_of(actor_of(request), public_id)
    kind = KINDS[found.kind]
    context = HERE | {"tab": kind.page, "page": kind.page, "title": queries.TITLES[kind.page], "kind": kind, "alone": True}
    if found.answered_at is None:
        context |= {"busy": [queries.progress_of(found)] if found.is_busy else [], "failed": None if found.is_busy else found}
    else:
        context |= queries.shown_study(actor_of(request), found)
    return render(request, "insights/page.html", context)


@access(Right.LOOK)
@require_GET
def progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far the job is; when it is over, the page is loaded anew."""
    found = whole_study_of(actor_of(request), public_id)
    if not found.is_busy:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "insights/_progress.html", {"work": queries.progress_of(found)})


@access(Right.LOOK)
@require_POST
def stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop the job of a study."""
    found = whole_study_of(actor_of(request), public_id)
    if found.job is not None:
        request_cancel(actor_of(request), found.job)
    return redirect("insight_study", public_id)


@access(Right.LOOK)
@require_GET
def card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What an answer rests on."""
    found = study_of(actor_of(request), public_id)
    kind = KINDS[found.kind]
    context = HERE | {
        "tab": kind.page,
        "study": found,
        "kind": kind,
        **queries.model_card(found),
        "sees_all": sees_all(actor_of(request), found),
    }
    return render(request, "insights/card.html", context)


@access(Right.LOOK)
@require_GET
def table(request: HttpRequest, public_id: UUID, name: str) -> HttpResponse:
    """A whole table, page by page."""
    found = whole_study_of(actor_of(request), public_id)
    number = request.GET.get("page", "1")
    wanted = queries.whole_table(
        actor_of(request),
        found,
        name,
        where=request.GET.get("where", ""),
        value=request.GET.get("is", ""),
        sort=request.GET.get("sort", ""),
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 1,
    )
    if wanted is None:
        raise Missing(_("There is no such table."))
    context = HERE | {"tab": KINDS[found.kind].page, "study": found, "kind": KINDS[found.kind], "g": wanted}
    return render(request, "insights/table.html", context | wanted)


@access(Right.LOOK)
@require_GET
def table_csv(request: HttpRequest, public_id: UUID, name: str) -> HttpResponse:
    """A whole table as a file; cells that a spreadsheet would take for formulas are guarded."""
    found = storing.table(whole_study_of(actor_of(request), public_id), name)
    if found is None:
        raise Missing(_("There is no such table."))
    columns = [
        column if pa.types.is_floating(column.type) or pa.types.is_integer(column.type) else _guarded(column) for column in found.columns
    ]
    heads = formula_safe_array(pa.array(found.column_names, pa.string())).to_pylist()
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(zip(*(column.to_pylist() for column in columns), strict=True))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _guarded(column: pa.ChunkedArray) -> pa.Array:
    return formula_safe_array(pc.cast(column, pa.string()).combine_chunks())


@access(Right.LOOK)
@require_GET
def chart(request: HttpRequest, public_id: UUID, name: str) -> HttpResponse:
    """A picture as Vega-Lite."""
    found = storing.specification(whole_study_of(actor_of(request), public_id), name)
    if found is None:
        raise Missing(_("There is no such picture."))
    return JsonResponse(found, headers={"Content-Disposition": f'attachment; filename="{name}.vl.json"'})


@access(Right.PLAN)
@require_POST
def mark(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write the segments to customers or areas."""
    unit_set = identifier(request.POST.get("unit_set"))
    if unit_set is None:
        raise Missing(_("There are no such customers or areas."))
    n, whole = services.mark_units(actor_of(request), public_id, unit_set)
    messages.success(
        request, _("%(n)d of %(whole)d have their segment; rules of plans can ask for it as “segment”.") % {"n": n, "whole": whole}
    )
    return redirect("insight_study", public_id)


@access(Right.PLAN)
@require_POST
def use(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put the segments into force for our customers."""
    services.use_segments(actor_of(request), public_id, takes_all=bool(request.POST.get("takes_all")))
    messages.success(request, _("In force: the segments are being written to our customers; a new one gets its segment at once."))
    return redirect("insight_study", public_id)


@access(Right.PLAN)
@require_POST
def end_use(request: HttpRequest) -> HttpResponse:
    """No segments are in force any more."""
    services.end_segments(actor_of(request))
    messages.success(request, _("No segments are in force any more; those that stand on customers stay."))
    return redirect("insight_page", "segments")


@access(Right.PLAN)
@require_POST
def forget(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Forget a study."""
    services.forget_study(actor_of(request), public_id)
    messages.success(request, _("Forgotten."))
    return redirect("insights")
