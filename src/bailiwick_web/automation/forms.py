"""The form of a rule: what happens, which records, what is done. What is left empty is not done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bailiwick_web.automation.actions import ESCALATED, HOLDER, SETTABLE
from bailiwick_web.automation.facts import TRIGGERS
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.webhooks.services import own_endpoints

MOST_PEOPLE = 2_000
AREA: dict[str, Any] = {"rows": 3, "spellcheck": "false"}


class RuleForm(forms.Form):
    """A rule as people fill it in."""

    name = forms.CharField(max_length=120, label=_("Name"))
    trigger = forms.ChoiceField(label=_("When this happens"))
    quiet_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3_650,
        label=_("Days of silence"),
        help_text=_("Only for account.quiet: nobody in touch, nothing planned."),
    )
    condition = forms.CharField(
        required=False,
        max_length=10_000,
        label=_("To a record that fits"),
        widget=forms.Textarea(attrs={**AREA, "placeholder": "tier = 'A' and [account.state] = 'customer'"}),
        help_text=_("The language of the rules for territories; what happened itself is [event.fields], [event.after] … Empty: always."),
    )
    tasks = forms.CharField(
        required=False,
        label=_("Make tasks"),
        widget=forms.Textarea(attrs={**AREA, "placeholder": "Call {name} | 3"}),
        help_text=_("A line for each; “| 3” is due in three days; {name} is the field of that name."),
    )
    who = forms.ChoiceField(required=False, label=_("For whom"))
    assign = forms.ChoiceField(required=False, label=_("Give the record to"))
    field = forms.ChoiceField(required=False, label=_("Set the field"))
    value = forms.CharField(required=False, max_length=2_000, label=pgettext_lazy("value", "to"))
    subject = forms.CharField(
        required=False, max_length=300, label=_("Draft an e-mail: subject"), help_text=_("A person reads and sends it.")
    )
    text = forms.CharField(required=False, max_length=20_000, label=_("Text"), widget=forms.Textarea(attrs=AREA))
    endpoint = forms.ChoiceField(required=False, label=_("Tell an endpoint"))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(p.public_id), p.name) for p in visible(actor, Person).order_by("name", "pk")[:MOST_PEOPLE]]
        holders = [(HOLDER, _("whoever does the work of the record")), (ESCALATED, _("whom a case was escalated to"))]
        hooks = [(str(e.public_id), e.name) for e in own_endpoints(actor).filter(owner=actor.user)]
        self._choose("trigger", [(kind, kind) for kind in sorted(TRIGGERS)])
        self._choose("who", [*holders, *people])
        self._choose("assign", [("", "–"), *people])
        self._choose("field", [("", "–"), *((name, name) for name in sorted({f for fields in SETTABLE.values() for f in fields}))])
        self._choose("endpoint", [("", "–"), *hooks])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def rule_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the service is given of a filled form."""
    actions: list[dict[str, Any]] = []
    if given["tasks"].strip():
        actions.append({"kind": "task", "tasks": given["tasks"], "who": given["who"]})
    if given["assign"]:
        actions.append({"kind": "assign", "who": given["assign"]})
    if given["field"]:
        actions.append({"kind": "field", "field": given["field"], "value": given["value"]})
    if given["subject"].strip():
        actions.append({"kind": "email", "subject": given["subject"], "text": given["text"]})
    if given["endpoint"]:
        actions.append({"kind": "webhook", "endpoint": given["endpoint"]})
    return {name: given[name] for name in ("name", "trigger", "quiet_days", "condition")} | {"actions": actions}


def initial_of(rule: Any) -> dict[str, Any]:
    """A form filled with a rule; of several actions of a kind the page shows the last, the interface all."""
    found = {name: getattr(rule, name) for name in ("name", "trigger", "quiet_days", "condition")}
    for action in rule.actions:
        kind = action["kind"]
        if kind == "assign":
            found["assign"] = action["who"]
        else:
            found |= {name: value for name, value in action.items() if name != "kind"}
    return found


def fits_form(rule: Any) -> bool:
    """Whether the form can hold a rule: no two actions of a kind."""
    kinds = [action["kind"] for action in rule.actions]
    return len(kinds) == len(set(kinds))
