"""Take an import of records back, slice by slice: what it made goes into the bin, what it changed is as before."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import ForeignObjectRel, Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm.models import ExternalId, PersonalValue, SellingRecord
from bailiwick_web.crm.services import belonging
from bailiwick_web.exchange.models import ImportBatch, ImportRow
from bailiwick_web.exchange.record_kinds import CATEGORIES, ORDER_LINES, ORDERS, PRODUCTS
from bailiwick_web.exchange.services.dependents import dependents, in_words, listed
from bailiwick_web.exchange.services.records import plans
from bailiwick_web.exchange.services.records.kinds import KINDS, Kind
from bailiwick_web.exchange.services.records.kinds.base import parts
from bailiwick_web.exchange.services.rows import CREATED, UPDATED, keep_kept


@dataclass(frozen=True)
class Family:
    """What is taken back together.

    Attributes
    ----------
    keys, origins
        Of the batches, and what their records say of where they came from.
    instants
        When they wrote, and when they are being taken back: who changed a record at another instant worked with it since.
    since
        Of an import that did not keep its instants: what is not younger is its own work.
    """

    keys: tuple[int, ...]
    origins: tuple[str, ...]
    instants: frozenset[datetime]
    since: datetime | None = None

    def is_own(self, record: Any) -> bool:
        """Whether the last one who changed a record was this import."""
        return record.changed_at in self.instants or (self.since is not None and record.changed_at <= self.since)


class TakingBack:
    """The way back of one batch, in slices that are the same whoever counts them."""

    def __init__(self, batch: ImportBatch, family: Family) -> None:
        self.batch, self.family = batch, family
        self._slices: list[tuple[str, str, list[int]]] = []
        for name in self._names():
            for outcome in (CREATED, UPDATED):
                keys = list(batch.rows.filter(record=name, outcome=outcome).order_by("pk").values_list("pk", flat=True))
                self._slices += [(name, outcome, part) for part in parts(keys, plans.SLICE)]

    def _names(self) -> tuple[str, ...]:
        name = ORDERS if self.batch.kind == ORDER_LINES else self.batch.kind
        return (name, CATEGORIES) if self.batch.kind == PRODUCTS else (name,)

    def __len__(self) -> int:
        return len(self._slices)

    def check(self) -> None:
        """Refused, with the reasons, where somebody changed a record since, or other records stand on it."""
        gone, others = 0, dict[str, int]()
        for name, outcome, keys in self._slices:
            part = _Part(self, name, outcome, keys)
            gone += len(part.rows) - len(part.records)
            need_untouched(part.touched())
            if outcome == CREATED:
                for what, n in part.dependents().items():
                    others[what] = others.get(what, 0) + n
            else:
                befores_of([row.before or {} for row in part.rows])
        if gone:
            said = ngettext(
                "%(n)s record of this import is not here any more, so that it cannot be taken back.",
                "%(n)s records of this import are not here any more, so that it cannot be taken back.",
                gone,
            )
            raise Conflict(said % {"n": gone}, code="in_use")
        if others:
            told = listed(in_words(others))
            raise Conflict(
                _("Other records stand on what this import made: %(others)s; it cannot be taken back.") % {"others": told}, code="in_use"
            )

    def take(self, actor: Actor, number: int) -> int:
        """One slice; the caller holds the transaction. What somebody worked with since :meth:`check` stays: returns how many."""
        name, outcome, keys = self._slices[number]
        part = _Part(self, name, outcome, keys, is_locked=True)
        with belonging.settling_once(actor):
            done = part.archive(actor) if outcome == CREATED else part.restore(actor)
        kept = [row.key for row in part.rows if row.key not in done]
        keep_kept(self.batch, kept, record=name)
        return len(kept)


class _Part:
    """Records of one slice with the account of them."""

    def __init__(self, whole: TakingBack, name: str, outcome: str, keys: Sequence[int], *, is_locked: bool = False) -> None:
        self.whole, self.name = whole, name
        self.kind: Kind = KINDS[name]()
        self.rows: list[ImportRow] = [row for some in parts(keys) for row in ImportRow.objects.filter(pk__in=some).order_by("pk")]
        rows = self.kind.model._default_manager.filter(deleted_at=None).order_by("pk")
        if is_locked:
            rows = rows.select_for_update(of=("self",))
        self.records: dict[str, Any] = {}
        for some in parts([row.key for row in self.rows]):
            self.records |= {str(record.public_id): record for record in rows.filter(public_id__in=some)}

    def touched(self) -> list[Any]:
        """Records that somebody changed since."""
        return [record for record in self.records.values() if not self.whole.family.is_own(record)]

    def dependents(self) -> dict[str, int]:
        """What stands on the records, but for what will be taken back together with them."""
        free = {**_in_the_bin(self.kind.model), **self.kind.free}
        for name, above in self.kind.parts_of.items():
            free[name] |= Q(**{f"{above}__origin__in": self.whole.family.origins})
        keys = [record.pk for record in self.records.values()]
        return dependents(self.kind.model, keys, but=self.kind.its_own, free=free, along=self._goes_along)

    def _stands_on(self, records: Collection[Any]) -> dict[str, int]:
        """What stands on some records now."""
        free = {**_in_the_bin(self.kind.model), **self.kind.free}
        return dependents(self.kind.model, [record.pk for record in records], but=self.kind.its_own, free=free)

    def _goes_along(self, ids: Sequence[str]) -> int:
        """How many of some records the same family made or changed."""
        rows = ImportRow.objects.filter(batch__in=self.whole.family.keys, outcome__in=(CREATED, UPDATED))
        return sum(rows.filter(key__in=some).values("key").distinct().count() for some in parts(ids))

    def archive(self, actor: Actor) -> set[str]:
        """Put what the import made into the bin, but for what is used by now."""
        touched = {record.pk for record in self.touched()}
        free = [record for record in self.records.values() if record.pk not in touched]
        if self._stands_on(free):
            free = [record for record in free if not self._stands_on([record])]
        self.kind.archive(actor, free)
        for some in parts([record.pk for record in free]):  # the same file makes them anew
            ExternalId.objects.filter(record_type=self.kind.model._meta.model_name, record_key__in=some).delete()
        return {str(record.public_id) for record in free}

    def restore(self, actor: Actor) -> set[str]:
        """Let what the import changed be as before, but for what somebody changed since."""
        touched = {str(record.public_id) for record in self.touched()}
        rows = [row for row in self.rows if row.key in self.records and row.key not in touched]
        befores = befores_of([row.before or {} for row in rows], is_strict=False)
        pairs = [(row, before) for row, before in zip(rows, befores, strict=True) if before is not None]
        self.kind.restore(actor, [(self.records[row.key], before) for row, before in pairs])
        return {row.key for row, _before in pairs}


def need_untouched(later: Sequence[Any]) -> None:
    """Refuse what would undo the work of others."""
    if later:
        said = {"later": listed([str(record) for record in later])}
        raise Conflict(_("Changed since then: %(later)s; taking the import back would undo that, too.") % said, code="in_use")


def _in_the_bin(model: type[Model]) -> dict[str, Q]:
    """What was put into the bin stands on nothing."""
    relations = (field.related_model for field in model._meta.get_fields(include_hidden=True) if isinstance(field, ForeignObjectRel))
    names = {str(other._meta.model_name) for other in relations if isinstance(other, type) and issubclass(other, SellingRecord)}
    return dict.fromkeys(names, Q(deleted_at__isnull=False))


def befores_of(kept: list[dict[str, Any]], *, is_strict: bool = True) -> list[dict[str, Any] | None]:
    """What stood there; of people by reference, so that an erased one cannot come back: refused, or none."""
    ids = [before["personal"] for before in kept if "personal" in before]
    values: dict[str, str] = {}
    for part in parts(ids):
        values |= {
            str(public_id): value for public_id, value in PersonalValue.objects.filter(public_id__in=part).values_list("public_id", "value")
        }
    if is_strict and len(values) < len(set(ids)):
        raise Conflict(_("A person that this import changed was erased since."), code="in_use")

    def before_of(before: dict[str, Any]) -> dict[str, Any] | None:
        if "personal" not in before:
            return before
        return dict(json.loads(values[before["personal"]])) if before["personal"] in values else None

    return [before_of(before) for before in kept]
