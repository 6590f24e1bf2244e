"""Tables: bring one in, say what its columns are, forget it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid, Refused
from bailiwick_web.core.roles import Right
from bailiwick_web.insights import services
from bailiwick_web.insights.finding import table_of
from bailiwick_web.insights.models import DataTable
from bailiwick_web.insights.reading import first_rows
from bailiwick_web.insights.roles import LABELS, ROLES
from bailiwick_web.insights.services.tables import AUTO
from bailiwick_web.insights.views.pages import HERE

CHUNK = 1 << 20
_FIRST = 5
TAB = {**HERE, "tab": "tables"}


@access(Right.IMPORT)
@require_http_methods(["GET", "POST"])
def new_table(request: HttpRequest) -> HttpResponse:
    """Choose a file."""
    file = request.FILES.get("file")
    problem: Refused | None = None
    if request.method == "POST":
        try:
            if file is None:
                raise Invalid(_("Choose a file."), code="no_file")
            kind = str(request.POST.get("kind") or AUTO)
            table = services.receive_table(actor_of(request), file.name or "file", file.chunks(CHUNK), kind=kind)
            return redirect("insight_table", table.public_id)
        except Refused as refused:
            problem = refused
    kinds = [(AUTO, _("Find out from the columns")), *DataTable.Kind.choices]
    context: dict[str, object] = TAB | {
        "kinds": kinds,
        "kind": request.POST.get("kind") or request.GET.get("kind") or AUTO,
        "problem": problem,
    }
    context |= {"most_mb": settings.MAX_UPLOAD_BYTES // 1_000_000, "filename": file.name if file is not None else ""}
    return render(request, "insights/new_table.html", context, status=problem.status if problem else 200)


@access(Right.IMPORT)
@require_GET
def show_table(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What is in a table, and what its columns are taken for."""
    return render(request, "insights/data_table.html", _context(table_of(public_id)))


def _context(table: DataTable) -> dict[str, object]:
    roles = [(role, LABELS[role], table.roles.get(role, "")) for role in ROLES.get(table.kind, ())]
    rows = first_rows(table, _FIRST) if table.n_rows else []
    return TAB | {"table": table, "kinds": DataTable.Kind.choices, "roles": roles, "rows": rows}


@access(Right.IMPORT)
@require_GET
def table_progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Whether a large table is read; then the page is loaded anew."""
    if not table_of(public_id).is_busy:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return HttpResponse(status=204)


@access(Right.IMPORT)
@require_POST
def say_roles(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what the columns are."""
    data = request.POST
    version = str(data.get("version", ""))
    roles = {key.removeprefix("role:"): str(data[key]) for key in data if key.startswith("role:")}
    try:
        services.say_roles(
            actor_of(request),
            public_id,
            version=int(version) if version.isdigit() else 0,
            kind=str(data.get("kind", "")),
            name=str(data.get("name", "")),
            roles=roles,
        )
    except Invalid as problem:
        context = _context(table_of(public_id)) | {"problem": problem}
        return render(request, "insights/data_table.html", context, status=problem.status)
    messages.success(request, _("Kept."))
    return redirect("insight_table", public_id)


@access(Right.IMPORT)
@require_POST
def forget_table(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Forget a table."""
    services.forget_table(actor_of(request), public_id)
    messages.success(request, _("Forgotten. What was found in it stays."))
    return redirect("insights")
