"""Reports over the JSON interface: what can be asked, saved reports, and running them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field as Shape
from ninja import Router, Schema, Status

from bailiwick_web.core.access import Actor, actor_of
from bailiwick_web.core.models import Node
from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import zone_named
from bailiwick_web.reports import services
from bailiwick_web.reports.asking import MOST_ROWS, ROWS, Definition, asked, from_json
from bailiwick_web.reports.computing import Result, run
from bailiwick_web.reports.models import Report
from bailiwick_web.reports.operators import OPERATORS
from bailiwick_web.reports.presenting import heading, plain
from bailiwick_web.reports.registry import SUBJECTS, Ground, every_field
from bailiwick_web.reports.visibility import find_report, nodes_to_share_with, seen_reports

router = Router(tags=["reports"])
Value = str | float | int | bool | None


class FilterShape(Schema):
    """A field, an operator, what it is compared with."""

    field: str
    op: str
    values: list[str] = []


class GroupShape(Schema):
    """A field by which records are put together; of a date the step: day, week, month, quarter, year."""

    field: str
    step: str = ""


class MeasureShape(Schema):
    """What is computed of a group; ``count`` and ``share`` need no field."""

    what: Literal["count", "sum", "mean", "min", "max", "distinct", "share"]
    field: str = ""


class DefinitionShape(Schema):
    """A report: with groups or measures it adds up, without it lists records."""

    subject: str
    filters: list[FilterShape] = []
    groups: list[GroupShape] = []
    measures: list[MeasureShape] = []
    columns: list[str] = []
    sort: str = ""
    limit: int | None = None
    chart: Literal["bar", "line", "stacked", "table"] = "bar"


class ReportIn(Schema):
    """A new report; ``node`` is the part of the organisation that it is shared with."""

    name: str
    about: str = ""
    definition: DefinitionShape
    share: Literal["me", "node", "everybody"] = "me"
    node: UUID | None = None


class ReportPatch(Schema):
    """What is changed of a report; the rest stays."""

    name: str | None = None
    about: str | None = None
    definition: DefinitionShape | None = None
    share: Literal["me", "node", "everybody"] | None = None
    node: UUID | None = None


class ReportOut(Schema):
    """A saved report."""

    id: UUID
    version: int
    name: str
    about: str
    owner: str
    definition: DefinitionShape
    share: str
    node: UUID | None
    archived_at: datetime | None
    changed_at: datetime


class ReportPage(Schema):
    """A page of reports; ``next`` is the cursor of the next page."""

    items: list[ReportOut]
    next: int | None


class FieldOut(Schema):
    """Something that can be asked of a type of records."""

    key: str
    label: str
    kind: str
    operators: list[str]
    is_measure: bool
    currency_field: str


class SubjectOut(Schema):
    """A type of records that reports are made of."""

    key: str
    label: str
    fields: list[FieldOut]


class ColumnOut(Schema):
    """A column of a result."""

    key: str
    label: str
    kind: str
    unit: str
    currency: str


class RowOut(Schema):
    """A line of a result; ``keys`` name its groups."""

    values: list[Value]
    keys: list[str]


class ResultOut(Schema):
    """What came of a report; ``next`` is the offset of the next page."""

    columns: list[ColumnOut]
    rows: list[RowOut]
    totals: list[RowOut]
    notes: list[str]
    zone: str
    next: int | None


class RunIn(Schema):
    """A report to be run without being saved; days are those of the zone."""

    definition: DefinitionShape
    zone: str = ""
    offset: int = Shape(0, ge=0, le=1_000_000)
    limit: int = Shape(ROWS, ge=1, le=MOST_ROWS)


@router.get("/report-fields", response=list[SubjectOut])
def list_report_fields(request: HttpRequest) -> Any:
    """Everything that reports can ask for, as far as the user may."""
    actor = _reader(request)
    return [
        {"key": key, "label": str(SUBJECTS[key].label), "fields": [_field(field) for field in fields.values()]}
        for key, fields in every_field(actor).items()
    ]


@router.get("/reports", response=ReportPage)
def list_reports(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Saved reports that the user finds, newest first."""
    return one_page(seen_reports(_reader(request)), _shown, after=after, limit=limit)


@router.post("/reports", response={201: ReportOut})
def post_report(request: HttpRequest, response: HttpResponse, new: ReportIn) -> Any:
    """Save a report."""
    actor = _reader(request)
    definition = from_json(new.definition.dict())
    made = services.save(actor, name=new.name, about=new.about, definition=definition, share=new.share, node=_node(actor, new.node))
    tag(response, made.version)
    return Status(201, _shown(made))


@router.get("/reports/{uuid:report_id}", response=ReportOut)
def get_report(request: HttpRequest, response: HttpResponse, report_id: UUID) -> Any:
    """A saved report; the ``ETag`` is its version."""
    found = find_report(_reader(request), report_id)
    tag(response, found.version)
    return _shown(found)


@router.patch("/reports/{uuid:report_id}", response=ReportOut, openapi_extra=VERSIONED)
def patch_report(request: HttpRequest, response: HttpResponse, report_id: UUID, changes: ReportPatch) -> Any:
    """Change what is given of a report; its owner may. Needs ``If-Match``."""
    actor = _reader(request)
    given = changes.dict(exclude_unset=True)
    if given.get("definition") is not None:
        given["definition"] = from_json(given["definition"])
    if "node" in given:
        given["node"] = _node(actor, given["node"])
    given = {name: value for name, value in given.items() if value is not None or name == "node"}
    changed = services.change(actor, report_id, version=if_match(request), **given)
    tag(response, changed.version)
    return _shown(changed)


@router.delete("/reports/{uuid:report_id}", response={204: None}, openapi_extra=VERSIONED)
def delete_report(request: HttpRequest, report_id: UUID) -> Any:
    """Put a report away; its owner may. Needs ``If-Match``."""
    services.archive(_reader(request), report_id, version=if_match(request))
    return Status(204, None)


@router.post("/reports/{uuid:report_id}/restore", response=ReportOut, openapi_extra=VERSIONED)
def post_report_restore(request: HttpRequest, response: HttpResponse, report_id: UUID) -> Any:
    """Take a report back; its owner may. Needs ``If-Match``."""
    back = services.restore(_reader(request), report_id, version=if_match(request))
    tag(response, back.version)
    return _shown(back)


@router.get("/reports/{uuid:report_id}/result", response=ResultOut)
def get_report_result(request: HttpRequest, report_id: UUID, zone: str = "", offset: int = 0, limit: int = ROWS) -> Any:
    """Run a saved report, of what the user may see; paged by ``offset`` and ``limit``."""
    actor = _reader(request)
    found = find_report(actor, report_id)
    return _ran(actor, from_json(found.definition), zone, offset, limit)


@router.post("/report-runs", response=ResultOut)
def post_report_run(request: HttpRequest, wanted: RunIn) -> Any:
    """Run a report without saving it; nothing is changed."""
    return _ran(_reader(request), from_json(wanted.definition.dict()), wanted.zone, wanted.offset, wanted.limit)


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.need(Right.LOOK)
    return actor


def _ran(actor: Actor, wanted: Definition, zone: str, offset: int, limit: int) -> dict[str, Any]:
    if not (0 <= offset <= 1_000_000 and 1 <= limit <= MOST_ROWS):
        raise Invalid(f"A page has 1 to {MOST_ROWS} rows, from offset 0 on.", code="limit")
    ground = Ground(actor, zone_named(zone))
    if zone and ground.zone.key != zone:
        raise Invalid(f"There is no time zone {zone[:60]!r}; give one such as Europe/Berlin.", code="zone", field="zone")
    return result_out(run(ground, asked(actor, wanted), most=limit, offset=offset), ground, offset + limit)


def result_out(found: Result, ground: Ground, following: int) -> dict[str, Any]:
    """A result as the interface shows it."""

    def lines(rows: Any) -> list[dict[str, Any]]:
        return [
            {"values": [plain(c, v, ground.zone) for c, v in zip(found.columns, row.values, strict=True)], "keys": list(row.keys)}
            for row in rows
        ]

    columns = [{"key": c.key, "label": heading(c), "kind": str(c.kind), "unit": c.unit, "currency": c.currency} for c in found.columns]
    return {
        "columns": columns,
        "rows": lines(found.rows),
        "totals": lines(found.totals),
        "notes": list(found.notes),
        "zone": ground.zone.key,
        "next": following if found.is_cut else None,
    }


def _field(field: Any) -> dict[str, Any]:
    return {
        "key": field.key,
        "label": str(field.label),
        "kind": str(field.kind),
        "operators": list(OPERATORS[field.kind]),
        "is_measure": field.is_measured,
        "currency_field": field.currency,
    }


def _shown(report: Report) -> dict[str, Any]:
    same = ("version", "name", "about", "definition", "share", "archived_at", "changed_at")
    plain_fields = {name: getattr(report, name) for name in same}
    return plain_fields | {"id": report.public_id, "owner": str(report.owner), "node": report.node.public_id if report.node else None}


def _node(actor: Actor, key: UUID | None) -> Node | None:
    if key is None:
        return None
    found = nodes_to_share_with(actor).filter(public_id=key).first()
    if found is None:
        raise Missing("There is no such part of the organisation, or you may not share with it.")
    return found
