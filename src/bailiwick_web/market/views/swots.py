"""Grids of strengths and weaknesses, and the company profile."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.forms.common import cleaned
from bailiwick_web.crm.views.common import done, invalid_step, kindly, version_of
from bailiwick_web.market.forms import EntryForm, ProfileForm
from bailiwick_web.market.queries import grids as queries
from bailiwick_web.market.services import swots as services
from bailiwick_web.market.services.profile import say_profile, the_profile
from bailiwick_web.market.views.common import HERE, csv_file
from bailiwick_web.market.visibility import swot_of, told_fact


@access(Right.LOOK)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Everything that has a grid or may have one."""
    context = HERE | {"tab": "watch", "sub": "swot"} | queries.subjects(actor_of(request))
    return render(request, "market/swots.html", context)


@access(Right.AIM)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a grid, drafted from data at once."""
    actor, text = actor_of(request), request.POST.get("of", "")
    try:
        key = UUID(text) if text else None
    except ValueError:
        raise Missing(_("There is no such record, or you may not see it.")) from None
    swot = services.begin(actor, request.POST.get("subject", ""), key)
    if swot.drafted_at is None:
        services.draft(actor, swot.public_id, version=swot.version)
    said = _("Here it is, with what the data say. Add what they do not know.")
    return done(request, reverse("swot", args=[swot.public_id]), f"{said} {queries.short_past(actor)}".strip())


@access(Right.LOOK)
@require_GET
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A grid."""
    context = HERE | {"tab": "watch", "sub": "swot", "form": EntryForm()} | queries.grid(actor_of(request), public_id)
    return render(request, "market/swot.html", context)


@access(Right.AIM)
@require_POST
@kindly
def act(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Draft anew, add a line, keep as a version."""
    actor, step = actor_of(request), request.POST.get("act", "")
    swot_of(actor, public_id)
    here = reverse("swot", args=[public_id])
    if step == "draft":
        services.draft(actor, public_id, version=version_of(request))
        said = _("Drafted anew; what people wrote, and what has a task, stayed.")
        return done(request, here, f"{said} {queries.short_past(actor)}".strip())
    if step == "add":
        services.add_entry(actor, public_id, **cleaned(EntryForm(request.POST)))
        return done(request, here)
    if step == "keep":
        kept = services.keep(actor, public_id, version=version_of(request), note=request.POST.get("note", ""))
        following = services.begin(actor, kept.subject, getattr(kept.node or kept.position, "public_id", None))
        return done(
            request, reverse("swot", args=[following.public_id]), _("Version %(n)s is kept; this is the next one.") % {"n": kept.number}
        )
    raise invalid_step()


@access(Right.LOOK)
@require_GET
def file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """A grid as a file."""
    actor = actor_of(request)
    found = queries.grid(actor, public_id)
    rows = [
        (title, text, entry.get_origin_display(), *_cells(told_fact(entry.fact, found["seen"])))
        for _quadrant, title, lines in found["quadrants"]
        for entry, text in lines
    ]
    heads = (_("Where"), _("Line"), _("Origin"), _("Value"), _("Compared with"), _("from"), _("to"), _("Day"))
    return csv_file("swot", actor.now.date(), [heads, *rows])


def _cells(fact: Mapping[str, object]) -> list[str]:
    return [_cell(fact.get(name)) for name in ("value", "reference", "low", "high", "until")]


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


@access(Right.LOOK)
@require_GET
def entry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What a line rests on."""
    actor = actor_of(request)
    context = HERE | {"tab": "watch", "sub": "swot"} | queries.entry_page(actor, services.entry_of(actor, public_id))
    return render(request, "market/swot_entry.html", context)


@access(Right.AIM)
@require_POST
@kindly
def act_on_entry(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Make a task of a line, or take it out."""
    actor, step = actor_of(request), request.POST.get("act", "")
    found = services.entry_of(actor, public_id)
    here = reverse("swot", args=[found.swot.public_id])
    if step == "task":
        task = services.make_task(actor, public_id)
        return done(
            request,
            here,
            _("There is a task now, due %(day)s: %(who)s.")
            % {"day": date_format(task.due_on, "SHORT_DATE_FORMAT") if task.due_on else "–", "who": task.person or _("nobody yet")},
        )
    if step == "remove":
        services.remove_entry(actor, public_id, version=version_of(request))
        return done(request, here, _("Taken out; versions that were kept still have it."))
    raise invalid_step()


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
@kindly
def profile(request: HttpRequest) -> HttpResponseBase:
    """What the company is; planners say it."""
    actor, found = actor_of(request), the_profile()
    if request.method == "POST":
        say_profile(actor, version=version_of(request), **cleaned(ProfileForm(request.POST)))
        return done(request, reverse("company_profile"))
    initial = (
        {} if found is None else {"core_value": found.core_value, **{n: "\n".join(getattr(found, n)) for n in ("strengths", "markets")}}
    )
    context = HERE | {"tab": "watch", "sub": "company", "profile": found, "form": ProfileForm(initial=initial)}
    return render(request, "market/profile.html", context)
