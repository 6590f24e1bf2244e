"""What the library that signs people in asks us: who may come in, and what happens after too many attempts."""

from __future__ import annotations

import hashlib
import time
from base64 import urlsafe_b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.refusals import TooMany
from bailiwick_web.core.roles import Role
from bailiwick_web.core.services import audit

FAILED = "login_failed"


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Users are invited by an administrator; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed attempts count per account and address, so that a stranger elsewhere cannot lock the owner out."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}@{ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; refuse it once there were too many, and write that down the first time."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        if wait := seconds_to_wait(request, key):
            if cache.add(f"locked-out:{key}", 1, wait):
                _write_down_lockout(credentials.get("email", ""), ratelimit.get_ip(request))
            raise TooMany(_("Too many failed attempts. Try again in %(minutes)d minutes.") % {"minutes": -(-wait // 60)}, retry_after=wait)
        super().pre_authenticate(request, **credentials)

    def validation_error(self, code: str, *args: Any) -> Any:
        """Too many attempts are an answer of their own (429), not a complaint in a form."""
        if code == "too_many_login_attempts":
            raise TooMany(_("Too many failed attempts. Try again later."), retry_after=settings.LOCKOUT_SECONDS)
        return super().validation_error(code, *args)


def seconds_to_wait(request: HttpRequest, key: str) -> int:
    """How long sign-in with this key is closed; 0 if it is open."""
    now, longest = time.time(), 0.0
    for rate in ratelimit.get_rates(app="allauth.account", action=FAILED):
        place = ratelimit.get_cache_key(request, app="allauth.account", action=FAILED, rate=rate, key=key)
        history = [at for at in cache.get(place, []) if at > now - rate.duration]
        if len(history) >= rate.amount:
            longest = max(longest, history[rate.amount - 1] + rate.duration - now)
    return int(longest) + 1 if longest > 0 else 0


def _write_down_lockout(email: str, address: str) -> None:
    user = User.objects.filter(email=email.lower()).first()
    if user is not None:
        audit(Actor(None, timezone.now()), "user.locked_out", user, after=address)


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whom the provider vouches for comes in if they were invited, or with the role that the settings give to newcomers."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Only if the settings name a role for newcomers and the provider has verified the address."""
        is_verified = any(address.verified for address in sociallogin.email_addresses)
        return settings.SSO_NEW_USER_ROLE in Role.values and is_verified

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Name and role of a newcomer."""
        user: User = super().populate_user(request, sociallogin, data)
        full = " ".join(part for part in (data.get("first_name"), data.get("last_name")) if part)
        user.name = str(data.get("name") or full or data.get("email") or "")[:200]
        user.email = user.email.lower()
        user.role = settings.SSO_NEW_USER_ROLE
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Store a newcomer. Recorded."""
        user: User = super().save_user(request, sociallogin, form)
        audit(Actor(None, timezone.now()), "user.created", user, field="role", after=user.role, reason="single sign-on")
        return user


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Names for the app that shows the codes; secrets are stored encrypted under the key of the installation."""

    def encrypt(self, text: str) -> str:
        """So that a copy of the database alone gives no codes."""
        return _cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """The reverse."""
        return _cipher().decrypt(encrypted_text.encode("ascii")).decode()

    def get_totp_label(self, user: User) -> str:
        """The address of the user."""
        return user.email

    def get_totp_issuer(self) -> str:
        """The name of the installation."""
        return f"Bailiwick ({context.request.get_host()})" if context.request else "Bailiwick"


def _cipher() -> Fernet:
    return Fernet(urlsafe_b64encode(hashlib.sha256(b"second factor " + settings.SECRET_KEY.encode()).digest()))
