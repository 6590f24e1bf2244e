"""Find tables and studies."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.insights.models import DataTable, Study

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
    """A study that the user may see: planners all, others the key figures.

    Raises
    ------
    Missing
        If there is none, or not for this user: the answer is the same.
    """
    found = visible_studies(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such study, or you may not see it."))
    return found


def visible_studies(actor: Actor) -> QuerySet[Study]:
    """Studies that the user may see."""
    studies = Study.objects.select_related("job", "created_by", "scenario__plan")
    return studies if actor.may(Right.PLAN) else studies.filter(kind=FOR_ALL, answered_at__isnull=False)
