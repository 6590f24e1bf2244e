"""Forms about users."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Person, User
from bailiwick_web.core.roles import Role

ROLES = [(role.value, role.label) for role in Role]


class RolesForm(forms.Form):
    """What a user is; further roles add rights."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial=Role.REP)
    more_roles = forms.MultipleChoiceField(
        label=_("Further roles"),
        choices=ROLES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They add rights and never take any away."),
    )


class InviteForm(RolesForm):
    """Somebody who shall come in."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    person = forms.ModelChoiceField(
        label=_("Person in the organisation"),
        queryset=Person.objects.none(),
        required=False,
        to_field_name="public_id",
        help_text=_("A rep sees the territories of the positions that this person fills."),
    )
    field_order = ("name", "email", "person", "role", "more_roles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Person.objects.filter(user=None).order_by("name")
        field.empty_label = str(_("nobody yet"))


class UserForm(forms.Form):
    """Name, address and person of a user."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"))
    person = forms.ModelChoiceField(
        label=_("Person in the organisation"), queryset=Person.objects.none(), required=False, to_field_name="public_id"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (Person.objects.filter(user=None) | Person.objects.filter(user=user)).order_by("name")
        field.empty_label = str(_("nobody yet"))
