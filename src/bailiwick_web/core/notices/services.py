"""Tell people, let them say how they want to be told, and mark what they read."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Notice, NoticeWish, User
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.retelling import made_of
from bailiwick_web.core.services import audit

Mail = Notice.Mail


@transaction.atomic
def tell_people(actor: Actor, kind: str, about: str, told: Iterable[tuple[User, str]], *, address: str) -> int:
    """Give each user a sentence; who was told of it already is not told again. Returns how many are told now.

    A mail follows where a server is set up and the user did not say no; :mod:`bailiwick_web.core.notices.mailing` sends it.
    """
    told = [(user, text) for user, text in told if user.is_active]
    known = set(Notice.objects.filter(kind=kind, about=about).values_list("user_id", flat=True))
    refusing = set(NoticeWish.objects.filter(wants_mail=False).values_list("user_id", flat=True))
    fresh = [
        Notice(
            user=user,
            kind=kind,
            about=about,
            text=str(text),
            made_of=made_of(text=text),
            address=address,
            created_at=actor.now,
            mail=Mail.WAITING if settings.EMAIL_IS_SET_UP and user.pk not in refusing else Mail.UNWANTED,
            mail_due_at=actor.now,
        )
        for user, text in told
        if user.pk not in known
    ]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    return len(fresh)


def mark_read(actor: Actor, public_id: UUID | None = None) -> Notice | None:
    """Mark one message of the user as read, or all of them; returns the one."""
    own = Notice.objects.filter(user=actor.user)
    if public_id is None:
        own.filter(read_at=None).update(read_at=actor.now)
        return None
    found = own.filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such message."))
    own.filter(pk=found.pk, read_at=None).update(read_at=actor.now)
    return found


@transaction.atomic
def wish_for_mail(actor: Actor, *, wants_mail: bool) -> None:
    """Say whether messages come by mail, too. Recorded. What waits to be sent is not sent to whom does not want it."""
    if actor.user is None:
        raise Missing(_("There is no such message."))
    wish, _made = NoticeWish.objects.get_or_create(user=actor.user)
    if wish.wants_mail != wants_mail:
        audit(actor, "user.changed", actor.user, field="wants_mail", before=wish.wants_mail, after=wants_mail)
    wish.wants_mail = wants_mail
    wish.save(update_fields=["wants_mail"])
    if not wants_mail:
        Notice.objects.filter(user=actor.user, mail=Mail.WAITING).update(mail=Mail.UNWANTED)


def remember_language(user: User, language: str) -> None:
    """Keep the language that a user chose, for what is written to them."""
    if language in dict(settings.LANGUAGES):
        NoticeWish.objects.update_or_create(user=user, defaults={"language": language})


def wants_mail(user: User) -> bool:
    """Whether messages come by mail, too."""
    wish = NoticeWish.objects.filter(user=user).first()
    return wish is None or wish.wants_mail
