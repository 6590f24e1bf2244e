"""While somebody enters a record: is it here already? Only what shares an indexed key with it is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from bailiwick import api
from bailiwick_web.core.access import Actor
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.models import Account, Contact, ContactPoint, DuplicateMark, DuplicatePair, Location
from bailiwick_web.crm.services.duplicates.reading import KINDS, MODELS, NUMBERS, texts_of
from bailiwick_web.crm.services.duplicates.searching import THRESHOLD, Found, keep
from bailiwick_web.crm.services.reaching import normal
from bailiwick_web.crm.visibility import visible

MOST_COMPARED, MOST_SHOWN = 60, 5
LEAST_SHOWN = 0.3
"""A hint may be wrong more often than a suggestion: it is read in passing."""
BEGINNING = 5
MOST_NEW = 300


@dataclass(frozen=True)
class Alike:
    """A record that may be the one that is being entered."""

    record: Any
    probability: float
    evidence: list[list[Any]]


def alike(actor: Actor, kind: str, given: Mapping[str, str], *, besides: int | None = None) -> list[Alike]:
    """Records within the scope that may be the one with these texts (role → text), the likeliest first."""
    keys = list(
        _sharing(visible(actor, MODELS[kind]), kind, given).exclude(pk=besides).order_by("-pk").values_list("pk", flat=True)[:MOST_COMPARED]
    )
    records = list(MODELS[kind].objects.filter(pk__in=keys))
    judged = api.resemblances(given, texts_of(kind, records), kind=KINDS[kind])
    found = [
        Alike(record, judgement.probability, [[a.comparison, a.agreement, a.weight] for a in judgement.evidence])
        for record, judgement in zip(records, judged, strict=True)
    ]
    likely = sorted((a for a in found if a.probability >= LEAST_SHOWN), key=lambda a: (-a.probability, a.record.pk))
    return likely[:MOST_SHOWN]


def _sharing(rows: QuerySet[Any], kind: str, given: Mapping[str, str]) -> QuerySet[Any]:
    """What shares a key with it; nothing, if there is too little to tell by."""
    text = {role: str(value or "").strip() for role, value in given.items()}
    same = _of_account(text) if kind == "account" else _of_contact(text)
    return rows.filter(same) if same else rows.none()


def _of_account(text: Mapping[str, str]) -> Q:
    cleaned = api.clean_record(text, kind="accounts")
    same = Q()
    if domain := cleaned.get("domain"):
        same |= Q(domain=domain)
    if phone := text.get("phone"):
        same |= Q(phone=phone)
    name = folded(text.get("name", ""))
    if len(name) >= BEGINNING or (name and text.get("place")):
        same |= Q(search_text__startswith=name[:BEGINNING])
    if name and (postcode := text.get("postcode")):
        same |= Q(pk__in=Location.objects.filter(postal_code=postcode, is_main=True, deleted_at=None).values("account_id"))
    return same


def _of_contact(text: Mapping[str, str]) -> Q:
    same, values = Q(), Q()
    if email := text.get("email"):
        values |= Q(channel="email", normal=normal("email", email))
    if phone := text.get("phone"):
        values |= Q(channel__in=NUMBERS, normal__in={normal("phone", phone), normal("phone", phone).lstrip("+")})
    if values:
        same |= Q(pk__in=ContactPoint.objects.filter(values).values("contact_id"))
    name = text.get("full_name") or " ".join(filter(None, (text.get("given"), text.get("family"))))
    if name:
        same |= Q(name=name)
    if (company := text.get("company")) and name:
        last = name.split()[-1]
        same |= Q(account__name=company, last_name__istartswith=last[:3]) | Q(account__name=company, name__icontains=last)
    return same


@transaction.atomic
def look_at_new(actor: Actor) -> int:
    """Compare the records that were added since the last time with those that there are, and keep the pairs that are probably one.

    After a big import the search over everything does that better: then nothing is compared. Returns the number of new pairs.
    """
    n_new = 0
    for kind, model in MODELS.items():
        mark, is_first = DuplicateMark.objects.select_for_update().get_or_create(record_type=kind, defaults={"until": actor.now})
        if is_first:
            continue
        added = visible(actor, model).filter(created_at__gt=mark.until, created_at__lte=actor.now).order_by("pk")
        records = list(added[: MOST_NEW + 1])
        pairs = [] if len(records) > MOST_NEW else [p for record in records for p in _pairs(actor, kind, record)]
        n_new += keep(actor, kind, set(), {(p.one, p.other): p for p in pairs}.values(), how=DuplicatePair.Found.ENTRY)
        mark.until = actor.now
        mark.save(update_fields=["until"])
    return n_new


def _pairs(actor: Actor, kind: str, record: Account | Contact) -> list[Found]:
    found = alike(actor, kind, texts_of(kind, [record])[0], besides=record.pk)
    return [
        Found(min(record.pk, a.record.pk), max(record.pk, a.record.pk), a.probability, a.evidence)
        for a in found
        if a.probability >= THRESHOLD
    ]
