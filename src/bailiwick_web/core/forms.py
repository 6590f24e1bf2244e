"""Forms of people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from bailiwick_web.core.roles import Role


class FirstUserForm(forms.Form):
    """The first administrator of an installation."""

    name = forms.CharField(max_length=200, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean_password(self) -> str:
        """Long enough, and none of the common ones."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class NewUserForm(FirstUserForm):
    """A user with a role."""

    role = forms.ChoiceField(choices=[(r.value, r.label) for r in Role], initial=Role.REP)
    field_order = ("name", "email", "role", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name"
        for name in ("name", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["password"].label = "First password"
