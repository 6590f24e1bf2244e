"""Which rows of a file are records that are here already."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop as _

BY_ID, BY_SHORT_ID, BY_ZEROS = _("id"), _("id of 15 or 18 characters"), _("id without leading zeros")
BY_EMAIL, BY_DOMAIN, BY_NAME = _("e-mail address"), _("web domain"), _("name and place")
FREE_MAIL = frozenset(
    {
        *("aol.com", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "hotmail.de"),
        *("icloud.com", "live.com", "mac.com", "mail.com", "me.com", "msn.com", "orange.fr", "outlook.com", "outlook.de", "proton.me"),
        *("protonmail.com", "t-online.de", "web.de", "yahoo.com", "yahoo.de"),
    }
)
"""Where anybody has an address: says nothing of the firm."""
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT, _LONG = 15, 18


@dataclass
class Matches:
    """For every row the index of the record that it is, or −1; and how they were found."""

    found: list[int]
    how: Counter[str] = field(default_factory=Counter)


def match_codes(codes: Sequence[str], known: Sequence[str]) -> Matches:
    """Match by id; what is left, by the short form of Salesforce ids and without leading zeros, where that is unambiguous.

    Examples
    --------
    >>> match_codes(["7", "001A0000006Vm9r", "new"], ["007", "001A0000006Vm9rIAC"]).found
    [0, 1, -1]
    """
    place = {code: i for i, code in enumerate(known)}
    found = [place.get(code, -1) for code in codes]
    matches = Matches(found)
    n_exact = len(found) - found.count(-1)
    if n_exact:
        matches.how[BY_ID] = n_exact
    for how, key in ((BY_SHORT_ID, short_id), (BY_ZEROS, without_zeros)):
        _match_rest(matches, codes, known, how, key)
    return matches


def match_addresses(matches: Matches, rows: Sequence[Mapping[str, str]], known: Sequence[Mapping[str, str]]) -> None:
    """Match what is left by e-mail address, then by web domain, each where it is one record's only, in the file and here.

    Parameters
    ----------
    matches
        What was found before; what is found now is added.
    rows, known
        Attributes of each row and of each record: ``email``, ``website``.

    Examples
    --------
    >>> matches = Matches([-1, -1])
    >>> rows = [{"email": "Ann@Acme.com"}, {"website": "https://www.bolt.de/x"}]
    >>> match_addresses(matches, rows, [{"website": "bolt.de"}, {"email": "ann@acme.com"}])
    >>> matches.found
    [1, 0]
    """
    for how, key in ((BY_EMAIL, email_of), (BY_DOMAIN, domain_of)):
        texts = [key(row) for row in rows]
        often = Counter(text for text, j in zip(texts, matches.found, strict=True) if j < 0)
        once = [text if often[text] == 1 else "" for text in texts]
        _match_rest(matches, once, [key(record) for record in known], how, str)


def email_of(attributes: Mapping[str, str]) -> str:
    """The e-mail address, as it is compared; empty text if there is none.

    Examples
    --------
    >>> email_of({"email": " Ann@Acme.COM "}), email_of({"email": "none"})
    ('ann@acme.com', '')
    """
    text = attributes.get("email", "").strip().casefold()
    return text if text.count("@") == 1 and "." in text.partition("@")[2] and not any(c.isspace() for c in text) else ""


def domain_of(attributes: Mapping[str, str]) -> str:
    """The domain of the web site, else that of the e-mail address unless anybody has addresses there; empty text if there is none.

    Examples
    --------
    >>> domain_of({"website": "HTTP://www.Acme.com:80/shop?x"}), domain_of({"email": "a@bolt.de"}), domain_of({"email": "a@gmail.com"})
    ('acme.com', 'bolt.de', '')
    """
    text = attributes.get("website", "").strip().casefold()
    host = text.partition("://")[2] or text
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rpartition("@")[2].partition(":")[0].removeprefix("www.").rstrip(".")
    if not host:
        host = email_of(attributes).partition("@")[2]
        host = "" if host in FREE_MAIL else host
    return host if "." in host and not any(c.isspace() for c in host) else ""


def _match_rest(matches: Matches, codes: Sequence[str], known: Sequence[str], how: str, key: Callable[[str], str]) -> None:
    rest = [i for i, j in enumerate(matches.found) if j < 0]
    wanted = {i: key(codes[i]) for i in rest}
    if not any(wanted.values()):
        return
    taken = {j for j in matches.found if j >= 0}
    places: dict[str, int] = {}
    for j, code in enumerate(known):
        text = key(code)
        if text and j not in taken:
            places[text] = -1 if text in places else j
    for i, text in wanted.items():
        j = places.get(text, -1) if text else -1
        if j >= 0:
            matches.found[i] = j
            matches.how[how] += 1


def short_id(code: str) -> str:
    """First 15 characters of a Salesforce id of 15 or 18; empty text if it is none.

    Examples
    --------
    >>> short_id("001A0000006Vm9rIAC"), short_id("001A0000006Vm9rIAX"), short_id("customer")
    ('001A0000006Vm9r', '', '')
    """
    if not (code.isascii() and code.isalnum()) or not any(c.isdigit() for c in code):
        return ""
    if len(code) == _SHORT:
        return code
    return code[:_SHORT] if len(code) == _LONG and code[_SHORT:].upper() == checksum(code[:_SHORT]) else ""


def checksum(code: str) -> str:
    """The three characters that make an id of 15 one of 18: which letters are capitals, five at a time."""
    return "".join(
        _ALPHABET[sum(1 << i for i, c in enumerate(code[start : start + 5]) if c.isascii() and c.isupper())] for start in (0, 5, 10)
    )


def without_zeros(code: str) -> str:
    """A number without its leading zeros; empty text if it is none."""
    return (code.lstrip("0") or "0") if code.isascii() and code.isdigit() else ""


def place_key(name: str, lon: float, lat: float) -> tuple[str, float, float]:
    """Name and place, as they tell records without ids apart: within about a hundred metres."""
    return " ".join(name.casefold().split()), round(lon, 3), round(lat, 3)
