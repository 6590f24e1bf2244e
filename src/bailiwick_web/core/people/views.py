"""Pages about users."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.entrance import invitations
from bailiwick_web.core.models import AuditEntry, Person, User
from bailiwick_web.core.people import queries, services
from bailiwick_web.core.people.forms import InviteForm, RolesForm, UserForm
from bailiwick_web.core.refusals import Invalid, Missing, Refused
from bailiwick_web.core.roles import Right, Role

PAGE = 50


@access(Right.PEOPLE)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Users, their roles, whether they can come in."""
    wanted = queries.UserFilter(request.GET.get("q", "").strip()[:100], request.GET.get("role", ""), request.GET.get("state", ""))
    page = Paginator(queries.users(wanted, actor_of(request).now.date()), PAGE).get_page(request.GET.get("page"))
    context = {
        "here": "people",
        "page": page,
        "filter": wanted,
        "roles": Role.choices,
        "states": [("invited", _("not been here yet")), ("no-second-factor", _("no second factor")), ("no-access", _("no access"))],
        "is_filtered": wanted != queries.UserFilter(),
    }
    return render(request, "core/people.html", context)


@access(Right.PEOPLE)
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody: the link is shown once, and mailed if mail is set up."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, secret = services.invite(actor_of(request), **form.cleaned_data)
        except Refused as error:
            form.add_error(None, error.message)
        else:
            return _show_link(request, user, secret)
    return render(request, "core/invite.html", {"form": form, "here": "people"}, status=422 if form.errors else 200)


@access(Right.PEOPLE)
@require_GET
def person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One user: roles, person, sessions, second factor, what was done."""
    user = _user(public_id)
    context = {
        "here": "people",
        "subject": user,
        "roles_form": RolesForm(initial={"role": user.role, "more_roles": user.more_roles}),
        "form": UserForm(user=user, initial={"name": user.name, "email": user.email, "person": _person_id(user)}),
        "staffings": queries.staffings_on(actor_of(request).now.date()).filter(person__user=user),
        "factors": Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES),
        "sessions": sorted(UserSession.objects.purge_and_list(user), key=lambda s: s.last_seen_at, reverse=True),
        "entries": AuditEntry.objects.filter(record_id=str(user.public_id)).select_related("actor")[:12],
    }
    return render(request, "core/person.html", context)


def _person_id(user: User) -> UUID | None:
    return Person.objects.filter(user=user).values_list("public_id", flat=True).first()


@access(Right.PEOPLE)
@require_POST
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change name, address and person."""
    user = _user(public_id)
    form = UserForm(request.POST, user=user)
    if not form.is_valid():
        raise Invalid(" ".join(str(e) for errors in form.errors.values() for e in errors), code="form")
    actor = actor_of(request)
    services.rename(actor, user, name=form.cleaned_data["name"], email=form.cleaned_data["email"])
    services.link_person(actor, user, form.cleaned_data["person"])
    messages.success(request, _("Saved."))
    return redirect("person", public_id)


@access(Right.PEOPLE)
@require_POST
def change_roles(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a user other roles."""
    user, form = _user(public_id), RolesForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("There is no such role."), code="unknown_role")
    services.change_roles(actor_of(request), user, **form.cleaned_data)
    messages.success(request, _("The roles count from the next request on."))
    return redirect("person", public_id)


@access(Right.PEOPLE)
@require_POST
def act_on_person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take access away or give it back, make a link, end sessions, remove a lost second factor."""
    actor, user, act = actor_of(request), _user(public_id), request.POST.get("act", "")
    reason = request.POST.get("reason", "")
    if act == "link":
        return _show_link(request, user, invitations.make_link(actor, user))
    if act in {"disable", "enable"}:
        services.set_active(actor, user, is_active=act == "enable", reason=reason)
        messages.success(request, _("%(user)s can sign in again.") % {"user": user} if act == "enable" else _("No access from now on."))
    elif act == "end-sessions":
        services.end_sessions(actor, user)
        messages.success(request, _("Signed out everywhere."))
    elif act == "remove-second-factor":
        services.remove_second_factor(actor, user, reason=reason)
        messages.success(request, _("The second factor is gone; another can be set up at the next sign-in."))
    else:
        raise Invalid(_("There is no such step."), code="step")
    return redirect("person", public_id)


def _show_link(request: HttpRequest, user: User, secret: str) -> HttpResponse:
    """The one moment at which a link can be seen."""
    invitation = user.invitations.latest("pk")
    address = request.build_absolute_uri(reverse("open_link", args=[secret]))
    is_sent = invitations.send_link(user, invitation, address, actor_of(request).user)
    context = {"here": "people", "subject": user, "invitation": invitation, "address": address, "is_sent": is_sent}
    return render(request, "core/link.html", context | {"has_mail": settings.EMAIL_IS_SET_UP})


def _user(public_id: UUID) -> User:
    user = User.objects.filter(public_id=public_id).first()
    if user is None:
        raise Missing(_("There is no such user."))
    return user
