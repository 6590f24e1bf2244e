"""Undo a merge: both records and what hung on each are as they were; what somebody changed since is kept, and said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Missing
from bailiwick_web.core.services import audit, check_version, tell, touch
from bailiwick_web.crm.models import ContactPoint, ExternalId, Location, Merge, TimelineEvent
from bailiwick_web.crm.services import belonging, timeline, writing
from bailiwick_web.crm.services.families import refamily
from bailiwick_web.crm.services.merging.keeping import read, stored
from bailiwick_web.crm.services.merging.merging import KINDS, Kind, parts, point_to
from bailiwick_web.crm.services.merging.rules import LIVE, Relation, relations
from bailiwick_web.crm.services.writing import KEPT
from bailiwick_web.crm.visibility import visible

Left = list[dict[str, Any]]


@transaction.atomic
def undo(actor: Actor, merge_id: UUID, *, version: int | None) -> Merge:
    """Make two records of one again, within 90 days; both must be within the scope. Sellers may. Recorded on both, told.

    What was added to the survivor since stays with it. What somebody changed since stays changed, and stands in ``left``.

    Raises
    ------
    NotAllowed, Missing, VersionNeeded, Stale, Conflict
        Without the right; if it is not there for this user; without the version of the merge; if it was undone, is too long ago, somebody
        was erased, or the survivor was merged into a third one since.
    """
    made, how, kept, gone = _locked(actor, merge_id, version)
    changes, left = made.changes, Left()
    later = list(Merge.objects.filter(kept_id=made.kept_id, undone_at=None, pk__gt=made.pk).order_by("pk"))
    known = {relation.key: relation for relation in relations(how.model)}
    for key, keys in changes["moved"].items():
        _bring_back(actor, known[key], keys, kept, gone, left)
    ExternalId.objects.filter(pk__in=changes["ids"], record_type=how.name, record_key=kept.pk).update(record_key=gone.pk)
    for key, keys in changes["flags"].items():
        _give_flag_back(known[key], keys, gone)
    _forget_points(changes["points"])
    gone.deleted_at, gone.merged_into = None, None
    touch(actor, gone, "deleted_at", "merged_into")
    _restore_fields(actor, how, kept, changes["fields"], later, left)
    _move_what_fits_now(actor, later, known, kept)
    if how.name == "account":
        _settle(actor, kept, gone)
    return _record(actor, made, how, kept, gone, left)


def _locked(actor: Actor, merge_id: UUID, version: int | None) -> tuple[Merge, Kind, Any, Any]:
    found = Merge.objects.select_for_update().filter(public_id=merge_id).first()
    if found is None:
        raise Missing(_("There is no such record, or you may not see it."))
    how = KINDS[found.record_type]
    actor.need(how.spec.right)
    seen = visible(actor, how.model, with_bin=True).filter(public_id__in=(found.kept_id, found.gone_id)).values("pk")
    records = {r.public_id: r for r in how.model._default_manager.select_for_update().filter(pk__in=seen).order_by("pk")}
    if len(records) < 2:
        raise Missing(_("There is no such record, or you may not see it."))
    if version is not None and found.undone_at is not None:
        raise Conflict(_("This merge was undone already."), code="undone")
    _check_version(found, version)
    kept, gone = records[found.kept_id], records[found.gone_id]
    if kept.merged_into_id is not None:
        said = {"record": kept, "other": kept.merged_into}
        raise Conflict(_("“%(record)s” was merged into “%(other)s” since. Undo that first.") % said, code="merged")
    if not found.changes or found.at < actor.now - KEPT:
        raise Conflict(_("A merge can be undone for 90 days, and not if somebody was erased since."), code="too_late")
    return found, how, kept, gone


def _check_version(found: Merge, version: int | None) -> None:
    """A merge changes once only: who knows another version has never seen it."""
    found.changed_by, found.changed_at = found.undone_by or found.by, found.undone_at or found.at  # type: ignore[attr-defined]
    check_version(found, version)  # type: ignore[arg-type]


def _bring_back(actor: Actor, relation: Relation, keys: list[int], kept: Any, gone: Any, left: Left) -> None:
    """Rows that still name the survivor name the other one again; entries of the timeline come and go with what they tell of."""
    still: list[int] = []
    for chunk in parts(keys):
        still += relation.rows(pk__in=chunk, **{relation.name: kept}).values_list("pk", flat=True)
    point_to(actor, relation, still, gone)
    if len(still) < len(keys) and relation.model is not TimelineEvent:
        left.append({"what": relation.key, "n": len(keys) - len(still)})


def _give_flag_back(relation: Relation, keys: list[int], gone: Any) -> None:
    flag = relation.rule.once
    rows = relation.rows(**{relation.name: gone})
    if not rows.filter(LIVE, **{flag: True}).exists():
        rows.filter(pk__in=keys).update(**{flag: True})


def _forget_points(points: dict[str, dict[str, str]]) -> None:
    """What was known of the other one's address only; if something newer is known, that stays."""
    for point in ContactPoint.objects.filter(pk__in=points):
        same = {name: None for name, value in points[str(point.pk)].items() if getattr(point, name) == parse_datetime(value)}
        ContactPoint.objects.filter(pk=point.pk).update(**same)


def _restore_fields(actor: Actor, how: Kind, kept: Any, fields: dict[str, list[Any]], later: list[Merge], left: Left) -> None:
    """Fields that are as the merge left them are as they were before; a later merge that found our value there finds the older one now."""
    values: dict[str, Any] = {}
    for name, (before, after) in fields.items():
        following = next((m for m in later if name in m.changes.get("fields", {})), None)
        now = stored(kept, name) if following is None else following.changes["fields"][name][0]
        if now != after:
            left.append({"what": name, "n": 1})
        elif following is not None:
            following.changes["fields"][name][0] = before
        else:
            values[name] = read(how.model, name, before)
    if "last_activity_at" in values:
        kept.last_activity_at = values.pop("last_activity_at")
    if not writing.put(actor, how.spec, kept, values):
        touch(actor, kept)
    kept.save(update_fields=["last_activity_at"])
    for found in later:
        found.save(update_fields=["changes"])


def _move_what_fits_now(actor: Actor, later: list[Merge], known: dict[str, Relation], kept: Any) -> None:
    """What later merges had to leave behind, because the survivor had the same from this one."""
    for merge in later:
        for key, keys in merge.changes["stayed"].items():
            relation = known[key]
            theirs = set(relation.rows(**{relation.name: kept}).filter(relation.rule.among).values_list(*relation.rule.same))
            rows = relation.rows(pk__in=keys).exclude(**{relation.name: kept}).values_list("pk", *relation.rule.same)
            fits = [pk for pk, *same in rows if tuple(same) not in theirs]
            merge.changes["moved"][key] = sorted([*merge.changes["moved"].get(key, []), *point_to(actor, relation, fits, kept)])
            merge.changes["stayed"][key] = [pk for pk in keys if pk not in set(fits)]
        merge.save(update_fields=["changes"])


def _settle(actor: Actor, kept: Any, gone: Any) -> None:
    """Both have a main address if they have any, the top of their parents, and their territory."""
    for account in (kept, gone):
        places = Location.objects.filter(account=account, deleted_at=None)
        if not places.filter(is_main=True).exists() and (first := places.order_by("pk").first()) is not None:
            Location.objects.filter(pk=first.pk).update(is_main=True)
        refamily(account)
    belonging.settle(actor, [kept.pk, gone.pk])


def _record(actor: Actor, made: Merge, how: Kind, kept: Any, gone: Any, left: Left) -> Merge:
    made.undone_at, made.undone_by, made.left = actor.now, actor.user, left
    made.changes, made.version = {}, made.version + 1  # it holds values that nobody needs any more
    made.save()
    timeline.forget(made)  # type: ignore[arg-type]
    audit(actor, f"{how.name}.unmerged", kept, field="merged", before=gone.public_id)
    audit(actor, f"{how.name}.unmerged", gone, field="merged_into", before=kept.public_id)
    tell(actor, f"{how.name}.unmerged", id=str(kept.public_id), other=str(gone.public_id), merge=str(made.public_id))
    return made


def expire(actor: Actor) -> int:
    """Forget what was kept to undo merges that are too long ago. Returns how many."""
    due = Merge.objects.filter(at__lt=actor.now - KEPT).exclude(changes={})
    return due.update(changes={})
