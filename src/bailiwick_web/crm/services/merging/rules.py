"""What becomes of everything that names a record when it is merged into another: declared for every foreign key there is.

A new foreign key to an account or a contact needs a rule here, or :func:`declare` in the app that has it; a test fails without.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Model, Q

LIVE = Q(deleted_at__isnull=True)


@dataclass(frozen=True)
class Rule:
    """What becomes of the rows of one foreign key.

    Attributes
    ----------
    how
        ``moves``: they name the survivor; ``unless_there``: the same, unless the survivor has the same already, then they stay with the
        record that is gone, and come back with it; ``stays``: they tell of that record itself.
    same
        Fields in which the survivor must not have the same twice.
    among
        Rows that ``same`` is about.
    once
        A flag that one row of a record has at most: the survivor's own keeps it.
    """

    how: Literal["moves", "unless_there", "stays"]
    same: tuple[str, ...] = ()
    among: Q = field(default_factory=Q)
    once: str = ""


def moves(*, once: str = "") -> Rule:
    """Every row goes along."""
    return Rule("moves", once=once)


def unless_there(*same: str, among: Q | None = None) -> Rule:
    """Every row goes along that the survivor has not already."""
    return Rule("unless_there", same, among or Q())


def stays() -> Rule:
    """The rows tell of the record that is gone."""
    return Rule("stays")


RULES: dict[str, Rule] = {
    "crm.account.parent": moves(),
    "crm.account.family": stays(),  # follows from the parents
    "crm.account.merged_into": stays(),  # a chain, so that each link can be undone
    "crm.location.account": moves(once="is_main"),
    "crm.contact.account": moves(),
    "crm.opportunity.account": moves(),
    "crm.order.account": moves(),
    "crm.lead.account": moves(),
    "crm.lead.referrer_account": moves(),
    "crm.case.account": moves(),
    "crm.activity.account": moves(),
    "crm.activityseries.account": moves(),
    "crm.attachment.account": moves(),
    "crm.timelineevent.account": moves(),
    "crm.accountnaming.account": unless_there("layer", among=Q(valid_until__isnull=True)),
    "crm.accountterritory.account": stays(),  # whose it was when: derived, and true of that record only
    "crm.handover.account": stays(),
    "crm.needanswer.account": unless_there("question", among=LIVE),
    "crm.contact.merged_into": stays(),
    "crm.contactpoint.contact": unless_there("channel", "normal"),
    "crm.consent.contact": moves(),
    "crm.personalnote.contact": moves(),
    "crm.opportunity.contact": moves(),
    "crm.order.contact": moves(),
    "crm.lead.contact": moves(),
    "crm.lead.referrer": moves(),
    "crm.case.contact": moves(),
    "crm.activity.contact": moves(),
    "crm.activityseries.contact": moves(),
    "crm.attachment.contact": moves(),
    "crm.timelineevent.contact": moves(),
    "crm.needanswer.contact": moves(),
}
"""``app.model.field`` in small letters → rule."""


def declare(key: str, rule: Rule) -> None:
    """Add the rule of a foreign key of another app."""
    RULES[key] = rule


@dataclass(frozen=True)
class Relation:
    """A foreign key to the records that are merged."""

    model: type[Model]
    name: str

    @property
    def key(self) -> str:
        """As in :data:`RULES`."""
        return f"{self.model._meta.label_lower}.{self.name}"

    @property
    def rule(self) -> Rule:
        """Its rule.

        Raises
        ------
        KeyError
            If there is none: nothing is merged whose relations nobody thought of.
        """
        return RULES[self.key]

    def rows(self, **wanted: Any) -> Any:
        """Rows of the model, also those in the bin."""
        return self.model._default_manager.filter(**wanted)


def relations(model: type[Model]) -> Iterator[Relation]:
    """Every foreign key to a model, also the hidden ones and those of tables between two others."""
    for found in model._meta.get_fields(include_hidden=True):
        if not found.auto_created or found.concrete or not (found.one_to_many or found.one_to_one):
            continue
        field: Any = found.field  # type: ignore[union-attr]
        yield Relation(field.model, field.name)


def undeclared(model: type[Model]) -> list[str]:
    """Foreign keys to a model without a rule."""
    return sorted(relation.key for relation in relations(model) if relation.key not in RULES)
