"""What goes along when an account gets another position: open work moves by stated rules, what is done stays as it was.

Planned activities, series and open cases go to the new position. Open deals go, too, unless the deal or its stage is to stay with its
rep. Done activities, closed deals, solved cases and orders keep the position and the territory of their day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model, Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import let_others_write, save_all
from bailiwick_web.core.models import AuditEntry, OutboxEvent
from bailiwick_web.crm.models import Activity, ActivitySeries, Case, Handover, Opportunity, Stage, TimelineEvent
from bailiwick_web.crm.services.routing import BASE, Duties
from bailiwick_web.crm.services.timeline import event

CHUNK = 500
TOLD = 50
"""So many identifiers of each type stand in the record of a hand-over."""
OPEN: dict[type[Model], Q] = {
    Opportunity: Q(stage__kind=Stage.Kind.OPEN, deleted_at=None),
    Activity: Q(state=Activity.State.PLANNED, deleted_at=None),
    ActivitySeries: Q(deleted_at=None),
    Case: Q(deleted_at=None) & ~Q(state__in=[Case.State.SOLVED, Case.State.CLOSED]),
}


def carry_out(actor: Actor) -> int:
    """Do every hand-over whose time has come, each chunk in a transaction. Recorded, told. Returns their number."""
    n_done = 0
    while n := _carry_out_some(actor):
        n_done += n
        let_others_write()
    return n_done


@transaction.atomic
def _carry_out_some(actor: Actor) -> int:
    due = Handover.objects.filter(done_at=None, at__lte=actor.now).select_related("account", "before", "after")
    chunk = list(due.select_for_update(of=("self",)).order_by("pk")[:CHUNK])
    if chunk:
        _carry_out(actor, chunk)
    return len(chunk)


def _carry_out(actor: Actor, handovers: Sequence[Handover]) -> None:
    duties = Duties({key for h in handovers for key in (h.before_id, h.after_id) if key}, actor.now.date())
    for model in OPEN:
        _move(actor, model, [h for h in handovers if h.layer == BASE], duties)
    for handover in handovers:
        handover.done_at = actor.now
    save_all(handovers, ["moved", "kept", "done_at"])
    _record(actor, handovers)


def _move(actor: Actor, model: type[Model], handovers: Sequence[Handover], duties: Duties) -> None:
    """Move the open records of one type, in one query to find them and one to write."""
    by_account = {h.account_id: h for h in handovers}
    name = model._meta.model_name or ""
    rows: Any = model._default_manager.select_for_update(of=("self",)).filter(OPEN[model], account__in=by_account)
    if model is Opportunity:
        rows = rows.select_related("stage")
    moved: dict[int, list[str]] = defaultdict(list)
    kept: dict[int, list[str]] = defaultdict(list)
    changed: list[Any] = []
    for record in rows:
        handover = by_account[record.account_id]
        if record.position_id not in {handover.before_id, None}:
            continue  # somebody else's work on this account: an overlay, or given to them by name
        if _stays(record):
            kept[handover.pk].append(str(record.public_id))
            continue
        _to(record, handover, duties)
        record.version, record.changed_at, record.changed_by = record.version + 1, actor.now, actor.user
        changed.append(record)
        moved[handover.pk].append(str(record.public_id))
    save_all(changed, ["position", "person", "version", "changed_at", "changed_by"])
    for handover in handovers:
        for whole, part in ((handover.moved, moved), (handover.kept, kept)):
            if found := part.get(handover.pk):
                whole[name] = {"n": len(found), "ids": found[:TOLD]}


def _stays(record: Any) -> bool:
    return isinstance(record, Opportunity) and (record.keeps_rep or record.stage.keeps_rep)


def _to(record: Any, handover: Handover, duties: Duties) -> None:
    """A record that somebody else than the former holder does by name stays theirs; only the position changes."""
    former = duties.of(handover.before_id).person
    record.position_id = handover.after_id
    if record.person_id is None or former is None or record.person_id == former.pk:
        new = duties.of(handover.after_id).person
        record.person_id = None if new is None else new.pk


def _record(actor: Actor, handovers: Sequence[Handover]) -> None:
    entries, events, lines = [], [], []
    for h in handovers:
        before, after = str(h.before or ""), str(h.after or "")
        entries.append(
            AuditEntry(
                at=actor.now,
                actor=actor.user,
                request_id=actor.request_id,
                action="account.handed_over",
                record_type="account",
                record_id=str(h.account.public_id),
                record_name=str(h.account)[:300],
                field=f"position ({h.layer})",
                before=before,
                after=after,
            )
        )
        told: dict[str, str | None] = {"account": str(h.account.public_id), "layer": h.layer, "handover": str(h.public_id)}
        told |= {"before": h.before.code if h.before else None, "after": h.after.code if h.after else None}
        events.append(OutboxEvent(kind="account.handed_over", payload=told, request_id=actor.request_id[:40], created_at=actor.now))
        lines.append(
            event(actor, "territory", h.account, account=h.account, at=h.at, title=f"{before or '–'} → {after or '–'}", layer=h.layer)
        )
    AuditEntry.objects.bulk_create(entries, batch_size=1_000)
    OutboxEvent.objects.bulk_create(events, batch_size=1_000)
    TimelineEvent.objects.bulk_create(lines, batch_size=1_000)
