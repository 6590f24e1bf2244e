"""How much one new record resembles others, by weights that need no table to learn from: for the moment in which it is entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from bailiwick.insight.duplicates import cleaning as c
from bailiwick.insight.duplicates.comparisons import OTHER

PRIOR = -9.0
"""log2 of the odds that a record which shares some key with a new one is the same, before anything else is known: 1 to 512."""

_NEARLY, _LEAST_BEGINNING = 0.88, 4
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How one field of two records agrees.

    Attributes
    ----------
    comparison, agreement
        In words, those of the tables of `bailiwick.find_duplicates`.
    weight
        log2 of the odds that it adds; below 0 it speaks against.
    """

    comparison: str
    agreement: str
    weight: float


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How much two records resemble each other.

    Attributes
    ----------
    probability
        That they are one, 0 to 1.
    evidence
        The weightiest first.
    """

    probability: float
    evidence: tuple[Agreement, ...]


def clean_fields(given: Fields, *, is_people: bool) -> dict[str, str]:
    """Roles (see `bailiwick.insight.duplicates.records.ROLES`) brought to one form.

    Examples
    --------
    >>> clean_fields({"name": "ACME Inc.", "website": "www.acme.com"}, is_people=False)
    {'name': 'acme', 'domain': 'acme.com'}
    """
    text = {role: str(value or "") for role, value in given.items()}
    found: dict[str, str] = {}
    if is_people:
        found["given"], found["family"] = c.split_person(text.get("full_name", ""))
        found |= {role: c.clean_word(text[role]) for role in ("given", "family") if text.get(role)}
        found["company"] = c.clean_company(text.get("company", ""))
        found["email"] = c.clean_email(text.get("email", ""))
    else:
        found["name"] = c.clean_company(text.get("name", "") or text.get("company", ""))
        found["domain"] = c.clean_domain(text.get("website", "")) or c.clean_domain(text.get("email", ""))
    found["phone"] = c.clean_phone(text.get("phone", ""))
    found["number"], found["street"] = c.clean_street(text.get("street", ""), text.get("house_number", ""))
    found["postcode"] = c.clean_postcode(text.get("postcode", ""))
    found["place"] = c.fold(text.get("place", ""))
    return {name: value for name, value in found.items() if value}


def resemblance(one: Fields, other: Fields, *, is_people: bool) -> Resemblance:
    """Weigh two cleaned records.

    Notes
    -----
    The weights are round figures of what `bailiwick.find_duplicates` learns from tables of some thousand records; rare names count no
    more than common ones here, so that a search over the whole table may judge otherwise.
    """
    judges = _PEOPLE if is_people else _COMPANIES
    found = [agreement for judge in judges if (agreement := judge(one, other)) is not None]
    weight = PRIOR + sum(agreement.weight for agreement in found)
    evidence = tuple(sorted(found, key=lambda agreement: -abs(agreement.weight)))
    return Resemblance(1 / (1 + 2.0**-weight), evidence)


def is_nearly(one: str, other: str) -> bool:
    """Whether two words are the same but for a slip.

    Examples
    --------
    >>> is_nearly("muller", "mueller"), is_nearly("acme bolts", "acme botls"), is_nearly("north", "south")
    (True, True, False)
    """
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _NEARLY


def _alike(one: str, other: str) -> str:
    if one == other:
        return "the same"
    if sorted(one.split()) == sorted(other.split()):
        return "the same words"
    if is_nearly(one, other):
        return "nearly the same"
    shorter, longer = sorted((one, other), key=len)
    return "one begins like the other" if len(shorter) >= _LEAST_BEGINNING and longer.startswith(shorter) else OTHER


def _field(title: str, name: str, weights: Mapping[str, float]) -> Callable[[Fields, Fields], Agreement | None]:
    """A comparison of one field by how alike its words are; what has no weight counts as different."""

    def judge(one: Fields, other: Fields) -> Agreement | None:
        if name not in one or name not in other:
            return None
        how = _alike(one[name], other[name])
        how = how if how in weights else OTHER
        return Agreement(title, how, weights[how])

    return judge


def _brand(one: Fields, other: Fields) -> Agreement | None:
    """Name and domain together: branches share both, so that counting each would count one fact twice."""
    domains = one.get("domain"), other.get("domain")
    is_same_domain = None not in domains and domains[0] == domains[1]
    if "name" not in one or "name" not in other:
        return Agreement("domain", "the same", 8.0) if is_same_domain else None
    how = _alike(one["name"], other["name"])
    if is_same_domain and how not in {"the same", "the same words"}:
        return (
            Agreement("name", "different, domain the same", 5.0)
            if how == OTHER
            else Agreement("name", "nearly the same, domain the same", 9.0)
        )
    weight = {"the same": 9.0, "the same words": 8.5, "nearly the same": 6.0, "one begins like the other": 4.0, OTHER: -6.0}[how]
    return Agreement("name", how, weight + (2.0 if is_same_domain else 0.0))


def _address(one: Fields, other: Fields) -> Agreement | None:
    areas = [name for name in ("postcode", "place") if name in one and name in other]
    if not areas:
        return None
    is_near = any(one[name] == other[name] or (name == "place" and is_nearly(one[name], other[name])) for name in areas)
    if not is_near:
        return Agreement("address", OTHER, -9.0)
    streets = one.get("street", ""), other.get("street", "")
    if not all(streets) or not is_nearly(*streets):
        return Agreement("address", "the same area", 3.0)
    is_same_house = bool(one.get("number")) and one.get("number") == other.get("number")
    return Agreement("address", "the same house and area", 7.0) if is_same_house else Agreement("address", "the same street and area", 5.0)


def _home(one: Fields, other: Fields) -> Agreement | None:
    """People move, and are entered with the address of their company: elsewhere says little."""
    found = _address(one, other)
    return Agreement("address", OTHER, -1.0) if found is not None and found.weight < 0 else found


_COMPANIES = (_brand, _field("phone", "phone", {"the same": 8.0, "nearly the same": 3.0, OTHER: -1.0}), _address)
_PEOPLE = (
    _field("e-mail", "email", {"the same": 13.0, "nearly the same": 5.0, OTHER: -2.0}),
    _field("family name", "family", {"the same": 6.0, "nearly the same": 4.0, OTHER: -5.0}),
    _field("given name", "given", {"the same": 4.0, "nearly the same": 2.5, "one begins like the other": 1.5, OTHER: -4.0}),
    _field("phone", "phone", {"the same": 8.0, "nearly the same": 3.0, OTHER: -1.0}),
    _field("company", "company", {"the same": 4.0, "nearly the same": 3.0, "one begins like the other": 2.0, OTHER: -3.0}),
    _home,
)
