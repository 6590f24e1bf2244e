"""Pages of data that come in: choose a file, look at what was understood, import, take back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, Refused
from bailiwick_web.core.roles import Right
from bailiwick_web.core.templatetags.words import words
from bailiwick_web.exchange import queries, services
from bailiwick_web.exchange.error_file import error_file
from bailiwick_web.exchange.forms import kind_of, options_of
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import file_of
from bailiwick_web.exchange.record_kinds import ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, RECORD_KINDS
from bailiwick_web.exchange.sample import load_sample
from bailiwick_web.exchange.services.finding import batch_of
from bailiwick_web.territories.models import UnitSet
from bailiwick_web.territories.services import mark_money as money_service

CHUNK = 1 << 20
SHOWN_KINDS = (ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, *(k for k in RECORD_KINDS if k not in {ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES}))
"""Kinds of records, those first that most files hold."""
AT_ONCE_BYTES = 1_000_000
"""Smaller files are looked at while the user waits, larger ones by a job."""


@access(Right.IMPORT)
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """What is here, and every import."""
    return render(request, "exchange/data.html", {"here": "data", **queries.data_page()})


@access(Right.PLAN)
@require_POST
def mark_money(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say which measure is money, and in which currency."""
    found = money_service(actor_of(request), public_id, request.POST.get("measure", ""), currency=request.POST.get("currency", ""))
    shown = {"measure": words(found.key), "currency": found.currency_shown}
    message = _("%(measure)s is money, in %(currency)s.") if found.is_money else _("%(measure)s is no money.")
    messages.success(request, message % shown)
    return redirect("data")


@access(Right.IMPORT)
@require_POST
def sample(request: HttpRequest) -> HttpResponse:
    """Load the generated example, through the same importer as any file."""
    if UnitSet.objects.exists():
        raise Conflict(_("There are data already; the example is for an empty installation."))
    plan = load_sample(actor_of(request))
    messages.success(request, _("The example is here: generated customers and reps of a coffee supplier."))
    return redirect("scenario", plan.scenarios.get().public_id)


@access(Right.IMPORT)
@require_http_methods(["GET", "POST"])
def new_import(request: HttpRequest) -> HttpResponse:
    """Choose files; one that could do harm or is no table is refused here, and nothing of any is kept."""
    kind = request.POST.get("kind") or request.GET.get("kind") or services.AUTO
    files = request.FILES.getlist("file")
    problem: Refused | None = None
    if request.method == "POST":
        try:
            batch = _received(actor_of(request), kind, files)
            _look(actor_of(request), batch, batch.options)
            return redirect("import", batch.public_id)
        except Refused as refused:
            problem = refused
    kinds = dict(ImportBatch.Kind.choices)
    context: dict[str, Any] = {"here": "data", "kind": kind, "problem": problem, "most_mb": settings.MAX_UPLOAD_BYTES // 1_000_000}
    context["plan_kinds"] = [(services.AUTO, _("Find out from the columns")), *((k, v) for k, v in kinds.items() if k not in RECORD_KINDS)]
    context["record_kinds"] = [(services.RECORDS, _("Find out from columns and names")), *((k, kinds[k]) for k in SHOWN_KINDS)]
    context["is_one_kind"] = kind in SHOWN_KINDS
    context["filename"] = ", ".join(file.name or "file" for file in files)
    return render(request, "exchange/new_import.html", context, status=problem.status if problem else 200)


def _received(actor: Actor, kind: str, files: list[UploadedFile[bytes]]) -> ImportBatch:
    """One file as it always was; several, archives of tables and whatever is to be found out, as records."""
    if not files:
        raise Invalid(_("Choose a file."), code="no_file")
    if len(files) == 1 and kind != services.RECORDS:
        return services.receive_one(actor, services.Upload(files[0].name or "file", files[0].chunks(CHUNK)), kind=kind)
    uploads = [services.Upload(file.name or "file", file.chunks(CHUNK)) for file in files]
    return services.receive_together(actor, uploads, kind=kind)


def _look(actor: Actor, batch: ImportBatch, options: dict[str, object]) -> None:
    """Small files at once, large ones by a job."""
    main = batch.main or batch
    size = sum(file_of(part).stat().st_size for part in (main, *main.followers.all()) if file_of(part).exists())
    if size <= AT_ONCE_BYTES:
        services.check(actor, batch, options=options)
    elif main == batch:
        services.start(actor, batch.public_id, services.CHECK, options=options)
    else:
        services.start(actor, main.public_id, services.CHECK, options={"part": str(batch.public_id), "said": options})


@access(Right.IMPORT)
@require_GET
def show_import(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was understood of a file, and what importing it would do; or what it did."""
    batch = batch_of(public_id)
    shown = queries.SHOWN if request.GET.get("rejected") == "all" else queries.FIRST_SHOWN
    context = {"here": "data", **queries.import_page(batch, shown=shown)}
    is_refused = batch.state == ImportBatch.State.REFUSED and not context["is_busy"]
    return render(request, "exchange/import.html", context, status=422 if is_refused else 200)


@access(Right.IMPORT)
@require_GET
def import_progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far the job is; when it is over, the page is loaded anew."""
    batch = batch_of(public_id)
    work = queries.work_of(batch, batch.main or batch)
    if not work["is_busy"]:
        response = HttpResponse(status=204)
        response.headers["HX-Refresh"] = "true"
        return response
    return render(request, "exchange/_progress.html", {"batch": batch, **work})


@access(Right.IMPORT)
@require_POST
def check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Read the file again as the user says."""
    batch = batch_of(public_id)
    if batch.is_busy or (batch.main is not None and batch.main.is_busy):
        raise Conflict(_("This file is being worked on; wait, or stop that first."), code="busy")
    try:
        options = options_of(request.POST, batch)
    except Invalid as problem:
        context = {"here": "data", **queries.import_page(batch), "problem": problem}
        said = [c | {"field": request.POST.get(f"column:{c['name']}", c["field"])} for c in context["columns"]]
        context |= queries.columns_shown(batch, said)
        return render(request, "exchange/import.html", context, status=problem.status)
    kept = {key: value for key, value in batch.options.items() if key in {services.OF_OWNERS, "makes_positions", "names", "constants"}}
    if kind_of(request.POST, batch) != batch.kind:
        services.call(actor_of(request), batch, kind_of(request.POST, batch))
        options = {name: value for name, value in options.items() if name not in {"columns", "is_complete", "fixes"}}
    _look(actor_of(request), batch, {**options, **kept})
    return redirect("import", public_id)


@access(Right.IMPORT)
@require_POST
def run(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Import a checked file, by a job."""
    batch = batch_of(public_id)
    has_choice = "owners_offered" in request.POST
    options = {"with_owners": not has_choice or "with_owners" in request.POST}
    services.start(actor_of(request), (batch.main or batch).public_id, services.RUN, options=options)
    return redirect("import", public_id)


@access(Right.IMPORT)
@require_POST
def revert(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an import back, by a job."""
    services.start(actor_of(request), public_id, services.REVERT)
    return redirect("import", public_id)


@access(Right.IMPORT)
@require_POST
def stop_import(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop what is going on with a file."""
    batch = batch_of(public_id)
    services.stop(actor_of(request), (batch if batch.is_busy else batch.main or batch).public_id)
    return redirect("import", public_id)


@access(Right.IMPORT)
@require_POST
def discard_import(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Throw away a file that was not imported."""
    services.discard(actor_of(request), public_id)
    messages.success(request, _("Thrown away. Nothing of it was imported."))
    return redirect("data")


@access(Right.IMPORT)
@require_POST
def leave_out(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Throw one part of an import away; the others are looked at again, as they may have named its rows."""
    actor, name = actor_of(request), batch_of(public_id).filename
    leads = services.leave_out(actor, public_id)
    messages.success(request, _("“%(name)s” is left out.") % {"name": name})
    if leads is None:
        return redirect("data")
    _look(actor, leads, leads.options)
    return redirect("import", leads.public_id)


@access(Right.IMPORT)
@require_POST
def keep_template(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep the mapping for the next file with the same header."""
    template = services.save_template(actor_of(request), batch_of(public_id), name=request.POST.get("template_name", ""))
    messages.success(request, _("“%(name)s” is used for the next file with these columns.") % {"name": template.name})
    return redirect("import", public_id)


@access(Right.IMPORT)
@require_POST
def forget_template(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Forget a mapping."""
    services.delete_template(actor_of(request), public_id)
    return redirect("data")


@access(Right.IMPORT)
@require_GET
def rejected(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The rows that could not be used, with reasons; ``?raw=1`` without the guards against formulas."""
    batch = batch_of(public_id)
    content = error_file(batch, is_raw=request.GET.get("raw") == "1")
    if content is None:
        raise Missing(_("No row of this file was rejected."))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="rejected.csv"'
    return response
