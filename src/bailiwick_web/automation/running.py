"""From event to run, from run to acts: each cause once for each rule and record, and no rule sets itself off for ever.

A run is a row that is made in the transaction that hands the event on. It is carried out in a transaction of its own, in which the row is
locked: acts and the word "done" are committed together, or taken back together and tried again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from bailiwick.errors import BailiwickError
from bailiwick_web.automation import facts
from bailiwick_web.automation.actions import ACTIONS, Doing
from bailiwick_web.automation.models import Rule, Run
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import OutboxEvent
from bailiwick_web.core.outbox import collects
from bailiwick_web.core.refusals import Refused
from bailiwick_web.crm.models import Account, Activity
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.webhooks.kinds import heard

log = logging.getLogger(__name__)
State = Run.State
MARK = "run:"
"""What a rule does carries its run as the request, so that events and history tell what set them off."""
DEEPEST = 5
BATCH = 50
TURN_SECONDS = 4.0
"""After so long others who wait for the clock have their turn."""
MOST_ATTEMPTS = 5
MOST_QUIET = 1_000
KEPT = timedelta(days=365)


@collects
def notice(now: datetime, events: Sequence[OutboxEvent]) -> None:
    """Make runs of events: for every rule that waits for the kind and whose owner sees the record."""
    kinds = {event.kind for event in events}
    rules = list(Rule.objects.filter(is_active=True, trigger__in=kinds, owner__is_active=True).select_related("owner"))
    if not rules:
        return
    parents = _parents(events)
    runs = []
    for rule in rules:
        actor = Actor(rule.owner, now, "automation")
        for event in heard(actor, [event for event in events if event.kind == rule.trigger]):
            runs.append(_run(rule, event, parents.get(event.request_id), now))
    Run.objects.bulk_create(runs, ignore_conflicts=True)


def _parents(events: Sequence[OutboxEvent]) -> dict[str, Run]:
    ids = {event.request_id.removeprefix(MARK) for event in events if event.request_id.startswith(MARK)}
    return {f"{MARK}{run.public_id}": run for run in Run.objects.filter(public_id__in=ids)}


def _run(rule: Rule, event: OutboxEvent, parent: Run | None, now: datetime) -> Run:
    depth = 0 if parent is None else parent.depth + 1
    return Run(
        rule=rule,
        kind=event.kind,
        payload=event.payload,
        record_id=UUID(str(event.payload[facts.TRIGGERS[event.kind].key])),
        root=event.public_id if parent is None else parent.root,
        depth=depth,
        state=State.WAITING if depth <= DEEPEST else State.STOPPED,
        finished_at=None if depth <= DEEPEST else now,
        created_at=now,
    )


def notice_quiet(now: datetime) -> int:
    """Make runs of accounts that nobody was in touch with for as long as a rule says, once for each silence. Returns their number."""
    n = 0
    for rule in Rule.objects.filter(is_active=True, trigger=facts.QUIET, owner__is_active=True).select_related("owner"):
        runs = [
            Run(
                rule=rule,
                kind=facts.QUIET,
                record_id=account.public_id,
                root=_silence(account),
                payload={"days": rule.quiet_days},
                created_at=now,
            )
            for account in quiet(Actor(rule.owner, now, "automation"), rule.quiet_days or 0)
            .exclude(public_id__in=rule.runs.filter(created_at__gt=now - timedelta(days=rule.quiet_days or 0)).values("record_id"))
            .order_by("pk")[:MOST_QUIET]
        ]
        n += len(Run.objects.bulk_create(runs, ignore_conflicts=True))
    return n


def _silence(account: Account) -> UUID:
    """One silence of an account: it begins with the last time that somebody was in touch, or with the account."""
    return uuid5(NAMESPACE_URL, f"quiet:{account.public_id}:{(account.last_activity_at or account.created_at).isoformat()}")


def quiet(actor: Actor, days: int) -> QuerySet[Account]:
    """Accounts that somebody sees, nobody was in touch with for so many days, and nothing is planned for."""
    since = actor.now - timedelta(days=days)
    silent = Q(last_activity_at__lt=since) | Q(last_activity_at__isnull=True, created_at__lt=since)
    planned = Activity.objects.filter(account=OuterRef("pk"), state=Activity.State.PLANNED, deleted_at=None)
    rows = visible(actor, Account).filter(silent, merged_into=None).exclude(state__in=[Account.State.FORMER, Account.State.VENDOR])
    return rows.filter(~Exists(planned))


def carry_out_all(now: datetime) -> int:
    """Carry out what waits, the oldest first; returns the number of runs that were carried out here."""
    n, last, until = 0, 0, time.monotonic() + TURN_SECONDS
    while time.monotonic() < until:
        waiting = Run.objects.filter(state=State.WAITING, pk__gt=last).order_by("pk")
        if not (keys := list(waiting.values_list("pk", flat=True)[:BATCH])):
            break
        n += sum(carry_out(key, now) for key in keys)
        last = keys[-1]
    return n


def carry_out(key: int, now: datetime) -> bool:
    """Carry out one run, unless somebody else does or did."""
    try:
        with transaction.atomic():
            rows = Run.objects.select_for_update(of=("self",), skip_locked=True).select_related("rule__owner")
            run = rows.filter(pk=key, state=State.WAITING).first()
            if run is None:
                return False
            _decide(run, now)
            run.finished_at = now
            run.save(update_fields=["state", "did", "error", "finished_at"])
    except OperationalError:  # a deadlock or a busy database: everything was taken back, and is tried again
        _count_attempt(key, now)
        return False
    except Exception:
        log.exception("run %s of a rule broke off", key)
        _count_attempt(key, now)
        return False
    return True


def _count_attempt(key: int, now: datetime) -> None:
    rows = Run.objects.filter(pk=key, state=State.WAITING)
    rows.update(n_attempts=F("n_attempts") + 1)
    rows.filter(n_attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, finished_at=now, error="It broke off several times; see the log.")


def _decide(run: Run, now: datetime) -> None:
    """Whether the record fits, now; then act. What is refused takes back what was done before it."""
    rule = run.rule
    actor = Actor(rule.owner, now, f"{MARK}{run.public_id}")
    record = facts.records_of(actor, run.kind, [run.record_id]).get(str(run.record_id))
    run.state = State.UNFIT
    if record is None or not rule.is_active or not rule.owner.is_active:
        return
    try:
        if not facts.fits(facts.parsed(rule.trigger, rule.condition), [record], [run.payload])[0]:
            return
        with transaction.atomic():
            doing = Doing(actor, record, run.payload, run.public_id, run.public_id, rule.name)
            run.did = [did for action in rule.actions for did in ACTIONS[action["kind"]][1](doing, action)]
    except (Refused, BailiwickError) as error:
        run.state, run.did, run.error = State.FAILED, [], str(error)[:500]
    else:
        run.state = State.DONE


def forget_old(now: datetime) -> int:
    """Forget runs of long ago."""
    return Run.objects.filter(created_at__lt=now - KEPT).exclude(state=State.WAITING).delete()[0]
