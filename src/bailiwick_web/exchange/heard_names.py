"""Names of the columns of what was heard: answers to surveys, visits to the website, mentions."""

from __future__ import annotations

from bailiwick_web.exchange.common_names import ACCOUNT_NAMES, CONTACT_NAMES, names
from bailiwick_web.exchange.record_kinds import INSTANT, MENTIONS, RESPONSES, TEXT, WEB_VISITS, WHOLE

HEARD: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    RESPONSES: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Response ID; SurveyResponseKey; Survey Response ID; Record ID; Id
        """)),
        "survey": (TEXT, names("Survey; Survey Name; Survey Title; Umfrage")),
        "account": (TEXT, ACCOUNT_NAMES),
        "contact": (TEXT, (*CONTACT_NAMES, *names("Email; Respondent Email; Respondent; E-mail"))),
        "answered_at": (INSTANT, names("""
            Answered; Answered At; Response Date; ResponseDate; Submitted; Submitted At; Completed; End Date; Date; Datum
        """)),
        "score": (WHOLE, names("Score; NPS; NPS Score; CSAT; Rating; Response Value; Bewertung; Punkte")),
        "text": (TEXT, names("""
            Comment; Comments; Feedback; Answer; Response; Reason; EnglishProductSubcategoryName; Kommentar; Antwort
        """)),
    },
    WEB_VISITS: {
        "external_id": (TEXT, names("Bailiwick ID; Bailiwick ID (raw); Visit ID; Session ID; Record ID; Id")),
        "account": (TEXT, ACCOUNT_NAMES),
        "contact": (TEXT, (*CONTACT_NAMES, *names("Visitor Email; Email; E-mail"))),
        "visited_at": (INSTANT, names("""
            Visited; Visited At; Visit Date; Visit Time; Session Start; hs_visit_timestamp; Time; Timestamp; Date; Zeitpunkt; Datum
        """)),
        "page": (TEXT, names("Page; Page URL; Page Path; Landing Page; URL; Path; Page Title; Seite")),
        "seconds": (WHOLE, names("Seconds; Duration (Seconds); Time on Page; Session Duration; Dauer (Sekunden)")),
        "source": (TEXT, names("Referrer; Referrer URL; Source; Session source; utm_source; Quelle; Herkunft")),
        "campaign": (TEXT, names("Campaign; utm_campaign; Kampagne")),
    },
    MENTIONS: {
        "external_id": (TEXT, names("Bailiwick ID; Bailiwick ID (raw); Mention ID; Post ID; Record ID; Id")),
        "text": (TEXT, names("Mention; Mention Text; Snippet; Text; Content; Post; Message; Body; Erwähnung")),
        "mentioned_at": (INSTANT, names("Mentioned; Mentioned At; Published; Published At; Post Date; Date; Timestamp; Zeitpunkt; Datum")),
        "account": (TEXT, ACCOUNT_NAMES),
        "competitor": (TEXT, names("Competitor; Competitor Name; Wettbewerber")),
        "channel": (TEXT, names("Channel; Media Type; Platform; Network; Source; Kanal; Quelle")),
        "author": (TEXT, names("Author; Author Name; Influencer; Username; Verfasser")),
        "url": (TEXT, names("Mention URL; Post URL; Permalink; Link; URL")),
        "sentiment": (TEXT, names("Sentiment; Tone; Stimmung")),
    },
}  # fmt: skip
"""Kind of record → field → what it holds, names best first."""
