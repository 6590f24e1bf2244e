"""What customers need in the background: territories after a publication, hand-overs to come, clocks that run out, the bin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.events import listens
from bailiwick_web.core.jobs import Handle, enqueue, handler
from bailiwick_web.core.ticking import every
from bailiwick_web.crm.models import Account
from bailiwick_web.crm.services import binning, cases, duplicates, handing_over, merging
from bailiwick_web.crm.services.belonging import settle_all

REALIGN = "crm.realign"


@listens("plan.published")
@listens("plan.called_off")
def realign_later(actor: Actor, payload: dict[str, Any]) -> None:
    """Another plan counts: accounts and open work follow in the background, from its first instant on."""
    if Account.objects.exists():
        enqueue(actor, REALIGN, title=_("Accounts follow the published plan"), params={"scenario": payload["scenario"]})


@handler(REALIGN)
def realign(handle: Handle) -> dict[str, Any]:
    """Derive whose accounts are, some hundred at a time; a job that is taken up again does what is left."""
    return {"n_handed_over": settle_all(Actor(None, timezone.now(), f"job {handle.job.public_id}"), tell=handle.tell)}


@every(60, "crm.cases")
def run_clocks(now: datetime) -> None:
    """Escalate cases whose clock ran out."""
    cases.escalate(Actor(None, now, "clock"))


@every(60, "crm.handovers")
def hand_over(now: datetime) -> None:
    """Move the work of accounts whose plan has begun to count."""
    handing_over.carry_out(Actor(None, now, "clock"))


@handler(duplicates.SEARCH)
def search_duplicates(handle: Handle) -> dict[str, Any]:
    """Compare all records that whoever asked sees."""
    return duplicates.search(handle.actor, handle.params["kind"], handle.tell)


@every(60, "crm.duplicates")
def look_at_new(now: datetime) -> None:
    """Compare what was added with what there is."""
    duplicates.look_at_new(Actor(None, now, "clock"))


@every(6 * 3600, "crm.bin")
def empty_bin(now: datetime) -> None:
    """Take away for good what has been in the bin for 90 days, and forget how merges could be undone until then."""
    actor = Actor(None, now, "clock")
    merging.expire(actor)
    binning.empty(actor)
