"""Roles, and what each may do. Pure data: the table in ``docs/explanation/who-may-what.md`` is compared with it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is."""

    ADMINISTRATOR = "administrator", _("Administrator")
    PLANNER = "planner", _("Planner")
    MANAGER = "manager", _("Manager")
    REP = "rep", _("Rep")
    VIEWER = "viewer", _("Viewer")


class Right(StrEnum):
    """What somebody may do, within their scope."""

    LOOK = "look"
    """Sign in, see published plans and customers within the scope."""
    SELL = "sell"
    """Write records of customers within the scope: accounts, contacts, deals, orders, activities, cases."""
    REVIEW = "review"
    """See proposed plans."""
    CHALLENGE = "challenge"
    """Challenge single assignments of a proposal that concerns the own territories."""
    APPROVE = "approve"
    """Decide on proposed plans."""
    PLAN = "plan"
    """See and change drafts, start the engine."""
    IMPORT = "import"
    """Bring data in, and take it back."""
    PUBLISH = "publish"
    """Make an approved plan the one that counts, and roll back."""
    AUDIT = "audit"
    """Read who did what."""
    AIM = "aim"
    """Set sales goals of positions within the scope."""
    ORGANISE = "organise"
    """Change the sales organisation: nodes, positions, who fills them."""
    PEOPLE = "people"
    """Invite users, give roles, take access away."""
    PRIVACY = "privacy"
    """Export and erase what is kept of a person."""
    CONNECT = "connect"
    """Let other systems hear of what happens, and make rules that act; never beyond the own scope."""


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.PLANNER: frozenset(
        {
            Right.LOOK,
            Right.SELL,
            Right.REVIEW,
            Right.CHALLENGE,
            Right.PLAN,
            Right.IMPORT,
            Right.PUBLISH,
            Right.AUDIT,
            Right.AIM,
            Right.ORGANISE,
            Right.CONNECT,
        }
    ),
    Role.MANAGER: frozenset({Right.LOOK, Right.SELL, Right.REVIEW, Right.CHALLENGE, Right.APPROVE, Right.AIM, Right.CONNECT}),
    Role.REP: frozenset({Right.LOOK, Right.SELL, Right.CHALLENGE}),
    Role.VIEWER: frozenset({Right.LOOK}),
}


def has_right(role: str, right: Right) -> bool:
    """Whether a role may do something; unknown roles may nothing.

    Examples
    --------
    >>> has_right("rep", Right.PLAN), has_right("planner", Right.PLAN), has_right("emperor", Right.LOOK)
    (False, True, False)
    """
    return role in Role.values and right in RIGHTS[Role(role)]


def any_right(roles: Iterable[str], right: Right) -> bool:
    """Whether at least one of several roles may do something: a further role adds, and never takes away.

    Examples
    --------
    >>> any_right({"rep", "planner"}, Right.PLAN), any_right(set(), Right.LOOK)
    (True, False)
    """
    return any(has_right(role, right) for role in roles)
