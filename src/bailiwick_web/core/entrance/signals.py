"""What is written down about coming and going."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from bailiwick_web.core.access import Actor
from bailiwick_web.core.entrance.middleware import SEEN, STARTED
from bailiwick_web.core.models import User
from bailiwick_web.core.services import audit


def _actor(request: HttpRequest | None, user: User | None) -> Actor:
    made = getattr(request, "actor", None)
    return Actor(user, timezone.now(), made.request_id if made else "")


def signed_in(sender: Any, request: HttpRequest, user: User, **more: Any) -> None:
    """The clock of the session starts."""
    request.session[STARTED] = request.session[SEEN] = timezone.now().timestamp()
    audit(_actor(request, user), "user.signed_in", user)


def signed_out(sender: Any, request: HttpRequest, user: User | None, **more: Any) -> None:
    """A session ends by the will of the user, or by its limits."""
    if user is not None:
        audit(_actor(request, user), "user.signed_out", user)


def sign_in_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **more: Any) -> None:
    """Attempts on accounts that exist; of others nothing is kept."""
    user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
    if user is not None:
        audit(_actor(request, None), "user.sign_in_failed", user)


def _recorder(action: str) -> Any:
    def record(sender: Any, request: HttpRequest, user: User, **more: Any) -> None:
        """Something about how the user signs in changed."""
        made = more.get("authenticator")
        audit(_actor(request, user), action, user, after=str(made.type) if made is not None else "")

    return record


CHANGES = {
    password_changed: _recorder("user.password_changed"),
    password_reset: _recorder("user.password_reset"),
    authenticator_added: _recorder("user.second_factor_added"),
    authenticator_removed: _recorder("user.second_factor_removed"),
}


def connect() -> None:
    """Listen, once."""
    user_logged_in.connect(signed_in, dispatch_uid="bailiwick")
    user_logged_out.connect(signed_out, dispatch_uid="bailiwick")
    user_login_failed.connect(sign_in_failed, dispatch_uid="bailiwick")
    for signal, receiver in CHANGES.items():
        signal.connect(receiver, dispatch_uid="bailiwick")
