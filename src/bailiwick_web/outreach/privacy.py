"""What becomes of the texts of this app when somebody is erased."""

from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.erasing import Told, declare, forgets
from bailiwick_web.crm.models import Contact
from bailiwick_web.crm.services.kept import MORE, leads_of
from bailiwick_web.outreach import models as m
from bailiwick_web.outreach.services.following import stop_those_of

declare(m.Cadence, names=("description", "steps"), nobody=("origin", "name", "purpose"))
declare(m.Campaign, names=("note",), nobody=("origin", "name", "name_key", "currency"))
declare(m.Enrolment, names=("steps",), nobody=("origin", "log"))
declare(m.Material, names=("description",), nobody=("origin", "name", "segments", "stages"))
declare(m.MaterialVersion, names=("note",), nobody=("filename", "media_type", "digest"))
declare(m.MaterialShare, nobody=("origin",))
declare(m.Gift, goes=("what", "why", "decision"), nobody=("origin", "currency"))
declare(m.ThanksRules)
MORE |= {
    "cadences": lambda contact: m.Enrolment.objects.filter(Q(contact=contact) | Q(lead__in=leads_of(contact))),
    "gifts": lambda contact: m.Gift.objects.filter(contact=contact),
    "materials": lambda contact: m.MaterialShare.objects.filter(contact=contact),
}


@forgets
def forget(actor: Actor, contact: Contact, told: Told) -> None:
    """Whoever is erased follows no cadence, and none tells that they did."""
    theirs = Q(contact=contact) | Q(lead__in=leads_of(contact))
    stop_those_of(actor, m.Enrolment.Reason.GONE, theirs)
    m.MaterialShare.objects.filter(contact=contact).update(contact=None)
    m.Gift.objects.filter(contact=contact).delete()
    m.Enrolment.objects.filter(theirs).delete()
