"""What all kinds of records share when many are written: right → check → derive → rows → history → events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position, Record
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import MANY, audit_all, entry, tell_all
from bailiwick_web.crm import placing
from bailiwick_web.crm.models import Account, AccountTerritory, ExternalId, TimelineEvent
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.services.money import rate_on
from bailiwick_web.crm.services.routing import BASE, Duties
from bailiwick_web.crm.visibility import present

R = TypeVar("R", bound=Record)
Derive = Callable[[Actor, Any], Any]
FEW = 500
"""Keys of one question: every database takes so many."""


@dataclass(frozen=True)
class New:
    """A record to be made: its fields, and its identifiers in other systems (source → identifier)."""

    values: Mapping[str, Any]
    ids: Mapping[str, str] = field(default_factory=dict)


def create_all(
    actor: Actor, spec: writing.Spec[R], given: Sequence[Mapping[str, Any]], *, origin: str = "", derive: Derive | None = None
) -> list[R]:
    """Add records; to be called in a transaction. Recorded, told: a row each, as if they came one by one.

    Parameters
    ----------
    derive
        Takes the place of what the spec derives, where that would ask the database or the gazetteer for every record.
    """
    actor.need(spec.right)
    records = [writing.made(actor, spec, values, origin=origin) for values in given]
    for record in records:
        if derive is not None:
            derive(actor, record)
        elif spec.derive is not None:
            spec.derive(actor, record)
        writing.make_searchable(spec, record)
    spec.model._default_manager.bulk_create(records, batch_size=MANY)
    pairs = zip(records, given, strict=True)
    audit_all(entry(actor, f"{spec.name}.created", record, after=writing.told_of(spec, record, values)) for record, values in pairs)
    tell_all(actor, f"{spec.name}.created", [{"id": str(record.public_id)} for record in records])
    return records


def identify_all(model: type[Record], pairs: Sequence[tuple[Record, Mapping[str, str]]]) -> None:
    """Keep identifiers of other systems: (record, source → identifier).

    Raises
    ------
    Conflict
        If another record of the type has one of them.
    """
    name = model._meta.model_name or ""
    wanted: dict[str, dict[str, int]] = {}
    for record, ids in pairs:
        for source, external in ids.items():
            if wanted.setdefault(source, {}).setdefault(external, record.pk) != record.pk:
                raise _taken(external, source)
    for source, keys in wanted.items():
        for part in parts(list(keys)):
            for external, key in writing.by_external_id(model, source, part).items():
                if key != keys[external]:
                    raise _taken(external, source)
                del keys[external]
    rows = (ExternalId(source=s, record_type=name, external_id=e, record_key=k) for s, keys in wanted.items() for e, k in keys.items())
    ExternalId.objects.bulk_create(rows, batch_size=MANY)


def _taken(external: str, source: str) -> Conflict:
    said = {"id": external, "source": source}
    return Conflict(_("“%(id)s” of %(source)s belongs to another record already.") % said, code="external_id_taken")


def archive_all(actor: Actor, spec: writing.Spec[R], records: Sequence[R]) -> None:
    """Put records into the bin, off the timeline; to be called in a transaction that has locked them. Recorded, told."""
    actor.need(spec.right)
    model: Any = spec.model
    for part in parts(records):
        for record in part:
            record.deleted_at, record.changed_at, record.changed_by = actor.now, actor.now, actor.user
            record.version += 1
        model._default_manager.bulk_update(part, ["deleted_at", "changed_at", "changed_by", "version"], batch_size=FEW)
        TimelineEvent.objects.filter(record_type=spec.name, record_id__in=[r.public_id for r in part]).delete()
    audit_all(entry(actor, f"{spec.name}.archived", record) for record in records)
    tell_all(actor, f"{spec.name}.archived", [{"id": str(record.public_id)} for record in records])


def place_all(records: Sequence[Any]) -> None:
    """Set where records with an address are: as given, else by the address; one question to the gazetteer."""
    unplaced = []
    for record in records:
        if record.lon is not None and record.lat is not None and record.placed_by in {"", placing.GIVEN}:
            record.placed_by = placing.GIVEN
        else:
            unplaced.append(record)
    spots = placing.place_all([placing.Address(r.city, r.region, r.postal_code, r.country) for r in unplaced])
    for record, spot in zip(unplaced, spots, strict=True):
        record.lon, record.lat, record.placed_by = spot.lon, spot.lat, spot.placed_by


class Rates:
    """Rates of days, each asked for once."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, date], Decimal] = {}

    def on(self, currency: str, day: date) -> Decimal:
        """As :func:`rate_on`."""
        key = (currency, day)
        if key not in self.known:
            self.known[key] = rate_on(currency, day)
        return self.known[key]


class Holders:
    """Who has accounts now, and who does the work there, in a fixed number of questions."""

    def __init__(self, actor: Actor, accounts: Iterable[int]) -> None:
        self.rows: dict[int, AccountTerritory] = {}
        for part in parts(sorted(set(accounts))):
            rows = AccountTerritory.objects.filter(present(actor.now), account__in=part, layer=BASE)
            self.rows |= {row.account_id: row for row in rows.select_related("position", "territory")}
        positions = {row.position_id for row in self.rows.values() if row.position_id is not None}
        self.duties = Duties(positions, actor.now.date())

    def with_rep(self, account: Account | None, given: Mapping[str, Any]) -> dict[str, Any]:
        """What is given of a piece of work, with position and person, if it does not say."""
        values = dict(given)
        if account is not None and values.get("position") is None:
            row = self.rows.get(account.pk)
            values["position"] = row.position if row is not None else None
        if values.get("person") is None:
            position: Position | None = values.get("position")
            duty = self.duties.of(position.pk).person if position is not None else None
            values["person"] = duty or (account.owner if account is not None else None)
        return values


def by_record(rows: QuerySet[Any], name: str, records: Iterable[Record]) -> dict[int, list[Any]]:
    """What hangs on records: primary key → rows that name it, in their order."""
    found: dict[int, list[Any]] = {record.pk: [] for record in records}
    for part in parts(list(found)):
        for row in rows.filter(**{f"{name}__in": part}):
            found[getattr(row, f"{name}_id")].append(row)
    return found


def parts(rows: Sequence[Any], size: int = FEW) -> Iterable[Any]:
    """Rows in pieces."""
    return (rows[at : at + size] for at in range(0, len(rows), size))
