"""Take an import of records back: what it made goes into the bin, what it changed is as before."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import ForeignObjectRel, Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm.models import Account, Contact, ExternalId, Opportunity, PersonalValue, Product, SellingRecord, Stage
from bailiwick_web.crm.services import customers, deals, people
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.record_fields import ACCOUNTS, CONTACTS
from bailiwick_web.exchange.services.dependents import dependents, listed
from bailiwick_web.exchange.services.records import known as k
from bailiwick_web.exchange.services.rows import CREATED, UPDATED

_ARCHIVE: dict[str, Any] = {ACCOUNTS: customers.archive_account, CONTACTS: people.archive_contact}
_ITS_OWN = frozenset(("location", "contactpoint", "timelineevent", "accountterritory", "opportunityline", "stagechange", "handover"))


def take_back(actor: Actor, batch: ImportBatch) -> None:
    """Refused, with the reasons, where somebody changed a record since, or other records stand on it; the caller holds the transaction."""
    model = k.MODELS[batch.kind]
    made, changed = (_records(batch, model, outcome) for outcome in (CREATED, UPDATED))
    _need_untouched(batch, [*made.values(), *changed.values()])
    keys = [record.pk for record in made.values()]
    others = dependents(model, keys, but=_ITS_OWN | ({"account"} if model is Account else set()), free=_in_the_bin(model))
    if others:
        raise Conflict(
            _("Other records stand on what this import made: %(others)s; it cannot be taken back.") % {"others": listed(others)},
            code="in_use",
        )
    for record in made.values():
        _ARCHIVE.get(batch.kind, deals.archive_opportunity)(actor, record.public_id, version=record.version)
    ExternalId.objects.filter(record_type=model._meta.model_name, record_key__in=keys).delete()  # the same file makes them anew
    for row in batch.rows.filter(record=batch.kind, outcome=UPDATED):
        _restore(actor, changed[row.key], _before(row.before or {}))


def _records(batch: ImportBatch, model: type[Model], outcome: str) -> dict[str, Any]:
    keys = list(batch.rows.filter(record=batch.kind, outcome=outcome).values_list("key", flat=True))
    found = {str(r.public_id): r for r in model._default_manager.filter(public_id__in=keys, deleted_at=None)}  # type: ignore[attr-defined]
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


def _need_untouched(batch: ImportBatch, records: list[Any]) -> None:
    later = [str(record) for record in records if record.changed_at > batch.changed_at]
    if later:
        raise Conflict(
            _("Changed since then: %(later)s; taking the import back would undo that, too.") % {"later": listed(later)}, code="in_use"
        )


def _before(kept: dict[str, Any]) -> dict[str, Any]:
    """What stood there; of a person by reference, so that an erased one cannot come back."""
    if "personal" not in kept:
        return kept
    found = PersonalValue.objects.filter(public_id=kept["personal"]).first()
    if found is None:
        raise Conflict(_("A person that this import changed was erased since."), code="in_use")
    return dict(json.loads(found.value))


def _restore(actor: Actor, record: Any, before: dict[str, Any]) -> None:
    values = {name: value for name, value in before.items() if not name.startswith("+")}
    for name in ("parent", "account"):
        if f"+{name}" in before:
            values[name] = Account.objects.filter(pk=before[f"+{name}"] or 0).first()
    if isinstance(record, Account):
        customers.change_account(actor, record.public_id, version=record.version, **values)
        main = record.locations.filter(is_main=True, deleted_at=None).first()
        if "+location" in before and main is not None:
            if before["+location"] is None:
                customers.archive_location(actor, main.public_id, version=main.version)
            else:
                customers.change_location(actor, main.public_id, version=main.version, **before["+location"])
    elif isinstance(record, Contact):
        people.change_contact(actor, record.public_id, version=record.version, points=before.get("+points"), **values)
    else:
        _restore_deal(actor, record, values, before)


def _restore_deal(actor: Actor, record: Opportunity, values: dict[str, Any], before: dict[str, Any]) -> None:
    lines = None
    if "+lines" in before:
        products = k.by_keys(Product, (line["product"] for line in before["+lines"] if line["product"]))
        lines = [{**line, "product": products.get(line["product"])} for line in before["+lines"]]
    deal = deals.change_opportunity(actor, record.public_id, version=record.version, lines=lines, **values)
    if "+stage" in before:
        stage = Stage.objects.get(pk=before["+stage"])
        deals.move_to_stage(actor, deal.public_id, version=deal.version, stage=stage, note="import taken back")
