"""Pages about the people of the organisation: who they are, what they can, which jobs they have."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.models import PersonProfile
from bailiwick_web.core.organisation import queries, services
from bailiwick_web.core.organisation.forms import PersonForm, cleaned, shown
from bailiwick_web.core.organisation.views import version_of
from bailiwick_web.core.roles import Right

PAGE = 50


@access(Right.REVIEW)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Reps and managers, as far as the user sees their jobs."""
    text = request.GET.get("q", "").strip()[:100]
    page = Paginator(queries.people_with_jobs(actor_of(request), text), PAGE).get_page(request.GET.get("page"))
    context = {"here": "organisation", "page": page, "text": text, "form": PersonForm()}
    return render(request, "core/organisation_people.html", context)


@access(Right.ORGANISE)
@require_POST
def add_person(request: HttpRequest) -> HttpResponse:
    """Somebody new."""
    made = services.add_person(actor_of(request), **cleaned(PersonForm(request.POST)))
    messages.success(request, _("%(name)s can fill positions now.") % {"name": made})
    return redirect("organisation_person", made.public_id)


@access(Right.REVIEW)
@require_GET
def person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One rep or manager: skills, languages, home, jobs."""
    actor = actor_of(request)
    found = queries.person(actor, public_id)
    profile = getattr(found, "profile", None) or PersonProfile()
    given = {"name": found.name, "email": found.email, "skills": ", ".join(profile.skills), "languages": ", ".join(profile.languages)}
    home = {"home_lat": shown(profile.home_lat), "home_lon": shown(profile.home_lon)}
    context = {
        "here": "organisation",
        "person": found,
        "profile": profile,
        "staffings": queries.staffings(actor).filter(person=found).order_by("-valid_from"),
        "form": PersonForm(initial=given | home),
    }
    return render(request, "core/organisation_person.html", context)


@access(Right.ORGANISE)
@require_POST
def change_person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change what is said of somebody."""
    actor = actor_of(request)
    found = queries.person(actor, public_id)
    services.change_person(actor, found, version=version_of(request), **cleaned(PersonForm(request.POST)))
    messages.success(request, _("Saved."))
    return redirect("organisation_person", public_id)
