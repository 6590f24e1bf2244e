"""The bin: after 90 days what is in it goes for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import audit
from bailiwick_web.crm import models as m
from bailiwick_web.crm.services.attachments import Stored, drop_content
from bailiwick_web.crm.services.writing import KEPT

CHUNK = 500
IN_ORDER: tuple[type[m.SellingRecord], ...] = (
    *(m.Attachment, m.Activity, m.ActivitySeries, m.Case, m.Order, m.Opportunity, m.Lead, m.Location),
    *(m.NeedAnswer, m.Contact, m.Account, m.NeedQuestion, m.NeedsTemplate, m.CompetitorPresence, m.Competitor, m.Product, m.ProductLine),
)
OF_OTHERS: dict[type[m.SellingRecord], Callable[[Any], Iterable[Stored]]] = {}
"""Records of other apps → the files that go with one; they name customers and go first."""


def declare(model: type[m.SellingRecord], files: Callable[[Any], Iterable[Stored]] = lambda _record: ()) -> None:
    """Let records of another app go, too, with their files."""
    OF_OTHERS[model] = files


def empty(actor: Actor) -> int:
    """Take away what has been in the bin long enough; what something else still names stays. Recorded. Returns how many went."""
    n_gone = 0
    for model in (*OF_OTHERS, *IN_ORDER):
        due: Any = model._default_manager.filter(deleted_at__lt=actor.now - KEPT)
        if model is m.Contact:
            due = due.filter(erased_at=None)  # a tombstone stays: it holds nothing but the fact
        for record in due.order_by("pk")[:CHUNK]:
            n_gone += _remove(actor, record)
    return n_gone


def _remove(actor: Actor, record: m.SellingRecord) -> bool:
    files = [record] if isinstance(record, m.Attachment) else [*OF_OTHERS.get(type(record), lambda _record: ())(record)]
    try:
        with transaction.atomic():
            audit(actor, f"{record._meta.model_name}.removed", record)
            m.ExternalId.objects.filter(record_type=record._meta.model_name, record_key=record.pk).delete()
            if getattr(record, "merged_into_id", None) is None:  # else what happened with it is the survivor's
                m.TimelineEvent.objects.filter(record_id=record.public_id).delete()
            m.DuplicatePair.objects.filter(record_type=record._meta.model_name).filter(
                Q(one_key=record.pk) | Q(other_key=record.pk)
            ).delete()
            m.PersonalValue.objects.filter(subject=record.public_id).delete()
            record.delete()
    except ProtectedError:
        return False
    for file in files:
        drop_content(file)
    return True
