"""How the reps of the demonstration reach out: generated, not real, and labelled so."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import MANY
from bailiwick_web.crm.models import Account, Activity, Contact, ContactPoint, Lead
from bailiwick_web.crm.sample import ORIGIN
from bailiwick_web.crm.services import work
from bailiwick_web.crm.services.reaching import normal
from bailiwick_web.outreach.models import Cadence, Campaign, Enrolment, Material
from bailiwick_web.outreach.services import cadences, campaigns, gifts, materials

N_FOLLOWED = 24
STEPS = (("preferred", 0, "Introduce the house to {name}"), ("call", 3, "Ask {name} what they brew"), ("visit", 5, "Bring {name} a sample"))


@transaction.atomic
def load_outreach(actor: Actor) -> None:
    """A cadence that some leads and contacts follow, some of whom answered; materials, campaigns, numbers, recommendations."""
    steps = [{"channel": channel, "days": days, "subject": subject} for channel, days, subject in STEPS]
    cadence = cadences.create_cadence(actor, name=_("New cafés"), description=_("Generated, not real."), steps=steps)
    Cadence.objects.filter(pk=cadence.pk).update(origin=ORIGIN)
    leads = list(Lead.objects.filter(origin=ORIGIN).exclude(status__in=cadences.OVER).order_by("pk")[: N_FOLLOWED // 2])
    people = Contact.objects.filter(origin=ORIGIN, account__isnull=False, deleted_at=None).order_by("pk")[: 40 * N_FOLLOWED : 40]
    made = cadences.enrol(actor, cadence, [*leads, *people]).made
    Enrolment.objects.filter(cadence=cadence).update(origin=ORIGIN)
    for enrolment in made[::3]:
        _answer(actor, enrolment)
    for name, text in ((_("Price list"), b"House blend 12.50\n"), (_("How to brew"), b"60 g for a litre, 94 degrees.\n")):
        material = materials.create_material(actor, f"{name}.txt", [text], name=name, description=_("Generated, not real."))
        Material.objects.filter(pk=material.pk).update(origin=ORIGIN)
    _numbers()
    _campaigns(actor)
    _recommended()
    gifts.set_rules(actor, gift_limit=50)


def _numbers() -> None:
    """Every seventh contact has a number, of those that nobody has."""
    keys = Contact.objects.filter(origin=ORIGIN, deleted_at=None).order_by("pk").values_list("pk", flat=True)[::7]
    numbers = [(key, f"+1 202 555 01{i % 100:02d}") for i, key in enumerate(keys)]
    rows = (ContactPoint(contact_id=key, channel="phone", value=text, normal=normal("phone", text)) for key, text in numbers)
    ContactPoint.objects.bulk_create(rows, batch_size=MANY)


def _campaigns(actor: Actor) -> None:
    """What fairs and webinars cost, and the leads that they brought."""
    for source, name, kind, cost in (("fair", "Coffee fair", "event", 6_500), ("webinar", "Roasting webinar", "content", 900)):
        made = campaigns.create_campaign(actor, name=name, kind=kind, cost=cost, note=_("Generated, not real."))
        Campaign.objects.filter(pk=made.pk).update(origin=ORIGIN)
        Lead.objects.filter(origin=ORIGIN, source=source).update(campaign=name)


def _recommended() -> None:
    """Leads that customers recommended."""
    leads = Lead.objects.filter(origin=ORIGIN, source="referral").order_by("pk")[:40]
    accounts = Account.objects.filter(origin=ORIGIN, state="customer").order_by("pk")[:10]
    for lead, account in zip(leads, [a for a in accounts for _i in range(4)], strict=False):
        Lead.objects.filter(pk=lead.pk).update(referrer_account=account)


def _answer(actor: Actor, enrolment: Enrolment) -> None:
    """They were reached at the first step."""
    step = enrolment.activity
    if step is not None:
        work.complete_activity(actor, step.public_id, version=step.version, reply=Activity.Reply.ANSWERED)
