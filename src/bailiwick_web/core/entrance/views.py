"""Getting in: the first user, the demonstration, invitations, sessions."""

from __future__ import annotations

import secrets

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core import services
from bailiwick_web.core.access import access, actor_of, public
from bailiwick_web.core.entrance import invitations
from bailiwick_web.core.entrance.forms import FirstUserForm, NewPasswordForm
from bailiwick_web.core.models import User
from bailiwick_web.core.refusals import Missing, NotAllowed, TooMany
from bailiwick_web.core.roles import Right, Role

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LINK = "invitation"
"""Where the secret of a link waits in the session, so that it stands in no address while the form is filled in."""


@public
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the first administrator; needs the key that the server printed when it started."""
    if User.objects.exists():
        return redirect("home")
    if not _has_key(request, settings.SETUP_KEY):
        raise NotAllowed(_("Open the address that the server printed when it started; it holds the key for the first user."))
    form = FirstUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = services.create_first_administrator(actor_of(request), **form.cleaned_data)
        login(request, user, backend=BACKEND)
        return redirect("home")
    return render(request, "core/setup.html", {"form": form}, status=422 if form.errors else 200)


@public
@require_http_methods(["GET", "POST"])
def enter_demo(request: HttpRequest) -> HttpResponse:
    """Sign in to the demonstration: as the planner by the printed address, or as another role from the sign-in page."""
    if not settings.DEMO_KEY:
        raise Missing(_("This is no demonstration."))
    if request.method == "GET" and not _has_key(request, settings.DEMO_KEY):
        raise NotAllowed(_("Open the address that the server printed when it started."))
    role = request.POST.get("role", Role.PLANNER)
    user = User.objects.filter(role=role, email__endswith="@example.com").order_by("pk").first()
    if user is None:
        raise Missing(_("There is nobody with that role in the demonstration."))
    login(request, user, backend=BACKEND)
    return redirect("home")


def _has_key(request: HttpRequest, key: str) -> bool:
    return bool(key) and secrets.compare_digest(request.GET.get("key", "").encode(), key.encode())


@public
@require_GET
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The address of an invitation: keep its secret in the session and show the form at an address without it."""
    invitations.find(secret, actor_of(request))
    request.session[LINK] = secret
    return redirect("accept_link")


@public
@require_http_methods(["GET", "POST"])
def accept_link(request: HttpRequest) -> HttpResponse:
    """Choose a password; then sign in with it, and with the second factor if there is one."""
    actor, secret = actor_of(request), request.session.get(LINK, "")
    invitation = invitations.find(secret, actor)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitations.accept(actor, secret, form.cleaned_data["password"])
        except ValidationError as error:
            form.add_error("password", error)
        else:
            request.session.flush()
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("account_login")
    context = {"form": form, "invitation": invitation}
    return render(request, "core/welcome.html", context, status=422 if form.errors else 200)


@access(Right.LOOK)
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the user is signed in."""
    found = sorted(UserSession.objects.purge_and_list(request.user), key=lambda s: s.last_seen_at, reverse=True)
    return render(request, "core/sessions.html", {"sessions": found, "current": request.session.session_key})


@access(Right.LOOK)
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one session of the user, or all but the present one."""
    actor, wanted = actor_of(request), request.POST.get("session", "")
    assert actor.user is not None
    if wanted == "others":
        n = invitations.end_sessions(actor.user, but=request.session.session_key)
        services.audit(actor, "user.sessions_ended", actor.user, after=n)
    else:
        found = UserSession.objects.filter(user=actor.user, pk=int(wanted) if wanted.isdigit() else 0).first()
        if found is None:
            raise Missing(_("There is no such session; it may have ended already."))
        found.end()
        services.audit(actor, "user.sessions_ended", actor.user, after=1)
    messages.success(request, _("Signed out there."))
    return redirect("sessions")


@public
def no_signup(request: HttpRequest) -> HttpResponse:
    """Users are invited by an administrator."""
    return redirect("account_login")


def too_many(request: HttpRequest) -> HttpResponse:
    """Too many requests of a kind; all those limits count per minute."""
    refusal = TooMany(_("Too many attempts. Wait a minute and try again."), retry_after=60)
    response = render(request, "core/refused.html", {"refusal": refusal}, status=429)
    response.headers["Retry-After"] = "60"
    return response
