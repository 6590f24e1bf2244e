"""Getting in, people, history, and what to say when something fails."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core import services
from bailiwick_web.core.access import access, actor_of, public
from bailiwick_web.core.forms import FirstUserForm, NewUserForm
from bailiwick_web.core.models import AuditEntry, Job, User
from bailiwick_web.core.refusals import Missing, NotAllowed, Refused
from bailiwick_web.core.roles import Right, Role

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@public
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the first administrator; needs the key that the server printed when it started."""
    if User.objects.exists():
        return redirect("home")
    if not _has_key(request, settings.SETUP_KEY):
        raise NotAllowed("Open the address that the server printed when it started; it holds the key for the first user.")
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
        raise Missing("This is no demonstration.")
    if request.method == "GET" and not _has_key(request, settings.DEMO_KEY):
        raise NotAllowed("Open the address that the server printed when it started.")
    role = request.POST.get("role", Role.PLANNER)
    user = User.objects.filter(role=role, email__endswith="@example.com").order_by("pk").first()
    if user is None:
        raise Missing("There is nobody with that role in the demonstration.")
    login(request, user, backend=BACKEND)
    return redirect("home")


def _has_key(request: HttpRequest, key: str) -> bool:
    return bool(key) and secrets.compare_digest(request.GET.get("key", "").encode(), key.encode())


@public
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the server answers and reaches its database."""
    User.objects.exists()
    return JsonResponse({"status": "ok"})


@public
def no_signup(request: HttpRequest) -> HttpResponse:
    """Users are made by an administrator."""
    return redirect("account_login")


@access(Right.PEOPLE)
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Users and their roles, and a form for one more."""
    form = NewUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.create_user(actor_of(request), **form.cleaned_data)
        except Refused as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{user} can sign in now.")
            return redirect("people")
    users = User.objects.order_by("name")
    return render(request, "core/people.html", {"users": users, "form": form, "here": "people"}, status=422 if form.errors else 200)


@access(Right.AUDIT)
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first; ``?record=`` for one record."""
    entries = AuditEntry.objects.select_related("actor")
    if record := request.GET.get("record"):
        entries = entries.filter(record_id=record)
    if text := request.GET.get("q", "").strip():
        entries = entries.filter(record_name__icontains=text) | entries.filter(action__icontains=text)
    page = Paginator(entries, 100).get_page(request.GET.get("page"))
    return render(request, "core/history.html", {"page": page, "here": "audit", "q": request.GET.get("q", "")})


@access(Right.PLAN)
@require_POST
def cancel_job(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a job to end."""
    job = Job.objects.filter(public_id=public_id).first()
    if job is None:
        raise Missing("There is no such job.")
    services.request_cancel(actor_of(request), job)
    response = HttpResponse(status=204)
    response.headers["HX-Trigger"] = "jobs-changed"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address."""
    return render(request, "core/refused.html", {"refusal": Missing("There is no such page.")}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not for this user."""
    return render(request, "core/refused.html", {"refusal": NotAllowed("You may not do that.")}, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """A defect of ours; nothing about it is told to strangers."""
    return render(request, "core/failed.html", status=500)
