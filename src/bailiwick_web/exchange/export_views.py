"""Pages of data that go out: what there is, and the files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.exports.cards import calendar, vcards
from bailiwick_web.exchange.exports.listed import LISTED
from bailiwick_web.exchange.exports.shapes import AT_ONCE, Table
from bailiwick_web.exchange.exports.tables import TABLES, records, table_of
from bailiwick_web.exchange.exports.writers import csv_lines, everything, pieces, workbook
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.record_kinds import ACTIVITIES, CONTACTS

CSV, XLSX, VCARD, ICAL = "csv", "xlsx", "vcf", "ics"
MEDIA = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    VCARD: "text/vcard; charset=utf-8",
    ICAL: "text/calendar; charset=utf-8",
}
ONLY = {VCARD: CONTACTS, ICAL: ACTIVITIES}


@access(Right.LOOK)
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """What can be taken away, with how many records of each kind one sees."""
    actor = actor_of(request)
    kinds = dict(ImportBatch.Kind.choices)
    listed = [
        {"kind": kind, "label": kinds.get(kind) or table.label, "n": _count(actor, table), "formats": _formats(kind)}
        for kind, table in TABLES.items()
    ]
    return render(request, "exchange/exports.html", {"here": "data", "tables": listed, "may_all": actor.may(Right.PRIVACY)})


def _count(actor: Actor, table: Table) -> int | None:
    return visible(actor, table.model).count() if hasattr(table.model, "public_id") else None


def _formats(kind: str) -> list[str]:
    return [CSV, XLSX, *(ending for ending, only in ONLY.items() if only == kind)]


@access(Right.LOOK)
@require_GET
def export(request: HttpRequest, kind: str, ending: str) -> HttpResponse | StreamingHttpResponse:
    """Records of a kind, as far as one sees them; ``?raw=1`` without the guards against formulas, filters as in the list.

    With ``?list=1`` it holds just what the page of the list shows for the same address, on all of its pages.
    """
    actor, table = actor_of(request), table_of(kind)
    if ending not in _formats(kind):
        raise Missing(_("There is no such format of this."))
    names = request.GET.keys() if request.GET.get("list") and kind in LISTED else table.filters
    wanted = {name: request.GET[name] for name in names if request.GET.get(name)}
    asked = ", ".join(f"{name}={value}" for name, value in wanted.items())
    if request.user.is_authenticated:
        audit(actor, "records.exported", request.user, field=f"{kind}.{ending}", after=asked)
    return _download(
        _content(actor, table, ending, wanted, is_raw=request.GET.get("raw") == "1"), f"{kind}-{actor.now:%Y-%m-%d}.{ending}", ending
    )


def _content(actor: Actor, table: Table, ending: str, wanted: dict[str, str], *, is_raw: bool) -> Iterator[Any]:
    if ending == XLSX:
        return pieces(workbook(actor, table, wanted))
    if ending == VCARD:
        return vcards(_with(records(actor, table, wanted), "account__locations"))
    if ending == ICAL:
        return calendar(records(actor, table, wanted), now=actor.now)
    return csv_lines(actor, table, wanted, is_raw=is_raw)


def _with(rows: Iterator[Any], *related: str) -> Iterator[Any]:
    """Rows with what hangs on them, some at a time."""
    part: list[Any] = []
    for row in rows:
        part.append(row)
        if len(part) == AT_ONCE:
            prefetch_related_objects(part, *related)
            yield from part
            part = []
    prefetch_related_objects(part, *related)
    yield from part


@access(Right.PRIVACY)
@require_POST
def export_everything(request: HttpRequest) -> StreamingHttpResponse:
    """The whole database of customers as an archive of tables, for administrators. Recorded."""
    actor = actor_of(request)
    file = everything(actor, is_raw=request.POST.get("raw") == "1")
    if request.user.is_authenticated:
        audit(actor, "records.exported", request.user, field="everything.zip")
    return _download(pieces(file), f"bailiwick-{actor.now:%Y-%m-%d}.zip", "zip")


def _download(content: Iterator[Any], name: str, ending: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=MEDIA.get(ending, "application/zip"))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
