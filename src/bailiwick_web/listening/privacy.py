"""What becomes of the texts of this app when somebody is erased: numbers stay, words go."""

from bailiwick_web.core.erasing import declare, forgets
from bailiwick_web.crm.services.kept import MORE
from bailiwick_web.listening import models as m
from bailiwick_web.listening.services.forgetting import forget

forgets(forget)
declare(m.Survey, names=("question", "more"), nobody=("origin", "name"))
declare(m.SurveyInvitation, goes=("secret",))
declare(m.SurveyResponse, names=("text", "answers"), nobody=("origin",))
declare(m.WebVisit, names=("page", "source", "campaign"), nobody=("origin",))
declare(m.Mention, names=("author", "text", "url"), nobody=("origin", "channel"))
MORE |= {
    "survey_responses": lambda contact: m.SurveyResponse.objects.filter(contact=contact),
    "web_visits": lambda contact: m.WebVisit.objects.filter(contact=contact),
}
