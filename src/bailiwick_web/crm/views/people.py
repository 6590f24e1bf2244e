"""Contacts and files of accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.forms.common import cleaned, given
from bailiwick_web.crm.forms.customers import ConsentForm, ContactForm, NewContactForm, NoteForm, PointForm, PreferenceForm
from bailiwick_web.crm.models import Account, Attachment, Contact
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.queries import pages_account
from bailiwick_web.crm.queries.duplicates import merged_into
from bailiwick_web.crm.services import attachments
from bailiwick_web.crm.services import people as services
from bailiwick_web.crm.views.common import done, found_or_survivor, invalid_step, kindly, said, version_of
from bailiwick_web.crm.views.customers import made_address
from bailiwick_web.crm.visibility import find


@access(Right.SELL)
@require_POST
@kindly
def add_contact(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Somebody new at an account."""
    actor = actor_of(request)
    account, form = find(actor, Account, public_id), NewContactForm(request.POST)
    data = {name: value for name, value in given(cleaned(form)).items() if name not in {"email", "phone"}}
    services.create_contact(actor, account=account, points=form.points, **data)
    return said(request, made_address(account))


@access(Right.LOOK)
@require_GET
def contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One contact: how to reach them, what they agreed to, what we keep in mind."""
    actor = actor_of(request)
    found = found_or_survivor(actor, Contact, public_id)
    if found.public_id != public_id:
        return redirect("contact", found.public_id)
    names = ContactForm.base_fields
    context = {
        "here": "customers",
        "contact": found,
        "now": actor.now,
        "form": ContactForm(initial={name: getattr(found, name) for name in names}),
        "point_form": PointForm(auto_id="point_%s"),
        "consent_form": ConsentForm(auto_id="consent_%s"),
        "note_form": NoteForm(auto_id="note_%s"),
        "preference_form": PreferenceForm(auto_id="preference_%s"),
        "preferences": [(Channel(name), wish) for name, wish in found.preferences.items()],
        "merged": merged_into(actor, "contact", found),
        **pages_account.of_contact(actor, found),
    }
    return render(request, "crm/contact.html", context)


@access(Right.SELL)
@require_POST
@kindly
def change_contact(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change a contact, how to reach them, what they agreed to, what we keep in mind; or put them away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    found = find(actor, Contact, public_id)
    version = version_of(request)
    if act == "change":
        services.change_contact(actor, public_id, version=version, **cleaned(ContactForm(request.POST)))
    elif act == "add-point":
        points = [*_points(found), cleaned(PointForm(request.POST))]
        services.change_contact(actor, public_id, version=version, points=points)
    elif act == "drop-point":
        points = [p for p in _points(found) if p["id"] != request.POST.get("point")]
        services.change_contact(actor, public_id, version=version, points=points)
    elif act == "consent":
        data = cleaned(ConsentForm(request.POST))
        services.record_consent(actor, found, is_given=data.pop("said") == "yes", **data)
    elif act in {"prefer", "forget-preference"}:
        services.change_contact(actor, public_id, version=version, preferences=_preferences(request, found))
    elif act == "note":
        services.add_note(actor, found, **cleaned(NoteForm(request.POST)))
    elif act == "archive":
        services.archive_contact(actor, public_id, version=version)
        return done(request, made_address(found.account) if found.account else "customers", _("Put into the bin for 90 days."))
    else:
        raise invalid_step()
    return done(request, redirect("contact", public_id).url)


def _preferences(request: HttpRequest, found: Contact) -> dict[str, Any]:
    """What a contact prefers, with one channel said anew or forgotten."""
    if request.POST.get("act") == "forget-preference":
        return {name: wish for name, wish in found.preferences.items() if name != request.POST.get("channel")}
    data = cleaned(PreferenceForm(request.POST))
    return {**found.preferences, data.pop("channel"): {**data, "wanted": data["wanted"] == "yes"}}


def _points(found: Contact) -> list[dict[str, Any]]:
    names = ("channel", "value", "label", "is_preferred")
    return [{"id": str(p.public_id), **{name: getattr(p, name) for name in names}} for p in found.points.all()]


@access(Right.SELL)
@require_POST
def add_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep a file of an account."""
    actor = actor_of(request)
    account, file = find(actor, Account, public_id), request.FILES.get("file")
    if file is None:
        raise Invalid(_("Choose a file first."), code="missing", field="file")
    attachments.attach(actor, account, file.name or "", file.chunks())
    return said(request, made_address(account), _("“%(file)s” is kept.") % {"file": file.name})


@access(Right.LOOK)
@require_GET
def file(request: HttpRequest, public_id: UUID) -> FileResponse:
    """A file of an account, always as a download, so that nothing in it runs on our pages."""
    found = find(actor_of(request), Attachment, public_id)
    content = attachments.path_of(found).open("rb")
    response = FileResponse(content, as_attachment=True, filename=found.filename, content_type="application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@access(Right.SELL)
@require_POST
@kindly
def drop_file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Put a file into the bin."""
    actor = actor_of(request)
    found = find(actor, Attachment, public_id)
    attachments.archive_attachment(actor, public_id, version=version_of(request))
    return said(request, made_address(found.account), _("“%(file)s” is in the bin for 90 days.") % {"file": found.filename})
