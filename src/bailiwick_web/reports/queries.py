"""What the pages of reports read: lists of reports, what the builder offers, a result with its picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Person
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries.pages_accounts import choices as account_choices
from bailiwick_web.crm.visibility import RULES, visible
from bailiwick_web.reports.asking import CHARTS, MOST_FILTERS, MOST_MEASURES, WHAT, Asked, Definition, asked
from bailiwick_web.reports.computing import PAGE, Result, rows_of, run
from bailiwick_web.reports.drawing import draw
from bailiwick_web.reports.models import Report, Subscription
from bailiwick_web.reports.operators import LABELS, ME, NEEDS, OPERATORS
from bailiwick_web.reports.periods import STEPS, UNIT_WORDS
from bailiwick_web.reports.presenting import table
from bailiwick_web.reports.ready import READY
from bailiwick_web.reports.registry import SUBJECTS, Field, Ground, Kind, fields_of
from bailiwick_web.reports.services.reports import may_change
from bailiwick_web.reports.visibility import nodes_to_share_with, seen_reports

MOST_OPTIONS = 300
FEW_TEXTS = 60


def overview(actor: Actor) -> dict[str, Any]:
    """Reports by whose they are, those that were put away, and those that are there from the first day."""
    found = list(seen_reports(actor).order_by("name", "pk"))
    mine = [report for report in found if actor.user is not None and report.owner_id == actor.user.pk]
    orders = Subscription.objects.filter(user=actor.user, ended_at__isnull=True, report__archived_at__isnull=True)
    return {
        "mine": [report for report in mine if report.archived_at is None],
        "shared": [report for report in found if report not in mine and report.archived_at is None],
        "archived": [report for report in mine if report.archived_at is not None],
        "ready": READY,
        "orders": list(orders.select_related("report")),
    }


def shown(ground: Ground, question: Asked) -> dict[str, Any]:
    """A result with its picture and its table, whose lines lead to what stands behind them."""
    found = run(ground, question)
    address = f"{reverse('report_rows')}?{question.definition.to_query()}"
    return {
        "result": found,
        "table": table(found, ground.zone, address=address, pages=page_of(question)),
        "picture": draw(found, question.definition.chart, ground.zone),
        "query": question.definition.to_query(),
        "definition": question.definition,
        "subject": question.subject,
        "zone": ground.zone.key,
        "sort": question.definition.sort,
        "is_list": question.definition.is_list,
    }


def page_of(question: Asked) -> str:
    """Address of the page of a record, with ``{}`` for its identifier."""
    nobody = "00000000-0000-7000-8000-000000000000"
    return reverse(question.subject.page, args=[nobody]).replace(nobody, "{}")


def behind(ground: Ground, question: Asked, marks: list[str], page: int) -> dict[str, Any]:
    """One page of the records behind a group."""
    found: Result = rows_of(ground, question, marks, offset=(page - 1) * PAGE)
    n = found.n_records or 0
    return {
        "result": found,
        "table": table(found, ground.zone, pages=page_of(question)),
        "subject": question.subject,
        "definition": question.definition,
        "query": question.definition.to_query(),
        "keys": urlencode([("key", mark) for mark in marks]),
        "page": page,
        "n_pages": -(-n // PAGE),
        "n": n,
        "zone": ground.zone.key,
    }


def of_report(actor: Actor, report: Report) -> dict[str, Any]:
    """What can be done with a saved report."""
    is_owner = may_change(actor, report)
    orders = Subscription.objects.filter(report=report, ended_at__isnull=True).select_related("user")
    return {
        "report": report,
        "is_owner": is_owner,
        "orders": list(orders if is_owner else orders.filter(user=actor.user)),
        "is_ordered": orders.filter(user=actor.user).exists(),
        **sharing(actor),
        "weekdays": list(WEEKDAYS.items()),
        "has_mail": settings.EMAIL_IS_SET_UP,
    }


def sharing(actor: Actor) -> dict[str, Any]:
    """With whom somebody may share."""
    return {"shares": Report.Share.choices, "nodes": list(nodes_to_share_with(actor)[:MOST_OPTIONS])}


def builder(ground: Ground, wanted: Definition) -> dict[str, Any]:
    """What the builder offers for a definition, however far it is; and why it cannot be computed yet, if it cannot."""
    subject = SUBJECTS.get(wanted.subject)
    if subject is None:
        asked(ground.actor, wanted)  # says which there are
    assert subject is not None
    known = fields_of(ground.actor, subject)
    return {
        "subjects": SUBJECTS.values(),
        "subject": subject,
        "definition": wanted,
        "as_list": wanted.is_list,
        "groups": _offered(f for f in known.values() if not f.is_measured),
        "group_rows": [_group_row(known, wanted, i) for i in (0, 1)],
        "steps": STEPS,
        "measures": _measures(subject.label, known.values()),
        "measure_rows": [_text(measure) for measure in wanted.measures] + ([""] if len(wanted.measures) < MOST_MEASURES else []),
        "columns": _offered(known.values()),
        "chosen_columns": wanted.columns or subject.columns,
        "fields": _offered(known.values()),
        "filters": [_filter_row(ground, subject, known, given, i) for i, given in enumerate(wanted.filters)],
        "n_next": len(wanted.filters) if len(wanted.filters) < MOST_FILTERS else None,
        "charts": CHARTS,
    }


def result_or_problem(ground: Ground, wanted: Definition) -> dict[str, Any]:
    """The result of what the builder holds, or what is still missing."""
    try:
        return shown(ground, asked(ground.actor, wanted))
    except Invalid as problem:
        return {"problem": problem.message}


def _text(measure: Any) -> str:
    return f"{measure.what}:{measure.field}" if measure.field else measure.what


def _offered(fields: Iterable[Field]) -> list[tuple[str, list[Field]]]:
    """Fields under their headings."""
    found: dict[str, list[Field]] = {}
    for field in fields:
        found.setdefault(str(field.heading or ""), []).append(field)
    return list(found.items())


def _group_row(known: dict[str, Field], wanted: Definition, i: int) -> dict[str, Any]:
    group = wanted.groups[i] if i < len(wanted.groups) else None
    field = known.get(group.field) if group else None
    return {"n": i + 1, "field": field, "is_dated": field is not None and field.is_dated, "step": (group.step if group else "") or "month"}


def _measures(label: Any, fields: Iterable[Field]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be computed, under headings."""
    fields = list(fields)
    found: list[tuple[str, list[tuple[str, str]]]] = [
        ("", [("count", f"{dict(WHAT)['count']}: {label}"), ("share", _("Share of all %(what)s") % {"what": label})])
    ]
    for what, name in WHAT[1:]:
        fitting = [f for f in fields if _fits(what, f)]
        found.append((str(name), [(f"{what}:{f.key}", f"{name} {f.label}") for f in fitting]))
    return [(name, options) for name, options in found if options]


def _fits(what: str, field: Field) -> bool:
    if what == "distinct":
        return not field.is_measured and field.kind is not Kind.YES_NO and not field.is_dated
    if what == "mean" and field.kind is Kind.YES_NO:
        return True
    return field.is_measured and not (what == "share" and field.currency)


def _filter_row(ground: Ground, subject: Any, known: dict[str, Field], given: Any, i: int) -> dict[str, Any]:
    field = known.get(given.field)
    if field is None:
        return {"n": i, "field": None, "ops": [], "op": "", "values": [], "need": ""}
    ops = OPERATORS[field.kind]
    op = given.op if given.op in ops else ops[0]
    need = NEEDS.get(op, "")
    options = _options(ground, subject, field) if need == "many" else []
    return {
        "n": i,
        "field": field,
        "ops": [(name, LABELS[name]) for name in ops],
        "op": op,
        "need": need,
        "values": list(given.values),
        "one": given.values[0] if given.values else "",
        "two": given.values[1] if len(given.values) > 1 else "",
        "options": options,
        "input": "date" if field.is_dated else "number" if field.is_measured else "text",
        "units": UNIT_WORDS,
    }


def _options(ground: Ground, subject: Any, field: Field) -> list[tuple[str, Any]]:
    """What a field can be compared with, of what somebody sees; empty where there is too much to choose from."""
    if field.kind is Kind.CHOICE:
        return list(field.choices)
    if field.kind is Kind.TERRITORY:
        return [(code, name) for code, name in account_choices(ground.actor).territories]
    if field.kind is Kind.RECORD:
        return _records(ground.actor, field)
    rows = subject.rows(ground.actor).annotate(x=field.make(ground)).exclude(Q(x="") | Q(x__isnull=True))
    texts = list(rows.order_by("x").values_list("x", flat=True).distinct()[: FEW_TEXTS + 1])
    return [(text, text) for text in texts] if len(texts) <= FEW_TEXTS else []


def _records(actor: Actor, field: Field) -> list[tuple[str, Any]]:
    if field.model is m.Account:
        return []
    rows = (
        nodes_to_share_with(actor) if field.model is None else visible(actor, field.model) if field.model in RULES else Node.objects.none()
    )
    name = "label" if field.model is m.OutcomeReason else "name"
    found = [(str(key), text) for key, text in rows.order_by(name, "pk").values_list("public_id", name)[:MOST_OPTIONS]]
    return [(ME, _("me")), *found] if field.model is Person else found


def changed_sort(wanted: Definition, sort: str) -> Definition:
    """A definition in another order, as the head of a column asks for it."""
    return replace(wanted, sort=sort) if sort else wanted
