"""The validator, names and rules of a scenario."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from bailiwick.errors import BailiwickError, InputError
from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid, NotAllowed
from bailiwick_web.core.retelling import in_reader_words, of_error, retold
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.conflicts import MOST, conflicts
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services.moves import Moved, can_step
from bailiwick_web.planning.views.pages import scenario_context

KINDS = {
    "unassigned": gettext_lazy("Gaps"),
    "forbidden": gettext_lazy("Where they must not be"),
    "pieces": gettext_lazy("Islands"),
    "duplicate": gettext_lazy("Duplicates"),
    "rule": gettext_lazy("Against the rules"),
    "overlap": gettext_lazy("Areas over one another"),
    "gap": gettext_lazy("Gaps between areas"),
    "two_owners": gettext_lazy("Two owners"),
}


@access(Right.PLAN)
@require_GET
def validator(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What is wrong with a scenario, each with a button that mends it."""
    context = _context(request, public_id)
    found = conflicts(context["scenario"], context["arrays"], actor_of(request).now)
    labels = context["arrays"].units.table.labels
    groups = [
        {"title": title, "kind": kind, "rows": [(c, [str(labels[i]) for i in c.unit_idx[:3].tolist()]) for c in found if c.kind == kind]}
        for kind, title in KINDS.items()
    ]
    return render(request, "planning/validator.html", context | {"groups": groups, "n_found": len(found), "is_cut": len(found) == MOST})


@access(Right.PLAN)
@require_POST
def mend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Do what a finding proposes."""
    actor, version = actor_of(request), _version(request)
    if request.POST.get("act") == "/runs":
        services.start_run(actor, queries.scenario(actor, public_id), mode="anew")
        messages.success(request, _("The engine is drawing territories; the result will be a new scenario."))
        return redirect("scenario", public_id)
    if request.POST.get("act") == "undo":
        back = "scenario_rules" if request.POST.get("page") == "rules" else "scenario_validator"
        return _back(request, back, public_id, services.undo(actor, public_id, version=version))
    if request.POST.get("act") == "/rules/apply":
        done = services.apply_rules(actor, public_id, version=version)
    elif request.POST.get("act") == "/gaps":
        unit = request.POST.get("units", "")
        done = services.close_gap(actor, public_id, int(unit) if unit.isdigit() else -1, version=version)
    else:
        units = [int(text) for text in request.POST.get("units", "").split(",") if text.isdigit()]
        done = services.move_units(actor, public_id, units, request.POST.get("to", ""), version=version, reason="validator")
    return _back(request, "scenario_validator", public_id, done)


@access(Right.PLAN)
@require_GET
def rules(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Names and rules of a scenario, and what applying them would do."""
    return _rules_page(request, public_id)


def _rules_page(request: HttpRequest, public_id: UUID, *, refused: str = "", status: int = 200) -> HttpResponse:
    """The page; with a rule that was refused, what was typed stands in the form again, with what is wrong."""
    context = _context(request, public_id)
    found: Scenario = context["scenario"]
    try:
        preview: dict[str, Any] | None = queries.shown_preview(services.preview_rules(found))
        trouble = ""
    except BailiwickError as error:  # a rule of a field that is no longer there
        preview, trouble = None, retold(of_error(error), str(error))
    counts = {str(rule["id"]): rule for rule in preview["rules"]} if preview else {}
    shown = [(rule, counts.get(str(rule.public_id))) for rule in found.rules.select_related("territory")]
    rows = found.named.select_related("unit", "territory").order_by("-pk")[:200]
    named = [(row, row.unit.unit_set_id != found.plan.unit_set_id) for row in rows]
    more = {"rules": shown, "named": named, "preview": preview, "trouble": trouble} | queries.rule_fields_apart(found)
    again = {"refused": refused, "typed": request.POST if refused else {}}
    return render(request, "planning/rules.html", context | more | again, status=status)


@access(Right.PLAN)
@require_POST
def change_rules(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Add, switch, delete or apply rules; give names and take them back."""
    actor, version, act, post = actor_of(request), _version(request), request.POST.get("act", ""), request.POST
    queries.scenario(actor, public_id)  # whether it is there comes before whether the step makes sense
    if act == "add":
        number = post.get("precedence", "")
        given: dict[str, Any] = {name: post.get(name, "") for name in ("name", "condition", "territory")}
        given["precedence"] = int(number) if number.isdigit() else None
        try:
            done, _key = services.save_rule(actor, public_id, version=version, **given)
        except (Invalid, InputError) as refusal:
            return _rules_page(request, public_id, refused=retold(of_error(refusal), str(refusal)), status=422)
    elif act in {"on", "off"}:
        done, _key = services.save_rule(actor, public_id, version=version, rule_id=_uuid(post.get("rule")), is_active=act == "on")
    elif act == "delete":
        done = services.delete_rule(actor, public_id, _uuid(post.get("rule")), version=version)
    elif act == "apply":
        done = services.apply_rules(actor, public_id, version=version)
    elif act in {"name", "unname"}:
        units = _units_of(_context(request, public_id), post.get("units", ""))
        to = post.get("territory", "") if act == "name" else ""
        done = services.name_units(actor, public_id, units, to, version=version, reason=post.get("reason", ""))
    elif act == "give_back":
        accounts = [int(text) for text in post.getlist("account") if text.isdigit()]
        done = services.move_accounts(actor, public_id, accounts, "", version=version)
    else:
        raise Invalid(_("There is no such step."), code="step")
    return _back(request, "scenario_rules", public_id, done)


def _context(request: HttpRequest, public_id: UUID) -> dict[str, Any]:
    context = scenario_context(request, public_id)
    if not context["sees_all"]:
        raise NotAllowed(_("Parts of this plan are outside your scope."))
    return context | {"can_undo": context["can_edit"] and can_step(context["scenario"])[0]}


def _units_of(context: dict[str, Any], text: str) -> list[int]:
    """Units by their ids, separated by commas, semicolons or lines."""
    place = {str(code): i for i, code in enumerate(context["arrays"].units.table.ids.tolist())}
    codes = [code.strip() for code in text.replace(";", ",").replace("\n", ",").split(",") if code.strip()]
    unknown = [code for code in codes if code not in place]
    if unknown:
        raise Invalid(_("There is no unit “%(name)s”; name units by their ids.") % {"name": unknown[0]}, code="unknown_unit")
    return [place[code] for code in codes]


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Invalid(_("Which rule?"), code="rule") from None


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else None


def _back(request: HttpRequest, name: str, public_id: UUID, done: Moved) -> HttpResponse:
    stayed = [f"{n:,} {word}" for n, word in ((done.n_locked, _("locked")), (done.n_forbidden, _("forbidden there"))) if n]
    messages.success(request, in_reader_words(done.summary) + (f" ({', '.join(stayed)})" if stayed else ""))
    return redirect(name, public_id)
