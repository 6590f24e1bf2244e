"""Let what was heard forget a person who is erased: numbers stay, words go."""

from __future__ import annotations

from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.erasing import ERASED, Told
from bailiwick_web.core.services import touch
from bailiwick_web.crm.models import Contact, PersonalValue, TimelineEvent
from bailiwick_web.listening.models import Mention, SurveyInvitation, SurveyResponse, WebVisit


def forget(actor: Actor, contact: Contact, told: Told) -> None:
    """Take the links of a person away, the words of their answers, their name off visits, and what was said by them or names them."""
    SurveyInvitation.objects.filter(contact=contact).delete()
    for response in SurveyResponse.objects.filter(contact=contact):
        response.text, response.answers = "", {}
        touch(actor, response, "text", "answers")
    WebVisit.objects.filter(contact=contact).update(contact=None)
    named = Q(pk__in=[])
    for value in told.texts:
        named |= Q(author__icontains=value) | Q(text__icontains=value)
    for mention in Mention.objects.filter(named):
        mention.text, mention.author, mention.url = ERASED, "", ""
        touch(actor, mention, "text", "author", "url")
        PersonalValue.objects.filter(subject=mention.public_id).delete()
        TimelineEvent.objects.filter(record_id=mention.public_id).update(title=ERASED, data={})
