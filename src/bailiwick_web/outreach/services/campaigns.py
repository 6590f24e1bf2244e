"""Campaigns and their cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.services.money import house_currency, in_house, rate_on
from bailiwick_web.outreach.models import Campaign


def _derive(actor: Actor, campaign: Campaign) -> Iterable[str]:
    campaign.currency = campaign.currency or house_currency()
    campaign.rate = rate_on(campaign.currency, campaign.starts_on)
    campaign.house_cost = in_house(campaign.cost, campaign.rate) or Decimal(0)
    campaign.name_key = c.folded(campaign.name)
    return ("currency", "rate", "house_cost", "name_key")


def _cost(field: str, value: Any) -> Decimal:
    found = c.money(field, value)
    if found is None or found < 0:
        raise Invalid(_("Say what it cost: nothing, or more."), code="field", field=field)
    return found


CAMPAIGN = writing.Spec(
    Campaign,
    {
        "name": c.needed(200),
        "kind": c.choice(Campaign.Kind.values),
        "starts_on": c.day,
        "cost": _cost,
        "currency": c.currency,
        "note": c.text(5_000),
    },
    needs=("name",),
    right=Right.ORGANISE,
    derive=_derive,
)


@transaction.atomic
def create_campaign(actor: Actor, *, cost: Any, origin: str = "", **given: Any) -> Campaign:
    """Add a campaign; one of each name. Who organises may. Recorded, told."""
    _need_free(str(given.get("name") or ""), None)
    values = {"cost": cost, **given, "starts_on": given.get("starts_on") or local_day(actor.now)}
    with _only_one(str(given.get("name") or "")):
        return writing.create(actor, CAMPAIGN, values, origin=origin)


@transaction.atomic
def change_campaign(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Campaign:
    """Change what is given of a campaign. Who organises may. Recorded field by field, told."""
    campaign = writing.locked(actor, CAMPAIGN, public_id, version)
    if "name" in given:
        _need_free(str(given["name"] or ""), campaign)
    with _only_one(str(given.get("name") or "")):
        writing.change(actor, CAMPAIGN, campaign, given)
    return campaign


def _need_free(name: str, own: Campaign | None) -> None:
    """Leads name a campaign by its name: two of one name would share their leads."""
    same = Campaign.objects.filter(deleted_at=None, name_key=c.folded(name))
    if name.strip() and (same.exclude(pk=own.pk) if own is not None else same).exists():
        raise _taken(name)


def _taken(name: str) -> Conflict:
    return Conflict(_("There is a campaign “%(name)s” already.") % {"name": name.strip()}, code="name_taken")


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    """Refuse kindly what the database refuses: somebody gave another campaign the name a moment ago."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise _taken(name) from None


def archive_campaign(actor: Actor, public_id: UUID, *, version: int | None) -> Campaign:
    """Put a campaign into the bin; leads keep its name. Who organises may. Recorded, told."""
    return writing.archive(actor, CAMPAIGN, public_id, version=version)


@transaction.atomic
def restore_campaign(actor: Actor, public_id: UUID, *, version: int | None) -> Campaign:
    """Take a campaign out of the bin, if no other has its name now. Recorded, told."""
    campaign = writing.locked(actor, CAMPAIGN, public_id, version, with_bin=True)
    _need_free(campaign.name, campaign)
    with _only_one(campaign.name):
        return writing.restore(actor, CAMPAIGN, public_id, version=version)
