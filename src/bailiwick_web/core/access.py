"""The one entry point to "may this user do that, and what do they see". Everything fails closed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from bailiwick_web.core.models import Node, Person, Position, Staffing, User
from bailiwick_web.core.refusals import NotAllowed
from bailiwick_web.core.roles import Right, Role, any_right

View = Callable[..., HttpResponseBase]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, when, in which request. Made at the border, handed to every service."""

    user: User | None
    now: datetime
    request_id: str = ""
    _once: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def scope(self) -> Scope:
        """What part of the organisation they see: asked once, so that all that a request reads is read by one and the same scope.

        Another role and being shut out count at once. Who changes staffings sees everything anyway, so that nothing else can become old.
        """
        return self.once("scope", lambda: scope_of(self.user, self.now.date()))

    def once(self, name: str, find: Callable[[], T]) -> T:
        """What follows from the scope and is found once for a request: again if the user or their roles are others."""
        key = (name, None if self.user is None else (self.user.pk, self.user.is_active, self.user.roles))
        if key not in self._once:
            self._once[key] = find()
        found: T = self._once[key]
        return found

    def may(self, right: Right) -> bool:
        """Whether a role of the user includes a right; the system itself (no user) may everything."""
        return self.user is None or (self.user.is_active and any_right(self.user.roles, right))

    def need(self, right: Right) -> None:
        """Refuse if the right is missing."""
        if not self.may(right):
            raise NotAllowed(
                _("Your role does not include the right to %(right)s. Ask an administrator if you need it.") % {"right": right}
            )


@dataclass(frozen=True, slots=True)
class Scope:
    """What part of the organisation somebody sees.

    Attributes
    ----------
    kind
        ``all``; ``subtree`` of the nodes at ``paths``; ``own``: the positions in ``position_ids`` only, which may be none.
    user_id
        Whose it is: what is their own is within it whatever they lead or fill. None only with ``all``, or if they see nothing.
    """

    kind: Literal["own", "subtree", "all"]
    paths: tuple[str, ...] = ()
    position_ids: frozenset[int] = frozenset()
    user_id: int | None = None

    def positions(self) -> QuerySet[Position]:
        """The positions within the scope."""
        if self.kind == "all":
            return Position.objects.all()
        inside = Q(pk__in=self.position_ids)
        for path in self.paths:
            inside |= Q(node__path__startswith=path)
        return Position.objects.filter(inside)

    def people(self, today: date) -> QuerySet[Person]:
        """The user's own person, and those who fill a position within the scope today."""
        if self.kind == "all":
            return Person.objects.all()
        if self.user_id is None:
            return Person.objects.none()
        filled = Staffing.objects.filter(position__in=self.positions(), valid_from__lte=today).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=today)
        )
        return Person.objects.filter(Q(user_id=self.user_id) | Q(pk__in=filled.values("person_id")))


def scope_of(user: User | None, today: date) -> Scope:
    """Planners and administrators see all; others the subtrees they lead and the positions they fill today; else nothing."""
    if user is None:
        return Scope("all")
    if not user.is_active:
        return Scope("own")
    if user.roles & {Role.ADMINISTRATOR, Role.PLANNER}:
        return Scope("all")
    staffings = Staffing.objects.filter(person__user=user, valid_from__lte=today).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=today)
    )
    own = frozenset(pk for pk in staffings.values_list("position_id", flat=True) if pk is not None)
    if not user.roles & {Role.MANAGER, Role.VIEWER}:
        return Scope("own", (), own, user.pk)
    paths = tuple(Node.objects.filter(leaders__in=staffings).values_list("path", flat=True))
    return Scope("subtree", paths, own, user.pk) if paths else Scope("own", (), own, user.pk)


def access(right: Right) -> Callable[[View], View]:
    """Let a view be reached by signed-in users with a right; every view has this or :func:`public`."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor_of(request).need(right)
            return view(request, *args, **kwargs)

        guarded.access = right  # type: ignore[attr-defined]
        return guarded

    return wrap


def public(view: View) -> View:
    """Let a view be reached by everybody."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def actor_of(request: HttpRequest) -> Actor:
    """The actor that the middleware made."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
