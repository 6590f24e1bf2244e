"""Pages of rules that act: the list, one rule with its try on history and its log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.automation import facts, services
from bailiwick_web.automation.forms import RuleForm, fits_form, initial_of, rule_of
from bailiwick_web.automation.models import Rule, Run
from bailiwick_web.automation.trying import DAYS, try_on_history
from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.refusals import Invalid, Refused
from bailiwick_web.core.roles import Right

PAGE = 50
PAGES = {"account": "customer", "contact": "contact", "lead": "lead", "opportunity": "deal", "case": "case"}


@access(Right.CONNECT)
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """One's rules."""
    actor = actor_of(request)
    states = Run.State
    counts = {"n_done": Count("runs", filter=Q(runs__state=states.DONE)), "n_failed": Count("runs", filter=Q(runs__state=states.FAILED))}
    found = services.own_rules(actor).annotate(**counts, last_at=Max("runs__finished_at"))
    presets = [(key, label) for key, (label, _rules) in services.PRESETS.items()]
    context = {"here": "webhooks", "tab": "rules", "rules": found, "presets": presets, "sees_all": actor.may(Right.PEOPLE)}
    return render(request, "automation/rules.html", context)


@access(Right.CONNECT)
@require_POST
def add_example(request: HttpRequest, key: str) -> HttpResponse:
    """Add rules that most teams want, switched off."""
    made = services.add_preset(actor_of(request), key)
    n = len(made)
    messages.success(request, ngettext("%(n)s rule is here, switched off.", "%(n)s rules are here, switched off.", n) % {"n": n})
    return redirect("automation", made[0].public_id)


@access(Right.CONNECT)
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """A new rule."""
    return _page(request, None)


@access(Right.CONNECT)
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One rule: what it does, what it would have done, what it did."""
    return _page(request, services.find_rule(actor_of(request), public_id))


def _page(request: HttpRequest, found: Rule | None) -> HttpResponse:
    actor = actor_of(request)
    form = RuleForm(actor, request.POST or None, initial=initial_of(found) if found else {"trigger": "lead.created"})
    context: dict[str, Any] = {"here": "webhooks", "tab": "rules", "rule": found, "form": form, "days": DAYS}
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("days", ""):
                context["tried"] = _try(actor if found is None else _owner(actor, found), form.cleaned_data, request.POST["days"])
            else:
                return _keep(request, actor, found, rule_of(form.cleaned_data))
        except Refused as error:
            field = error.details.get("field")
            form.add_error(field if field in form.fields else None, error.message)
    if found is not None:
        runs = found.runs.all()
        state = request.GET.get("state", "")
        page = Paginator(runs.filter(state=state) if state in Run.State.values else runs, PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "log": _log(actor, found, list(page))}
        context |= {"state": state, "states": Run.State.choices, "fits_form": fits_form(found)}
    trigger = str(form["trigger"].value() or "")
    context["asked"] = facts.fields_of(trigger) if trigger in facts.TRIGGERS else []
    return render(request, "automation/rule.html", context, status=422 if form.errors else 200)


def _log(actor: Actor, found: Rule, runs: list[Run]) -> list[dict[str, Any]]:
    """Runs with the record as it is called now, if whoever looks sees it, and what was made in a few words."""
    records = facts.records_of(actor, found.trigger, {run.record_id for run in runs})
    return [
        {
            "run": run,
            "record": (record := records.get(str(run.record_id))),
            "page": reverse(PAGES[model], args=[record.public_id]) if record and (model := record._meta.model_name) in PAGES else "",
            "did": [did if " = " in did else did.partition(" ")[0] for did in run.did],
        }
        for run in runs
    ]


def _owner(actor: Actor, found: Rule) -> Actor:
    """A try sees what the rule sees, and no more than whoever looks."""
    return Actor(found.owner, actor.now, actor.request_id) if actor.may(Right.PEOPLE) else actor


def _try(actor: Actor, given: dict[str, Any], days: str) -> Any:
    if days not in {str(n) for n in DAYS}:
        raise Invalid(_("Choose one of the spans that are offered."), code="days")
    quiet_days = given["quiet_days"]
    if given["trigger"] == facts.QUIET and not quiet_days:
        raise Invalid(_("Say after how many days of silence, 1 to 3,650."), code="field", field="quiet_days")
    return try_on_history(actor, trigger=given["trigger"], condition=given["condition"], days=int(days), quiet_days=quiet_days)


def _keep(request: HttpRequest, actor: Actor, found: Rule | None, given: dict[str, Any]) -> HttpResponse:
    if found is None:
        made = services.create_rule(actor, **given)
        messages.success(request, _("Kept, switched off. Try it on the last weeks, then switch it on."))
        return redirect("automation", made.public_id)
    services.change_rule(actor, found.public_id, version=_version(request), **given)
    messages.success(request, _("Kept."))
    return redirect("automation", found.public_id)


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else None


@access(Right.CONNECT)
@require_POST
def act(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Switch a rule on or off, or remove it."""
    actor, wanted = actor_of(request), request.POST.get("act", "")
    services.find_rule(actor, public_id)
    if wanted == "remove":
        services.remove_rule(actor, public_id, version=_version(request))
        messages.success(request, _("Removed, with its log. What it did stays."))
        return redirect("automations")
    if wanted not in {"on", "off"}:
        raise Invalid(_("There is no such button."), code="act")
    services.change_rule(actor, public_id, version=_version(request), is_active=wanted == "on")
    messages.success(request, _("It acts from now on.") if wanted == "on" else _("It does nothing any more."))
    return redirect("automation", public_id)
