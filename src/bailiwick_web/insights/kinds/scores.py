"""Scores of leads and deals; fit to the ideal customer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bailiwick import api
from bailiwick.api import Findings
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind
from bailiwick_web.insights.models import DataTable

_HISTORY = (DataTable.Kind.ACCOUNTS, DataTable.Kind.DEALS)


def leads(given: Given) -> Findings:
    """Probability that each open lead is won."""
    return api.score_leads(
        given.tables["history"],
        given.tables.get("open"),
        outcome=given.said("outcome"),
        won=given.said("won"),
        keep_suspects=bool(given.said("keep_suspects")),
        column_map=given.columns("history", "id", "value", "hours"),
    )


def fit(given: Given) -> Findings:
    """Fit to the ideal customer."""
    return api.score_fit(
        given.tables["history"],
        customer=given.said("customer"),
        won=given.said("won"),
        best=given.said("best"),
        keep_suspects=bool(given.said("keep_suspects")),
        column_map=given.columns("history", "id"),
    )


def qualification(given: Given) -> Findings:
    """Budget, authority, need, timeline: what is answered, what is too old, what to ask next; of our leads the open ones."""
    leads = given.beside.qualification() if given.beside is not None else given.tables["leads"]
    if not leads.num_rows:
        raise InputError(say("there is no open lead; qualify some on their pages first"), code="too_little_data", field="leads")
    return api.score_bant(
        leads,
        least=float(given.options.get("least") or 2),
        fresh_days=float(given.options.get("fresh_days") or 90),
        today=given.said("today") or given.today.isoformat(),
        column_map={} if given.beside is not None else given.columns("leads", "id"),
    )


KINDS = (
    Kind(
        key="lead_scores",
        page="scores",
        label=_("Probability of each lead"),
        about=_("A calibrated probability for each open lead with its reasons, tested on finished ones that were held back."),
        teaches=_("Bring finished leads or deals with an outcome and what was known before it: at least 30 won and 30 lost."),
        run=leads,
        is_for_all=True,
        inputs=(
            Input("history", _("Finished leads"), _HISTORY),
            Input("open", _("Open leads"), _HISTORY, is_needed=False, help=_("Empty: the rows without an outcome.")),
        ),
        fields=(
            Field("outcome", _("Outcome"), "column", of="history", role="outcome", is_needed=True),
            Field("won", _("Text that means won"), "text", help=_("Empty: won, yes, 1 and the like.")),
            Field("keep_suspects", _("Use columns that seem to know the outcome all the same"), "flag", is_rare=True),
        ),
    ),
    Kind(
        key="fit_scores",
        page="scores",
        label=_("Fit to the ideal customer"),
        about=_("What sets your customers apart, how well each prospect fits from 0 to 100 and why, and who resembles the best."),
        teaches=_("Bring customers and prospects in one table, with a column that tells them apart."),
        run=fit,
        is_for_all=True,
        inputs=(Input("history", _("Customers and prospects"), (DataTable.Kind.ACCOUNTS,)),),
        fields=(
            Field("customer", _("Column that tells customers from others"), "column", of="history", role="outcome", is_needed=True),
            Field("won", _("Its text for a customer"), "text"),
            Field("best", _("Sales, to find the best ones"), "column", of="history", role="sales"),
            Field("keep_suspects", _("Use columns that seem to know the outcome all the same"), "flag", is_rare=True),
        ),
    ),
    Kind(
        key="bant",
        page="scores",
        label=_("Qualification"),
        about=_("Which leads have budget, authority, need and a date, what is missing or too old, and what to ask each of them next."),
        teaches=_(
            "Grade budget, authority, need and timing on the pages of leads; or bring a table with these columns, 0 to 3 or yes and no."
        ),
        run=qualification,
        is_for_all=True,
        inputs=(Input("leads", _("Leads"), (DataTable.Kind.ACCOUNTS,), needs=("budget", "authority", "need")),),
        fields=(
            Field("least", _("Grade that each needs, 0 to 3"), "number", default=2, most=3),
            Field("fresh_days", _("Older answers count half, days"), "number", default=90, least=1, most=3650, is_whole=True),
            Field("today", _("As of"), "date", help=_("Empty: today."), is_rare=True),
        ),
    ),
)
