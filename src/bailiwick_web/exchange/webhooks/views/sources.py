"""What sends leads and events to us, and how its fields are called."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid, Refused
from bailiwick_web.core.roles import Right
from bailiwick_web.exchange.webhooks import incoming, mapping
from bailiwick_web.exchange.webhooks.models import Source

EXAMPLE = 'email = contact.email\ncompany = organisation\npostal_code = address.zip\nexternal_id = id\nsource = "Website"'


class SourceForm(forms.Form):
    """Name and mapping; a document to try it on."""

    name = forms.CharField(max_length=80, label=gettext_lazy("What sends"), help_text=gettext_lazy("Such as “Form of the website”."))
    mapping = forms.CharField(
        required=False,
        label=gettext_lazy("Where our fields stand"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "placeholder": EXAMPLE}),
        help_text=gettext_lazy("A line for each: our field = path. A value in quotes is the same for all. Empty: it uses our names."),
    )
    sample = forms.CharField(
        required=False,
        max_length=50_000,
        label=gettext_lazy("Try it on a document"),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "placeholder": '{"contact": {"email": "…"}}'}),
    )


@access(Right.CONNECT)
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """One's sources, and a new one."""
    return _page(request, None)


@access(Right.CONNECT)
@require_http_methods(["GET", "POST"])
def source(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One source: its address, its mapping, a try."""
    return _page(request, incoming.find_source(actor_of(request), public_id))


def _page(request: HttpRequest, found: Source | None) -> HttpResponse:
    actor = actor_of(request)
    initial = {"name": found.name, "mapping": mapping.text_of(found.mapping, found.fixed)} if found else {}
    form = SourceForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"here": "webhooks", "tab": "in", "form": form, "source": found, "fields": mapping.FIELDS}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if "try" in request.POST:
                context["tried"] = _try(given["mapping"], given["sample"])
            else:
                made = _save(request, found, given["name"], given["mapping"])
                messages.success(request, _("Kept. What comes in from now on is read so."))
                return redirect("source", made.public_id)
        except Refused as error:
            form.add_error(error.details.get("field") if error.details.get("field") in form.fields else None, error.message)
    context["sources"] = incoming.own_sources(actor)
    return render(request, "webhooks/sources.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, found: Source | None, name: str, lines: str) -> Source:
    if found is None:
        return incoming.save_source(actor_of(request), name=name, mapping=lines)
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() else None
    return incoming.save_source(actor_of(request), name=name, mapping=lines, public_id=found.public_id, version=version)


def _try(lines: str, sample: str) -> list[tuple[str, Any]]:
    """Field and value, as the mapping reads a document."""
    try:
        document = json.loads(sample)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Invalid(_("This is no JSON object."), code="unreadable", field="sample")
    plain, fixed = mapping.parse(lines)
    return list(mapping.mapped(document, plain, fixed).items())


@access(Right.CONNECT)
@require_POST
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Forget a source."""
    incoming.remove_source(actor_of(request), public_id)
    messages.success(request, _("Removed. Leads that came from there stay."))
    return redirect("sources")
