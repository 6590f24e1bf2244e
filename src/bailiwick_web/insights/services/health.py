"""Keep the health of accounts: as computed, as said by people, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, tell, touch
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries.tables import account_keys
from bailiwick_web.crm.services import work
from bailiwick_web.crm.services.health import keep_health
from bailiwick_web.crm.visibility import find
from bailiwick_web.insights.models import AccountScore, HealthSaid, Study

if TYPE_CHECKING:
    import pandas as pd

HEALTH = "health"
ORIGIN = "insights:health"
MOST_TASKS, TASK_DAYS = 100, 7
"""Tasks that one run makes at most, those for the largest usual orders; days until they are due."""
_KEPT_STUDIES, _MOST_REASONS, _CHUNK = 14, 4, 500
_FIELDS = (
    *("health", "risk", "risk_low", "risk_high", "level", "is_learned", "reasons", "next_on", "next_from", "next_to"),
    *("is_overdue", "usual_amount", "study", "found_at"),
)


def keep_scores(actor: Actor, study: Study, accounts: pd.DataFrame) -> None:
    """Keep what was found of every account, write it to the accounts, and make tasks for those newly in danger; in a transaction. Told.

    What somebody said of an account holds; so does a health that came with an import or by the interface.
    """
    keys = account_keys(actor)
    before = {score.account_id: score for score in AccountScore.objects.select_for_update()}
    found = [_score(study, keys[row["account"]], row, actor) for row in accounts.to_dict("records") if row["account"] in keys]
    AccountScore.objects.exclude(account_id__in=[score.account_id for score in found]).delete()
    AccountScore.objects.bulk_create(found, _CHUNK, update_conflicts=True, unique_fields=["account"], update_fields=_FIELDS)
    _write(actor, found, before)
    fresh = [score for score in found if score.level == "high" and before.get(score.account_id, score).level != "high"]
    if fresh:
        tell(actor, "accounts.in_danger", accounts=[score.account_id for score in fresh[:MOST_TASKS]], n=len(fresh))
    _make_tasks(actor, fresh)
    old = Study.objects.filter(kind=HEALTH, created_by=None, answered_at__isnull=False).order_by("-pk").values_list("pk", flat=True)
    Study.objects.filter(pk__in=list(old[_KEPT_STUDIES:])).delete()


def _score(study: Study, account: int, row: Mapping[str, Any], actor: Actor) -> AccountScore:
    return AccountScore(
        account_id=account,
        health=int(row["health"]),
        risk=float(row["risk"]),
        risk_low=_known(row["risk_low"]),
        risk_high=_known(row["risk_high"]),
        level=row["level"],
        is_learned=study.facts.get("method") == "learned",
        reasons=reasons_of(str(row["reasons"])),
        next_on=_day(row.get("next_order")),
        next_from=_day(row.get("next_from")),
        next_to=_day(row.get("next_to")),
        is_overdue=bool(row.get("is_overdue", False)),
        usual_amount=_known(row.get("usual_amount")),
        study=study,
        found_at=actor.now,
    )


def _known(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def reasons_of(text: str) -> list[list[Any]]:
    """Signs that speak for leaving, with their values, from the words of the library.

    >>> reasons_of("pause = 2.3: odds × 3.10; orders = 7: odds × 0.40"), reasons_of("trend = -1: −20")
    ([['pause', 2.3]], [['trend', -1.0]])
    """
    found = []
    for part in filter(None, text.split("; ")):
        sign, _equals, rest = part.partition(" = ")
        value, _colon, weight = rest.partition(": ")
        if weight.startswith("odds × ") and float(weight.removeprefix("odds × ")) < 1:
            continue
        found.append([sign, float(value)])
    return found[:_MOST_REASONS]


def _write(actor: Actor, found: Iterable[AccountScore], before: Mapping[int, AccountScore]) -> None:
    """Write the health to the accounts where nobody else has written one."""
    said = set(HealthSaid.objects.filter(ended_at=None).values_list("account_id", flat=True))
    there = dict(m.Account.objects.values_list("pk", "health"))
    ours = []
    for score in found:
        last = before.get(score.account_id)
        is_ours = there[score.account_id] is None or (last is not None and there[score.account_id] == last.written)
        if is_ours and score.account_id not in said:
            ours.append(score)
    keep_health(actor, {score.account_id: (score.health, "") for score in ours})
    for score in ours:
        score.written = score.health
    by_value: dict[int, list[int]] = {}
    for score in ours:
        by_value.setdefault(score.health, []).append(score.account_id)
    for value, accounts in by_value.items():
        AccountScore.objects.filter(account_id__in=accounts).update(written=value)


def _make_tasks(actor: Actor, fresh: Iterable[AccountScore]) -> None:
    """A task for whoever looks after an account that is newly in danger, unless one is open."""
    ranked = sorted(fresh, key=lambda score: -(score.usual_amount or 0.0))[:MOST_TASKS]
    waiting = m.Activity.objects.filter(origin=ORIGIN, state=m.Activity.State.PLANNED, deleted_at=None)
    open_ones = set(waiting.values_list("account_id", flat=True))
    accounts = m.Account.objects.in_bulk([score.account_id for score in ranked])
    for score in ranked:
        if score.account_id not in open_ones:
            make_task(actor, accounts[score.account_id])


def make_task(actor: Actor, account: m.Account) -> m.Activity:
    """A task to win back an account, due within a week, for whoever looks after it. Sellers may. Recorded, told."""
    subject = _("In danger of leaving: get in touch with %(name)s") % {"name": account.name}
    due = actor.now.date() + timedelta(days=TASK_DAYS)
    return work.create_activity(actor, kind="task", subject=subject[:300], account=account, due_on=due, priority=1, origin=ORIGIN)


@transaction.atomic
def task_for(actor: Actor, account_id: UUID) -> m.Activity:
    """A task to win back an account within the scope; the one that is open, if there is one. Sellers may. Recorded, told."""
    actor.need(Right.SELL)
    account = find(actor, m.Account, account_id)
    waiting = m.Activity.objects.filter(account=account, origin=ORIGIN, state=m.Activity.State.PLANNED, deleted_at=None)
    return waiting.first() or make_task(actor, account)


@transaction.atomic
def say_health(actor: Actor, account_id: UUID, *, health: int, why: str) -> HealthSaid:
    """Say the health of an account against the computed one, which stays beside it; it holds until it is taken back. Sellers may. Recorded.

    Raises
    ------
    Invalid
        If it is no number from 0 to 100, or nobody says why.
    """
    actor.need(Right.SELL)
    account = find(actor, m.Account, account_id)
    if not 0 <= health <= 100:
        raise Invalid(_("Health is a number from 0 to 100."), code="number", field="health")
    if not why.strip():
        raise Invalid(_("Say why: others will ask."), code="needed", field="why")
    _end(actor, account)
    said = HealthSaid(account=account, health=health, why=why.strip()[:2_000], **stamped(actor))
    said.save()
    audit(
        actor,
        "health.said",
        said,
        field="health",
        before=account.health if account.health is not None else "",
        after=health,
        reason=said.why,
    )
    tell(actor, "health.said", account=str(account.public_id), health=health)
    keep_health(actor, {account.pk: (health, said.why[:300])})
    return said


@transaction.atomic
def take_health_back(actor: Actor, account_id: UUID) -> None:
    """Let the computed health hold again. Sellers may. Recorded."""
    actor.need(Right.SELL)
    account = find(actor, m.Account, account_id)
    if not _end(actor, account):
        raise Invalid(_("Nobody has said anything about the health of this account."), code="nothing")
    score = AccountScore.objects.filter(account=account).first()
    if score is not None:
        keep_health(actor, {account.pk: (score.health, "")})
        AccountScore.objects.filter(pk=score.pk).update(written=score.health)


def _end(actor: Actor, account: m.Account) -> bool:
    said = HealthSaid.objects.select_for_update().filter(account=account, ended_at=None).first()
    if said is None:
        return False
    said.ended_at = actor.now
    touch(actor, said, "ended_at")
    audit(actor, "health.taken_back", said, field="health", before=said.health)
    return True
