"""Merge one record into another: every relation goes along, what cannot stays with the one that is gone, and all of it is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Record
from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.core.services import audit, check_version, tell, touch
from bailiwick_web.crm.models import Account, Contact, ContactPoint, DuplicatePair, ExternalId, Merge
from bailiwick_web.crm.services import belonging, timeline, writing
from bailiwick_web.crm.services.customers import ACCOUNT
from bailiwick_web.crm.services.families import MOST_GENERATIONS, move_families
from bailiwick_web.crm.services.merging.choosing import chosen
from bailiwick_web.crm.services.merging.keeping import stored
from bailiwick_web.crm.services.merging.rules import LIVE, Relation, relations
from bailiwick_web.crm.services.people import CONTACT
from bailiwick_web.crm.visibility import visible

CHUNK = 800
"""Keys in one statement."""


@dataclass(frozen=True)
class Kind:
    """How records of a type are merged."""

    model: type[Any]
    spec: writing.Spec[Any]

    @property
    def name(self) -> str:
        """As in the history."""
        return self.spec.name

    @property
    def fields(self) -> tuple[str, ...]:
        """What a merge may change of the survivor."""
        return (*self.spec.checks, "last_activity_at")


KINDS = {"account": Kind(Account, ACCOUNT), "contact": Kind(Contact, CONTACT)}


@transaction.atomic
def merge(
    actor: Actor,
    kind: str,
    kept_id: UUID,
    gone_id: UUID,
    *,
    version: int | None,
    gone_version: int | None,
    choices: Mapping[str, str] | None = None,
) -> Merge:
    """Merge a record into another one; both must be within the scope. Sellers may. Recorded on both, told, on the timeline.

    Parameters
    ----------
    choices
        Field → ``kept``, ``gone`` or ``both``: whose value survives; by default what says more.

    Raises
    ------
    NotAllowed, Missing, VersionNeeded, Stale, Invalid, Conflict
        Without the right; if one is not there for this user; without both versions, or if somebody was faster; if a choice cannot be made;
        if an account would be above itself.
    """
    how = KINDS[kind]
    kept, gone = both_locked(actor, how, (kept_id, version), (gone_id, gone_version))
    before = {name: stored(kept, name) for name in how.fields}
    values = chosen(kept, gone, choices or {}) | _place_above(kept, gone)
    changes: dict[str, Any] = _move_relations(actor, how, kept, gone)
    changes["ids"] = _move_ids(how, kept, gone)
    changes["points"] = _what_is_known_of_points(kept, gone) if kind == "contact" else {}
    _put_away(actor, kept, gone)
    _write(actor, how, kept, gone, values)
    changes["fields"] = {name: [before[name], now] for name in how.fields if (now := stored(kept, name)) != before[name]}
    if kind == "account":
        move_families([kept])
        belonging.settle(actor, [kept.pk])
    return _record(actor, how, kept, gone, changes)


def both_locked(actor: Actor, how: Kind, *wanted: tuple[UUID, int | None]) -> list[Any]:
    """Both records as they are now, locked in the order of their keys, so that two merges cannot wait for each other."""
    actor.need(how.spec.right)
    ids = [public_id for public_id, _version in wanted]
    if len(set(ids)) < len(ids):
        raise Invalid(_("A record cannot be merged into itself."), code="same_record")
    seen = list(visible(actor, how.model).filter(public_id__in=ids).order_by("pk").values_list("pk", flat=True))
    found = {row.public_id: row for row in how.model._default_manager.select_for_update().filter(pk__in=seen).order_by("pk")}
    if len(found) < len(ids):
        raise Missing(_("There is no such record, or you may not see it."))
    for public_id, version in wanted:
        check_version(found[public_id], version)
    return [found[public_id] for public_id in ids]


def _place_above(kept: Any, gone: Any) -> dict[str, Any]:
    """An account that stood below the one that goes takes its place: nothing is above itself."""
    above = getattr(kept, "parent", None)
    for _generation in range(MOST_GENERATIONS):
        if above is None:
            break
        if above.pk == gone.pk:
            return {"parent": gone.parent}
        above = above.parent
    return {}


def _move_relations(actor: Actor, how: Kind, kept: Any, gone: Any) -> dict[str, Any]:
    moved: dict[str, list[int]] = {}
    stayed: dict[str, list[int]] = {}
    flags: dict[str, list[int]] = {}
    for relation in relations(how.model):
        rule = relation.rule
        if rule.how == "stays":
            continue
        keys = list(relation.rows(**{relation.name: gone}).exclude(**_itself(relation, kept)).order_by("pk").values_list("pk", flat=True))
        held = _there_already(relation, kept, gone) if rule.how == "unless_there" else set()
        if rule.once:
            flags[relation.key] = _take_flag(relation, kept, gone)
        moved[relation.key] = point_to(actor, relation, [key for key in keys if key not in held], kept)
        stayed[relation.key] = sorted(held)
    return {
        name: {key: pks for key, pks in found.items() if pks} for name, found in (("moved", moved), ("stayed", stayed), ("flags", flags))
    }


def _itself(relation: Relation, kept: Any) -> dict[str, Any]:
    return {"pk": kept.pk} if relation.model is type(kept) else {"pk": None}


def _there_already(relation: Relation, kept: Any, gone: Any) -> set[int]:
    """Rows of the one that goes that the survivor has, too."""
    rule = relation.rule
    theirs = set(relation.rows(**{relation.name: kept}).filter(rule.among).values_list(*rule.same))
    rows = relation.rows(**{relation.name: gone}).filter(rule.among).values_list("pk", *rule.same)
    return {pk for pk, *same in rows if tuple(same) in theirs}


def _take_flag(relation: Relation, kept: Any, gone: Any) -> list[int]:
    """If the survivor has a row with the flag, take it from the rows that come."""
    flagged = {relation.rule.once: True}
    if not relation.rows(**{relation.name: kept}, **flagged).filter(LIVE).exists():
        return []
    rows = relation.rows(**{relation.name: gone}, **flagged)
    keys = list(rows.values_list("pk", flat=True))
    rows.update(**{relation.rule.once: False})
    return keys


def point_to(actor: Actor, relation: Relation, keys: Sequence[int], record: Any) -> list[int]:
    """Let rows name a record; those that are records of their own have another version then, so that nobody writes over it unseen."""
    change: dict[str, Any] = {relation.name: record}
    if issubclass(relation.model, Record):
        change |= {"version": F("version") + 1, "changed_at": actor.now, "changed_by": actor.user}
    for chunk in parts(keys):
        relation.rows(pk__in=chunk).update(**change)
    return list(keys)


def parts(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """Keys in as many as a statement takes."""
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


def _move_ids(how: Kind, kept: Any, gone: Any) -> list[int]:
    rows = ExternalId.objects.filter(record_type=how.name, record_key=gone.pk)
    keys = list(rows.values_list("pk", flat=True))
    rows.update(record_key=kept.pk)
    return keys


def _what_is_known_of_points(kept: Contact, gone: Contact) -> dict[str, Any]:
    """An address that both had: that it came back, or was verified, is true of the one that stays."""
    own = {(p.channel, p.normal): p for p in kept.points.all()}
    known: dict[str, Any] = {}
    for other in ContactPoint.objects.filter(contact=gone):
        point = own[other.channel, other.normal]
        for name in ("verified_at", "bounced_at"):
            if getattr(point, name) is None and getattr(other, name) is not None:
                setattr(point, name, getattr(other, name))
                point.save(update_fields=[name])
                known.setdefault(str(point.pk), {})[name] = stored(point, name)
    return known


def _put_away(actor: Actor, kept: Any, gone: Any) -> None:
    gone.deleted_at, gone.merged_into = actor.now, kept
    touch(actor, gone, "deleted_at", "merged_into")


def _write(actor: Actor, how: Kind, kept: Any, gone: Any, values: Mapping[str, Any]) -> None:
    """The chosen values, and the later of two last contacts."""
    latest = max(filter(None, (kept.last_activity_at, gone.last_activity_at)), default=None)
    is_later = latest != kept.last_activity_at
    kept.last_activity_at = latest
    if not writing.put(actor, how.spec, kept, values):
        touch(actor, kept, "last_activity_at")
    elif is_later:
        kept.save(update_fields=["last_activity_at"])


def _record(actor: Actor, how: Kind, kept: Any, gone: Any, changes: dict[str, Any]) -> Merge:
    one, other = sorted((kept.pk, gone.pk))
    pair = DuplicatePair.objects.filter(record_type=how.name, one_key=one, other_key=other).first()
    made = Merge.objects.create(
        record_type=how.name,
        kept_id=kept.public_id,
        gone_id=gone.public_id,
        changes=changes,
        evidence=pair.evidence if pair else [],
        probability=pair.probability if pair else None,
        at=actor.now,
        by=actor.user,
    )
    audit(actor, f"{how.name}.merged", kept, field="merged", after=gone.public_id)
    audit(actor, f"{how.name}.merged_into", gone, field="merged_into", after=kept.public_id)
    account, contact = (kept, None) if how.name == "account" else (kept.account, kept)
    timeline.happened(actor, "merged", made, account=account, contact=contact, at=actor.now, title=str(gone))  # type: ignore[arg-type]
    tell(actor, f"{how.name}.merged", id=str(kept.public_id), gone=str(gone.public_id), merge=str(made.public_id))
    return made
