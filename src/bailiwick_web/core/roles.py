"""Roles, and what each may do. Pure data: the table in ``docs/explanation/who-may-what.md`` is compared with it."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    """What somebody is."""

    ADMINISTRATOR = "administrator"
    PLANNER = "planner"
    MANAGER = "manager"
    REP = "rep"
    VIEWER = "viewer"


class Right(StrEnum):
    """What somebody may do, within their scope."""

    LOOK = "look"
    """Sign in, see published plans within the scope."""
    REVIEW = "review"
    """See proposed plans."""
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
    PEOPLE = "people"
    """Make users and give roles."""


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.PLANNER: frozenset({Right.LOOK, Right.REVIEW, Right.PLAN, Right.IMPORT, Right.PUBLISH, Right.AUDIT}),
    Role.MANAGER: frozenset({Right.LOOK, Right.REVIEW, Right.APPROVE}),
    Role.REP: frozenset({Right.LOOK}),
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
