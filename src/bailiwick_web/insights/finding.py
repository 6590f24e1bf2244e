"""Find tables and studies."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Missing, NotAllowed
from bailiwick_web.core.roles import Right
from bailiwick_web.insights.models import DataTable, Study
from bailiwick_web.insights.scoping import WHOLE, scope_key

FOR_ALL = "key_figures"
"""The kind of study that everybody may look at, each within their scope; all others show the whole market."""


def table_of(public_id: UUID, *, is_locked: bool = False) -> DataTable:
    """A table; locked until the transaction of the caller ends, if so wanted.

    Raises
    ------
    Missing
        If there is none.
    """
    tables = DataTable.objects.select_related("job", "created_by")
    if is_locked:
        tables = tables.select_for_update(of=("self",))
    found = tables.filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such table."))
    return found


def study_of(actor: Actor, public_id: UUID) -> Study:
    """A study that the user may see: planners all that was not made from less than all, others their own and the key figures.

    Raises
    ------
    Missing
        If there is none, or not for this user: the answer is the same.
    """
    found = visible_studies(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such study, or you may not see it."))
    return found


def whole_study_of(actor: Actor, public_id: UUID) -> Study:
    """A study of which the user may see everything: planners those of all, others those of what is within their scope.

    Raises
    ------
    Missing
        If there is none, or not for this user: the answer is the same.
    NotAllowed
        If it shows the whole market, of which the user sees the own key figures only.
    """
    found = study_of(actor, public_id)
    if not sees_all(actor, found):
        raise NotAllowed(_("This answer is about the whole market; yours are the key figures of your scope."))
    return found


def sees_all(actor: Actor, study: Study) -> bool:
    """Whether the user may see everything of a study that they may see: not of those that show the whole market to each their part."""
    return actor.may(Right.PLAN) or study.scope_key == scope_key(actor)


def visible_studies(actor: Actor) -> QuerySet[Study]:
    """Studies that the user may see: what was made from records, only by those whose scope is the same."""
    studies = Study.objects.select_related("job", "created_by", "scenario__plan")
    key = scope_key(actor)
    if actor.may(Right.PLAN) and key == WHOLE:
        return studies.filter(scope_key__in=("", WHOLE))
    brought_in = Q() if actor.may(Right.PLAN) else Q(kind=FOR_ALL, answered_at__isnull=False)
    return studies.filter(Q(brought_in, scope_key="") | Q(scope_key=key))
