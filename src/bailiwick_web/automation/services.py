"""The one write path to rules: right → transaction → version → check → audit. A new rule is off until somebody has tried it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.automation import facts
from bailiwick_web.automation.actions import checked
from bailiwick_web.automation.models import Rule
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, touch

MOST_RULES = 200
FIELDS = ("name", "trigger", "quiet_days", "condition", "actions", "is_active")


def own_rules(actor: Actor) -> QuerySet[Rule]:
    """Rules that somebody manages: their own; administrators, all."""
    rows = Rule.objects.select_related("owner")
    return rows if actor.may(Right.PEOPLE) else rows.filter(owner=actor.user)


def find_rule(actor: Actor, public_id: UUID) -> Rule:
    """One rule that somebody manages.

    Raises
    ------
    NotAllowed, Missing
        Without the right; if there is none for this user.
    """
    actor.need(Right.CONNECT)
    found = own_rules(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such rule, or it is not yours."))
    return found


@transaction.atomic
def create_rule(actor: Actor, **given: Any) -> Rule:
    """Add a rule; it is off unless it is said otherwise. Who may connect may; it acts with their rights and scope. Recorded."""
    actor.need(Right.CONNECT)
    if actor.user is None:
        raise Invalid(_("A rule belongs to a user: it does what they may do."), code="no_owner")
    if Rule.objects.count() >= MOST_RULES:
        raise Conflict(_("There are %(n)s rules; remove one that nobody needs.") % {"n": MOST_RULES}, code="rules")
    made = Rule(owner=actor.user, **stamped(actor))
    _set(actor.user, made, given)
    made.save()
    audit(actor, "rule.created", made, after=_told(made))
    return made


@transaction.atomic
def change_rule(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Rule:
    """Change what is given of a rule, switch it on or off. Its owner may. Recorded."""
    found = Rule.objects.select_for_update(of=("self",)).select_related("owner").get(pk=find_rule(actor, public_id).pk)
    check_version(found, version)
    before = _told(found)
    _set(found.owner, found, {name: getattr(found, name) for name in FIELDS} | given)
    touch(actor, found, *FIELDS)
    audit(actor, "rule.changed", found, field="rule", before=before, after=_told(found))
    return found


@transaction.atomic
def remove_rule(actor: Actor, public_id: UUID, *, version: int | None) -> None:
    """Take a rule and its log away; what it did stays. Its owner may. Recorded."""
    found = Rule.objects.select_for_update(of=("self",)).get(pk=find_rule(actor, public_id).pk)
    check_version(found, version)
    audit(actor, "rule.removed", found, before=_told(found))
    found.delete()


def _set(owner: User, rule: Rule, given: dict[str, Any]) -> None:
    """Check what a rule shall be, and set it."""
    rule.name = str(given.get("name", "")).strip()[:120]
    if not rule.name:
        raise Invalid(_("Give the rule a name."), code="no_name", field="name")
    rule.trigger = str(given.get("trigger", ""))
    if rule.trigger not in facts.TRIGGERS:
        raise Invalid(_("There is no trigger “%(trigger)s”.") % {"trigger": rule.trigger}, code="unknown_event", field="trigger")
    rule.quiet_days = _days(given.get("quiet_days")) if rule.trigger == facts.QUIET else None
    rule.condition = str(given.get("condition", "") or "").strip()
    facts.parsed(rule.trigger, rule.condition)
    rule.actions = checked(owner, str(facts.TRIGGERS[rule.trigger].model._meta.model_name), given.get("actions"))
    rule.is_active = bool(given.get("is_active", False))


def _days(value: Any) -> int:
    try:
        days = int(value)
    except (TypeError, ValueError):
        days = 0
    if not 1 <= days <= 3_650:
        raise Invalid(_("Say after how many days of silence, 1 to 3,650."), code="field", field="quiet_days")
    return days


def _told(rule: Rule) -> str:
    """A rule as the history tells it."""
    return json.dumps({name: getattr(rule, name) for name in FIELDS}, ensure_ascii=False, sort_keys=True)


_FIRST_DAYS = (
    (gettext_lazy("Read the history of {name}"), 0),
    (gettext_lazy("Call {name} and introduce yourself"), 2),
    (gettext_lazy("Go through the open deals with the former rep"), 3),
    (gettext_lazy("Visit {name}"), 14),
)
PRESETS: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "cadence": (
        gettext_lazy("Follow-up by class: A after 30 days of silence, B after 60, C after 90"),
        [
            {"name": f"{tier}: {days}", "trigger": facts.QUIET, "quiet_days": days, "condition": f"tier = '{tier}'", "actions": "cadence"}
            for tier, days in (("A", 30), ("B", 60), ("C", 90))
        ],
    ),
    "sla": (
        gettext_lazy("A clock ran out: a task today for whom the case was escalated to"),
        [{"name": "SLA", "trigger": "case.escalated", "condition": "", "actions": "sla"}],
    ),
    "handover": (
        gettext_lazy("An account changes rep: a checklist for the new one"),
        [{"name": "Hand-over", "trigger": "account.handed_over", "condition": "[event.layer] = 'base'", "actions": "handover"}],
    ),
}
_DO: dict[str, Any] = {
    "cadence": lambda: [{"kind": "task", "tasks": str(_("Get in touch with {name}")) + " | 3", "who": "holder"}],
    "sla": lambda: [{"kind": "task", "tasks": str(_("The clock of “{subject}” ran out: see to it")), "who": "escalated"}],
    "handover": lambda: [{"kind": "task", "tasks": "\n".join(f"{task} | {days}" for task, days in _FIRST_DAYS), "who": "holder"}],
}


@transaction.atomic
def add_preset(actor: Actor, key: str) -> list[Rule]:
    """Add rules that most teams want, switched off. Who may connect may. Recorded."""
    if key not in PRESETS:
        raise Invalid(_("There is no such example."), code="preset")
    label, rules = PRESETS[key]
    made = []
    for rule in rules:
        name = f"{str(label).split(':')[0]} {rule['name']}" if len(rules) > 1 else str(label).split(":")[0]
        made.append(create_rule(actor, **{**rule, "name": name, "actions": _DO[key]()}))
    return made
