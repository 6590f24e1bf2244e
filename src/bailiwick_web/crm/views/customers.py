"""The list of accounts, a new one, and the page of one that a rep lives in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.refusals import Missing, Stale
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.forms.common import cleaned, given
from bailiwick_web.crm.forms.customers import EDITABLE, FREE, AccountForm, LocationForm, NewContactForm, field_form
from bailiwick_web.crm.forms.work import LogForm, PlanForm
from bailiwick_web.crm.models import Account, FieldDefinition, Location
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.crm.queries import pages_account, pages_accounts
from bailiwick_web.crm.queries.lists import timeline, timeline_page
from bailiwick_web.crm.queries.pages_desk import recommended
from bailiwick_web.crm.queries.pages_map import small_map
from bailiwick_web.crm.services import customers as services
from bailiwick_web.crm.views.common import done, found_or_survivor, invalid_step, kindly, may_sell, said, version_of
from bailiwick_web.crm.visibility import find

HERE = "customers"
EVENTS = 30
LOGGED = (Kind.VISIT, Kind.CALL, Kind.NOTE, Kind.EMAIL, Kind.MEETING)
KINDS = {"": "", "activity": "activity.", "deal": "stage", "order": "order", "case": "case."}


@access(Right.LOOK)
@require_GET
def customers(request: HttpRequest) -> HttpResponse:
    """Accounts within the scope: searched, filtered, in order, page by page."""
    actor = actor_of(request)
    wanted = pages_accounts.Wanted.of(request.GET)
    part, rows = pages_accounts.page(actor, wanted)
    context = {
        "here": HERE,
        "wanted": wanted,
        "part": part,
        "rows": rows,
        "choices": pages_accounts.choices(actor),
        "states": Account.State.choices,
        "sorts": pages_accounts.SORTS.items(),
        "now": actor.now,
    }
    return render(request, "crm/customers.html", context)


@access(Right.LOOK)
@require_GET
def customers_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same accounts as a file, all of them."""
    actor = actor_of(request)
    lines = pages_accounts.lines(actor, pages_accounts.Wanted.of(request.GET))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="accounts-{actor.now:%Y-%m-%d}.csv"'
    return response


@access(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_customer(request: HttpRequest) -> HttpResponse:
    """A new account; it gets its territory at once."""
    form = AccountForm(request.POST or None)
    if request.method == "GET":
        return render(request, "crm/new_customer.html", {"here": HERE, "form": form})
    data = cleaned(form)
    fields = {name: value for name, value in given(data).items() if name not in form.place}
    made = services.create_account(actor_of(request), location=form.place or None, **fields)
    return done(request, made_address(made), _("“%(account)s” is here.") % {"account": made})


def made_address(account: Account) -> str:
    """The page of an account."""
    from django.urls import reverse

    return reverse("customer", args=[account.public_id])


@access(Right.LOOK)
@require_GET
def customer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One account: whose it is and why, what comes next, everything that happened, and what hangs on it."""
    actor = actor_of(request)
    account = found_or_survivor(actor, Account, public_id)
    if account.public_id != public_id:
        return redirect("customer", account.public_id)
    show = request.GET.get("show", "")
    events, after = timeline_page(timeline(actor, account, kind=KINDS.get(show, "")), limit=EVENTS)
    context = {
        "here": HERE,
        "account": account,
        "now": actor.now,
        "today": local_day(actor.now),
        "events": events,
        "after": after,
        "show": show if show in KINDS else "",
        "fields": _fields(actor, account),
        **pages_account.of_account(actor, account),
        "recommended": recommended(actor, account),
    }
    if may_sell(actor):
        context |= {
            "logs": [(kind, LogForm(account=account, people=context["contacts"], auto_id=f"{kind}_%s")) for kind in LOGGED],
            "plan_form": PlanForm(account=account, people=context["contacts"], auto_id="plan_%s", initial={"due_on": local_day(actor.now)}),
            "contact_form": NewContactForm(auto_id="contact_%s", initial={"is_main": not context["contacts"]}),
            "location_form": LocationForm(auto_id="location_%s"),
        }
    return render(request, "crm/customer.html", context)


@access(Right.LOOK)
@require_GET
def customer_timeline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """More of what happened."""
    actor = actor_of(request)
    account = find(actor, Account, public_id)
    show = request.GET.get("show", "")
    found = timeline(actor, account, kind=KINDS.get(show, ""))
    events, after = timeline_page(found, after=request.GET.get("after", "")[:100], limit=EVENTS)
    context = {"account": account, "events": events, "after": after, "show": show, "now": actor.now}
    return render(request, "crm/_events.html", context)


@access(Right.LOOK)
@require_GET
def customer_map(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The small map of its addresses."""
    account = find(actor_of(request), Account, public_id)
    places = list(Location.objects.filter(account=account, deleted_at=None)[: pages_account.MOST_SHOWN])
    return render(request, "crm/_map.html", {"map": small_map(places)})


def _fields(actor: Actor, account: Account) -> list[dict[str, Any]]:
    """What can be changed where it stands: own fields, then free ones."""
    own = [_shown(actor, account, name, None) for name in EDITABLE]
    return own + [_shown(actor, account, f"{FREE}{d.key}", d) for d in _definitions()]


def _definitions() -> list[FieldDefinition]:
    return list(FieldDefinition.objects.filter(record_type="account", is_active=True))


def _definition(name: str) -> FieldDefinition | None:
    if name in EDITABLE:
        return None
    found = next((d for d in _definitions() if f"{FREE}{d.key}" == name), None)
    if found is None:
        raise Missing(_("There is no such field."))
    return found


def _shown(actor: Actor, account: Account, name: str, definition: FieldDefinition | None) -> dict[str, Any]:
    value = account.fields.get(definition.key) if definition is not None else getattr(account, name)
    label = definition.label if definition is not None else LABELS[name](actor)
    return {"name": name, "label": label, "value": value, "account": account}


LABELS = {name: (lambda actor, made=made: made(actor).label) for name, made in EDITABLE.items()}


def _value(account: Account, name: str, definition: FieldDefinition | None) -> Any:
    """As a form holds it."""
    value = account.fields.get(definition.key) if definition is not None else getattr(account, name)
    if isinstance(value, list):
        return ", ".join(value)
    return value.public_id if name == "owner" and value is not None else value


@access(Right.SELL)
@require_http_methods(["GET", "POST"])
def customer_field(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One field of an account: its form, or, with what was typed, the field as it is now."""
    actor = actor_of(request)
    account = find(actor, Account, public_id)
    name = request.POST.get("field") or request.GET.get("field", "name")
    definition = _definition(name)
    context = {"account": account, "name": name}
    if request.method == "GET":
        if "as-is" in request.GET:
            return render(request, "crm/_field.html", {"f": _shown(actor, account, name, definition), "may_write": True})
        form = field_form(actor, name, definition, initial={"value": _value(account, name, definition)}, auto_id=f"field-{name}-%s")
        return render(request, "crm/_field_form.html", context | {"form": form})
    form = field_form(actor, name, definition, request.POST, auto_id=f"field-{name}-%s")
    if not form.is_valid():
        return render(request, "crm/_field_form.html", context | {"form": form})
    value = form.cleaned_data["value"]
    change = {name: value} if definition is None else {"fields": {**account.fields, definition.key: value}}
    try:
        fresh = services.change_account(actor, public_id, version=version_of(request), **change)
    except Stale as stale:
        now = _shown(actor, account, name, definition)
        return render(request, "crm/_field_form.html", context | {"form": form, "stale": stale.message, "f": now})
    response = render(request, "crm/_field.html", {"f": _shown(actor, fresh, name, definition), "may_write": True})
    response.headers["HX-Trigger"] = "head-changed"
    return response


@access(Right.SELL)
@require_POST
@kindly
def act_on_customer(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Put an account into the bin, take it out, add an address."""
    actor, act = actor_of(request), request.POST.get("act", "")
    account = find(actor, Account, public_id, with_bin=act == "restore")
    if act == "archive":
        fresh = services.archive_account(actor, public_id, version=version_of(request))
        undo = {"address": request.path, "act": "restore", "version": fresh.version}
        return said(request, "customers", _("“%(account)s” is in the bin for 90 days.") % {"account": account}, event="gone", undo=undo)
    if act == "restore":
        services.restore_account(actor, public_id, version=version_of(request))
        return done(request, made_address(account))
    if act == "add-location":
        services.add_location(actor, account, **given(cleaned(LocationForm(request.POST))))
        return said(request, made_address(account))
    raise invalid_step()


@access(Right.SELL)
@require_POST
@kindly
def change_location(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Make an address the main one, or put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    place = find(actor, Location, public_id)
    if act == "main":
        services.change_location(actor, public_id, version=version_of(request), is_main=True)
    elif act == "archive":
        services.archive_location(actor, public_id, version=version_of(request))
    else:
        raise invalid_step()
    return said(request, made_address(place.account))
