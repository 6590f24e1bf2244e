"""Pairs of records that may be one, and merges, as far as somebody sees both records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.models import Contact, DuplicatePair, Location, Merge
from bailiwick_web.crm.queries.pages_paging import Slice, chosen, cut
from bailiwick_web.crm.services.duplicates.reading import MODELS, pairs
from bailiwick_web.crm.visibility import visible

FILTERS = ("q", "certainty", "state")
CERTAIN, LIKELY = 0.99, 0.9
CERTAINTIES: dict[str, Q] = {
    "certain": Q(probability__gte=CERTAIN),
    "likely": Q(probability__gte=LIKELY, probability__lt=CERTAIN),
    "doubtful": Q(probability__lt=LIKELY),
}
"""Word → pairs."""


def merges(actor: Actor, kind: str | None = None) -> QuerySet[Merge]:
    """Merges whose records somebody sees both, the one that is gone from the bin; those that were undone, too."""
    seen = Q(pk__in=[])
    for name in MODELS if kind is None else (kind,):
        ids = visible(actor, MODELS[name], with_bin=True).values("public_id")
        seen |= Q(record_type=name, kept_id__in=ids, gone_id__in=ids)
    return Merge.objects.filter(seen).select_related("by", "undone_by")


@dataclass(frozen=True)
class Pair:
    """A pair with its records, and where accounts are, or at which account contacts."""

    pair: DuplicatePair
    one: Any
    other: Any
    beside: tuple[str, str]


def page(actor: Actor, kind: str, given: Mapping[str, str]) -> tuple[dict[str, str], Slice, list[Pair], dict[str, int]]:
    """One page of pairs, the likeliest first; and how many there are of each certainty."""
    asked = chosen(given, FILTERS)
    state = "dismissed" if asked["state"] == "dismissed" else "open"
    found = searched(kind, pairs(actor, kind).filter(state=state), asked["q"])
    counts = {word: found.filter(condition).count() for word, condition in CERTAINTIES.items()}
    if asked["certainty"] in CERTAINTIES:
        found = found.filter(CERTAINTIES[asked["certainty"]])
    part = cut(found, "-probability", given.get("after", "")[:500])
    return asked, part, with_records(kind, part.rows), counts


def searched(kind: str, found: QuerySet[DuplicatePair], text: str) -> QuerySet[DuplicatePair]:
    """Pairs in one of whose records every word of a text occurs."""
    for word in folded(text).split():
        keys = MODELS[kind].objects.filter(search_text__contains=word).values("pk")
        found = found.filter(Q(one_key__in=keys) | Q(other_key__in=keys))
    return found


def with_records(kind: str, rows: list[DuplicatePair]) -> list[Pair]:
    """Pairs with their records, in two queries."""
    keys = {key for row in rows for key in (row.one_key, row.other_key)}
    records = {record.pk: record for record in MODELS[kind].objects.filter(pk__in=keys)}
    beside = _places(keys) if kind == "account" else _companies(keys)
    return [
        Pair(row, records[row.one_key], records[row.other_key], (beside.get(row.one_key, ""), beside.get(row.other_key, "")))
        for row in rows
    ]


def _places(keys: set[int]) -> dict[int, str]:
    places = Location.objects.filter(account__in=keys, is_main=True, deleted_at=None)
    return {place.account_id: ", ".join(filter(None, (place.street, f"{place.postal_code} {place.city}".strip()))) for place in places}


def _companies(keys: set[int]) -> dict[int, str]:
    return {pk: name for pk, name in Contact.objects.filter(pk__in=keys).values_list("pk", "account__name") if name}


def pair_of(kind: str, one: int, other: int) -> DuplicatePair | None:
    """The pair of two records, if it was ever suggested."""
    return DuplicatePair.objects.filter(record_type=kind, one_key=min(one, other), other_key=max(one, other)).first()


def pairs_with(actor: Actor, kind: str, record: Any) -> list[Pair]:
    """Open pairs of one record, the likeliest first."""
    found = pairs(actor, kind).filter(Q(one_key=record.pk) | Q(other_key=record.pk), state="open")
    return with_records(kind, list(found.order_by("-probability", "pk")[:20]))


@dataclass(frozen=True)
class Merged:
    """A merge with the names of its records; none if one is gone for good."""

    merge: Merge
    kept: Any
    gone: Any

    @property
    def can_be_undone(self) -> bool:
        """Whether what is needed for it is still kept, and the survivor was not merged itself."""
        is_there = self.kept is not None and self.gone is not None and self.kept.deleted_at is None
        return bool(self.merge.undone_at is None and self.merge.changes and is_there)


def merged_page(actor: Actor, kind: str) -> list[Merged]:
    """The last merges, the newest first."""
    return _merged(kind, list(merges(actor, kind).order_by("-pk")[:100]))


def merged_into(actor: Actor, kind: str, record: Any) -> list[Merged]:
    """What was merged into a record and still is; whoever asks has found it."""
    found = Merge.objects.filter(record_type=kind, kept_id=record.public_id, undone_at=None).select_related("by").order_by("-pk")
    return _merged(kind, list(found[:20]))


def _merged(kind: str, found: list[Merge]) -> list[Merged]:
    if not found:
        return []
    ids = {public_id for merge in found for public_id in (merge.kept_id, merge.gone_id)}
    records = {record.public_id: record for record in MODELS[kind].objects.filter(public_id__in=ids)}
    return [Merged(merge, records.get(merge.kept_id), records.get(merge.gone_id)) for merge in found]


HANGING = {
    "crm.location.account": gettext_lazy("Addresses"),
    "crm.contact.account": gettext_lazy("Contacts"),
    "crm.opportunity.account": gettext_lazy("Deals"),
    "crm.order.account": gettext_lazy("Orders"),
    "crm.activity.account": gettext_lazy("Activities"),
    "crm.case.account": gettext_lazy("Cases"),
    "crm.attachment.account": gettext_lazy("Files"),
    "crm.account.parent": gettext_lazy("Belongs to it"),
    "crm.contactpoint.contact": gettext_lazy("Ways to reach them"),
    "crm.consent.contact": gettext_lazy("Consents"),
    "crm.personalnote.contact": gettext_lazy("To keep in mind"),
    "crm.opportunity.contact": gettext_lazy("Deals"),
    "crm.order.contact": gettext_lazy("Orders"),
    "crm.activity.contact": gettext_lazy("Activities"),
    "crm.case.contact": gettext_lazy("Cases"),
    "crm.attachment.contact": gettext_lazy("Files"),
}
"""What is told of what goes along, by foreign key."""


def hanging(kind: str, kept: Any, gone: Any) -> list[tuple[Any, int, int]]:
    """How much hangs on each of two records: title, n of the one that is kept, n of the other."""
    told = []
    for key, title in HANGING.items():
        app, model, field = key.split(".")
        if field != kind and not (field == "parent" and kind == "account"):
            continue
        rows = apps.get_model(app, model)._default_manager.filter(**{f"{field}__in": [kept, gone]})
        counts = {row[field]: row["n"] for row in rows.order_by().values(field).annotate(n=Count("pk"))}
        if counts:
            told.append((title, counts.get(kept.pk, 0), counts.get(gone.pk, 0)))
    return told
