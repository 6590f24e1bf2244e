"""The one write path to users: invite, change, take access away. Administrators may; everything is recorded."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.entrance import invitations
from bailiwick_web.core.models import Person, User
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right, Role
from bailiwick_web.core.services import audit, create_user, stamped


@transaction.atomic
def invite(
    actor: Actor, *, email: str, name: str, role: str, more_roles: Iterable[str] = (), person: Person | None = None
) -> tuple[User, str]:
    """Make a user without a password, and the secret of the link by which they choose one; administrators may. Recorded."""
    user = create_user(actor, email=email, name=name, role=role)
    if more_roles:
        change_roles(actor, user, role=role, more_roles=more_roles)
    if person is not None:
        link_person(actor, user, person)
    return user, invitations.make_link(actor, user)


@transaction.atomic
def change_roles(actor: Actor, user: User, *, role: str, more_roles: Iterable[str] = ()) -> None:
    """Give a user other roles, from the next request on; administrators may. Recorded. The last administrator stays one."""
    actor.need(Right.PEOPLE)
    user = _locked(user)
    wanted = [role, *(r for r in dict.fromkeys(more_roles) if r != role)]
    if unknown := [r for r in wanted if r not in Role.values]:
        raise Invalid(
            _("There is no role “%(role)s”; there are: %(roles)s.") % {"role": unknown[0], "roles": ", ".join(Role.values)},
            code="unknown_role",
        )
    if Role.ADMINISTRATOR not in wanted:
        _keep_an_administrator(user)
    before = _roles_text(user)
    user.role, user.more_roles = role, wanted[1:]
    user.save(update_fields=["role", "more_roles"])
    if before != _roles_text(user):
        audit(actor, "user.roles_changed", user, field="roles", before=before, after=_roles_text(user))


@transaction.atomic
def rename(actor: Actor, user: User, *, name: str, email: str) -> None:
    """Correct name and address of a user; administrators may. Recorded."""
    actor.need(Right.PEOPLE)
    user, email = _locked(user), email.strip().lower()
    if not name.strip() or "@" not in email:
        raise Invalid(_("A user needs a name and an e-mail address."), code="incomplete")
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise Conflict(_("%(email)s has an account already.") % {"email": email})
    for field, value in (("name", name.strip()), ("email", email)):
        before = getattr(user, field)
        if before != value:
            setattr(user, field, value)
            audit(actor, "user.changed", user, field=field, before=before, after=value)
    user.save(update_fields=["name", "email"])
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})


@transaction.atomic
def set_active(actor: Actor, user: User, *, is_active: bool, reason: str = "") -> None:
    """Take access away, which ends every session at once, or give it back; administrators may. Recorded."""
    actor.need(Right.PEOPLE)
    user = _locked(user)
    if user.is_active == is_active:
        return
    if not is_active:
        if actor.user is not None and user.pk == actor.user.pk:
            raise Conflict(_("You cannot take access away from yourself; another administrator can."), code="oneself")
        _keep_an_administrator(user)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    if not is_active:
        invitations.end_sessions(user)
        user.invitations.filter(used_at=None).update(expires_at=actor.now)
    audit(actor, "user.enabled" if is_active else "user.disabled", user, reason=reason)


@transaction.atomic
def end_sessions(actor: Actor, user: User) -> int:
    """Sign a user out everywhere; administrators may. Recorded."""
    actor.need(Right.PEOPLE)
    n = invitations.end_sessions(user)
    audit(actor, "user.sessions_ended", user, after=n)
    return n


@transaction.atomic
def remove_second_factor(actor: Actor, user: User, *, reason: str) -> None:
    """Take a lost second factor away, so that the user can set up another; administrators may, with a reason. Recorded."""
    actor.need(Right.PEOPLE)
    if not reason.strip():
        raise Invalid(_("Say how you know that it is really them who asks: this takes a protection away."), code="no_reason")
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Conflict(_("%(user)s has no second factor.") % {"user": user}, code="none")
    invitations.end_sessions(user)
    audit(actor, "user.second_factor_removed", user, reason=reason.strip())


@transaction.atomic
def link_person(actor: Actor, user: User, person: Person | None) -> None:
    """Say which person of the organisation a user is; administrators may. Recorded."""
    actor.need(Right.PEOPLE)
    before = Person.objects.filter(user=user).first()
    if before == person:
        return
    if person is not None and person.user_id not in {None, user.pk}:
        raise Conflict(_("%(person)s signs in as %(person_user)s already.") % {"person": person, "person_user": person.user}, code="taken")
    if before is not None:
        before.user = None
        before.save(update_fields=["user"])
    if person is not None:
        person.user = user
        person.save(update_fields=["user"])
    audit(actor, "user.person_changed", user, field="person", before=before or "", after=person or "")


def person_of(actor: Actor, user: User) -> Person:
    """The person that a user is, made if there is none yet; administrators may."""
    actor.need(Right.PEOPLE)
    found = Person.objects.filter(user=user).first()
    return found or Person.objects.create(name=user.name, email=user.email, user=user, **stamped(actor))


def _locked(user: User) -> User:
    found = User.objects.select_for_update().filter(pk=user.pk).first()
    if found is None:
        raise Missing(_("There is no such user."))
    return found


def _keep_an_administrator(user: User) -> None:
    if Role.ADMINISTRATOR not in user.roles:
        return
    others = User.objects.select_for_update().filter(is_active=True).exclude(pk=user.pk)
    if not any(Role.ADMINISTRATOR in other.roles for other in others):
        raise Conflict(_("%(user)s is the last administrator; make somebody else one first.") % {"user": user}, code="last_administrator")


def _roles_text(user: User) -> str:
    return ", ".join([user.role, *user.more_roles])
