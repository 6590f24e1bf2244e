"""Pages of data that come in: choose a file, look at what was understood, import, take back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.demo import load_sample
from bailiwick_web.exchange import services
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import folder_of
from bailiwick_web.territories.models import UnitSet

FIELDS = {
    "units": [
        ("id", "Id"),
        ("name", "Name"),
        ("lon", "Longitude"),
        ("lat", "Latitude"),
        ("location", "Coordinates in one text"),
        ("postcode", "Postcode"),
        ("place", "City"),
        ("state", "State"),
        ("country", "Country"),
    ],
    "reps": [
        ("id", "Id"),
        ("name", "Name"),
        ("lon", "Longitude"),
        ("lat", "Latitude"),
        ("postcode", "Postcode"),
        ("place", "Home city"),
        ("state", "State"),
        ("country", "Country"),
        ("capacity", "Capacity"),
    ],
    "alignment": [("unit_id", "Customer or area"), ("territory_id", "Territory")],
}
MEASURE = "measure"
OPTIONS = ("encoding", "separator", "header_row", "sheet")


@access(Right.IMPORT)
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """What is here, and every import."""
    context = {
        "here": "data",
        "unit_sets": UnitSet.objects.prefetch_related("measures").order_by("-pk"),
        "positions": Position.objects.select_related("node").order_by("code")[:200],
        "n_positions": Position.objects.count(),
        "imports": ImportBatch.objects.select_related("created_by", "unit_set")[:50],
    }
    return render(request, "exchange/data.html", context)


@access(Right.IMPORT)
@require_POST
def sample(request: HttpRequest) -> HttpResponse:
    """Load the generated example, through the same importer as any file."""
    if UnitSet.objects.exists():
        raise Conflict("There are data already; the example is for an empty installation.")
    plan = load_sample(actor_of(request))
    messages.success(request, "The example is here: generated customers and reps of a coffee supplier.")
    return redirect("scenario", plan.scenarios.get().public_id)


@access(Right.IMPORT)
@require_http_methods(["GET", "POST"])
def new_import(request: HttpRequest) -> HttpResponse:
    """Choose a file."""
    kinds = ImportBatch.Kind.choices
    kind = request.POST.get("kind") or request.GET.get("kind") or "units"
    file = request.FILES.get("file")
    if request.method == "POST" and file is not None:
        batch = services.upload(actor_of(request), kind, file.name or "file", file.chunks(1 << 20))
        return redirect("import", batch.public_id)
    problem = "Choose a file." if request.method == "POST" else ""
    context = {"here": "data", "kinds": kinds, "kind": kind, "problem": problem}
    return render(request, "exchange/new_import.html", context, status=422 if problem else 200)


@access(Right.IMPORT)
@require_GET
def show_import(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was understood of a file, and what importing it would do; or what it did."""
    batch = _batch(public_id)
    context = {
        "here": "data",
        "batch": batch,
        "facts": batch.facts,
        "columns": _columns(batch),
        "fields": FIELDS[batch.kind],
        "n_rows": sum(batch.counts.values()),
        "is_open": batch.state in {ImportBatch.State.CHECKED, ImportBatch.State.REFUSED},
        "has_rejected": (folder_of(batch) / "rejected.csv").exists() and batch.facts.get("n_rejected"),
        "n_reps": Position.objects.count(),
    }
    return render(request, "exchange/import.html", context, status=422 if batch.state == ImportBatch.State.REFUSED else 200)


@access(Right.IMPORT)
@require_POST
def check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Read the file again as the user says."""
    batch = _batch(public_id)
    services.check(actor_of(request), batch, options=_options(request, batch))
    return redirect("import", public_id)


@access(Right.IMPORT)
@require_POST
def run(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Import a checked file."""
    batch = services.run_import(actor_of(request), public_id)
    messages.success(request, f"Imported: {', '.join(f'{n:,} {what}' for what, n in batch.counts.items() if n)}.")
    return redirect("import", public_id)


@access(Right.IMPORT)
@require_POST
def revert(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an import back."""
    services.revert(actor_of(request), public_id)
    messages.success(request, "Taken back: everything is as it was before this import.")
    return redirect("import", public_id)


@access(Right.IMPORT)
@require_GET
def rejected(request: HttpRequest, public_id: UUID) -> HttpResponse | FileResponse:
    """The rows that could not be used, with reasons; can be mended and imported again."""
    path = folder_of(_batch(public_id)) / "rejected.csv"
    if not path.exists():
        raise Missing("No row of this file was rejected.")
    return FileResponse(path.open("rb"), as_attachment=True, filename="rejected.csv", content_type="text/csv; charset=utf-8")


def _batch(public_id: UUID) -> ImportBatch:
    batch = ImportBatch.objects.filter(public_id=public_id).select_related("unit_set").first()
    if batch is None:
        raise Missing("There is no such import.")
    return batch


def _columns(batch: ImportBatch) -> list[dict[str, Any]]:
    """The columns of the file with the field that each serves now."""
    by_column: dict[str, str] = {}
    for field, chosen in (batch.facts.get("chosen") or {}).items():
        name = chosen["column"]
        if name:
            is_known = any(field == known for known, _ in FIELDS[batch.kind])
            by_column.setdefault(name, field if is_known else MEASURE)
    for field, name in (batch.options.get("columns") or {}).items():
        by_column[name] = MEASURE if field.startswith("measure:") else field
    return [{**column, "field": by_column.get(column["name"], "")} for column in batch.facts.get("columns", [])]


def _options(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """Mapping and reading options from the form; two columns on one field are refused."""
    columns: dict[str, str] = {}
    for key, field in request.POST.items():
        if not key.startswith("column:") or not field:
            continue
        name = key.removeprefix("column:")
        field = f"measure:{name}" if field == MEASURE else str(field)
        if field in columns:
            label = dict(FIELDS[batch.kind]).get(field, field)
            raise Invalid(f"Two columns cannot both be the {label}: {columns[field]!r} and {name!r}. Choose one.", code="map_twice")
        columns[field] = name
    options: dict[str, Any] = {"columns": columns} if columns else {}
    for name in OPTIONS:
        text = request.POST.get(name, "").strip()
        if text:
            options[name] = int(text) if name == "header_row" and text.isdigit() else text
    if request.POST.get("unit_set"):
        options["unit_set"] = request.POST["unit_set"]
    return options
