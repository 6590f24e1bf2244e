"""The page on which users make tokens for their programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from bailiwick_web.core import token_services
from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.models import AccessToken
from bailiwick_web.core.refusals import Refused
from bailiwick_web.core.roles import Right

Purpose = AccessToken.Purpose


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(max_length=100, label=gettext_lazy("What will use it"), help_text=gettext_lazy("Such as “nightly export”."))
    may_write = forms.ChoiceField(
        label=gettext_lazy("It may"), choices=[("", gettext_lazy("read")), ("yes", gettext_lazy("read and write"))], required=False
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Good for what"), required=False)
    days = forms.TypedChoiceField(
        coerce=int,
        initial=90,
        label=gettext_lazy("Good for"),
        choices=[(7, gettext_lazy("7 days")), (30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("a year"))],
    )

    def __init__(self, actor: Actor, *args: Any) -> None:
        """Offer what the user may make."""
        super().__init__(*args)
        offered = [Purpose.INTERFACE, *(purpose for purpose, right in token_services.NEEDS.items() if actor.may(right))]
        purpose = self.fields["purpose"]
        assert isinstance(purpose, forms.ChoiceField)
        purpose.choices = [(found.value, found.label) for found in offered]
        if len(offered) == 1:
            del self.fields["purpose"]


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a new one shows its key this once."""
    actor = actor_of(request)
    form = TokenForm(actor, request.POST or None)
    context: dict[str, Any] = {"here": "tokens", "form": form, "now": actor.now}
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data | {"may_write": bool(form.cleaned_data["may_write"])}
        try:
            context["fresh"], context["key"] = token_services.create_token(actor, **asked)
        except Refused as error:
            form.add_error(None, error.message)
        else:
            context["form"] = TokenForm(actor)
    context["tokens"] = AccessToken.objects.filter(user=actor.user)
    return render(request, "core/tokens.html", context, status=422 if form.errors else 200)


@access(Right.LOOK)
@require_POST
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a token."""
    token = token_services.revoke_token(actor_of(request), public_id)
    messages.success(request, _("“%(token)s” opens nothing any more.") % {"token": token})
    return redirect("tokens")
