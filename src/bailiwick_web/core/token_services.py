"""Make, find and revoke access tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AccessToken
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit

Purpose = AccessToken.Purpose
MARK = "bwk_"
"""Every key begins so, which lets programs that look for leaked keys find it."""
MOST_DAYS, MOST_TOKENS = 366, 20
CALENDAR_DAYS = 3_650
"""A calendar that falls silent is noticed too late; it can be revoked at any time."""
NEEDS = {Purpose.INCOMING: Right.CONNECT, Purpose.SCIM: Right.PEOPLE}
"""Rights that tokens for one purpose need beside those of what is done with them."""
LAST_USED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(actor: Actor, *, name: str, may_write: bool, days: int, purpose: str = "") -> tuple[AccessToken, str]:
    """A token of one's own, and its key, which is told this once; every user may, for some purposes only with a right. Recorded."""
    if actor.user is None:
        raise NotAllowed("A token belongs to a user.")
    if purpose not in Purpose.values:
        raise Invalid(f"There is no purpose “{purpose}”.", code="purpose")
    if (right := NEEDS.get(Purpose(purpose))) is not None:
        actor.need(right)
    if not name.strip():
        raise Invalid("Give the token a name, so that you know later what uses it.", code="no_name")
    if not 1 <= days <= (CALENDAR_DAYS if purpose == Purpose.CALENDAR else MOST_DAYS):
        raise Invalid(f"A token is good for 1 to {MOST_DAYS} days, found {days}.", code="days")
    good = AccessToken.objects.filter(user=actor.user, revoked_at__isnull=True, expires_at__gt=actor.now).count()
    if good >= MOST_TOKENS:
        raise Conflict(f"You have {good} tokens; revoke one that nothing uses any more.", code="tokens")
    key = MARK + secrets.token_urlsafe(30)
    token = AccessToken.objects.create(
        user=actor.user,
        name=name.strip()[:100],
        start=key[:8],
        digest=digest_of(key),
        purpose=purpose,
        may_write=may_write or purpose in NEEDS,
        created_at=actor.now,
        expires_at=actor.now + timedelta(days=days),
    )
    audit(actor, "token.created", token, after=f"{purpose or ('read and write' if may_write else 'read')}, {days} days")
    return token, key


@transaction.atomic
def revoke_token(actor: Actor, public_id: UUID) -> AccessToken:
    """End a token of one's own at once. Recorded."""
    token = AccessToken.objects.select_for_update().filter(public_id=public_id, user=actor.user).first()
    if token is None:
        raise Missing("You have no such token.")
    if token.revoked_at is None:
        token.revoked_at = actor.now
        token.save(update_fields=["revoked_at"])
        audit(actor, "token.revoked", token)
    return token


def find_token(key: str, now: datetime) -> AccessToken | None:
    """The token of a key, if it is good and its user may still sign in; notes the use, to the minute."""
    if not key.startswith(MARK):
        return None
    token = AccessToken.objects.select_related("user").filter(digest=digest_of(key)).first()
    if token is None or not token.is_good(now) or not token.user.is_active:
        return None
    long_ago = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - LAST_USED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - LAST_USED_EVERY:
        AccessToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
    return token


def digest_of(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
