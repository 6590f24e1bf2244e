"""Contacts and leads in and out of files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm.models import Contact, ContactPoint, Lead
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.services import many
from bailiwick_web.crm.services.leads import LEAD
from bailiwick_web.crm.services.people import CONTACT
from bailiwick_web.crm.services.reaching import normal, point_of
from bailiwick_web.exchange.record_kinds import ACCOUNTS, CONTACTS, LEADS
from bailiwick_web.exchange.services.records.kinds.base import Before, Changed, Kind, Writer, keep_people, values_before
from bailiwick_web.exchange.services.records.known import BY_EMAIL as EMAIL
from bailiwick_web.exchange.services.records.known import BY_NAME as NAME_AND_PLACE
from bailiwick_web.exchange.services.records.known import Keys, Known, folded
from bailiwick_web.exchange.services.records.lookups import BY_DOMAIN, BY_EMAIL, BY_NAME, domain
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row
from bailiwick_web.exchange.services.records.words import LEAD_STATES, location_of, meant_by, person_name

POINTS = (("email", Channel.EMAIL), ("phone", Channel.PHONE), ("mobile", Channel.MOBILE))
_KEPT = ("channel", "value", "label", "is_preferred")


class Contacts(Kind):
    """With their account, by its identifier or name, else by the domain of their e-mail address."""

    key, spec, is_personal = CONTACTS, CONTACT, True
    own = ("salutation", "first_name", "last_name", "name", "job_title", "department", "description")
    related = ("points",)
    hangs = {"+points": "points"}
    its_own = Kind.its_own | {"contactpoint"}

    def given(self, cells: Cells) -> dict[str, Any]:
        """The name follows from its parts."""
        values = super().given(cells)
        if "first_name" in values or "last_name" in values:
            values.pop("name", None)
        return values

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """The account, and the ways to reach them."""
        if not person_name(cells):
            raise Invalid(_("the name is empty"), code="missing", field="last_name")
        row.more["points"] = [{"channel": str(channel), "value": cells[name]} for name, channel in POINTS if cells.get(name)]
        for point in row.more["points"]:
            point_of(Contact(), point)
        if reader.find(row, ACCOUNTS, "account", cells.get("account", "")) is None:
            company = domain("", cells.get("email", ""))
            found = reader.lookups.of(ACCOUNTS).by.get((BY_DOMAIN, company)) if company else None
            if found is not None:
                reader.refs[ACCOUNTS, BY_DOMAIN] += 1
                row.refs["account"], row.more["is_by_domain"] = (ACCOUNTS, found), True

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By e-mail address, then by name and account."""
        account = str(row.refs["account"][1]) if "account" in row.refs else ""
        return [(EMAIL, normal(Channel.EMAIL, cells.get("email", ""))), (NAME_AND_PLACE, folded(person_name(cells), account))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of who is here."""
        for pk, name, account in records.values_list("pk", "name", "account"):
            known.add(NAME_AND_PLACE, folded(name, str(account or "")), pk)
        points = ContactPoint.objects.filter(contact__in=records.values("pk"), channel=Channel.EMAIL)
        for pk, address in points.values_list("contact", "normal"):
            known.add(EMAIL, address, pk)

    def names(self, row: Row) -> list[tuple[str, str]]:
        """E-mail address and name."""
        addresses = [point["value"] for point in row.more["points"] if point["channel"] == Channel.EMAIL]
        return [(BY_NAME, person_name(row.values)), *((BY_EMAIL, address) for address in addresses)]

    def changes(self, row: Row, record: Contact) -> dict[str, Any]:
        """With ways to reach them that are new; the domain of an address moves nobody to another account."""
        found = super().changes(row, record)
        if row.more.get("is_by_domain") and record.account_id is not None:
            found.pop("+account", None)
        there = {(p.channel, p.normal) for p in record.points.all()}
        is_new = any((p["channel"], normal(p["channel"], p["value"])) not in there for p in row.more["points"])
        return found | ({"+points": row.more["points"]} if is_new else {})

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Contact]:
        """The service for many."""
        news = [many.NewContact(writer.values(row), writer.ids(row), row.more["points"]) for row in rows]
        return many.create_contacts(writer.actor, news, origin=writer.origin)

    def update(self, actor: Actor, changes: Sequence[many.ContactChange]) -> list[Contact]:
        """The service."""
        return many.change_contacts(actor, changes)

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """With further ways to reach them; what stood there is kept by reference."""
        befores, changes = [], []
        for row, record, new in changed:
            before, values = self.before(writer, row, record, new)
            points = None
            if "+points" in new:
                there = [{name: getattr(point, name) for name in _KEPT} for point in record.points.all()]
                before["+points"], points = there, [*there, *new["+points"]]
            befores.append((record, before))
            changes.append(many.ContactChange(record.public_id, record.version, values, writer.ids(row), points))
        self.update(writer.actor, changes)
        return keep_people(befores)

    def restore(self, actor: Actor, pairs: Sequence[Before]) -> None:
        """With the ways to reach them."""
        given = values_before(pairs)
        changes = [
            many.ContactChange(record.public_id, record.version, values, points=before.get("+points"))
            for (record, before), values in zip(pairs, given, strict=True)
        ]
        self.update(actor, changes)


class Leads(Kind):
    """Who has them follows from the plan, not from the file."""

    key, spec, is_personal = LEADS, LEAD, True
    own = (
        *("company", "name", "job_title", "email", "phone", "website", "industry", "employees", "source", "campaign"),
        *("estimated_amount", "currency", "description", "street", "city", "region", "postal_code", "country"),
    )

    def given(self, cells: Cells) -> dict[str, Any]:
        """The name from its parts, a position if it is whole."""
        values = super().given(cells)
        if name := person_name(cells):
            values["name"] = name
        place = location_of(cells)
        return values | {name: place[name] for name in ("lon", "lat") if name in place}

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """The status; what was converted came as account, contact and opportunity."""
        if not row.values.get("name") and not row.values.get("company"):
            raise Invalid(_("a lead needs the name of a person or of a company"), code="missing", field="company")
        status = meant_by(cells.get("status", ""), LEAD_STATES)
        if status == Lead.Status.CONVERTED:
            raise Invalid(
                _("this lead was converted; import the account, the contact and the opportunity that it became"),
                code="converted",
                field="status",
            )
        if status:
            row.values["status"] = status
        elif cells.get("status"):
            reader.note("status", cells["status"])

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By e-mail address, then by name and place."""
        words = [str(row.values.get(name, "")) for name in ("name", "company", "postal_code", "city")]
        return [(EMAIL, normal(Channel.EMAIL, cells.get("email", ""))), (NAME_AND_PLACE, folded(*words))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of who is here."""
        for pk, email, *words in records.values_list("pk", "email", "name", "company", "postal_code", "city"):
            known.add(EMAIL, normal(Channel.EMAIL, email), pk)
            known.add(NAME_AND_PLACE, folded(*words), pk)

    def names(self, row: Row) -> list[tuple[str, str]]:
        """E-mail address and name."""
        return [(BY_NAME, str(row.values.get("name", ""))), (BY_EMAIL, str(row.values.get("email", "")))]

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Lead]:
        """The service for many."""
        return many.create_leads(writer.actor, [many.New(row.values, writer.ids(row)) for row in rows], origin=writer.origin)

    def update(self, actor: Actor, changes: Sequence[many.Change]) -> list[Lead]:
        """The service."""
        return many.change_leads(actor, changes)

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """What stood there is kept by reference."""
        befores = super().change(writer, changed)
        return keep_people([(record, before) for (_row, record, _new), before in zip(changed, befores, strict=True)])
