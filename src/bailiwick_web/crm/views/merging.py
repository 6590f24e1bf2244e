"""Two records side by side: which value survives, and what hangs on each; merge, and undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.models import Account, Contact
from bailiwick_web.crm.queries import duplicates as queries
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.services import merging as services
from bailiwick_web.crm.views.common import done, kindly
from bailiwick_web.crm.views.duplicates import HERE, kind_of
from bailiwick_web.crm.visibility import find

PAGES = {"account": "customer", "contact": "contact"}
LABELS = {
    "name": gettext_lazy("Name"),
    "code": gettext_lazy("Number"),
    "state": gettext_lazy("State"),
    "owner": gettext_lazy("Owner"),
    "parent": gettext_lazy("belongs to"),
    "segment": gettext_lazy("Segment"),
    "tier": gettext_lazy("Class"),
    "industry": gettext_lazy("Industry"),
    "employees": gettext_lazy("Employees"),
    "annual_revenue": gettext_lazy("Annual revenue"),
    "website": gettext_lazy("Website"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "health": gettext_lazy("Health"),
    "description": gettext_lazy("Description"),
    "tags": gettext_lazy("Tags"),
    "needs": gettext_lazy("Needs"),
    "fields": gettext_lazy("Further fields"),
    "account": gettext_lazy("Company"),
    "role": gettext_lazy("Role"),
    "job_title": gettext_lazy("Function"),
    "department": gettext_lazy("Department"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "is_main": gettext_lazy("Main contact"),
    "preferences": gettext_lazy("Preferences"),
}


@dataclass(frozen=True)
class Shown:
    """One field of two records as the page shows it."""

    row: services.Row
    label: Any
    kept: str
    gone: str


@access(Right.SELL)
@require_http_methods(["GET", "POST"])
@kindly
def merge_records(request: HttpRequest) -> HttpResponseBase:
    """Two records side by side; sent, they are merged."""
    actor, kind = actor_of(request), kind_of(request)
    model: Any = services.KINDS[kind].model
    kept, gone = (find(actor, model, _identifier(request, name)) for name in ("kept", "gone"))
    if request.method == "POST":
        choices = {name.removeprefix("choose-"): str(value) for name, value in request.POST.items() if name.startswith("choose-")}
        versions = {"version": _number(request, "kept_version"), "gone_version": _number(request, "gone_version")}
        services.merge(actor, kind, kept.public_id, gone.public_id, choices=choices, **versions)
        told = _("“%(gone)s” is part of “%(kept)s” now. It can be undone for 90 days.") % {"gone": gone, "kept": kept}
        return done(request, reverse(PAGES[kind], args=[kept.public_id]), told)
    if kept.pk == gone.pk:
        raise Invalid(_("A record cannot be merged into itself."), code="same_record")
    context = {
        "here": HERE,
        "kind": kind,
        "kept": kept,
        "gone": gone,
        "rows": [Shown(row, LABELS[row.name], words(kept, row.name), words(gone, row.name)) for row in services.compare(kept, gone)],
        "pair": queries.pair_of(kind, kept.pk, gone.pk),
        "hanging": queries.hanging(kind, kept, gone),
        "page": PAGES[kind],
    }
    return render(request, "crm/merge.html", context)


def _identifier(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name) or request.GET.get(name) or "")
    except ValueError:
        raise Missing(_("There is no such record, or you may not see it.")) from None


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def words(record: Any, name: str) -> str:
    """A value as people read it."""
    value = getattr(record, name)
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_inner(found)}" for key, found in value.items())
    if name in {"state", "role"}:
        return str(getattr(record, f"get_{name}_display")())
    return f"{value} {record.currency}".strip() if name == "annual_revenue" else str(value)


def _inner(value: Any) -> str:
    return ", ".join(f"{key} {found}" for key, found in value.items() if found not in ("", None)) if isinstance(value, dict) else str(value)


@access(Right.SELL)
@require_GET
def pick_account_to_merge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose the account that is the same as this one."""
    return _pick(request, "account", find(actor_of(request), Account, public_id))


@access(Right.SELL)
@require_GET
def pick_contact_to_merge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose the contact that is the same as this one."""
    return _pick(request, "contact", find(actor_of(request), Contact, public_id))


def _pick(request: HttpRequest, kind: str, kept: Any) -> HttpResponse:
    actor, text = actor_of(request), request.GET.get("q", "").strip()[:200]
    if text:
        found = list(rows(actor, type(kept), q=text).exclude(pk=kept.pk).order_by("name", "pk")[:20])
    else:
        found = [pair.other if pair.one.pk == kept.pk else pair.one for pair in queries.pairs_with(actor, kind, kept)]
    context = {"here": HERE, "kind": kind, "kept": kept, "found": found, "text": text, "page": PAGES[kind]}
    return render(request, "crm/pick_merge.html", context)


@access(Right.SELL)
@require_POST
@kindly
def undo_merge(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Make two records of one again."""
    made = services.undo(actor_of(request), public_id, version=_number(request, "version"))
    told = str(_("They are two again."))
    if made.left:
        told += " " + _("What was changed since stays as it is: %(what)s.") % {
            "what": ", ".join(sorted(_left(entry) for entry in made.left))
        }
    return done(request, reverse(PAGES[made.record_type], args=[made.gone_id]), told)


def _left(entry: dict[str, Any]) -> str:
    if entry["what"] in LABELS:
        return str(LABELS[entry["what"]])
    return f"{entry['n']} × {queries.HANGING.get(entry['what'], entry['what'])}"
