"""Accounts and their addresses in and out of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Account, Location
from bailiwick_web.crm.services import customers, many
from bailiwick_web.crm.services.customers import ACCOUNT, LOCATION
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.record_kinds import ACCOUNTS, ADDRESSES
from bailiwick_web.exchange.services.records.kinds.base import Before, Changed, Kind, Writer, parts
from bailiwick_web.exchange.services.records.known import BY_DOMAIN as DOMAIN
from bailiwick_web.exchange.services.records.known import BY_NAME as NAME_AND_PLACE
from bailiwick_web.exchange.services.records.known import Keys, Known, folded
from bailiwick_web.exchange.services.records.lookups import BY_CODE, BY_DOMAIN, BY_NAME, PEOPLE, domain
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row
from bailiwick_web.exchange.services.records.words import checked, location_of, person_name, place_kind_of, state_of, tags_of

OF_LOCATION = ("street", "city", "region", "postal_code", "country", "lon", "lat")


class Accounts(Kind):
    """With parents in the same file, an owner, and the main address."""

    key, spec, parent = ACCOUNTS, ACCOUNT, "parent"
    own = (
        *("name", "code", "segment", "tier", "industry", "industry_code", "employees", "annual_revenue", "currency", "website"),
        *("phone", "email", "description"),
    )
    related = ("locations",)
    hangs = {"+location": "locations"}
    its_own = Kind.its_own | {"location", "accountterritory", "account"}

    def given(self, cells: Cells) -> dict[str, Any]:
        """A household has the name of its person."""
        values = super().given(cells)
        if "name" not in values and (name := person_name(cells)):
            values["name"] = name
        if "annual_revenue" not in values:
            values.pop("currency", None)
        if cells.get("needs"):
            values["needs"] = tags_of(cells["needs"])
        if state := state_of(cells.get("state", "")):
            values["state"] = state
        return values

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """The address, the parent by its words, and who looks after it."""
        row.more["location"] = checked(LOCATION, location_of(cells))
        row.more["parent"] = cells.get("parent", "")
        reader.maybe(row, PEOPLE, "owner", cells.get("owner", ""))

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By domain, then by name and place."""
        name = str(row.values.get("name", ""))
        found = [(DOMAIN, domain(cells.get("website", ""), cells.get("email", "")))]
        return [*found, (NAME_AND_PLACE, folded(name, cells.get("postal_code", ""), cells.get("city", "")))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        mains = visible(actor, Location).filter(is_main=True).values_list("account", "postal_code", "city")
        where = {account: (postal, city) for account, postal, city in mains}
        for pk, name, website, email in records.values_list("pk", "name", "website", "email"):
            known.add(DOMAIN, domain(website, email), pk)
            known.add(NAME_AND_PLACE, folded(name, *where.get(pk, ("", ""))), pk)

    def names(self, row: Row) -> list[tuple[str, str]]:
        """Name, number, domain."""
        values = row.values
        found = domain(str(values.get("website", "")), str(values.get("email", "")))
        return [(BY_NAME, str(values.get("name", ""))), (BY_CODE, str(values.get("code", ""))), (BY_DOMAIN, found)]

    def changes(self, row: Row, record: Account) -> dict[str, Any]:
        """With the main address."""
        found = super().changes(row, record)
        main = next((place for place in record.locations.all() if place.is_main and place.deleted_at is None), None)
        place = {name: v for name, v in row.more["location"].items() if main is None or getattr(main, name) != v}
        return found | ({"+location": place} if place else {})

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Account]:
        """With their addresses; parents that come with the file are set once all are here."""
        news = [many.NewAccount(writer.values(row), writer.ids(row), row.more["location"] or None) for row in rows]
        made = many.create_accounts(writer.actor, news, origin=writer.origin)
        writer.records |= {(ACCOUNTS, row.key): record for row, record in zip(rows, made, strict=True)}
        return made

    def update(self, actor: Actor, changes: Sequence[many.Change]) -> list[Account]:
        """The service."""
        return many.change_accounts(actor, changes)

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """With the main addresses."""
        befores = super().change(writer, changed)
        mains = main_locations([record for _row, record, new in changed if "+location" in new])
        added, moved = [], []
        for (_row, record, new), before in zip(changed, befores, strict=True):
            if "+location" not in new:
                continue
            main = mains.get(record.pk)
            before["+location"] = None if main is None else {name: getattr(main, name) for name in OF_LOCATION}
            if main is None:
                added.append(many.New({**new["+location"], "account": record}))
            else:
                moved.append(many.Change(main.public_id, main.version, new["+location"]))
        many.add_locations(writer.actor, added)
        many.change_locations(writer.actor, moved)
        return befores

    def restore(self, actor: Actor, pairs: Sequence[Before]) -> None:
        """With the main addresses."""
        super().restore(actor, pairs)
        mains = main_locations([record for record, before in pairs if "+location" in before])
        moved = []
        for record, before in pairs:
            main = mains.get(record.pk)
            if "+location" not in before or main is None:
                continue
            if before["+location"] is None:
                customers.archive_location(actor, main.public_id, version=main.version)
            else:
                moved.append(many.Change(main.public_id, main.version, before["+location"]))
        many.change_locations(actor, moved)


def main_locations(accounts: Sequence[Account]) -> dict[int, Location]:
    """The main addresses of accounts that have one."""
    found: dict[int, Location] = {}
    for part in parts([account.pk for account in accounts]):
        found |= {place.account_id: place for place in Location.objects.filter(account__in=part, is_main=True, deleted_at=None)}
    return found


class Addresses(Kind):
    """Further addresses of accounts; the first one of an account is its main one."""

    key, spec = ADDRESSES, LOCATION
    own = ("label", "street", "more", "city", "region", "postal_code", "country")
    its_own = Kind.its_own

    def given(self, cells: Cells) -> dict[str, Any]:
        """With a position, if it is whole."""
        values = super().given(cells)
        place = location_of(cells)
        values |= {name: place[name] for name in ("lon", "lat") if name in place}
        if kind := place_kind_of(cells.get("place_kind", "")):
            values["kind"] = kind
        return values

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """The account."""
        if reader.find(row, ACCOUNTS, "account", cells.get("account", "")) is None:
            raise reader.no_such(ACCOUNTS, "account", "")

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By account and place."""
        words = [str(row.values.get(name, "")) for name in ("street", "postal_code", "city")]
        return [(NAME_AND_PLACE, folded(str(row.refs["account"][1]), *words))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, account, *words in records.values_list("pk", "account", "street", "postal_code", "city"):
            known.add(NAME_AND_PLACE, folded(str(account), *words), pk)

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Location]:
        """The service for many."""
        news = [many.New(writer.values(row), writer.ids(row)) for row in rows]
        return many.add_locations(writer.actor, news, origin=writer.origin)

    def before(self, writer: Writer, row: Row, record: Location, new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """An address does not go to another account."""
        return super().before(writer, row, record, {name: value for name, value in new.items() if name != "+account"})

    def update(self, actor: Actor, changes: Sequence[many.Change]) -> list[Location]:
        """The service."""
        return many.change_locations(actor, changes)

    def archive(self, actor: Actor, records: Sequence[Location]) -> None:
        """One by one: another address of the account may become its main one."""
        for record in sorted(records, key=lambda record: record.is_main):
            fresh = Location.objects.get(pk=record.pk)
            customers.archive_location(actor, fresh.public_id, version=fresh.version)
