"""Users and roles as SCIM resources, and what a provider may change of them; everything goes through the services of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.people import services as people
from bailiwick_web.core.roles import Role
from bailiwick_web.core.services import create_user
from bailiwick_web.crm.models import ExternalId
from bailiwick_web.exchange.scim.filters import Column
from bailiwick_web.exchange.scim.refusing import conflict, invalid, missing

SOURCE = "scim"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
USER_COLUMNS: Mapping[str, Column] = {
    "id": Column("public_id", UUID),
    "username": Column("email"),
    "emails": Column("email"),
    "emails.value": Column("email"),
    "displayname": Column("name"),
    "name.formatted": Column("name"),
    "externalid": Column("external"),
    "active": Column("is_active", lambda text: truth(text)),
}


def all_users() -> QuerySet[User]:
    """Every user, with the identifier that the provider knows them by."""
    ids = ExternalId.objects.filter(source=SOURCE, record_type="user", record_key=OuterRef("pk")).values("external_id")[:1]
    return User.objects.annotate(external=Subquery(ids)).order_by("pk")


def find_user(public_id: str) -> Any:
    """One user.

    Raises
    ------
    Missing
        If there is none.
    """
    try:
        found = all_users().filter(public_id=UUID(public_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise missing("There is no such user.")
    return found


def user_out(user: Any, base: str) -> dict[str, Any]:
    """A user as SCIM shows them; the user name is the e-mail address by which they sign in."""
    first, _blank, last = user.name.rpartition(" ")
    shown = {
        "schemas": [USER],
        "id": str(user.public_id),
        "userName": user.email,
        "name": {"formatted": user.name, "givenName": first, "familyName": last},
        "displayName": user.name,
        "emails": [{"value": user.email, "type": "work", "primary": True}],
        "active": user.is_active,
        "groups": [{"value": role, "display": str(Role(role).label), "$ref": f"{base}/Groups/{role}"} for role in sorted(user.roles)],
        "meta": {"resourceType": "User", "created": user.date_joined.isoformat(), "location": f"{base}/Users/{user.public_id}"},
    }
    return shown | ({"externalId": user.external} if user.external else {})


def truth(value: Any) -> bool:
    """Yes or no, also as the text that some providers send.

    Raises
    ------
    Invalid
        If it is neither: nobody keeps access because a word was not understood.
    """
    plain = str(value).strip().lower()
    if plain not in {"true", "false"}:
        raise invalid(f"“active” must be true or false, found {str(value)[:40]}.", code="invalidValue")
    return plain == "true"


def wanted_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a document says of a user, in our words: email, name, active, external; what it does not say is not there."""
    given = {str(name).lower(): value for name, value in document.items()}
    found: dict[str, Any] = {}
    if "username" in given:
        found["email"] = str(given["username"]).strip().lower()
    name = given.get("name")
    parts = {str(key).lower(): str(value or "").strip() for key, value in name.items()} if isinstance(name, Mapping) else {}
    whole = str(given.get("displayname") or parts.get("formatted") or "").strip()
    if whole := whole or " ".join(filter(None, (parts.get("givenname"), parts.get("familyname")))):
        found["name"] = whole[:200]
    if given.get("active") is not None:
        found["active"] = truth(given["active"])
    if given.get("externalid"):
        found["external"] = str(given["externalid"])[:200]
    return found


@transaction.atomic
def create(actor: Actor, document: Mapping[str, Any]) -> Any:
    """Make a user without a password: they come by single sign-on. Administrators may. Recorded."""
    wanted = wanted_of(document)
    email = wanted.get("email", "")
    if "@" not in email:
        raise invalid("userName must be an e-mail address: by it people sign in.", code="invalidValue")
    role = settings.SSO_NEW_USER_ROLE or Role.VIEWER.value
    made = create_user(actor, email=email, name=wanted.get("name") or email, role=role)
    _identify(made, wanted.get("external", ""))
    if not wanted.get("active", True):
        people.set_active(actor, made, is_active=False, reason="SCIM")
    return find_user(str(made.public_id))


@transaction.atomic
def change(actor: Actor, public_id: str, wanted: Mapping[str, Any]) -> Any:
    """Change what is given of a user; without access every session of theirs ends at once. Administrators may. Recorded."""
    user = find_user(public_id)
    name, email = wanted.get("name", user.name), wanted.get("email", user.email)
    if (name, email) != (user.name, user.email):
        people.rename(actor, user, name=name, email=email)
    if "external" in wanted:
        _identify(user, wanted["external"])
    if "active" in wanted:
        people.set_active(actor, user, is_active=wanted["active"], reason="SCIM")
    return find_user(public_id)


def replace(actor: Actor, public_id: str, document: Mapping[str, Any]) -> Any:
    """Let a user be as a document says. Administrators may. Recorded."""
    wanted = wanted_of(document)
    if "email" not in wanted:
        raise invalid("A user needs a userName.", code="invalidValue")
    return change(actor, public_id, wanted)


def _identify(user: User, external: str) -> None:
    if not external:
        return
    there = ExternalId.objects.filter(source=SOURCE, record_type="user", external_id=external).first()
    if there is not None and there.record_key != user.pk:
        raise conflict("Another user has this externalId.")
    ExternalId.objects.filter(source=SOURCE, record_type="user", record_key=user.pk).exclude(external_id=external).delete()
    ExternalId.objects.get_or_create(source=SOURCE, record_type="user", external_id=external, defaults={"record_key": user.pk})


def find_role(key: str) -> Role:
    """One role.

    Raises
    ------
    Missing
        If there is none.
    """
    if key not in Role.values:
        raise missing("There is no such group: groups are the roles of Bailiwick.")
    return Role(key)


def members(role: Role) -> QuerySet[User]:
    """Who has a role."""
    return User.objects.filter(Q(role=role) | Q(more_roles__icontains=f'"{role.value}"')).order_by("pk")


def group_out(role: Role, base: str, *, with_members: bool = True) -> dict[str, Any]:
    """A role as SCIM shows it."""
    shown: dict[str, Any] = {"schemas": [GROUP], "id": role.value, "displayName": str(role.label)}
    if with_members:
        shown["members"] = [{"value": str(u.public_id), "display": u.name, "$ref": f"{base}/Users/{u.public_id}"} for u in members(role)]
    return shown | {"meta": {"resourceType": "Group", "location": f"{base}/Groups/{role.value}"}}


@transaction.atomic
def set_members(actor: Actor, role: Role, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
    """Give a role to users, or take it from them; who has none left may look, and no more. Administrators may. Recorded."""
    for public_id in remove:
        user = find_user(public_id)
        _give(actor, user, user.roles - {role.value})
    for public_id in add:
        user = find_user(public_id)
        _give(actor, user, user.roles | {role.value})


def _give(actor: Actor, user: User, roles: Iterable[str]) -> None:
    """The strongest role comes first."""
    ordered = [role for role in Role.values if role in set(roles)] or [Role.VIEWER.value]
    people.change_roles(actor, user, role=ordered[0], more_roles=ordered[1:])
