"""Links that work once: the way in for new users, and a new password for those who lost theirs."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta
from smtplib import SMTPException

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Invitation, User
from bailiwick_web.core.refusals import Conflict, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit

log = logging.getLogger(__name__)
LASTS = {Invitation.Kind.WELCOME: timedelta(days=7), Invitation.Kind.PASSWORD: timedelta(hours=24)}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_link(actor: Actor, user: User) -> str:
    """Make the secret of a link that works once; administrators may. Recorded. Links made before for the same user end."""
    actor.need(Right.PEOPLE)
    if not user.is_active:
        raise Conflict(_("%(user)s has no access; give it back first.") % {"user": user}, code="inactive")
    kind = Invitation.Kind.PASSWORD if user.last_login else Invitation.Kind.WELCOME
    user.invitations.filter(used_at=None).update(expires_at=actor.now)
    secret = secrets.token_urlsafe(32)
    Invitation.objects.create(
        user=user, kind=kind, digest=_digest(secret), created_at=actor.now, created_by=actor.user, expires_at=actor.now + LASTS[kind]
    )
    audit(actor, "user.link_made", user, after=kind)
    return secret


def find(secret: str, actor: Actor) -> Invitation:
    """The invitation of a link.

    Raises
    ------
    Missing
        If there is none, it was used, it is too old, or the user lost access: the answer is the same.
    """
    found = Invitation.objects.filter(digest=_digest(secret), used_at=None, expires_at__gt=actor.now, user__is_active=True)
    invitation = found.select_related("user", "created_by").first()
    if invitation is None:
        raise Missing(_("This link was used already or is too old. Ask your administrator for a new one."), code="link")
    return invitation


@transaction.atomic
def accept(actor: Actor, secret: str, password: str) -> User:
    """Give the user of a link the password that they chose; a second factor stays. Recorded. All their sessions end.

    Raises
    ------
    Missing, ValidationError
        If the link does not work any more, or the password is weak.
    """
    invitation = find(secret, actor)
    user = invitation.user
    validate_password(password, user)
    if not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=actor.now):
        raise Missing(_("This link was used already or is too old. Ask your administrator for a new one."), code="link")
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)
    audit(Actor(user, actor.now, actor.request_id), "user.link_used", user, after=invitation.kind)
    return user


def end_sessions(user: User, but: str | None = None) -> int:
    """End the sessions of a user, but for one; says how many."""
    ended = list(UserSession.objects.filter(user=user).exclude(session_key=but or ""))
    for session in ended:
        session.end()
    return len(ended)


def send_link(user: User, invitation: Invitation, address: str, sender: User | None) -> bool:
    """Mail a link; says whether the server took it. Whoever made it has the link on the screen anyway."""
    if not settings.EMAIL_IS_SET_UP:
        return False
    context = {"user": user, "invitation": invitation, "address": address, "sender": sender}
    subject = " ".join(render_to_string("core/mail/link_subject.txt", context).split())
    try:
        return bool(send_mail(subject, render_to_string("core/mail/link.txt", context), None, [user.email]))
    except (OSError, SMTPException) as error:
        log.warning("the mail server did not take a message: %s", error)
        return False
