"""Which saved reports somebody finds. What a report shows is another matter: that is decided by the scope of whoever opens it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Staffing
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.reports.models import Report


def seen_reports(actor: Actor) -> QuerySet[Report]:
    """Their own; those for everybody; those for a node that they belong to, or that lies below one that they lead."""
    rows = Report.objects.select_related("owner", "node")
    if actor.user is None:
        return rows
    if not actor.may(Right.LOOK):
        return rows.none()
    return rows.filter(Q(owner=actor.user) | Q(share=Report.Share.EVERYBODY) | Q(share=Report.Share.NODE) & _of_node(actor))


def _of_node(actor: Actor) -> Q:
    scope = actor.scope()
    if scope.kind == "all":
        return Q()
    belongs = Q(node__path__in=[part for path in paths_of(actor) for part in prefixes(path)])
    for path in scope.paths:
        belongs |= Q(node__path__startswith=path)
    return belongs


def paths_of(actor: Actor) -> list[str]:
    """Paths of the nodes that somebody leads or has a position in today."""
    today = actor.now.date()
    rows = Staffing.objects.filter(person__user=actor.user, valid_from__lte=today).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=today)
    )
    found = rows.values_list("node__path", "position__node__path")
    return sorted({path for pair in found for path in pair if path})


def prefixes(path: str) -> list[str]:
    """The paths of a node and of all above it.

    >>> prefixes("/1/7/")
    ['/1/', '/1/7/']
    """
    parts = path.strip("/").split("/")
    return [f"/{'/'.join(parts[: i + 1])}/" for i in range(len(parts))]


def nodes_to_share_with(actor: Actor) -> QuerySet[Node]:
    """The parts of the organisation that somebody may share with: those that they see or belong to."""
    scope = actor.scope()
    if scope.kind == "all":
        return Node.objects.order_by("path")
    inside = Q(path__in=paths_of(actor))
    for path in scope.paths:
        inside |= Q(path__startswith=path)
    return Node.objects.filter(inside).order_by("path")


def find_report(actor: Actor, public_id: UUID) -> Report:
    """A report that somebody finds.

    Raises
    ------
    Missing
        If there is none, or not for this user.
    """
    found = seen_reports(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such report, or it is not shared with you."))
    return found
