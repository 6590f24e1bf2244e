"""Whether somebody may be reached in a way, and if not why: the one check of cadences, of the call list and of what is shared.

An e-mail needs a consent that was given; a call is made unless somebody said no. Leads hold no consent of their own: what contacts
with the same address or number said counts for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from bailiwick_web.crm.models import Consent, Contact, ContactPoint, Lead, Suppression
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.crm.services import blocking
from bailiwick_web.crm.services.reaching import normal

PURPOSE = "marketing"
WAYS: dict[str, tuple[str, ...]] = {Kind.CALL: (Channel.MOBILE, Channel.PHONE), Kind.EMAIL: (Channel.EMAIL,)}
"""By which channels something is done; a visit and a meeting need none."""
REASONS: dict[str, Any] = {
    "gone": _("erased, merged or in the bin"),
    "no_address": _("no number or address is known"),
    "withdrawn": _("took their consent back"),
    "not_wanted": _("does not want to be reached that way"),
    "no_consent": _("did not agree to it"),
    "suppressed": _("this address must not be used any more"),
    "bounced": _("messages came back"),
}
FEW = 500


@dataclass(frozen=True)
class Way:
    """How somebody is reached: the value to use, or why not."""

    value: str = ""
    normal: str = ""
    obstacle: str = ""

    @property
    def why(self) -> str:
        """Why not, in words."""
        return str(REASONS[self.obstacle]) if self.obstacle else ""


@dataclass(frozen=True)
class _Said:
    """What is known of an address."""

    given: frozenset[tuple[int, str]]
    withdrawn: frozenset[tuple[int, str]]
    suppressed: frozenset[str]
    others: dict[tuple[str, str], list[Contact]]
    countries: dict[tuple[type, int], str]

    def country(self, who: Contact | Lead) -> str:
        """Where somebody is, as far as it is known."""
        return self.countries.get((type(who), who.pk), "")


def ways(people: Sequence[Contact | Lead], kind: str, purpose: str = PURPOSE) -> list[Way]:
    """How each of some people can be reached for something; a fixed number of questions to the database."""
    channels = WAYS.get(kind)
    if channels is None:
        return [Way(obstacle="gone" if _is_gone(who) else "") for who in people]
    points = [(who, list(_points(who, channels))) for who in people]
    said = _said(points, kind, purpose)
    return [_way(who, ways_of, said, kind) for who, ways_of in points]


def way(who: Contact | Lead, kind: str, purpose: str = PURPOSE) -> Way:
    """How one of them can be reached."""
    return ways([who], kind, purpose)[0]


def _is_gone(who: Contact | Lead) -> bool:
    if who.deleted_at is not None:
        return True
    return isinstance(who, Contact) and (who.erased_at is not None or who.merged_into_id is not None)


def _points(who: Contact | Lead, channels: Sequence[str]) -> Iterable[ContactPoint]:
    """Ways to reach somebody, the one that they prefer first."""
    if isinstance(who, Contact):
        return sorted((p for p in who.points.all() if p.channel in channels), key=lambda p: (not p.is_preferred, p.pk))
    channel = Channel.EMAIL if Channel.EMAIL in channels else Channel.PHONE
    value = who.email if channel == Channel.EMAIL else who.phone
    return [ContactPoint(channel=channel, value=value, normal=normal(channel, value))] if value.strip() else []


def _said(people: Sequence[tuple[Contact | Lead, Sequence[ContactPoint]]], kind: str, purpose: str) -> _Said:
    where = blocking.countries(who for who, _points in people) if kind == Kind.CALL else {}
    digests: set[str] = set()
    of_leads: set[str] = set()
    for who, points in people:
        country = where.get((type(who), who.pk), "")
        for point in points:
            digests.update(blocking.digests(point.channel, point.value, country))
            if isinstance(who, Lead):
                of_leads.update(blocking.forms(point.channel, point.value, country))
    gone = set(Suppression.objects.filter(digest__in=digests).values_list("digest", flat=True))
    others: dict[tuple[str, str], list[Contact]] = {}
    same = ContactPoint.objects.filter(normal__in=of_leads).select_related("contact") if of_leads else ()
    for point in same:
        others.setdefault((_family(point.channel), point.normal), []).append(point.contact)
    keys = {who.pk for who, _points in people if isinstance(who, Contact)} | {c.pk for found in others.values() for c in found}
    latest: dict[tuple[int, str], bool] = {}
    spoken = Consent.objects.filter(contact__in=keys, purpose=purpose.lower()).order_by("at", "pk")
    for contact, channel, is_given in spoken.values_list("contact_id", "channel", "is_given"):
        latest[contact, channel] = is_given
    given = frozenset(key for key, is_given in latest.items() if is_given)
    return _Said(given, frozenset(latest) - given, frozenset(gone), others, where)


def _family(channel: str) -> str:
    return Channel.EMAIL if channel == Channel.EMAIL else Channel.PHONE


def _way(who: Contact | Lead, points: Sequence[ContactPoint], said: _Said, kind: str) -> Way:
    """The first point that nothing speaks against; else what speaks against the first."""
    if _is_gone(who):
        return Way(obstacle="gone")
    if not points:
        return Way(obstacle="no_address")
    obstacles = [_obstacle(who, point, said, kind) for point in points]
    for point, obstacle in zip(points, obstacles, strict=True):
        if not obstacle:
            return Way(point.value, point.normal)
    return Way(obstacle=obstacles[0])


def _obstacle(who: Contact | Lead, point: ContactPoint, said: _Said, kind: str) -> str:
    if not said.suppressed.isdisjoint(blocking.digests(point.channel, point.value, said.country(who))):
        return "suppressed"
    if point.bounced_at is not None:
        return "bounced"
    if isinstance(who, Contact):
        refusal = _refusal(who, (point.channel,), said, WAYS[kind])
        is_agreed = (who.pk, point.channel) in said.given
        return refusal or ("" if is_agreed or kind != Kind.EMAIL else "no_consent")
    spelled = blocking.forms(point.channel, point.value, said.country(who))
    namesakes = [other for plain in spelled for other in said.others.get((_family(point.channel), plain), ())]
    for other in namesakes:
        if refusal := _refusal(other, WAYS[kind], said, WAYS[kind]):
            return refusal
    is_agreed = any((other.pk, point.channel) in said.given for other in namesakes)
    return "" if is_agreed or kind != Kind.EMAIL else "no_consent"


def _refusal(contact: Contact, channels: Sequence[str], said: _Said, family: Sequence[str]) -> str:
    """Who takes back their consent to calls on one telephone is called on no other."""
    if any(contact.preferences.get(channel, {}).get("wanted") is False for channel in channels):
        return "not_wanted"
    return "withdrawn" if any((contact.pk, channel) in said.withdrawn for channel in family) else ""
