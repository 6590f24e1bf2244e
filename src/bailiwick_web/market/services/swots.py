"""Strengths, weaknesses, opportunities and threats: begin, draft from data, write, keep as a version, make a task of a line."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick import api
from bailiwick.domain.said import document
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm import models as m
from bailiwick_web.crm.services import work
from bailiwick_web.crm.visibility import find, present
from bailiwick_web.market import figures
from bailiwick_web.market.models import Evidence, Swot, SwotEntry
from bailiwick_web.market.services.creating import create_unless_there
from bailiwick_web.market.services.profile import the_profile
from bailiwick_web.market.visibility import sees_company, swot_of, teams, text_for

Subject, Origin, Quadrant = Swot.Subject, SwotEntry.Origin, SwotEntry.Quadrant
MOST_ENTRIES, TASK_DAYS, EVIDENCE_YEARS = 200, 14, 2
ORIGIN = "market:swot"


@transaction.atomic
def begin(actor: Actor, subject: str, public_id: UUID | None = None) -> Swot:
    """The grid of a subject that is worked on; a new one if there is none. Those who lead or plan may. Recorded."""
    found = _subject(actor, subject, public_id)
    there = Swot.objects.filter(**found)
    current = there.filter(kept_at=None).first()
    if current is not None:
        return current
    last = there.order_by("-number").first()
    swot = create_unless_there(Swot, **found, number=last.number + 1 if last else 1, **stamped(actor))
    if swot is None:  # somebody else began it a moment ago
        return there.get(kept_at=None)
    audit(actor, "swot.begun", swot)
    return swot


def _subject(actor: Actor, subject: str, public_id: UUID | None) -> dict[str, Any]:
    if subject == Subject.COMPANY:
        actor.need(Right.PLAN)
        if not sees_company(actor):
            raise Missing(_("There is no such grid, or you may not see it."))
        return {"subject": subject, "node": None, "position": None}
    actor.need(Right.AIM)
    if public_id is None or subject not in Subject.values:
        raise Invalid(_("Say whose grid it is."), code="field", field="subject")
    if subject == Subject.TERRITORY:
        return {"subject": subject, "node": None, "position": find(actor, Position, public_id)}
    node = teams(actor).filter(public_id=public_id).first()
    if node is None:
        raise Missing(_("There is no such record, or you may not see it."))
    return {"subject": subject, "node": node, "position": None}


def _writable(actor: Actor, public_id: UUID, version: int | None = None, *, is_checked: bool = True) -> Swot:
    actor.need(Right.AIM)
    swot = swot_of(actor, public_id, is_locked=True)
    if swot.subject == Subject.COMPANY:
        actor.need(Right.PLAN)
    if swot.kept_at is not None:
        raise Conflict(_("This version was kept and stays as it is; write in the present one."), code="kept")
    if is_checked:
        check_version(swot, version)
    return swot


@transaction.atomic
def draft(actor: Actor, public_id: UUID, *, version: int | None) -> Swot:
    """Draft entries from data, evidence and the profile: what was drafted before and has no task gives way, what people wrote stays.

    Those who lead or plan may, within their scope. Recorded.
    """
    swot = _writable(actor, public_id, version)
    ground = figures.ground_of(actor)
    fresh = [*_from_data(actor, swot, ground), *_from_profile(swot), *_from_evidence(actor, swot, ground)]
    drafted = swot.entries.exclude(origin=Origin.PERSON)
    kept = {_mark(entry): entry for entry in drafted.filter(task__isnull=False)}
    drafted.filter(task__isnull=True).delete()
    for entry in fresh:
        if _mark(entry) not in kept:
            entry.save()
    swot.drafted_at = actor.now
    touch(actor, swot, "drafted_at")
    audit(actor, "swot.drafted", swot, field="entries", after=len(fresh))
    return swot


def _mark(entry: SwotEntry) -> tuple[str, str, str]:
    """What makes two entries the same one."""
    about = entry.fact.get("figure", "") + entry.fact.get("detail", "") if entry.origin == Origin.DATA else entry.text
    return entry.quadrant, entry.origin, about


def _from_data(actor: Actor, swot: Swot, ground: figures.Ground) -> list[SwotEntry]:
    subject, rows = figures.figures_of(ground, swot, teams(actor))
    columns = ("subject", "figure", "value", "part", "whole", "before", "before_whole", "detail")
    rows = [row for row in rows if row["value"] is not None]
    if not any(row["subject"] == subject for row in rows):
        return []
    found = api.draft_swot({name: [row.get(name) for row in rows] for name in columns}, subject=subject)
    entries, least = [], found.facts["least_counted"]
    for row in found["entries"].to_dict("records"):
        others = [
            {"of": r["subject"], "value": r["value"]}
            for r in rows
            if (r["figure"], r.get("detail") or "") == (row["figure"], row["detail"])
            and r["subject"] != subject
            and r.get("whole", least) >= least
        ]
        is_of_study = row["figure"] in {"penetration", "white_space"} and ground.study is not None
        fact = {name: _plain(row[name]) for name in ("figure", "detail", "value", "reference", "peers", "low", "high")}
        fact |= {"sentence": document(row["sentence"]), "others": others, "until": ground.today.isoformat()}
        fact |= {
            "since": (ground.today - figures.YEAR).isoformat(),
            "study": str(ground.study.public_id) if is_of_study and ground.study else "",
        }
        entries.append(_new(actor, swot, row["quadrant"], str(row["sentence"]), Origin.DATA, fact=fact))
    return entries


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _new(actor: Actor, swot: Swot, quadrant: str, text: str, origin: str, **more: Any) -> SwotEntry:
    return SwotEntry(swot=swot, quadrant=quadrant, text=text[:1000], origin=origin, **more, **stamped(actor))


def _from_profile(swot: Swot) -> list[SwotEntry]:
    profile = the_profile()
    if swot.subject != Subject.COMPANY or profile is None:
        return []
    stamp = {name: getattr(profile, name) for name in ("created_at", "created_by", "changed_at", "changed_by")}
    fact = {"until": profile.changed_at.date().isoformat()}
    return [SwotEntry(swot=swot, quadrant=Quadrant.STRENGTH, text=t, origin=Origin.PROFILE, fact=fact, **stamp) for t in profile.strengths]


def _from_evidence(actor: Actor, swot: Swot, ground: figures.Ground) -> list[SwotEntry]:
    """Evidence of the last two years that has an effect, where anybody of the subject is in its industry and region."""
    since = actor.now.date() - EVIDENCE_YEARS * figures.YEAR
    rows = Evidence.objects.filter(deleted_at=None, dated_on__gt=since, effect__isnull=False).exclude(effect=0)
    keys = figures.positions_of(ground, swot)
    held = m.AccountTerritory.objects.filter(present(actor.now), position__in=keys, account__deleted_at=None)
    industries = {str(name).casefold() for name in held.values_list("account__industry", flat=True).distinct()}
    places = m.Location.objects.filter(is_main=True, deleted_at=None, account__in=held.values("account_id"))
    regions = {str(name).casefold() for name in places.values_list("region", flat=True).distinct()}
    found = []
    for one in rows:
        is_ours = (not one.industry or one.industry.casefold() in industries) and (not one.region or one.region.casefold() in regions)
        if swot.subject == Subject.COMPANY or is_ours:
            quadrant = Quadrant.OPPORTUNITY if (one.effect or 0) > 0 else Quadrant.THREAT
            fact = {"value": one.effect, "until": one.dated_on.isoformat()}
            found.append(_new(actor, swot, quadrant, one.claim, Origin.EVIDENCE, fact=fact, evidence=one))
    return found


@transaction.atomic
def add_entry(actor: Actor, public_id: UUID, *, quadrant: str, text: str) -> SwotEntry:
    """Write a line into the grid; those who lead or plan may, within their scope. Recorded."""
    swot = _writable(actor, public_id, is_checked=False)
    if swot.entries.count() >= MOST_ENTRIES:
        raise Conflict(_("A grid holds at most %(n)s lines.") % {"n": MOST_ENTRIES}, code="too_many")
    quadrant, text = c.choice(Quadrant.values)("quadrant", quadrant), c.needed(1000)("text", text)
    entry = _new(actor, swot, quadrant, text, Origin.PERSON)
    entry.save()
    audit(actor, "swotentry.created", entry, field=quadrant, after=text)
    return entry


def _locked_entry(actor: Actor, public_id: UUID) -> tuple[Swot, SwotEntry]:
    """A grid that is worked on and its line, read once nobody else writes into it."""
    swot = _writable(actor, entry_of(actor, public_id).swot.public_id, is_checked=False)
    entry = swot.entries.select_for_update(of=("self",)).select_related("task").filter(public_id=public_id).first()
    if entry is None:
        raise Missing(_("There is no such record, or you may not see it."))
    return swot, entry


def entry_of(actor: Actor, public_id: UUID) -> SwotEntry:
    """A line of a grid that somebody sees.

    Raises
    ------
    Missing
        If there is none, or not for this user.
    """
    entry = SwotEntry.objects.select_related("swot", "task", "evidence", "created_by").filter(public_id=public_id).first()
    if entry is None:
        raise Missing(_("There is no such record, or you may not see it."))
    entry.swot = swot_of(actor, entry.swot.public_id)
    return entry


@transaction.atomic
def remove_entry(actor: Actor, public_id: UUID, *, version: int | None) -> Swot:
    """Take a line out of the grid; versions that were kept still have it. Those who lead or plan may. Recorded."""
    actor.need(Right.AIM)
    swot, entry = _locked_entry(actor, public_id)
    check_version(entry, version)
    audit(actor, "swotentry.removed", entry, field=entry.quadrant, before=text_for(entry, frozenset()))
    entry.delete()
    return swot


@transaction.atomic
def make_task(actor: Actor, public_id: UUID) -> m.Activity:
    """A task to act on a line; the one that is there, if there is one. Those who lead or plan may, within their scope. Recorded, told."""
    actor.need(Right.AIM)
    swot, entry = _locked_entry(actor, public_id)
    if entry.task is not None and entry.task.deleted_at is None:
        return entry.task
    subject = f"{entry.get_quadrant_display()}: {text_for(entry, frozenset())}"  # whoever gets it may see nobody else
    given: dict[str, Any] = {
        "kind": "task",
        "subject": subject[:300],
        "due_on": actor.now.date() + timedelta(days=TASK_DAYS),
        "origin": ORIGIN,
    }
    entry.task = work.create_activity(actor, **given, **_who(actor, swot))
    touch(actor, entry, "task")
    return entry.task


def _who(actor: Actor, swot: Swot) -> dict[str, Any]:
    """Whoever fills the position; else whoever makes the task."""
    if swot.position is not None:
        return {"position": swot.position}
    person = actor.user is not None and getattr(actor.user, "person", None)
    return {"person": person} if person else {}


@transaction.atomic
def keep(actor: Actor, public_id: UUID, *, version: int | None, note: str = "") -> Swot:
    """Keep the grid as a dated version that never changes, and go on with a copy. Those who lead or plan may. Recorded, told."""
    swot = _writable(actor, public_id, version)
    entries = list(swot.entries.all())
    if not entries:
        raise Conflict(_("There is nothing in the grid yet."), code="empty")
    swot.kept_at, swot.note = actor.now, c.text(500)("note", note)
    touch(actor, swot, "kept_at", "note")
    same = {name: getattr(swot, name) for name in ("subject", "node", "position", "drafted_at")}
    following = Swot.objects.create(**same, number=swot.number + 1, **stamped(actor))
    names = ("quadrant", "text", "origin", "fact", "evidence", "task", "created_at", "created_by", "changed_at", "changed_by")
    SwotEntry.objects.bulk_create(SwotEntry(swot=following, **{name: getattr(entry, name) for name in names}) for entry in entries)
    audit(actor, "swot.kept", swot, field="number", after=swot.number, reason=swot.note)
    tell(actor, "swot.kept", id=str(swot.public_id), number=swot.number)
    return swot
