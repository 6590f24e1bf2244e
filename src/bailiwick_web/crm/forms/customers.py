"""Forms about accounts, their addresses, their people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.forms.common import area, day, money, pick, text, words
from bailiwick_web.crm.models import Account, Contact, FieldDefinition, Location, PersonalNote
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.visibility import visible


class PlaceForm(forms.Form):
    """Where something is."""

    street = text(_("Street"), autocomplete="off")
    postal_code = text(_("Postal code"), 20, autocomplete="off")
    city = text(_("City"), 200, autocomplete="off")
    region = text(_("State or province"), 120, autocomplete="off")
    country = text(_("Country"), 80, autocomplete="off")


class AccountForm(PlaceForm):
    """A new account with its main address."""

    name = text(_("Name"), required=True, autocomplete="off")
    state = forms.ChoiceField(label=_("State"), choices=Account.State.choices)
    website = text(_("Website"))
    phone = text(_("Phone"), 60)
    segment = text(_("Segment"), 120)
    tier = text(_("Class"), 10, placeholder="A, B, C")
    field_order = ("name", "state", "street", "postal_code", "city", "region", "country", "website", "phone", "segment", "tier")

    @property
    def place(self) -> dict[str, Any]:
        """The address, without what is empty."""
        return {name: self.cleaned_data[name] for name in PlaceForm.base_fields if self.cleaned_data[name]}


class LocationForm(PlaceForm):
    """An address of an account."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Location.Kind.choices)
    label = text(_("What people call it"), 120)
    field_order = ("kind", "label", "street", "postal_code", "city", "region", "country")


class ContactForm(forms.Form):
    """Somebody at an account."""

    first_name = text(_("First name"), 120, autocomplete="off")
    last_name = text(_("Last name"), 120, required=True, autocomplete="off")
    job_title = text(_("Function"), 200)
    department = text(_("Department"), 200)
    role = forms.ChoiceField(label=_("Role"), choices=Contact.Role.choices)
    is_main = forms.BooleanField(label=_("Main contact"), required=False)


class NewContactForm(ContactForm):
    """Somebody new, with the two ways that most people have."""

    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = text(_("Phone"), 60, inputmode="tel")
    field_order = ("first_name", "last_name", "job_title", "email", "phone", "role", "department", "is_main")

    @property
    def points(self) -> list[dict[str, str]]:
        """The ways to reach them, as the service takes them."""
        return [{"channel": name, "value": self.cleaned_data[name]} for name in ("email", "phone") if self.cleaned_data[name]]


class PointForm(forms.Form):
    """One more way to reach somebody."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    value = text(_("Address or number"), required=True)
    is_preferred = forms.BooleanField(label=_("They prefer it"), required=False)


class ConsentForm(forms.Form):
    """What somebody said about being written to or called."""

    purpose = forms.CharField(label=_("What for"), max_length=40, initial="marketing")
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    said = forms.ChoiceField(label=_("They said"), choices=[("yes", _("Yes, they agree")), ("no", _("No, or not any more"))])
    how = text(_("How they said so"), 200, required=True, placeholder=str(_("form, phone call, trade fair …")))
    wording = area(_("The words that they agreed to"))


class PreferenceForm(forms.Form):
    """How somebody wants to be reached on a channel, and when."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    wanted = forms.ChoiceField(label=_("They say"), choices=[("yes", _("Gladly")), ("no", _("Not like that"))])
    when = text(_("When"), 200, placeholder=str(_("mornings, never on Mondays …")))
    note = text(_("What else to mind"), 500)


class NoteForm(forms.Form):
    """What one keeps in mind about somebody."""

    kind = forms.ChoiceField(label=_("Kind"), choices=PersonalNote.Kind.choices)
    text = area(_("Text"))
    on = day(_("Day"))
    is_private = forms.BooleanField(label=_("For me alone"), required=False, initial=True)


EDITABLE: dict[str, Any] = {
    "name": lambda actor: text(_("Name"), required=True),
    "code": lambda actor: text(_("Number"), 80),
    "state": lambda actor: forms.ChoiceField(label=_("State"), choices=Account.State.choices),
    "owner": lambda actor: pick(_("Owner"), visible(actor, Person).order_by("name"), empty=_("as the territory says")),
    "segment": lambda actor: text(_("Segment"), 120),
    "tier": lambda actor: text(_("Class"), 10, placeholder="A, B, C"),
    "industry": lambda actor: text(_("Industry"), 200),
    "employees": lambda actor: forms.IntegerField(label=_("Employees"), required=False, min_value=0, max_value=2_147_483_647),
    "annual_revenue": lambda actor: money(_("Annual revenue")),
    "website": lambda actor: text(_("Website")),
    "phone": lambda actor: text(_("Phone"), 60, inputmode="tel"),
    "email": lambda actor: forms.EmailField(label=_("E-mail"), required=False),
    "tags": lambda actor: words(_("Tags")),
    "needs": lambda actor: words(_("Needs")),
    "description": lambda actor: area(_("Description"), rows=5),
}
"""Fields of an account that can be changed where they stand, in the order in which they stand."""
FREE = "x-"


def field_form(actor: Actor, name: str, definition: FieldDefinition | None, *args: Any, **kwargs: Any) -> forms.Form:
    """A form of the one field that is being changed."""
    form = forms.Form(*args, **kwargs)
    form.fields["value"] = _free(definition) if definition is not None else EDITABLE[name](actor)
    return form


def _free(definition: FieldDefinition) -> forms.Field:
    kinds = FieldDefinition.Kind
    if definition.kind == kinds.CHOICE:
        return forms.ChoiceField(label=definition.label, required=False, choices=[("", "–"), *((c, c) for c in definition.choices)])
    if definition.kind == kinds.DATE:
        return day(definition.label)
    if definition.kind == kinds.NUMBER:
        return forms.FloatField(label=definition.label, required=False)
    if definition.kind == kinds.YES_NO:
        return forms.BooleanField(label=definition.label, required=False)
    return text(definition.label, 2_000)
