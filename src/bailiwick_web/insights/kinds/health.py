"""Who is about to leave; who stays and comes back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind
from bailiwick_web.insights.models import DataTable

_READ = ("customer", "date", "amount", "quantity", "price")
_ORDERS = Input("orders", _("Orders"), (DataTable.Kind.ORDERS,))


def health(given: Given) -> Findings:
    """Health of every account; of our customers with what was done and what was complained about."""
    beside = given.beside
    return api.score_health(
        given.by_role("orders", *_READ),
        contacts=beside.contacts() if beside is not None else None,
        cases=beside.cases() if beside is not None else None,
        visits=given.by_role("visits", "customer", "date"),
        today=given.said("today") or (given.today.isoformat() if beside is not None else None),
    )


def cohorts(given: Given) -> Findings:
    """Retention and repeat buying."""
    today = given.today.isoformat() if given.beside is not None else None
    return api.cohort_tables(given.tables["orders"], by=given.said("by"), today=today, column_map=given.columns("orders", *_READ))


KINDS = (
    Kind(
        key="health",
        page="health",
        label=_("Who is about to leave?"),
        about=_(
            "Health from 0 to 100 of every account with its reasons, and the day of its next order; learned where the past teaches it."
        ),
        teaches=_("Orders with customer, date and amount; better with two years of them, contacts and cases."),
        run=health,
        is_for_all=True,
        inputs=(
            _ORDERS,
            Input(
                "visits",
                _("Visits to the website"),
                (DataTable.Kind.VISITS,),
                is_needed=False,
                is_proposed=True,
                help=_("Customer and date of each visit."),
            ),
        ),
        fields=(Field("today", _("As of"), "date", help=_("Empty: today for our customers, of a file the day of its last order.")),),
    ),
    Kind(
        key="cohorts",
        page="health",
        label=_("Who stays, who comes back?"),
        about=_("Of those who first bought in a quarter: how many still buy, how many bought again within a year; by territory."),
        teaches=_("Orders with customer, date and amount, of two years or more."),
        run=cohorts,
        is_for_all=True,
        inputs=(_ORDERS,),
        fields=(Field("by", _("By"), "column", of="orders", role="territory"),),
    ),
)
