"""The sales organisation on screen: nodes, positions with home and capacity, people with skills, dates and vacancies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.models import Node, Person, Position
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.territories import queries, services


class NodeForm(forms.Form):
    """A node."""

    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))
    kind = forms.CharField(max_length=40, label=gettext_lazy("Kind"), initial="district")
    parent = forms.UUIDField(required=False)


class PositionForm(forms.Form):
    """A job."""

    code = forms.CharField(max_length=80, required=False)
    name = forms.CharField(max_length=200)
    node = forms.UUIDField()
    capacity = forms.FloatField(min_value=0.000001)
    home_lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    home_lat = forms.FloatField(required=False, min_value=-90, max_value=90)


class PersonForm(forms.Form):
    """A rep or manager; skills and languages separated by commas."""

    name = forms.CharField(max_length=200)
    email = forms.EmailField(required=False)
    skills = forms.CharField(required=False)
    languages = forms.CharField(required=False)

    def clean_skills(self) -> list[str]:
        """As a list."""
        return str(self.cleaned_data["skills"]).split(",")

    def clean_languages(self) -> list[str]:
        """As a list."""
        return str(self.cleaned_data["languages"]).split(",")


class SeatForm(forms.Form):
    """Who fills what, from when to when."""

    person = forms.UUIDField()
    position = forms.UUIDField(required=False)
    node = forms.UUIDField(required=False)
    valid_from = forms.DateField()
    valid_until = forms.DateField(required=False)


@access(Right.PLAN)
@require_GET
def organisation(request: HttpRequest) -> HttpResponse:
    """The tree on a day, with its jobs, who has them, and what is vacant."""
    actor = actor_of(request)
    on = _day(request.GET.get("on", ""), actor.now.date())
    rows = queries.tree(on)
    context = {
        "here": "organisation",
        "on": on,
        "is_today": on == actor.now.date(),
        "rows": rows,
        "n_positions": sum(len(row.positions) for row in rows),
        "n_vacant": sum(p.is_vacant for row in rows for p in row.positions),
        "people": queries.people(on),
    }
    return render(request, "territories/organisation.html", context)


@access(Right.PLAN)
@require_GET
def position(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One job: what it is, and everybody who had it."""
    found = services.find(Position, public_id)
    context = {
        "here": "organisation",
        "position": found,
        "nodes": Node.objects.order_by("name"),
        "people": Person.objects.order_by("name"),
        "staffings": found.staffings.select_related("person").order_by("-valid_from"),
        "today": actor_of(request).now.date(),
    }
    return render(request, "territories/position.html", context)


@access(Right.PLAN)
@require_GET
def person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One rep or manager: skills, languages, jobs."""
    found = services.find(Person, public_id)
    context = {
        "here": "organisation",
        "person": found,
        "profile": getattr(found, "profile", None),
        "nodes": Node.objects.order_by("name"),
        "staffings": found.staffings.select_related("position", "node").order_by("-valid_from"),
        "today": actor_of(request).now.date(),
    }
    return render(request, "territories/person.html", context)


@access(Right.PLAN)
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Add or change a part of the organisation; the services say who may."""
    step = STEPS.get(request.POST.get("act", ""))
    if step is None:
        raise Invalid("There is no such step.", code="step")
    message, address = step(actor_of(request), request.POST)
    messages.success(request, message)
    return redirect(address)


def _clean(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise Invalid(f"{field}: {errors[0]}", code="form", field=field)
    return form.cleaned_data


def _add_node(actor: Actor, post: Any) -> tuple[str, str]:
    made = services.create_node(actor, **_clean(NodeForm(post)))
    return _("%(name)s is part of the organisation now.") % {"name": made}, "/organisation/"


def _add_position(actor: Actor, post: Any) -> tuple[str, str]:
    made = services.create_position(actor, **_clean(PositionForm(post)))
    return _("%(name)s can be filled now.") % {"name": made}, f"/organisation/positions/{made.public_id}"


def _change_position(actor: Actor, post: Any) -> tuple[str, str]:
    given = _clean(PositionForm(post))
    given.pop("code")
    changed = services.change_position(actor, _uuid(post.get("id")), version=_number(post.get("version")), **given)
    return _("Saved."), f"/organisation/positions/{changed.public_id}"


def _add_person(actor: Actor, post: Any) -> tuple[str, str]:
    made = services.create_person(actor, **_clean(PersonForm(post)))
    return _("%(name)s was added.") % {"name": made}, f"/organisation/people/{made.public_id}"


def _change_person(actor: Actor, post: Any) -> tuple[str, str]:
    changed = services.change_person(actor, _uuid(post.get("id")), version=_number(post.get("version")), **_clean(PersonForm(post)))
    return _("Saved."), f"/organisation/people/{changed.public_id}"


def _seat(actor: Actor, post: Any) -> tuple[str, str]:
    made = services.seat(actor, **_clean(SeatForm(post)))
    where = f"positions/{made.position.public_id}" if made.position else f"people/{made.person.public_id}"
    return _("%(person)s has %(job)s from %(day)s.") % {
        "person": made.person,
        "job": made.position or made.node,
        "day": f"{made.valid_from:%d %b %Y}",
    }, f"/organisation/{where}"


def _end(actor: Actor, post: Any) -> tuple[str, str]:
    day = _day(post.get("valid_until", ""), None)
    ended = services.end_staffing(actor, _uuid(post.get("id")), version=_number(post.get("version")), valid_until=day)
    where = f"positions/{ended.position.public_id}" if ended.position else f"people/{ended.person.public_id}"
    return _("It ends on %(day)s.") % {"day": f"{day:%d %b %Y}"}, f"/organisation/{where}"


STEPS: dict[str, Callable[[Actor, Any], tuple[str, str]]] = {
    "add-node": _add_node,
    "add-position": _add_position,
    "change-position": _change_position,
    "add-person": _add_person,
    "change-person": _change_person,
    "seat": _seat,
    "end": _end,
}


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Invalid("Which record?", code="id") from None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _day(text: str, otherwise: date | None) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        if otherwise is None or text:
            raise Invalid("Give a day, such as 2026-07-01.", code="day") from None
        return otherwise
