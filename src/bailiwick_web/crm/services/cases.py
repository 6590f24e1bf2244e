"""Cases: questions and complaints with a clock that stands still while we wait for the customer, and who hears of it when it runs out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Person, Staffing
from bailiwick_web.core.people.queries import leads
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Account, Case, ServiceLevel
from bailiwick_web.crm.services import timeline, writing
from bailiwick_web.crm.services.fields import free_fields
from bailiwick_web.crm.services.looking_after import with_rep

State, Priority = Case.State, Case.Priority
OVER = (State.SOLVED, State.CLOSED)
LEVELS = {Priority.URGENT: (60, 480), Priority.HIGH: (240, 1_440), Priority.NORMAL: (1_440, 4_320), Priority.LOW: (2_880, 10_080)}
"""Minutes to the first answer and to the solution, until somebody sets others."""
MOST_LEVELS = 10
STEPS = {
    State.NEW: {State.OPEN, State.WAITING, State.SOLVED},
    State.OPEN: {State.WAITING, State.SOLVED},
    State.WAITING: {State.OPEN, State.SOLVED},
    State.SOLVED: {State.OPEN, State.CLOSED},
    State.CLOSED: {State.OPEN},
}

CASE = writing.Spec(
    Case,
    {
        **dict.fromkeys(("account", "contact", "position", "person"), c.reference),
        "subject": c.needed(300),
        "text": c.text(50_000),
        "about": c.choice(Case.About.values),
        "priority": c.choice(Priority.values),
        "opened_at": c.instant,
        "respond_by": c.instant,
        "solve_by": c.instant,
        "solution": c.text(20_000),
        "tags": c.tags,
        "fields": free_fields("case"),
    },
    needs=("account", "subject"),
    personal=frozenset({"subject", "text", "solution"}),
)


def minutes_of(priority: str) -> tuple[int, int]:
    """Minutes to the first answer and to the solution of a case of a priority."""
    own = ServiceLevel.objects.filter(priority=priority).values_list("respond_minutes", "solve_minutes").first()
    return own or LEVELS[Priority(priority)]


@transaction.atomic
def open_case(actor: Actor, *, account: Account, external_ids: Mapping[str, str] | None = None, origin: str = "", **given: Any) -> Case:
    """Take up a question or complaint; the clock begins. Sellers may. Recorded, told, on the timeline."""
    opened = c.instant("opened_at", given.get("opened_at")) or actor.now
    priority = c.choice(Priority.values)("priority", given.get("priority", Priority.NORMAL))
    respond, solve = minutes_of(priority)
    values = with_rep(actor, account, {name: v for name, v in given.items() if name not in {"respond_by", "solve_by"}})
    values |= {"account": account, "opened_at": opened, "priority": priority}
    values |= {"respond_by": opened + timedelta(minutes=respond), "solve_by": opened + timedelta(minutes=solve)}
    case = writing.create(actor, CASE, values, origin=origin)
    writing.identify(case, external_ids or {})
    _show(actor, case, "case.opened", opened)
    return case


@transaction.atomic
def change_case(actor: Actor, public_id: UUID, *, version: int | None, external_ids: Mapping[str, str] | None = None, **given: Any) -> Case:
    """Change what is given of a case; its state only by :func:`move_case`. With another priority the clock has another end.

    Sellers may. Recorded field by field, told.
    """
    case = writing.locked(actor, CASE, public_id, version)
    writing.change(actor, CASE, case, changeable(case, given))
    writing.identify(case, external_ids or {})
    return case


def changeable(case: Case, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of a case, as it is kept; with another priority its clock ends at another time."""
    values = dict(given)
    strange = {"account", "opened_at", "respond_by", "solve_by"} & set(values)
    if strange:
        raise Invalid(_("The clock of a case follows from its priority."), code="field", field=sorted(strange)[0])
    if values.get("priority", case.priority) != case.priority:
        respond, solve = minutes_of(c.choice(Priority.values)("priority", values["priority"]))
        values["respond_by"] = case.opened_at + timedelta(minutes=respond)
        values["solve_by"] = case.opened_at + timedelta(minutes=solve, seconds=case.waited_seconds)
    return values


@transaction.atomic
def move_case(actor: Actor, public_id: UUID, *, version: int | None, state: str, solution: str = "") -> Case:
    """Let a case be in work, wait for the customer, be solved, closed, or opened again. Sellers may. Recorded, told, on the timeline."""
    case = writing.locked(actor, CASE, public_id, version)
    wanted = State(c.choice(State.values)("state", state))
    if wanted not in STEPS[State(case.state)]:
        said = {"before": case.get_state_display(), "after": wanted.label}
        raise Conflict(_("A case that is “%(before)s” cannot become “%(after)s”.") % said, code="state")
    if wanted == State.SOLVED and not (solution.strip() or case.solution):
        raise Invalid(_("Say what solved it."), code="missing", field="solution")
    before, case.state = case.state, wanted
    _run_clock(actor, case, State(before))
    if solution.strip():
        told, case.solution = case.solution, c.text(20_000)("solution", solution)
        writing.note(actor, CASE, case, "solution", told, case.solution)
    names = ("state", "solution", "waiting_since", "waited_seconds", "solve_by", "first_response_at", "solved_at", "closed_at")
    touch(actor, case, *names)
    audit(actor, "case.moved", case, field="state", before=before, after=wanted)
    _show(actor, case, f"case.{wanted}", actor.now)
    tell(actor, "case.moved", id=str(case.public_id), before=before, after=wanted.value)
    return case


def _run_clock(actor: Actor, case: Case, before: Case.State) -> None:
    """The end of the clock moves on by the time that we waited; the first step is the first answer."""
    after = State(case.state)
    if before == State.WAITING and case.waiting_since is not None:
        waited = int((actor.now - case.waiting_since).total_seconds())
        case.waited_seconds += waited
        case.solve_by += timedelta(seconds=waited)
        case.waiting_since = None
    if after == State.WAITING:
        case.waiting_since = actor.now
    if case.first_response_at is None:
        case.first_response_at = actor.now
    if after == State.SOLVED:
        case.solved_at = actor.now
    if after == State.CLOSED:
        case.closed_at = actor.now
    if after == State.OPEN:
        case.solved_at = case.closed_at = None


def archive_case(actor: Actor, public_id: UUID, *, version: int | None) -> Case:
    """Put a case into the bin, off the timeline. Sellers may. Recorded, told."""
    case = writing.archive(actor, CASE, public_id, version=version)
    timeline.forget(case)
    return case


def restore_case(actor: Actor, public_id: UUID, *, version: int | None) -> Case:
    """Take a case out of the bin. Sellers may. Recorded, told."""
    case = writing.restore(actor, CASE, public_id, version=version)
    _show(actor, case, "case.opened", case.opened_at)
    return case


@transaction.atomic
def escalate(actor: Actor) -> int:
    """Tell the next one up of every case whose clock ran out: once when it does, again after every further span of the same length.

    Returns
    -------
    Number of cases that went one level up. Recorded, told, on the timeline.
    """
    late = (Q(first_response_at=None) & Q(respond_by__lte=actor.now)) | Q(solve_by__lte=actor.now)
    rows = Case.objects.select_for_update(of=("self",)).filter(late, deleted_at=None, account__deleted_at=None, escalation__lt=MOST_LEVELS)
    n_escalated = 0
    for case in rows.exclude(state__in=[*OVER, State.WAITING]).select_related("position__node", "account", "contact", "person"):
        if case.escalated_at is not None and actor.now < case.escalated_at + timedelta(minutes=minutes_of(case.priority)[1]):
            continue
        case.escalation, case.escalated_at = case.escalation + 1, actor.now
        case.escalated_to = _above(actor, case) or case.escalated_to
        touch(actor, case, "escalation", "escalated_at", "escalated_to")
        audit(actor, "case.escalated", case, field="escalation", before=case.escalation - 1, after=case.escalation)
        _show(actor, case, "case.escalated", actor.now)
        to = str(case.escalated_to.public_id) if case.escalated_to else None
        tell(actor, "case.escalated", id=str(case.public_id), level=case.escalation, to=to)
        n_escalated += 1
    return n_escalated


def _above(actor: Actor, case: Case) -> Person | None:
    """The leader as many levels above the position as the case was escalated, counting leaders that there are."""
    if case.position is None:
        return _top(actor)
    path = [int(key) for key in case.position.node.path.strip("/").split("/") if key]
    found = _leaders(actor, list(reversed(path)))
    return found[min(case.escalation, len(found)) - 1] if found else None


def _top(actor: Actor) -> Person | None:
    found = _leaders(actor, list(Node.objects.filter(parent=None).values_list("pk", flat=True)))
    return found[0] if found else None


def _leaders(actor: Actor, nodes: list[int]) -> list[Person]:
    """Who leads these nodes today, in their order."""
    day = actor.now.date()
    holding = Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    rows = Staffing.objects.filter(holding, node__in=nodes, valid_from__lte=day).select_related("person__user").order_by("pk")
    by_node: dict[int, Person] = {}
    for row in rows:
        if row.node_id is not None and leads(row):
            by_node.setdefault(row.node_id, row.person)
    return [by_node[node] for node in nodes if node in by_node]


def _show(actor: Actor, case: Case, kind: str, at: Any) -> None:
    timeline.happened(
        actor, kind, case, account=case.account, contact=case.contact, at=at, title=case.subject, priority=case.priority, about=case.about
    )
