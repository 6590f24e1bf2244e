"""The list of reports, the builder, a report and the records behind its groups, files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import zone_of
from bailiwick_web.reports import queries
from bailiwick_web.reports.asking import Definition, Group, Measure, asked, from_json, from_query
from bailiwick_web.reports.computing import MOST_EXPORTED, run
from bailiwick_web.reports.files import FORMATS, file_name
from bailiwick_web.reports.ready import ready_of
from bailiwick_web.reports.registry import Ground
from bailiwick_web.reports.services.reports import may_change
from bailiwick_web.reports.visibility import find_report

HERE = {"here": "reports"}
FIRST = Definition("opportunity", groups=(Group("stage"),), measures=(Measure("sum", "amount"), Measure("count")))


def ground_of(request: HttpRequest) -> Ground:
    """Who looks, when, in which zone."""
    return Ground(actor_of(request), zone_of(request))


@access(Right.LOOK)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All reports that somebody finds."""
    return render(request, "reports/overview.html", HERE | queries.overview(actor_of(request)) | {"tab": "reports"})


@access(Right.LOOK)
@require_GET
def build(request: HttpRequest) -> HttpResponse:
    """The builder: the address holds the whole question, the page answers it at once."""
    ground = ground_of(request)
    wanted = from_query(request.GET) if request.GET.get("subject") else FIRST
    edited = _edited(ground, request.GET.get("edit", ""))
    context = HERE | queries.builder(ground, wanted) | queries.result_or_problem(ground, wanted)
    context |= queries.sharing(ground.actor) | {"edited": edited, "tab": "build", "kept_sort": wanted.sort}
    is_part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    return render(request, "reports/_workbench.html" if is_part else "reports/build.html", context)


def _edited(ground: Ground, text: str) -> Any:
    """The report that is being changed, if the address names one of theirs."""
    if not text:
        return None
    try:
        report = find_report(ground.actor, UUID(text))
    except ValueError:
        raise Missing(_("There is no such report.")) from None
    return report if may_change(ground.actor, report) else None


@access(Right.LOOK)
@require_GET
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A saved report, of what whoever opens it may see."""
    ground = ground_of(request)
    found = find_report(ground.actor, public_id)
    wanted = queries.changed_sort(from_json(found.definition), request.GET.get("sort", ""))
    context = HERE | queries.shown(ground, asked(ground.actor, wanted)) | queries.of_report(ground.actor, found)
    return render(request, "reports/report.html", context | {"title": found.name, "about": found.about, "tab": "reports"})


@access(Right.LOOK)
@require_GET
def ready(request: HttpRequest, key: str) -> HttpResponse:
    """A report that is there from the first day."""
    ground = ground_of(request)
    found = ready_of(key)
    wanted = queries.changed_sort(found.definition, request.GET.get("sort", ""))
    context = HERE | queries.shown(ground, asked(ground.actor, wanted)) | queries.sharing(ground.actor)
    return render(request, "reports/report.html", context | {"title": str(found.name), "about": found.about, "tab": "reports"})


@access(Right.LOOK)
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The records behind a group."""
    ground = ground_of(request)
    question = asked(ground.actor, from_query(request.GET))
    text = request.GET.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and 0 < int(text[:6]) < 100_000 else 1
    context = queries.behind(ground, question, request.GET.getlist("key"), page)
    return render(request, "reports/rows.html", HERE | context | {"tab": "reports"})


@access(Right.LOOK)
@require_GET
def file(request: HttpRequest, ending: str) -> HttpResponse:
    """A report as a file: the same rows as on the page, all of them."""
    form = FORMATS.get(ending)
    if form is None:
        raise Missing(_("A report can be taken away as %(known)s.") % {"known": ", ".join(FORMATS)})
    if not request.GET.get("subject"):
        raise Invalid(_("This address does not say which report."), code="report", field="subject")
    ground = ground_of(request)
    question = asked(ground.actor, from_query(request.GET))
    name = request.GET.get("name", "")[:200] or str(question.subject.label)
    response = HttpResponse(form.make(name, run(ground, question, most=MOST_EXPORTED), ground), content_type=form.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(name, ground, form.ending)}"'
    return response
