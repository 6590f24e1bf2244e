"""Addresses of the provider, and its start: users, one client, a server on loopback."""

from __future__ import annotations

import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def enter(request: HttpRequest, email: str) -> HttpResponse:
    """Sign in at the provider as one of its users: what the company's own sign-in page does."""
    from django.contrib.auth import get_user_model, login

    login(request, get_user_model().objects.get(email=email), backend="allauth.account.auth_backends.AuthenticationBackend")
    return HttpResponse("in")


if __name__ != "__main__":  # the addresses need the applications, which the start below sets up
    urlpatterns = [
        path("enter/<str:email>", enter),
        path("accounts/", include("allauth.account.urls")),
        path("", include("allauth.idp.urls")),
    ]


class Quiet(WSGIRequestHandler):
    """No log of requests."""

    def log_message(self, *args: object) -> None:
        """Nothing."""


def main() -> None:
    """Serve until killed; prints the port first."""
    django.setup()
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User

    call_command("migrate", verbosity=0)
    for email, is_verified in (("ann@example.org", True), ("eve@example.org", True), ("mallory@example.org", False)):
        user = User.objects.create_user(email.partition("@")[0], email, first_name="Ann", last_name="Provider")
        # Mallory writes somebody else's address into the profile, and never showed that it is theirs.
        EmailAddress.objects.create(user=user, email="bob@example.org" if not is_verified else email, verified=is_verified, primary=True)
    client = Client(
        id="bailiwick", name="Bailiwick", scopes="openid\nprofile\nemail", redirect_uris=os.environ["OIDC_REDIRECT"], skip_consent=True
    )
    client.set_secret("a secret")
    client.save()
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
