"""The records of customers, by subject."""

from __future__ import annotations

from bailiwick_web.crm.models.base import ExternalId, FieldDefinition, SellingRecord
from bailiwick_web.crm.models.belonging import AccountNaming, AccountTerritory, Handover
from bailiwick_web.crm.models.customers import Account, Location
from bailiwick_web.crm.models.deals import Opportunity, OpportunityCompetitor, OpportunityLine, OutcomeReason, Pipeline, Stage, StageChange
from bailiwick_web.crm.models.leads import Criterion, Lead
from bailiwick_web.crm.models.market import Competitor, CompetitorPresence
from bailiwick_web.crm.models.merging import DuplicateMark, DuplicatePair, Merge
from bailiwick_web.crm.models.needs import NeedAnswer, NeedQuestion, NeedsTemplate
from bailiwick_web.crm.models.people import Consent, Contact, ContactPoint, PersonalNote, PersonalValue, Suppression
from bailiwick_web.crm.models.searching import Holds
from bailiwick_web.crm.models.trading import ExchangeRate, Order, OrderLine, Price, Product, ProductLine
from bailiwick_web.crm.models.work import Absence, Activity, ActivitySeries, Attachment, Case, PositionLimit, ServiceLevel, TimelineEvent

__all__ = [
    "Absence",
    "Account",
    "AccountNaming",
    "AccountTerritory",
    "Activity",
    "ActivitySeries",
    "Attachment",
    "Case",
    "Competitor",
    "CompetitorPresence",
    "Consent",
    "Contact",
    "ContactPoint",
    "Criterion",
    "DuplicateMark",
    "DuplicatePair",
    "ExchangeRate",
    "ExternalId",
    "FieldDefinition",
    "Handover",
    "Holds",
    "Lead",
    "Location",
    "Merge",
    "NeedAnswer",
    "NeedQuestion",
    "NeedsTemplate",
    "Opportunity",
    "OpportunityCompetitor",
    "OpportunityLine",
    "Order",
    "OrderLine",
    "OutcomeReason",
    "PersonalNote",
    "PersonalValue",
    "Pipeline",
    "PositionLimit",
    "Price",
    "Product",
    "ProductLine",
    "SellingRecord",
    "ServiceLevel",
    "Stage",
    "StageChange",
    "Suppression",
    "TimelineEvent",
]
