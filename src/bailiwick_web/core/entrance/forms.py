"""Forms on the way in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import User


class FirstUserForm(forms.Form):
    """The first administrator of an installation."""

    name = forms.CharField(max_length=200, label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": 12}),
        help_text=_("At least 12 characters. Four or five words that have nothing to do with each other make a good one."),
    )

    def clean(self) -> dict[str, Any]:
        """Long enough, and hard to guess."""
        data: dict[str, Any] = super().clean() or {}
        if password := data.get("password"):
            try:
                validate_password(password, User(name=data.get("name", ""), email=data.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class NewPasswordForm(forms.Form):
    """The password that somebody chooses for themselves."""

    password = forms.CharField(
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": 12}),
        help_text=_("At least 12 characters. Four or five words that have nothing to do with each other make a good one."),
    )
