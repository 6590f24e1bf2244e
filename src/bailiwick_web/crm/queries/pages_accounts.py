"""The list of accounts: filters, order, one page with whose they are, and all of it as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.models import Account, AccountTerritory, Location
from bailiwick_web.crm.queries import whose
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.queries.pages_paging import Slice, chosen, cut
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.visibility import present, visible
from bailiwick_web.planning.models import Publication, TerritoryDefinition

SORTS = {
    "name": gettext_lazy("Name"),
    "-last_activity_at": gettext_lazy("Last contact, newest first"),
    "last_activity_at": gettext_lazy("Last contact, longest ago first"),
    "health": gettext_lazy("Health, worst first"),
    "-annual_revenue": gettext_lazy("Annual revenue, largest first"),
    "-created_at": gettext_lazy("Newest first"),
}
FILTERS = ("q", "state", "segment", "territory", "owner", "tag")
MOST_CHOICES = 200
CHUNK = 1_000
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Wanted:
    """What the list is asked for."""

    given: dict[str, str]
    sort: str = "name"
    after: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """From an address; an order that there is not is the usual one."""
        sort = given.get("sort", "")
        return cls(chosen(given, FILTERS), sort if sort in SORTS else "name", given.get("after", "")[:500])

    @property
    def is_filtered(self) -> bool:
        """Whether something is left out."""
        return any(self.given.values())


@dataclass(frozen=True)
class Row:
    """An account with what stands beside it."""

    account: Account
    whose: whose.Whose | None
    place: Location | None


@dataclass(frozen=True)
class Choices:
    """What can be filtered by, within the scope."""

    territories: list[tuple[str, str]] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    owners: list[Person] = field(default_factory=list)


def found(actor: Actor, wanted: Wanted) -> QuerySet[Account]:
    """The accounts that somebody sees and asked for."""
    given = wanted.given
    filters = {name: given[name] for name in ("q", "segment", "tag")}
    filters |= {"state": given["state"] if given["state"] in Account.State.values else ""}
    if given["territory"] == "-":
        filters["in_gap"] = True  # type: ignore[assignment]
    else:
        filters["territory"] = given["territory"]
    accounts = rows(actor, Account, **filters)
    return _owned(actor, accounts, given["owner"]) if given["owner"] else accounts


def _owned(actor: Actor, accounts: QuerySet[Account], owner: str) -> QuerySet[Account]:
    """Accounts that somebody looks after: their own, and those of the positions that they fill."""
    people = Person.objects.filter(user=actor.user) if owner == "me" else visible(actor, Person)
    try:
        person = people.first() if owner == "me" else people.filter(public_id=owner).first()
    except ValidationError:
        person = None
    if person is None:
        return accounts.none()
    day = actor.now.date()
    positions = person.staffings.filter(valid_from__lte=day).exclude(valid_until__lte=day).values("position")
    held = AccountTerritory.objects.filter(present(actor.now), layer=BASE, position__in=positions).values("account_id")
    return accounts.filter(owner=person) | accounts.filter(owner=None, pk__in=held)


def page(actor: Actor, wanted: Wanted) -> tuple[Slice, list[Row]]:
    """One page of the list, in as many queries whatever its length."""
    part = cut(found(actor, wanted), wanted.sort, wanted.after)
    return part, beside(actor, part.rows)


def beside(actor: Actor, accounts: list[Account]) -> list[Row]:
    """Accounts with whose they are and where."""
    of = whose.now(actor, accounts)
    places = {p.account_id: p for p in Location.objects.filter(account__in=[a.pk for a in accounts], is_main=True, deleted_at=None)}
    return [Row(a, next((w for w in of.get(a.pk, []) if w.row.layer == BASE), None), places.get(a.pk)) for a in accounts]


def choices(actor: Actor) -> Choices:
    """What the filters offer: territories and people within the scope, segments that there are."""
    scope = actor.scope()
    counting = Publication.objects.filter(present(actor.now), plan__layer=BASE)
    held = TerritoryDefinition.objects.filter(scenario__publications__in=counting)
    if scope.kind != "all":
        held = held.filter(position__in=scope.positions().values("pk"))
    territories = held.values_list("code").annotate(name=Max("name")).order_by("name")[:MOST_CHOICES]
    segments = visible(actor, Account).exclude(segment="").order_by("segment").values_list("segment", flat=True).distinct()
    return Choices(list(territories), list(segments[:MOST_CHOICES]), list(visible(actor, Person).order_by("name")[:MOST_CHOICES]))


def lines(actor: Actor, wanted: Wanted) -> Iterator[str]:
    """The whole list as CSV, without what is not asked for; cells cannot be taken for formulas."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([_("Id"), _("Number"), *(str(title) for title, _value in COLUMNS)])
    last = 0
    accounts = found(actor, wanted).order_by("pk")
    while part := list(accounts.filter(pk__gt=last)[:CHUNK]):
        for row in beside(actor, part):
            cells = [str(row.account.public_id), row.account.code, *(value(row) for _title, value in COLUMNS)]
            yield writer.writerow([guarded(cell) for cell in cells])
        last = part[-1].pk


COLUMNS: tuple[tuple[Any, Any], ...] = (
    (gettext_lazy("Name"), lambda r: r.account.name),
    (gettext_lazy("State"), lambda r: r.account.get_state_display()),
    (gettext_lazy("Segment"), lambda r: r.account.segment),
    (gettext_lazy("Class"), lambda r: r.account.tier),
    (gettext_lazy("Industry"), lambda r: r.account.industry),
    (gettext_lazy("Territory"), lambda r: r.whose.row.territory.name if r.whose and r.whose.row.territory else ""),
    (gettext_lazy("Owner"), lambda r: r.account.owner or (r.whose.holder if r.whose else "")),
    (gettext_lazy("Street"), lambda r: r.place.street if r.place else ""),
    (gettext_lazy("Postal code"), lambda r: r.place.postal_code if r.place else ""),
    (gettext_lazy("City"), lambda r: r.place.city if r.place else ""),
    (gettext_lazy("Region"), lambda r: r.place.region if r.place else ""),
    (gettext_lazy("Country"), lambda r: r.place.country if r.place else ""),
    (gettext_lazy("Employees"), lambda r: r.account.employees),
    (gettext_lazy("Annual revenue"), lambda r: r.account.annual_revenue),
    (gettext_lazy("Currency"), lambda r: r.account.currency),
    (gettext_lazy("Website"), lambda r: r.account.website),
    (gettext_lazy("Phone"), lambda r: r.account.phone),
    (gettext_lazy("E-mail"), lambda r: r.account.email),
    (gettext_lazy("Health"), lambda r: r.account.health),
    (gettext_lazy("Last contact"), lambda r: r.account.last_activity_at.isoformat() if r.account.last_activity_at else ""),
    (gettext_lazy("Tags"), lambda r: ", ".join(r.account.tags)),
)


def guarded(cell: Any) -> str:
    """A cell that no spreadsheet program takes for a formula; numbers stay numbers.

    >>> guarded("=1+1"), guarded(-5), guarded(None)
    ("'=1+1", '-5', '')
    """
    text = "" if cell is None else str(cell)
    is_number = isinstance(cell, int | float | Decimal)
    return f"'{text}" if text.startswith(RISKY) and not is_number else text


class Echo:
    """A file that gives back what is written."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text
