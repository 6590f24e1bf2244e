"""Tell those whose territories are in a plan that another plan counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from bailiwick.domain.said import Said, say, say_n
from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.events import listens
from bailiwick_web.core.jobs import Handle, handler
from bailiwick_web.core.models import Node, Position, Staffing, User
from bailiwick_web.core.notices.services import tell_people
from bailiwick_web.core.retelling import instant
from bailiwick_web.core.roles import Right
from bailiwick_web.core.ticking import every
from bailiwick_web.planning.mine import came_and_went
from bailiwick_web.planning.models import Publication, Scenario
from bailiwick_web.planning.services import archive_ended

KIND = "tell"


@listens("plan.published")
def tell_later(actor: Actor, event: dict[str, Any]) -> None:
    """Leave the telling to a job: publishing is one short transaction."""
    jobs.enqueue(actor, KIND, title=say("Tell those concerned"), params={"scenario": event["scenario"], "valid_from": event["valid_from"]})


@listens("plan.called_off")
def tell_that_it_is_off(actor: Actor, event: dict[str, Any]) -> None:
    """Whoever reads that a plan is to count reads, too, that it is not."""
    params = {"scenario": event["scenario"], "valid_from": event["valid_from"], "is_off": True}
    jobs.enqueue(actor, KIND, title=say("Tell those concerned"), params=params)


@handler(KIND)
def tell_those_concerned(handle: Handle) -> dict[str, Any]:
    """Write to everybody who has a territory in the plan or had one; a repeated job tells nobody twice."""
    found = Publication.objects.filter(scenario__public_id=UUID(handle.params["scenario"]), valid_from=handle.params["valid_from"])
    publication, actor = found.select_related("plan", "scenario__plan__unit_set").first(), handle.actor
    if handle.params.get("is_off"):
        return {"told": _tell_that_off(handle)}
    if publication is None:
        return {"told": 0}
    told = tell_people(actor, "plan.published", str(publication.public_id), _sentences(actor, publication), address=reverse("mine"))
    return {"told": told}


def _tell_that_off(handle: Handle) -> int:
    scenario = Scenario.objects.select_related("plan").get(public_id=UUID(handle.params["scenario"]))
    moment = datetime.fromisoformat(handle.params["valid_from"])
    was = Publication(plan=scenario.plan, scenario=scenario, valid_from=moment)
    now = Publication.objects.filter(plan=scenario.plan, valid_until=None).select_related("scenario").first()
    said = say("“%(plan)s” does not count from %(moment)s on after all.", plan=scenario.name, moment=instant(moment))
    told = ((user, said) for user in those_concerned(was, now.scenario if now is not None else None) if user != handle.actor.user)
    return tell_people(handle.actor, "plan.called_off", str(handle.job.public_id), told, address=reverse("mine"))


@every(60, "planning.archive")
def archive(now: datetime) -> None:
    """What counted until now is archived."""
    archive_ended(Actor(None, now, "clock"))


def _sentences(actor: Actor, publication: Publication) -> Iterator[tuple[User, str]]:
    before = Publication.objects.filter(plan=publication.plan, valid_until=publication.valid_from).select_related("scenario").first()
    earlier = before.scenario if before is not None else None
    for user in those_concerned(publication, earlier):
        if user != actor.user:
            yield user, sentence(Actor(user, publication.valid_from, actor.request_id), publication, earlier)


def those_concerned(publication: Publication, earlier: Scenario | None) -> list[User]:
    """Who fills a position with a territory in the plan or the one before, and who leads those above, when it begins."""
    scenarios = [publication.scenario, *([earlier] if earlier is not None else [])]
    positions = Position.objects.filter(pk__in=[t for s in scenarios for t in s.territories.values_list("position_id", flat=True) if t])
    above = {int(part) for path in positions.values_list("node__path", flat=True) for part in path.split("/") if part}
    day = publication.valid_from.date()
    then = Staffing.objects.filter(valid_from__lte=day).filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day))
    staffed = then.filter(Q(position__in=positions) | Q(node__in=Node.objects.filter(pk__in=above)), person__user__is_active=True)
    users = User.objects.filter(pk__in=staffed.values("person__user_id")).order_by("pk")
    return [user for user in users if Actor(user, publication.valid_from).may(Right.LOOK)]


def sentence(actor: Actor, publication: Publication, earlier: Scenario | None) -> Said:
    """What the plan means for one user."""
    said = {"plan": publication.scenario.name, "moment": instant(publication.valid_from)}
    if earlier is None:
        return say("“%(plan)s” counts from %(moment)s. It is the first plan; look what is yours.", **said)
    n_came, n_went = came_and_went(actor, earlier, publication.scenario)
    if not n_came and not n_went:
        return say("“%(plan)s” counts from %(moment)s. Nothing changes for you.", **said)
    came = say_n("%(n)s customer or area comes to you", "%(n)s customers or areas come to you", n_came)
    went = say_n("%(n)s goes to somebody else", "%(n)s go to somebody else", n_went)
    return say("“%(plan)s” counts from %(moment)s. %(came)s, %(went)s.", came=came, went=went, **said)
