"""What becomes of the texts of this app when somebody is erased; ``services/privacy.py`` sees to what goes with the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bailiwick_web.core.erasing import declare
from bailiwick_web.crm import models as m
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.services.catalogue import PRODUCT
from bailiwick_web.crm.services.customers import ACCOUNT
from bailiwick_web.crm.services.deals import OPPORTUNITY
from bailiwick_web.crm.services.leads import LEAD
from bailiwick_web.crm.services.people import CONTACT

MADE = ("search_text",)


def _searchable(spec: writing.Spec[Any]) -> Callable[[Any], Any]:
    return lambda row: writing.make_searchable(spec, row)


declare(m.ExternalId, goes=("external_id",), nobody=("source", "record_type"))
declare(m.FieldDefinition, nobody=("record_type", "key", "label", "choices"))
declare(
    m.Account,
    names=("description", "tags", "needs", "fields", "health_reason", "phone", "email", "website"),
    same=("name", "code"),
    nobody=("origin", "segment", "tier", "industry_code", "industry", "currency", "domain"),
    made=MADE,
    follow=_searchable(ACCOUNT),
)
declare(
    m.Location,
    names=("label", "more", "street"),
    nobody=("origin", "city", "region", "postal_code", "country", "placed_by", "time_zone"),
)
declare(m.AccountTerritory, nobody=("layer", "cause", "relation"))
declare(m.AccountNaming, names=("reason",), nobody=("layer",))
declare(m.Handover, names=("moved", "kept"), nobody=("layer",))
declare(m.Competitor, names=("strengths", "weaknesses", "tags"), nobody=("origin", "name", "website"))
declare(m.CompetitorPresence, names=("source",), nobody=("origin", "layer", "territory_code"))
declare(
    m.Contact,
    goes=("salutation", "first_name", "last_name", "name", "job_title", "department", "language", "time_zone", "preferences"),
    names=("description", "tags", "fields"),
    nobody=("origin",),
    made=MADE,
    follow=_searchable(CONTACT),
)
declare(m.ContactPoint, goes=("value", "normal", "label"))
declare(m.Consent, goes=("purpose", "wording", "how"))
declare(m.Suppression, nobody=("digest", "reason"))
declare(m.PersonalNote, names=("text",), nobody=("currency",))
declare(m.PersonalValue, names=("value",))
declare(m.ExchangeRate, nobody=("currency",))
declare(m.ProductLine, nobody=("origin", "code", "name"))
declare(
    m.Product,
    names=("description", "fields"),
    nobody=("origin", "code", "name", "unit", "needs"),
    made=MADE,
    follow=_searchable(PRODUCT),
)
declare(m.NeedsTemplate, nobody=("origin", "name"))
declare(m.NeedQuestion, names=("text", "options"), nobody=("origin", "need"))
declare(m.NeedAnswer, names=("value",), nobody=("origin",))
declare(m.Price, nobody=("book", "currency"))
declare(m.Order, names=("fields",), nobody=("origin", "number", "currency"))
declare(m.OrderLine, names=("text",))
declare(m.Pipeline, nobody=("name",))
declare(m.Stage, nobody=("name",))
declare(m.OutcomeReason, nobody=("label",))
declare(
    m.Opportunity,
    names=("name", "source", "next_step", "description", "outcome_note", "tags", "fields"),
    nobody=("origin", "currency"),
    made=MADE,
    follow=_searchable(OPPORTUNITY),
)
declare(m.OpportunityLine, names=("text",))
declare(m.StageChange, names=("reason",))
declare(m.OpportunityCompetitor, names=("note",))
declare(
    m.Lead,
    goes=("name", "company", "job_title", "email", "phone", "website", "street", "city", "postal_code", "placed_by"),
    names=("campaign", "source", "bant", "hot", "description", "tags", "fields", "routing"),
    nobody=("origin", "industry_code", "industry", "region", "country", "currency", "fails"),
    made=MADE,
    follow=_searchable(LEAD),
)
declare(m.Merge, names=("changes", "evidence", "left"), nobody=("record_type",))
declare(m.DuplicatePair, names=("evidence",), nobody=("record_type",))
declare(m.DuplicateMark, nobody=("record_type",))
declare(m.ServiceLevel, nobody=("priority",))
declare(m.Case, names=("subject", "text", "solution", "tags", "fields"), nobody=("origin",))
declare(m.ActivitySeries, names=("subject", "text"), nobody=("origin", "time_zone"))
declare(m.Activity, names=("subject", "text", "outcome", "place", "fields"), nobody=("origin",))
declare(m.TimelineEvent, names=("title", "data"), nobody=("kind", "record_type"), is_log=True)
declare(m.Attachment, names=("filename",), nobody=("origin", "media_type", "digest"))
declare(m.Absence, names=("reason",))
