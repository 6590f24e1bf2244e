"""Pages of what was heard: surveys and what they say, the answer of a customer, mentions, visits to the website."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import Actor, access, actor_of, public
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit
from bailiwick_web.crm.forms.common import cleaned, given
from bailiwick_web.crm.models import Account
from bailiwick_web.crm.queries.pages_accounts import Echo, choices, guarded
from bailiwick_web.crm.views.common import done, invalid_step, kindly, version_of
from bailiwick_web.crm.visibility import find, visible
from bailiwick_web.listening import queries
from bailiwick_web.listening.forms import AnswerForm, MentionForm, SurveyForm
from bailiwick_web.listening.models import Mention, Survey, SurveyInvitation
from bailiwick_web.listening.services import mentions as mention_services
from bailiwick_web.listening.services import surveys as services

HERE = {"here": "customers"}
REFUSED = {
    "no_consent": lambda n: ngettext("%(n)s did not agree to be asked", "%(n)s did not agree to be asked", n),
    "not_wanted": lambda n: ngettext("%(n)s does not want e-mail", "%(n)s do not want e-mail", n),
    "bad_address": lambda n: ngettext("%(n)s has no good address", "%(n)s have no good address", n),
    "suppressed": lambda n: ngettext("%(n)s must not be written to", "%(n)s must not be written to", n),
}


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
def surveys(request: HttpRequest) -> HttpResponse:
    """Every survey with what it says; planners add one."""
    actor = actor_of(request)
    if request.method == "POST":
        made = services.create_survey(actor, **cleaned(SurveyForm(request.POST)))
        return done(
            request, reverse("survey", args=[made.public_id]), _("“%(survey)s” is here. Now choose whom to ask.") % {"survey": made}
        )
    context = {"tab": "surveys", "surveys": queries.surveys(actor), "form": SurveyForm()}
    return render(request, "listening/surveys.html", HERE | context)


@access(Right.LOOK)
@require_GET
def survey(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the answers to one survey say."""
    actor = actor_of(request)
    found = find(actor, Survey, public_id)
    initial = {"name": found.name, "kind": found.kind, "question": found.question, "more": "\n".join(found.more)}
    context: dict[str, Any] = {
        "tab": "surveys",
        "survey": found,
        "form": SurveyForm(initial=initial),
        "part": queries.responses(actor, found, request.GET.get("after", "")),
        "choices": choices(actor),
        "states": Account.State.choices,
        **queries.results(actor, found),
    }
    return render(request, "listening/survey.html", HERE | context)


@access(Right.ORGANISE)
@require_POST
@kindly
def change_survey(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change a survey, close or open it, put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    find(actor, Survey, public_id)
    version = version_of(request)
    if act == "change":
        services.change_survey(actor, public_id, version=version, **cleaned(SurveyForm(request.POST)))
    elif act in {"close", "open"}:
        services.change_survey(actor, public_id, version=version, is_open=act == "open")
    elif act == "archive":
        services.archive_survey(actor, public_id, version=version)
        return done(request, reverse("surveys"), _("Put into the bin for 90 days."))
    else:
        raise invalid_step()
    return done(request, reverse("survey", args=[public_id]))


@access(Right.SELL)
@require_POST
def invite(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Links for the main contacts of some accounts."""
    actor = actor_of(request)
    found = find(actor, Survey, public_id)
    said = services.invite(actor, found, queries.to_invite(actor, request.POST))
    parts = [ngettext("%(n)s link was made", "%(n)s links were made", len(said.made)) % {"n": len(said.made)}]
    if said.n_known:
        parts.append(ngettext("%(n)s has one already", "%(n)s have one already", said.n_known) % {"n": said.n_known})
    parts += [REFUSED[reason](n) % {"n": n} for reason, n in said.refused.items() if reason in REFUSED]
    return done(request, reverse("survey", args=[public_id]), "; ".join(parts) + ".")


@access(Right.SELL)
@require_GET
def links(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The links that nobody has used yet, with whom they are for: for the program that writes the letters. Recorded."""
    actor = actor_of(request)
    found = find(actor, Survey, public_id)
    audit(actor, "survey.links", found)
    response = StreamingHttpResponse(_lines(request, actor, found), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="links-{actor.now:%Y-%m-%d}.csv"'
    return response


def _lines(request: HttpRequest, actor: Actor, found: Survey) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(["Account Name", "Full Name", "Email", "Link"])
    rows = visible(actor, SurveyInvitation).filter(survey=found, answered_at=None, contact__isnull=False)
    for row in rows.select_related("account", "contact").prefetch_related("contact__points").order_by("pk"):
        assert row.contact is not None
        email = next((point.value for point in row.contact.points.all() if point.channel == "email"), "")
        link = request.build_absolute_uri(reverse("answer_survey", args=[row.secret]))
        yield writer.writerow([guarded(cell) for cell in (row.account.name, row.contact.name, email, link)])


@public
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, secret: str) -> HttpResponse:
    """What a customer is asked by their link; looking changes nothing, only the button does."""
    invitation = services.by_secret(secret)
    context: dict[str, Any] = {"survey": invitation.survey, "is_over": invitation.answered_at is not None or not invitation.survey.is_open}
    form = AnswerForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        try:
            services.answer(actor_of(request), secret, **form.given)
        except Conflict as refused:
            return render(request, "listening/answer.html", context | {"is_over": True, "said": refused.message}, status=refused.status)
        return render(request, "listening/answer.html", context | {"is_done": True})
    return render(request, "listening/answer.html", context | {"form": form}, status=422 if form.errors else 200)


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
def mentions(request: HttpRequest) -> HttpResponse:
    """What was said of customers and competitors, the newest first; sellers add one."""
    actor = actor_of(request)
    if request.method == "POST":
        made = mention_services.create_mention(actor, **given(cleaned(MentionForm(request.POST))))
        about = made.account or made.competitor
        message = _("Kept: it is about “%(name)s”.") % {"name": about} if about else _("Kept: no name in it is known here.")
        return done(request, reverse("mentions"), message)
    asked, part = queries.mentions(actor, request.GET)
    context = {"tab": "mentions", "asked": asked, "part": part, "form": MentionForm(), "sentiments": Mention.Sentiment.choices}
    return render(request, "listening/mentions.html", HERE | context)


@access(Right.SELL)
@require_POST
@kindly
def act_on_mention(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Say how a mention was meant, that it is handled, make a task of it, put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    find(actor, Mention, public_id)
    version = version_of(request)
    if act == "task":
        task = mention_services.make_task(actor, public_id, version=version)
        return done(request, reverse("mentions"), _("A task for %(person)s.") % {"person": task.person or "–"})
    if act in {"handled", "again"}:
        mention_services.change_mention(actor, public_id, version=version, is_handled=act == "handled")
    elif act == "judge":
        mention_services.change_mention(actor, public_id, version=version, sentiment=_judged(request.POST.get("sentiment", "")))
    elif act == "archive":
        mention_services.archive_mention(actor, public_id, version=version)
    else:
        raise invalid_step()
    return done(request, reverse("mentions"))


def _judged(text: str) -> int | None:
    return int(text) if text in {"-1", "0", "1"} else None


@access(Right.LOOK)
@require_GET
def web_visits(request: HttpRequest) -> HttpResponse:
    """Visits to the website, the newest first, and who looked most."""
    asked, part, most = queries.visits(actor_of(request), request.GET)
    return render(request, "listening/web_visits.html", HERE | {"tab": "web", "asked": asked, "part": part, "most": most})
