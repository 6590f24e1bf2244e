"""Lists of leads and of cases, and what stands on the page of one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Sum, When
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm import models as m
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.queries.pages_account import OVER
from bailiwick_web.crm.queries.pages_paging import Slice, chosen, cut
from bailiwick_web.crm.services.customers import domain_of
from bailiwick_web.crm.visibility import visible

Status = m.Lead.Status
OPEN = (Status.NEW, Status.WORKING, Status.NURTURING, Status.QUALIFIED)
LEAD_FILTERS = ("q", "status", "whose", "source")
CASE_FILTERS = ("q", "state", "whose", "priority")
LIKELY = 6


def leads(actor: Actor, person: Person | None, given: Mapping[str, str]) -> tuple[dict[str, str], Slice, dict[str, int]]:
    """Leads that somebody asked for, the one that waits longest for an answer on top; and how many there are of each status."""
    asked = chosen(given, LEAD_FILTERS)
    everything = _all_leads(actor, person, asked)
    counts = {row["status"]: row["n"] for row in everything.order_by().values("status").annotate(n=Count("pk"))}
    waiting = Case(When(responded_at__isnull=True, then=F("respond_by")), output_field=DateTimeField(null=True))
    found = _of_status(everything, asked["status"]).annotate(waits_since=waiting)
    return asked, cut(found, "waits_since", given.get("after", "")[:500]), counts


def leads_found(actor: Actor, person: Person | None, given: Mapping[str, str]) -> QuerySet[m.Lead]:
    """Every lead that the list shows, on all of its pages."""
    asked = chosen(given, LEAD_FILTERS)
    return _of_status(_all_leads(actor, person, asked), asked["status"])


def _all_leads(actor: Actor, person: Person | None, asked: Mapping[str, str]) -> QuerySet[m.Lead]:
    return _whose(rows(actor, m.Lead, q=asked["q"], source=asked["source"]), asked, person)


def _of_status(found: QuerySet[m.Lead], status: str) -> QuerySet[m.Lead]:
    found = found.filter(status=status) if status in Status.values else found.filter(status__in=OPEN)
    return found.filter(is_hot=True) if status == "hot" else found


def _whose(found: QuerySet[Any], asked: Mapping[str, str], person: Person | None) -> QuerySet[Any]:
    if asked["whose"] != "me":
        return found
    return found.filter(person=person) if person is not None else found.none()


def likely_accounts(actor: Actor, lead: m.Lead) -> QuerySet[m.Account]:
    """Accounts that a lead may be already: of the same domain or telephone, or of a name that begins the same."""
    alike = Q(pk__in=[])
    if domain := _domain(lead):
        alike |= Q(domain=domain)
    if lead.phone:
        alike |= Q(phone=lead.phone)
    if name := folded(lead.company or lead.name):
        alike |= Q(search_text__startswith=name[:12])
    keys = list(visible(actor, m.Account).filter(alike).order_by("name", "pk").values_list("pk", flat=True)[:LIKELY])
    return m.Account.objects.filter(pk__in=keys).order_by("name")


FREE_MAIL = frozenset(
    ("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "gmx.de", "gmx.net", "web.de", "icloud.com")
)
"""Domains that many unlike people share."""


def _domain(lead: m.Lead) -> str:
    try:
        found = domain_of(lead.website, lead.email)
    except ValueError:
        return ""
    return "" if found in FREE_MAIL else found


def cases(actor: Actor, person: Person | None, given: Mapping[str, str]) -> tuple[dict[str, str], Slice, dict[str, int]]:
    """Cases that somebody asked for, the one whose clock ends first on top; and how many are open, late, waiting."""
    asked = chosen(given, CASE_FILTERS)
    everything = _all_cases(actor, person, asked)
    still = ~Q(state__in=OVER)
    running = still & ~Q(state=m.Case.State.WAITING)
    counts = everything.order_by().aggregate(
        open=Count("pk", filter=still),
        late=Count("pk", filter=running & Q(solve_by__lte=actor.now)),
        waiting=Count("pk", filter=Q(state=m.Case.State.WAITING)),
    )
    found = _as_asked(everything, actor, asked)
    return asked, cut(found, "-solve_by" if asked["state"] == "over" else "solve_by", given.get("after", "")[:500]), counts


def cases_found(actor: Actor, person: Person | None, given: Mapping[str, str]) -> QuerySet[m.Case]:
    """Every case that the list shows, on all of its pages."""
    asked = chosen(given, CASE_FILTERS)
    return _as_asked(_all_cases(actor, person, asked), actor, asked)


def _all_cases(actor: Actor, person: Person | None, asked: Mapping[str, str]) -> QuerySet[m.Case]:
    return _whose(rows(actor, m.Case, q=asked["q"]), asked, person)


def _as_asked(found: QuerySet[m.Case], actor: Actor, asked: Mapping[str, str]) -> QuerySet[m.Case]:
    found = found.filter(_state(asked["state"], actor))
    return found.filter(priority=asked["priority"]) if asked["priority"] in m.Case.Priority.values else found


def _state(text: str, actor: Actor) -> Q:
    if text == "over":
        return Q(state__in=OVER)
    if text == "late":
        return ~Q(state__in=[*OVER, m.Case.State.WAITING]) & Q(solve_by__lte=actor.now)
    if text == "waiting":
        return Q(state=m.Case.State.WAITING)
    return ~Q(state__in=OVER)


def account_called(actor: Actor, text: str) -> m.Account:
    """The one customer that somebody sees with this number or name.

    Raises
    ------
    Invalid
        If there is none, or several.
    """
    rows, plain = visible(actor, m.Account), folded(text)
    # databases fold letters differently, SQLite none beyond ASCII: the folded text narrows, and what is left is compared here
    called = rows.filter(search_text__startswith=plain).values_list("pk", "name") if plain else ()
    coded = ~Q(code="") & (Q(code__iexact=text.strip()) | Q(code__in={text.strip().upper(), text.strip().lower()}))
    for wanted in (Q(code=text.strip()) & ~Q(code=""), coded, Q(pk__in=[pk for pk, name in called if folded(name) == plain][:2])):
        found = list(rows.filter(wanted)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            said = _("There are several customers “%(name)s”; give the number.") % {"name": text}
            raise Invalid(said, code="several", field="recommended_by")
    raise Invalid(_("There is no customer “%(name)s”.") % {"name": text}, code="no_account", field="recommended_by")


def recommender(actor: Actor, lead: m.Lead) -> str:
    """The customer who recommended a lead, as far as somebody sees them."""
    if lead.referrer_account_id is None:
        return ""
    found = visible(actor, m.Account).filter(pk=lead.referrer_account_id).first()
    return "" if found is None else found.name


def won_deal(actor: Actor) -> Q:
    """Leads whose deal was won, as far as somebody sees the deal: a lead can be theirs and what it became somebody else's."""
    seen = visible(actor, m.Opportunity).filter(pk=OuterRef("opportunity"))
    return Q(Exists(seen), opportunity__stage__kind=m.Stage.Kind.WON)


def recommended(actor: Actor, account: m.Account) -> dict[str, Any]:
    """What came of leads that a customer, or somebody there, recommended, as far as one sees them: in house currency."""
    rows = visible(actor, m.Lead).filter(Q(referrer_account=account) | Q(referrer__account=account))
    won = won_deal(actor)
    told = rows.aggregate(n=Count("pk"), n_won=Count("pk", filter=won), amount=Sum("opportunity__house_amount", filter=won))
    told["amount"] = told["amount"] or Decimal(0)
    return {**told, "leads": list(rows.order_by("-pk")[:5]) if told["n"] else []}
