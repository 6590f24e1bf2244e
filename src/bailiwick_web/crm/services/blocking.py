"""Addresses and numbers that must not be used, kept as digests only; a number is the same with and without the code of its country."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from bailiwick.formats.regions import country_code
from bailiwick_web.core.access import Actor
from bailiwick_web.crm.dialling import CODE_OF, code_of, spellings
from bailiwick_web.crm.models import Contact, Lead, Location, Suppression
from bailiwick_web.crm.services.reaching import NUMBERS, normal


def house_country() -> str:
    """Where the house is: a number without the code of a country is of there, unless its record says otherwise."""
    return str(settings.COUNTRY)


def forms(channel: str, address: str, country: str = "") -> list[str]:
    """An address as it is compared; a number in every spelling, the surest first.

    Parameters
    ----------
    country
        Of the record that a number stands in, in whatever words; the country of the house where none is known.
    """
    plain = normal(channel, address)
    if channel not in NUMBERS:
        return [plain]
    house = house_country()
    found = spellings(plain, (country_code(country) if country else "") or house)
    if house and len(found) > 1 and code_of(found[0]) != CODE_OF.get(house, ""):
        return [text for text in found if text.startswith("+") or text == plain]  # as within another country it is another number here
    return found


def digest(channel: str, plain: str) -> str:
    """A keyed digest of a form: it can be compared, and not be read back."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{channel}:{plain}".encode(), hashlib.sha256).hexdigest()


def digests(channel: str, address: str, country: str = "") -> list[str]:
    """The digests of all forms of an address; it is blocked if one of them is."""
    return [digest(channel, plain) for plain in forms(channel, address, country)]


def is_suppressed(channel: str, address: str, country: str = "") -> bool:
    """Whether an address must not be written to."""
    return Suppression.objects.filter(channel=channel, digest__in=digests(channel, address, country)).exists()


def suppressions(actor: Actor, channel: str, address: str, reason: str, country: str = "") -> list[Suppression]:
    """What blocks an address, not kept yet: the form that it was given in, and of a number the international one."""
    kept = dict.fromkeys((normal(channel, address), forms(channel, address, country)[0]))
    return [Suppression(channel=channel, digest=digest(channel, plain), reason=reason[:40], created_at=actor.now) for plain in kept]


def suppress(actor: Actor, channel: str, address: str, reason: str, country: str = "") -> None:
    """Let nothing be sent to an address any more; to be called in a transaction."""
    for made in suppressions(actor, channel, address, reason, country):
        Suppression.objects.get_or_create(
            channel=channel, digest=made.digest, defaults={"reason": made.reason, "created_at": made.created_at}
        )


def with_country(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Contacts with the country of the main address of their account, for :func:`countries` to take."""
    mains = Location.objects.filter(account=OuterRef("account"), is_main=True, deleted_at=None)
    return contacts.annotate(main_country=Subquery(mains.values("country")[:1]))


def countries(people: Iterable[Contact | Lead]) -> dict[tuple[type, int], str]:
    """Where people are, as their records say: a lead itself, a contact by the main address of their account. At most one question."""
    found: dict[tuple[type, int], str] = {}
    accounts: dict[int, list[int]] = {}
    for who in people:
        if isinstance(who, Lead):
            found[Lead, who.pk] = who.country
        elif hasattr(who, "main_country"):
            found[Contact, who.pk] = who.main_country or ""
        elif who.account_id is not None:
            accounts.setdefault(who.account_id, []).append(who.pk)
    mains = Location.objects.filter(account__in=accounts, is_main=True, deleted_at=None) if accounts else Location.objects.none()
    for account, country in mains.values_list("account_id", "country"):
        found |= {(Contact, pk): country for pk in accounts[account]}
    return found
