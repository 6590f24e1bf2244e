"""What the pages about users read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from bailiwick_web.core.access import scope_of
from bailiwick_web.core.models import Invitation, Node, Staffing, User
from bailiwick_web.core.roles import Role


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users a list shows."""

    text: str = ""
    role: str = ""
    state: str = ""


def users(wanted: UserFilter, today: date) -> QuerySet[User]:
    """Users that fit, with what a list shows of them, in a fixed number of queries."""
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    waiting = Invitation.objects.filter(user=OuterRef("pk"), used_at=None)
    found = User.objects.annotate(has_second_factor=Exists(factors), is_invited=Exists(waiting)).order_by("name", "pk")
    if wanted.text:
        found = found.filter(Q(name__icontains=wanted.text) | Q(email__icontains=wanted.text))
    if wanted.role in Role.values:
        found = found.filter(Q(role=wanted.role) | Q(more_roles__icontains=f'"{wanted.role}"'))
    if wanted.state == "no-access":
        found = found.filter(is_active=False)
    elif wanted.state == "invited":
        found = found.filter(is_active=True, last_login=None)
    elif wanted.state == "no-second-factor":
        found = found.filter(is_active=True, has_second_factor=False)
    return found.prefetch_related(Prefetch("person__staffings", staffings_on(today), to_attr="present"))


def staffings_on(today: date) -> QuerySet[Staffing]:
    """Who fills or leads what on a day."""
    inside = Q(valid_until__isnull=True) | Q(valid_until__gt=today)
    return Staffing.objects.filter(inside, valid_from__lte=today).select_related("position__node", "node", "person__user").order_by("pk")


def leads(staffing: Staffing) -> bool:
    """Whether somebody leads a node, and does not only look at it."""
    user = staffing.person.user
    return user is None or bool(user.roles & {Role.MANAGER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Seer:
    """A user who sees something, and the ways by which they do."""

    user: User
    ways: tuple[tuple[str, str], ...]


def who_sees(node: Node, today: date, position_id: int | None = None) -> list[Seer]:
    """Every user who sees what belongs to a node, or to one of its positions, and why: all ways, not the first one only.

    A way is a pair: ``role`` and the role that sees everything; ``leads`` (or ``looks``) and the node; ``fills`` and the position.
    """
    above = {int(part) for part in node.path.split("/") if part}
    staffings: dict[int, list[Staffing]] = {}
    for staffing in staffings_on(today).filter(person__user__is_active=True):
        assert staffing.person.user is not None
        staffings.setdefault(staffing.person.user.pk, []).append(staffing)
    found = []
    for user in User.objects.filter(is_active=True).order_by("name", "pk"):
        ways: list[tuple[str, str]] = [("role", role) for role in (Role.ADMINISTRATOR, Role.PLANNER) if role in user.roles]
        for staffing in staffings.get(user.pk, []):
            if staffing.node_id in above and user.roles & {Role.MANAGER, Role.VIEWER}:
                ways.append(("leads" if leads(staffing) else "looks", str(staffing.node)))
            if position_id is not None and staffing.position_id == position_id:
                ways.append(("fills", str(staffing.position)))
        if ways:
            found.append(Seer(user, tuple(ways)))
    return found


def sees(user: User, today: date, position_id: int) -> bool:
    """The same from the other side, by the one entry point: whether a user sees a position."""
    return scope_of(user, today).positions().filter(pk=position_id).exists()
