"""What a table of each kind of record holds: columns under names that the importer knows again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Missing
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.exports.listed import LISTED
from bailiwick_web.exchange.exports.reached import MORE
from bailiwick_web.exchange.exports.shapes import (
    AT_ONCE,
    BILLING,
    ID,
    PLACE,
    PLAIN,
    STAMPS,
    Table,
    fields,
    main,
    point,
    price,
    words_of,
)
from bailiwick_web.exchange.record_kinds import (
    ACCOUNTS,
    ACTIVITIES,
    ADDRESSES,
    CASES,
    CATEGORIES,
    CONTACTS,
    LEADS,
    MENTIONS,
    OPPORTUNITIES,
    ORDER_LINES,
    ORDERS,
    OWN_ORDER_ID,
    PRODUCTS,
    RESPONSES,
    WEB_VISITS,
)
from bailiwick_web.listening.models import Mention, SurveyResponse, WebVisit

TABLES: dict[str, Table] = {
    table.kind: table
    for table in (
        Table(CATEGORIES, m.ProductLine, (*ID, *fields(("Name", "name"), ("Code", "code"), ("Parent ID", "parent.public_id")), *STAMPS)),
        Table(
            PRODUCTS,
            m.Product,
            (
                *ID,
                *fields(("Product Name", "name"), ("Product Code", "code"), ("Product Line ID", "line.public_id"), ("Unit", "unit")),
                *(("List Price", price("amount")), ("Currency", price("currency"))),
                *fields(("Is Active", "is_active"), ("Description", "description")),
                ("Answers Needs", words_of("needs")),
                *STAMPS,
            ),
            ("prices",),
        ),
        Table(
            ACCOUNTS,
            m.Account,
            (
                *ID,
                *fields(
                    *(("Account Name", "name"), ("Account Number", "code"), ("Parent Account ID", "parent.public_id")),
                    *(("Account Type", "state"), ("Segment", "segment"), ("Tier", "tier"), ("Industry", "industry")),
                    *(("SIC Code", "industry_code"), ("Employees", "employees"), ("Annual Revenue", "annual_revenue")),
                    *(("Currency", "currency"), ("Website", "website"), ("Phone", "phone"), ("Email", "email")),
                    *(("Account Owner", "owner.name"), ("Description", "description")),
                ),
                *((header, main(name)) for header, name in zip(BILLING, PLACE, strict=True)),
                *(
                    ("Billing Longitude", main("lon")),
                    ("Billing Latitude", main("lat")),
                    ("Tags", words_of("tags")),
                    ("Needs", words_of("needs")),
                ),
                *fields(("Health", "health"), ("Last contact", "last_activity_at")),
                *STAMPS,
            ),
            ("locations",),
            ("q", "changed_since", "state", "segment", "territory", "tag", "in_gap"),
        ),
        Table(
            ADDRESSES,
            m.Location,
            (
                *ID,
                *fields(("Account ID", "account.public_id"), ("Company", "account.name"), ("Address Type", "kind"), ("Label", "label")),
                *fields(*zip(PLAIN, PLACE, strict=True)),
                *fields(("Address Line 2", "more"), ("Longitude", "lon"), ("Latitude", "lat"), ("Placed by", "placed_by")),
                *STAMPS,
            ),
        ),
        Table(
            CONTACTS,
            m.Contact,
            (
                *ID,
                *fields(
                    *(("Salutation", "salutation"), ("First Name", "first_name"), ("Last Name", "last_name"), ("Full Name", "name")),
                    *(("Title", "job_title"), ("Department", "department")),
                ),
                *(("Email", point("email")), ("Phone", point("phone")), ("Mobile", point("mobile"))),
                *fields(("Account ID", "account.public_id"), ("Company", "account.name"), ("Description", "description")),
                ("Tags", words_of("tags")),
                *STAMPS,
            ),
            ("points",),
        ),
        Table(
            LEADS,
            m.Lead,
            (
                *ID,
                *fields(
                    *(("Company", "company"), ("Full Name", "name"), ("Title", "job_title"), ("Email", "email"), ("Phone", "phone")),
                    *(("Website", "website"), ("Industry", "industry"), ("Number of Employees", "employees"), ("Lead Status", "status")),
                    *(("Lead Source", "source"), ("Campaign", "campaign"), ("Estimated Amount", "estimated_amount")),
                    *(("Currency", "currency"), ("Lead Owner", "person.name"), ("Territory", "territory.code")),
                    *zip(PLAIN, PLACE, strict=True),
                    *(("Longitude", "lon"), ("Latitude", "lat"), ("Description", "description")),
                ),
                *STAMPS,
            ),
            (),
            ("q", "changed_since", "status", "is_open"),
        ),
        Table(
            OPPORTUNITIES,
            m.Opportunity,
            (
                *ID,
                *fields(
                    *(("Opportunity Name", "name"), ("Account ID", "account.public_id"), ("Company", "account.name")),
                    *(("Stage", "stage.name"), ("Pipeline", "pipeline.name"), ("Amount", "amount"), ("Currency", "currency")),
                    *(("Rate", "rate"), ("Rate Day", "rate_day")),
                    *(("Close Date", "close_on"), ("Probability", "probability"), ("Opportunity Owner", "person.name")),
                    *(("Territory", "territory.code"), ("Source", "source"), ("Next Step", "next_step"), ("Description", "description")),
                    *(("Closed", "closed_at"), ("Outcome", "outcome_note")),
                ),
                *STAMPS,
            ),
            (),
            ("q", "changed_since", "is_open", "close_on_from", "close_on_until"),
        ),
        Table(
            ORDERS,
            m.Order,
            (
                *ID,
                *fields(
                    *(("Order Number", "number"), ("Account ID", "account.public_id"), ("Company", "account.name")),
                    *(("Contact ID", "contact.public_id"), ("Order Date", "ordered_on"), ("Due Date", "due_on")),
                    *(("Order Status", "state"), ("Total Amount", "amount"), ("Currency", "currency"), ("Rate", "rate")),
                    *(("Territory", "territory.code"), ("Position", "position.code")),
                ),
                *STAMPS,
            ),
            (),
            ("q", "changed_since", "ordered_on_from", "ordered_on_until"),
        ),
        Table(
            ORDER_LINES,
            m.OrderLine,
            fields(
                *((OWN_ORDER_ID, "order.public_id"), ("Order Number", "order.number"), ("Line Number", "place")),
                *(("Account ID", "order.account.public_id"), ("Order Date", "order.ordered_on"), ("Product ID", "product.public_id")),
                *(("Product", "product.name"), ("Description", "text"), ("Quantity", "quantity"), ("Unit Price", "price")),
                *(("Discount", "discount"), ("Line Total", "amount"), ("Currency", "order.currency"), ("Cost", "cost")),
            ),
            (),
            (),
        ),
        Table(
            CASES,
            m.Case,
            (
                *ID,
                *fields(
                    *(("Subject", "subject"), ("Account ID", "account.public_id"), ("Company", "account.name")),
                    *(("Contact ID", "contact.public_id"), ("Priority", "priority"), ("Case Type", "about"), ("Case Status", "state")),
                    *(("Date/Time Opened", "opened_at"), ("Date/Time Closed", "closed_at"), ("Description", "text")),
                    *(("Resolution", "solution"), ("Case Owner", "person.name")),
                ),
                *STAMPS,
            ),
            (),
            ("q", "changed_since", "state", "is_open", "late"),
        ),
        Table(
            ACTIVITIES,
            m.Activity,
            (
                *ID,
                *fields(
                    *(("Activity Type", "kind"), ("Subject", "subject"), ("Activity Status", "state")),
                    *(("Account ID", "account.public_id"), ("Company", "account.name"), ("Contact ID", "contact.public_id")),
                    *(("Due Date", "due_on"), ("Start", "starts_at"), ("Completed Date/Time", "done_at")),
                    *(("Duration (Minutes)", "duration_minutes"), ("Location", "place"), ("Result", "outcome")),
                    *(("Reply", "reply"), ("Description", "text"), ("Assigned To", "person.name")),
                ),
                *STAMPS,
            ),
            (),
            ("q", "changed_since", "kind", "state", "overdue"),
        ),
        Table(
            RESPONSES,
            SurveyResponse,
            (
                *ID,
                *fields(
                    *(("Survey", "survey.name"), ("Account ID", "account.public_id"), ("Company", "account.name")),
                    *(("Contact ID", "contact.public_id"), ("Answered", "answered_at"), ("Score", "score"), ("Comment", "text")),
                ),
                ("Further answers", lambda record: "; ".join(f"{question}: {said}" for question, said in record.answers.items())),
                *STAMPS,
            ),
            (),
            ("q", "changed_since", "survey", "from", "until"),
        ),
        Table(
            WEB_VISITS,
            WebVisit,
            (
                *ID,
                *fields(
                    *(("Account ID", "account.public_id"), ("Company", "account.name"), ("Contact ID", "contact.public_id")),
                    *(
                        ("Visited", "visited_at"),
                        ("Page", "page"),
                        ("Seconds", "seconds"),
                        ("Referrer", "source"),
                        ("Campaign", "campaign"),
                    ),
                ),
                *STAMPS,
            ),
            (),
            ("q", "changed_since", "from", "until"),
        ),
        Table(
            MENTIONS,
            Mention,
            (
                *ID,
                *fields(
                    *(("Mention", "text"), ("Mentioned", "mentioned_at"), ("Account ID", "account.public_id"), ("Company", "account.name")),
                    *(("Competitor", "competitor.name"), ("Channel", "channel"), ("Author", "author"), ("Mention URL", "url")),
                    *(("Sentiment", "sentiment"), ("Handled", "is_handled")),
                ),
                *STAMPS,
            ),
            (),
            ("q", "changed_since", "from", "until"),
        ),
        *MORE,
    )
}


def table_of(kind: str) -> Table:
    """The table of a kind of record.

    Raises
    ------
    Missing
        If there is no such kind.
    """
    found = TABLES.get(kind)
    if found is None:
        said = {"kind": kind, "kinds": ", ".join(TABLES)}
        raise Missing(_("There is no export of “%(kind)s”; there are: %(kinds)s.") % said)
    return found


def records(actor: Actor, table: Table, wanted: Mapping[str, str]) -> Iterator[Any]:
    """The records that somebody sees and asked for, in the order in which they came, some at a time."""
    if wanted.get("list") and table.kind in LISTED:
        found: Any = LISTED[table.kind](actor, wanted)
    elif table.model is m.OrderLine:
        orders = visible(actor, m.Order).values("pk")
        found = m.OrderLine.objects.filter(order__in=orders).select_related("order__account", "product")
    else:
        found = rows(actor, table.model, **{name: _value(wanted[name]) for name in table.filters if wanted.get(name)})
    after = 0
    while part := list(found.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        after = part[-1].pk
        if table.related:
            prefetch_related_objects(part, *table.related)
        yield from part


def _value(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


def cells(table: Table, record: Any) -> list[Any]:
    """Values of a record: numbers and days as they are, instants in UTC, the rest as text."""
    return [_plain(get(record)) for _header, get in table.columns]


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, int | float | Decimal | date):
        return value
    return str(value)


def headers(table: Table) -> Sequence[str]:
    """Names of the columns."""
    return [header for header, _get in table.columns]
