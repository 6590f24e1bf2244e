"""What people call things: columns, files and the units in them."""

from __future__ import annotations

_NOUNS = """
    account address area block branch brick building cell centre city client clinic community contact country county customer
    dealer district doctor farm garage garden grocer hexagon hospital hotel household lead location member municipality neighbourhood
    office outlet parcel parish partner patient person pharmacy physician place point postcode practice precinct prefecture prescriber
    prospect province pub region restaurant retailer salon school sector shop site state station store suburb supermarket surgery
    town tract village ward warehouse zip zone
    brewery bakery company cafe bar dentist florist gym kiosk pizzeria plumber winery
"""
_IRREGULAR = {"people": ("person", "people"), "branches": ("branch", "branches")}
_KNOWN = frozenset(_NOUNS.split())


def words(name: str) -> str:
    """A column or file name as a person reads it.

    Examples
    --------
    >>> words("workload_hours"), words("Revenue Potential")
    ('Workload hours', 'Revenue Potential')
    """
    text = " ".join(name.replace("_", " ").split())
    return text[:1].upper() + text[1:]


def unit_noun(title: str) -> tuple[str, str]:
    """What the units are called, singular and plural, from a file name that is a well-known plural; else unit, units.

    Examples
    --------
    >>> unit_noun("customers"), unit_noun("us_counties"), unit_noun("blns")
    (('customer', 'customers'), ('county', 'counties'), ('unit', 'units'))
    """
    plural = words(title).lower().rpartition(" ")[2]
    if plural in _IRREGULAR:
        return _IRREGULAR[plural]
    for singular in (plural[:-3] + "y" if plural.endswith("ies") else "", plural[:-2], plural[:-1]):
        if plural.endswith("s") and singular in _KNOWN:
            return singular, plural
    return "unit", "units"
