"""Amounts in the currency of the house, by the rate of the day of the event: an old sum never changes by a new rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import ExchangeRate

ONE = Decimal(1)


def house_currency() -> str:
    """The currency that sums are told in."""
    return str(settings.CURRENCY)


def rate_on(currency: str, on: date) -> Decimal:
    """What one of a currency was worth in house currency on a day: the latest rate up to then.

    Raises
    ------
    Invalid
        If no rate is known: a sum of unlike currencies would be wrong.
    """
    found = latest_rate(currency, on)
    if found is None:
        said = {"currency": currency, "house": house_currency(), "day": f"{on:%Y-%m-%d}"}
        raise Invalid(_("No rate from %(currency)s to %(house)s is known for %(day)s; add it, or give the rate.") % said, code="no_rate")
    return found


def latest_rate(currency: str, on: date) -> Decimal | None:
    """The rate that counts on a day; None if none is known."""
    if currency == house_currency():
        return ONE
    return ExchangeRate.objects.filter(currency=currency, on__lte=on).order_by("-on").values_list("rate", flat=True).first()


def in_house(amount: Decimal | None, rate: Decimal | None) -> Decimal | None:
    """An amount in house currency, rounded half even to the cent."""
    return None if amount is None or rate is None else round(amount * rate, 2)


def positive_rate(field: str, value: Any) -> Decimal | None:
    """A positive rate, or none."""
    found = c.decimal(field, value, 8)
    if found is not None and found <= 0:
        raise Invalid(_("A rate is a positive number, found %(found)s.") % {"found": value}, code="field", field=field)
    return found


@transaction.atomic
def set_rate(actor: Actor, *, currency: str, on: date, rate: Any) -> ExchangeRate:
    """Say what a currency is worth from a day on; planners may. Recorded. Amounts that are kept stay as they are."""
    actor.need(Right.ORGANISE)
    code, value = c.currency("currency", currency), positive_rate("rate", rate)
    if not code or value is None or code == house_currency():
        raise Invalid(
            _("Give a currency other than %(house)s, and its rate.") % {"house": house_currency()}, code="field", field="currency"
        )
    made, _is_new = ExchangeRate.objects.update_or_create(currency=code, on=on, defaults={"rate": value})
    audit(actor, "exchange_rate.set", made, field=code, after=f"{value} ({on:%Y-%m-%d})")
    return made
