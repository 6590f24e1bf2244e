"""What the customers of the demonstration said: generated from a seed, not real, and labelled so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import MANY, stamped
from bailiwick_web.crm.models import Account, Consent, Contact
from bailiwick_web.crm.sample import ORIGIN, Draw
from bailiwick_web.crm.services.many import New
from bailiwick_web.listening.models import Survey, SurveyInvitation
from bailiwick_web.listening.services import mentions, surveys, visits

N_ASKED, N_VISITS = 260, 300
PAGES = ("/", "/prices", "/blends/house", "/machines", "/contact", "/sustainability")
GOOD = ("Always on time.", "Best espresso in town.", "Friendly rep.", "", "")
BAD = ("The last delivery was late.", "Too expensive.", "Nobody called back.", "")
SAID = (
    "{name} serves wonderful coffee now, we love it.",
    "Waited long at {name}, and the machine was broken again.",
    "{name} opens a second shop in spring.",
    "{name} says that Bean Brothers offered them a free machine.",
)


@transaction.atomic
def load_heard(actor: Actor, *, seed: int = 13) -> None:
    """A survey that a part of those asked answered, visits to the website, a few mentions."""
    draw = Draw(actor, np.random.Generator(np.random.PCG64(seed)))
    people = list(Contact.objects.filter(origin=ORIGIN, account__isnull=False).select_related("account").order_by("pk")[::18][:N_ASKED])
    _survey(draw, people)
    _visits(draw, people)
    _mentions(draw, list(Account.objects.filter(origin=ORIGIN).order_by("pk")[::400]))


def _survey(draw: Draw, people: Sequence[Contact]) -> None:
    survey = surveys.create_survey(
        draw.actor, name="How are we doing?", question="How likely is it that you recommend us?", more=["What do you miss?"]
    )
    Survey.objects.filter(pk=survey.pk).update(origin=ORIGIN)
    then = draw.actor.now - timedelta(days=45)
    agreed = {"purpose": surveys.PURPOSE, "channel": surveys.CHANNEL, "is_given": True, "wording": "You may ask me.", "how": ORIGIN}
    Consent.objects.bulk_create((Consent(contact=c, at=then, recorded_at=then, **agreed) for c in people), batch_size=MANY)
    invitations, news = [], []
    for i, contact in enumerate(people):
        tier = contact.account.tier if contact.account else ""
        is_answered = draw.rng.random() < {"A": 0.6, "B": 0.45}.get(tier, 0.3)
        at = then + timedelta(days=float(draw.rng.uniform(1, 40)))
        stamps = stamped(draw.actor) | {"created_at": then, "changed_at": at}
        made = SurveyInvitation(survey=survey, account=contact.account, contact=contact, secret=f"generated-{i:04d}", **stamps)
        made.answered_at = at if is_answered else None
        invitations.append(made)
        if is_answered:
            news.append(_answer(draw, survey, contact, at))
    SurveyInvitation.objects.bulk_create(invitations, batch_size=MANY)
    surveys.create_responses(draw.actor, news, origin=ORIGIN)


def _answer(draw: Draw, survey: Survey, contact: Contact, at: Any) -> New:
    score = int(np.clip(round(draw.rng.normal(8.2, 1.9)), 0, 10))
    words = draw.one(GOOD if score >= 8 else BAD)
    return New({"survey": survey, "account": contact.account, "contact": contact, "answered_at": at, "score": score, "text": words})


def _visits(draw: Draw, people: Sequence[Contact]) -> None:
    news = []
    for _i in range(N_VISITS):
        contact = people[int(len(people) * draw.rng.random() ** 2)]
        at = draw.actor.now - timedelta(hours=float(draw.rng.uniform(1, 24 * 80)))
        about = {"account": contact.account, "contact": contact, "visited_at": at, "page": draw.one(PAGES)}
        news.append(New({**about, "seconds": int(draw.rng.lognormal(3.4, 0.8)), "source": draw.one(("search", "newsletter", "direct"))}))
    visits.create_visits(draw.actor, news, origin=ORIGIN)


def _mentions(draw: Draw, accounts: Sequence[Account]) -> None:
    news = []
    for i, account in enumerate(accounts):
        at = draw.actor.now - timedelta(hours=float(draw.rng.uniform(1, 24 * 20)))
        text = SAID[i % len(SAID)].format(name=account.name)
        channel = draw.one(("review", "forum", "news"))
        news.append(New({"text": text, "mentioned_at": at, "channel": channel, "author": "generated", "account": account}))
    mentions.create_mentions(draw.actor, news, origin=ORIGIN)
