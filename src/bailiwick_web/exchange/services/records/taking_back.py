"""Take an import of records back: what it made goes into the bin, what it changed is as before."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import ForeignObjectRel, Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm.models import ExternalId, PersonalValue, SellingRecord
from bailiwick_web.crm.services import belonging
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.record_kinds import CATEGORIES, ORDER_LINES, ORDERS, PRODUCTS
from bailiwick_web.exchange.services.dependents import dependents, listed
from bailiwick_web.exchange.services.records.kinds import KINDS, Kind
from bailiwick_web.exchange.services.records.kinds.base import AT_ONCE, parts
from bailiwick_web.exchange.services.rows import CREATED, UPDATED


def take_back(actor: Actor, batch: ImportBatch) -> None:
    """Refused, with the reasons, where somebody changed a record since, or other records stand on it; the caller holds the transaction."""
    record = ORDERS if batch.kind == ORDER_LINES else batch.kind
    with belonging.settling_once(actor):
        _take_back(actor, batch, record)
        if batch.kind == PRODUCTS:
            _take_back(actor, batch, CATEGORIES)


def _take_back(actor: Actor, batch: ImportBatch, name: str) -> None:
    kind = KINDS[name]()
    made, changed = (_records(batch, kind, name, outcome) for outcome in (CREATED, UPDATED))
    _need_untouched(actor, batch, [*made.values(), *changed.values()])
    keys = [record.pk for record in made.values()]
    others = dependents(kind.model, keys, but=kind.its_own, free={**_in_the_bin(kind.model), **kind.free})
    if others:
        raise Conflict(
            _("Other records stand on what this import made: %(others)s; it cannot be taken back.") % {"others": listed(others)},
            code="in_use",
        )
    kind.archive(actor, list(made.values()))
    for part in parts(keys):  # the same file makes them anew
        ExternalId.objects.filter(record_type=kind.model._meta.model_name, record_key__in=part).delete()
    for rows in parts(list(batch.rows.filter(record=name, outcome=UPDATED).order_by("pk")), AT_ONCE):
        befores = _befores([row.before or {} for row in rows])
        kind.restore(actor, [(changed[row.key], before) for row, before in zip(rows, befores, strict=True)])


def _records(batch: ImportBatch, kind: Kind, name: str, outcome: str) -> dict[str, Any]:
    keys = list(batch.rows.filter(record=name, outcome=outcome).values_list("key", flat=True))
    found: dict[str, Any] = {}
    for part in parts(keys):
        found |= {str(r.public_id): r for r in kind.model._default_manager.filter(public_id__in=part, deleted_at=None)}
    gone = [key for key in keys if key not in found]
    if gone:
        said = ngettext(
            "%(n)s record of this import is not here any more, so that it cannot be taken back.",
            "%(n)s records of this import are not here any more, so that it cannot be taken back.",
            len(gone),
        )
        raise Conflict(said % {"n": len(gone)}, code="in_use")
    return found


def _in_the_bin(model: type[Model]) -> dict[str, Q]:
    """What was put into the bin stands on nothing."""
    relations = (field.related_model for field in model._meta.get_fields(include_hidden=True) if isinstance(field, ForeignObjectRel))
    names = {str(other._meta.model_name) for other in relations if isinstance(other, type) and issubclass(other, SellingRecord)}
    return dict.fromkeys(names, Q(deleted_at__isnull=False))


def _need_untouched(actor: Actor, batch: ImportBatch, records: list[Any]) -> None:
    """Nobody changed them since, but for what is being taken back together with it."""
    later = [str(record) for record in records if batch.changed_at < record.changed_at != actor.now]
    if later:
        raise Conflict(
            _("Changed since then: %(later)s; taking the import back would undo that, too.") % {"later": listed(later)}, code="in_use"
        )


def _befores(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What stood there; of people by reference, so that an erased one cannot come back."""
    ids = [before["personal"] for before in kept if "personal" in before]
    values: dict[str, str] = {}
    for part in parts(ids):
        values |= {
            str(public_id): value for public_id, value in PersonalValue.objects.filter(public_id__in=part).values_list("public_id", "value")
        }
    if len(values) < len(set(ids)):
        raise Conflict(_("A person that this import changed was erased since."), code="in_use")
    return [dict(json.loads(values[before["personal"]])) if "personal" in before else before for before in kept]
