"""Pages about the organisation: the tree, a node, a position, who sees it and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.models import Person
from bailiwick_web.core.organisation import queries, services
from bailiwick_web.core.organisation.forms import (
    DayForm,
    EndForm,
    MoveForm,
    NodeForm,
    PositionChangeForm,
    PositionForm,
    StaffingForm,
    cleaned,
    shown,
)
from bailiwick_web.core.people.queries import who_sees
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right


@access(Right.REVIEW)
@require_GET
def organisation(request: HttpRequest) -> HttpResponse:
    """The tree on a day, as far as the user sees it: positions, who fills them, who comes next, what is vacant."""
    actor = actor_of(request)
    today = actor.now.date()
    on = cleaned(DayForm(request.GET))["on"] or today
    tops = queries.tree(actor, on)
    context = {
        "here": "organisation",
        "on": on,
        "is_today": on == today,
        "rows": queries.flat(tops),
        "n_positions": sum(top.n_positions for top in tops),
        "n_vacant": sum(top.n_vacant for top in tops),
        "form": NodeForm(initial={"kind": "nation"}),
    }
    return render(request, "core/organisation.html", context)


@access(Right.REVIEW)
@require_GET
def node(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One node: who leads it, what hangs below it, who sees it."""
    actor = actor_of(request)
    found = queries.node(actor, public_id)
    today = actor.now.date()
    context = {
        "here": "organisation",
        "node": found,
        "children": found.children.order_by("name"),
        "positions": queries.seats(found.positions.order_by("name"), today),
        "leaders": found.leaders.select_related("person").order_by("-valid_from"),
        "seers": who_sees(found, today),
        "today": today,
        "form": NodeForm(initial={"name": found.name, "kind": found.kind}),
        "child_form": NodeForm(auto_id="child_%s"),
        "move_form": MoveForm(node=found, initial={"parent": found.parent.public_id if found.parent else None}),
        "position_form": PositionForm(auto_id="position_%s"),
        "staffing_form": StaffingForm(auto_id="staffing_%s", initial={"valid_from": today}),
    }
    return render(request, "core/node.html", context)


@access(Right.ORGANISE)
@require_POST
def add_root(request: HttpRequest) -> HttpResponse:
    """The first node."""
    made = services.add_node(actor_of(request), **cleaned(NodeForm(request.POST)), parent=None)
    return redirect("node", made.public_id)


@access(Right.ORGANISE)
@require_POST
def change_node(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Rename, move, remove a node, or add a child, a position or a leader."""
    actor = actor_of(request)
    found, act = queries.node(actor, public_id), request.POST.get("act", "")
    version = version_of(request)
    if act == "rename":
        services.change_node(actor, found, **cleaned(NodeForm(request.POST)), version=version)
    elif act == "move":
        services.change_node(actor, found, **cleaned(MoveForm(request.POST, node=found)), version=version)
    elif act == "remove":
        services.remove_node(actor, found, version=version)
        messages.success(request, _("“%(node)s” is gone.") % {"node": found})
        return redirect("organisation")
    elif act == "add-node":
        found = services.add_node(actor, **cleaned(NodeForm(request.POST)), parent=found)
    elif act == "add-position":
        made = services.add_position(actor, found, **cleaned(PositionForm(request.POST)))
        messages.success(request, _("Saved."))
        return redirect("position", made.public_id)
    elif act == "staff":
        services.staff(actor, node=found, **_staffing(actor, request))
    else:
        raise Invalid(_("There is no such step."), code="step")
    messages.success(request, _("Saved."))
    return redirect("node", found.public_id)


@access(Right.REVIEW)
@require_GET
def position(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One position: who fills it when, who sees its territory and why."""
    actor = actor_of(request)
    found = queries.position(actor, public_id)
    today = actor.now.date()
    given = {"name": found.name, "capacity": shown(found.capacity), "node": found.node.public_id}
    home = {"home_lat": shown(found.home_lat), "home_lon": shown(found.home_lon)}
    context = {
        "here": "organisation",
        "position": found,
        "staffings": found.staffings.select_related("person").order_by("-valid_from"),
        "seers": who_sees(found.node, today, found.pk),
        "today": today,
        "form": PositionChangeForm(initial=given | home),
        "staffing_form": StaffingForm(auto_id="staffing_%s", initial={"valid_from": today}),
    }
    return render(request, "core/position.html", context)


@access(Right.ORGANISE)
@require_POST
def change_position(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change a position, or say who fills it."""
    actor = actor_of(request)
    found = queries.position(actor, public_id)
    if request.POST.get("act") == "staff":
        services.staff(actor, position=found, **_staffing(actor, request))
    else:
        services.change_position(actor, found, **cleaned(PositionChangeForm(request.POST)), version=version_of(request))
    messages.success(request, _("Saved."))
    return redirect("position", public_id)


@access(Right.ORGANISE)
@require_POST
def end_staffing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let a staffing end."""
    actor = actor_of(request)
    found = queries.staffing(actor, public_id)
    services.end_staffing(actor, found, on=cleaned(EndForm(request.POST))["on"], version=version_of(request))
    messages.success(request, _("Saved."))
    if found.position is not None:
        return redirect("position", found.position.public_id)
    assert found.node is not None
    return redirect("node", found.node.public_id)


def _staffing(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    data = cleaned(StaffingForm(request.POST))
    person: Person = data["person"] or services.add_person(actor, name=data["new_person"])
    return {"person": person, "valid_from": data["valid_from"], "valid_until": data["valid_until"]}


def version_of(request: HttpRequest) -> int | None:
    """The version that a form is based on."""
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else None
