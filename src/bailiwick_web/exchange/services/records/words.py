"""Words of other systems, and cells that are taken together, as the services of the records take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bailiwick.formats.synonyms import name_key
from bailiwick_web.crm.models import Account, Activity, Case, Lead, Location, Order
from bailiwick_web.crm.services import writing

OF_PLACE = ("street", "city", "region", "postal_code", "country", "lon", "lat")
Words = Mapping[str, tuple[str, ...]]
ACCOUNT_STATES: Words = {
    Account.State.PROSPECT: ("prospect", "lead", "subscriber", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "target"),
    Account.State.CUSTOMER: ("customer", "customerdirect", "customerchannel", "client", "kunde", "evangelist"),
    Account.State.FORMER: ("former", "formercustomer", "inactive", "churned", "lost"),
    Account.State.PARTNER: ("partner", "channelpartner", "channelpartnerreseller", "installationpartner", "technologypartner"),
    Account.State.VENDOR: ("vendor", "supplier", "lieferant"),
    Account.State.RETAILER: ("retailer", "reseller", "dealer"),
}
LEAD_STATES: Words = {
    Lead.Status.NEW: ("new", "open", "opennotcontacted", "notcontacted", "attemptedtocontact", "neu", "offen"),
    Lead.Status.WORKING: ("working", "workingcontacted", "contacted", "inprogress", "connected", "opendeal", "inwork", "inbearbeitung"),
    Lead.Status.NURTURING: ("nurturing", "contactinfuture", "badtiming", "later", "spaeter", "später"),
    Lead.Status.QUALIFIED: ("qualified", "prequalified", "qualifiziert"),
    Lead.Status.DISQUALIFIED: (
        *("disqualified", "unqualified", "closednotconverted", "notqualified", "junklead", "lostlead", "lost", "nichtqualifiziert"),
    ),
    Lead.Status.CONVERTED: ("converted", "closedconverted", "konvertiert"),
}
ORDER_STATES: Words = {
    Order.State.OPEN: ("open", "draft", "activated", "active", "new", "inprocess", "approved", "submitted", "created", "offen", "entwurf"),
    Order.State.DELIVERED: ("delivered", "shipped", "fulfilled", "complete", "completed", "geliefert"),
    Order.State.INVOICED: ("invoiced", "paid", "closed", "berechnet", "bezahlt"),
    Order.State.CANCELLED: ("cancelled", "canceled", "rejected", "expired", "storniert"),
}
CASE_STATES: Words = {
    Case.State.NEW: ("new", "neu"),
    Case.State.OPEN: ("open", "working", "inprogress", "inwork", "escalated", "active", "offen", "inbearbeitung", "researching"),
    Case.State.WAITING: ("waiting", "onhold", "pending", "waitingoncontact", "waitingforcustomer", "waitingfordetails", "wartend"),
    Case.State.SOLVED: ("solved", "resolved", "problemsolved", "geloest", "gelöst"),
    Case.State.CLOSED: ("closed", "cancelled", "canceled", "merged", "informationprovided", "geschlossen"),
}
PRIORITIES: Words = {
    Case.Priority.LOW: ("low", "niedrig", "3"),
    Case.Priority.NORMAL: ("normal", "medium", "mittel", "2"),
    Case.Priority.HIGH: ("high", "hoch", "1"),
    Case.Priority.URGENT: ("urgent", "critical", "highest", "dringend"),
}
ABOUTS: Words = {
    Case.About.QUESTION: ("question", "inquiry", "general", "frage"),
    Case.About.COMPLAINT: ("complaint", "problem", "issue", "bug", "incident", "beschwerde", "reklamation", "mechanical", "electrical"),
    Case.About.REQUEST: ("request", "featurerequest", "servicerequest", "installation", "anfrage", "wunsch"),
}
ACTIVITY_KINDS: Words = {
    Activity.Kind.CALL: ("call", "phonecall", "calls", "anruf", "telefonat", "phone"),
    Activity.Kind.VISIT: ("visit", "sitevisit", "besuch", "onsite"),
    Activity.Kind.EMAIL: ("email", "emails", "mail", "emailsent", "send"),
    Activity.Kind.MEETING: ("meeting", "event", "meetings", "appointment", "termin", "lunch", "demo", "besprechung"),
    Activity.Kind.NOTE: ("note", "notes", "notiz"),
    Activity.Kind.TASK: ("task", "todo", "tasks", "deadline", "other", "aufgabe", "listemail", "cadence"),
}
ACTIVITY_STATES: Words = {
    Activity.State.PLANNED: (
        *("planned", "open", "notstarted", "inprogress", "scheduled", "waitingonsomeoneelse", "deferred", "todo", "no", "false", "0"),
        *("offen", "geplant", "waiting", "nein"),
    ),
    Activity.State.DONE: ("done", "completed", "complete", "closed", "yes", "true", "1", "erledigt", "ja", "held", "sent", "received"),
    Activity.State.CANCELLED: ("cancelled", "canceled", "noshow", "abgesagt", "nothappened"),
}
REPLIES: Words = {
    Activity.Reply.NONE: ("none", "no", "noanswer", "nobodyanswered", "noreply", "keineantwort", "nein"),
    Activity.Reply.ANSWERED: ("answered", "yes", "replied", "theyanswered", "reached", "connected", "beantwortet", "ja"),
    Activity.Reply.INBOUND: ("inbound", "incoming", "theygotintouch", "eingehend"),
}
IMPORTANCE = {"high": 1, "hoch": 1, "urgent": 1, "highest": 1, "normal": 2, "medium": 2, "mittel": 2, "low": 3, "niedrig": 3, "lowest": 3}
PLACE_KINDS: Words = {
    Location.Kind.BILLING: ("billing", "billto", "invoice", "rechnungsadresse", "mainoffice", "primary", "1"),
    Location.Kind.SHIPPING: ("shipping", "shipto", "delivery", "lieferadresse", "2"),
    Location.Kind.SITE: ("site", "branch", "home", "archive", "other", "standort", "store", "3", "4"),
}


def meant_by(text: str, words: Words) -> str:
    """The word of ours that a system calls otherwise; empty text if nobody knows.

    Examples
    --------
    >>> meant_by("Open - Not Contacted", LEAD_STATES), meant_by("E-Mail", ACTIVITY_KINDS), meant_by("BM", ACCOUNT_STATES)
    ('new', 'email', '')
    """
    key = name_key(text)
    return next((str(word) for word, others in words.items() if key and key in others), "")


def state_of(text: str) -> str:
    """The state of an account that a system calls otherwise; empty text if nobody knows.

    Examples
    --------
    >>> state_of("Customer - Direct"), state_of("Reseller"), state_of("BM")
    ('customer', 'retailer', '')
    """
    return meant_by(text, ACCOUNT_STATES)


def place_kind_of(text: str) -> str:
    """What happens at an address."""
    return meant_by(text, PLACE_KINDS)


def location_of(row: Mapping[str, str]) -> dict[str, Any]:
    """An address; half a position is none."""
    found: dict[str, Any] = {name: row[name] for name in OF_PLACE if row.get(name)}
    city, comma, region = str(found.get("city", "")).rpartition(", ")
    if comma and "region" not in found:  # such as “Saint Paul, Minnesota”
        found |= {"city": city.strip(), "region": region.strip()}
    if ("lon" in found) != ("lat" in found):
        found.pop("lon", None)
        found.pop("lat", None)
    return {name: float(value) if name in {"lon", "lat"} else value for name, value in found.items()}


def tags_of(text: str) -> list[str]:
    """Words with commas between them.

    Examples
    --------
    >>> tags_of("automation, , fast delivery")
    ['automation', 'fast delivery']
    """
    return [word.strip() for word in text.split(",") if word.strip()]


def person_name(row: Mapping[str, Any]) -> str:
    """Name of a person, of its parts or as it stands."""
    return " ".join(filter(None, (row.get("first_name", ""), row.get("last_name", "")))) or str(row.get("name", ""))


def checked(spec: writing.Spec[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they are kept.

    Raises
    ------
    Invalid
        If one may not stand in its field.
    """
    return {name: spec.checks[name](name, value) for name, value in values.items()}
