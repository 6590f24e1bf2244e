"""Names of the columns of what is asked and spent: campaigns, surveys, questions about needs, and the answers to them."""

from __future__ import annotations

from bailiwick_web.exchange.common_names import ACCOUNT_NAMES, CONTACT_NAMES, CURRENCY_NAMES, DESCRIPTION_NAMES, names
from bailiwick_web.exchange.record_kinds import CAMPAIGNS, DAY, MONEY, NEEDS, QUESTIONS, SURVEYS, TEXT, WHOLE, YES_NO

ASKED: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    CAMPAIGNS: {
        "external_id": (TEXT, names("Bailiwick ID; Bailiwick ID (raw); Campaign ID 18; Campaign ID; campaignid; Record ID; Id")),
        "name": (TEXT, names("Campaign Name; Campaign; Name; Kampagne")),
        "campaign_kind": (TEXT, names("Campaign Type; Type; typecode; Art")),
        "starts_on": (DAY, names("Start Date; StartDate; Starts; proposedstart; actualstart; Date; Beginn; Datum")),
        "cost": (MONEY, names("Actual Cost; ActualCost; Cost; Budgeted Cost; BudgetedCost; totalactualcost; Spend; Kosten")),
        "currency": (TEXT, CURRENCY_NAMES),
        "note": (TEXT, DESCRIPTION_NAMES),
    },
    SURVEYS: {
        "external_id": (TEXT, names("Bailiwick ID; Bailiwick ID (raw); Survey ID; Record ID; Id")),
        "name": (TEXT, names("Survey Name; Survey; Survey Title; Name; Umfrage")),
        "survey_kind": (TEXT, names("Survey Type; Type; Art")),
        "question": (TEXT, names("Question; Survey Question; Frage")),
        "more": (TEXT, names("Further Questions; Weitere Fragen")),
        "is_open": (YES_NO, names("Is Open; Open; Offen")),
    },
    QUESTIONS: {
        "external_id": (TEXT, names("Bailiwick ID; Bailiwick ID (raw); Question ID; Record ID; Id")),
        "template": (TEXT, names("Needs Assessment; Template; Vorlage; Bedarfsanalyse")),
        "text": (TEXT, names("Question; Question Text; Frage")),
        "question_kind": (TEXT, names("Answer Type; Question Type; Type; Art")),
        "options": (TEXT, names("Options; Choices; Antworten")),
        "need": (TEXT, names("Need; Points To; Bedarf")),
        "least": (WHOLE, names("High From; Threshold; Hoch ab")),
        "place": (WHOLE, names("Order; Position; Reihenfolge")),
        "is_active": (YES_NO, names("Is Active; Active; Aktiv")),
    },
    NEEDS: {
        "external_id": (TEXT, names("Bailiwick ID; Bailiwick ID (raw); Need Answer ID; Answer ID; Record ID; Id")),
        "account": (TEXT, ACCOUNT_NAMES),
        "contact": (TEXT, CONTACT_NAMES),
        "template": (TEXT, names("Needs Assessment; Template; Vorlage; Bedarfsanalyse")),
        "question": (TEXT, names("Question ID; Question; Question Text; Frage")),
        "value": (TEXT, names("Need Answer; Answer; Answer Text; Value; Antwort")),
        "answered_on": (DAY, names("Answered On; Answered; Answer Date; Date; Datum")),
    },
}  # fmt: skip
"""Kind of record → field → what it holds, names best first."""
