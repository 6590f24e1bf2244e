"""Telephone numbers as they are dialled inside and outside of a country: enough to tell that two spellings are one number.

Numbers are digits, with a plus where they begin with the code of a country; countries are codes of two letters.
"""

from __future__ import annotations

_CODES = """
1 US CA PR DO JM BS BB TT; 7 RU KZ; 20 EG; 27 ZA; 30 GR; 31 NL; 32 BE; 33 FR; 34 ES; 36 HU; 39 IT VA; 40 RO; 41 CH; 43 AT; 44 GB IM JE GG;
45 DK; 46 SE; 47 NO; 48 PL; 49 DE; 51 PE; 52 MX; 54 AR; 55 BR; 56 CL; 57 CO; 58 VE; 60 MY; 61 AU; 62 ID; 63 PH; 64 NZ; 65 SG; 66 TH; 81 JP;
82 KR; 84 VN; 86 CN; 90 TR; 91 IN; 92 PK; 94 LK; 98 IR; 212 MA; 213 DZ; 216 TN; 233 GH; 234 NG; 254 KE; 351 PT; 352 LU; 353 IE; 354 IS;
355 AL; 356 MT; 357 CY; 358 FI; 359 BG; 370 LT; 371 LV; 372 EE; 373 MD; 375 BY; 377 MC; 380 UA; 381 RS; 382 ME; 385 HR; 386 SI; 387 BA;
389 MK; 420 CZ; 421 SK; 423 LI; 852 HK; 880 BD; 886 TW; 961 LB; 962 JO; 965 KW; 966 SA; 971 AE; 972 IL; 974 QA; 995 GE; 998 UZ
"""
_TRUNKS = {"1": "1", "7": "8", "36": "06", "375": "8"}
"""What is dialled before a number within the country, where it is not the usual 0."""
_PLAIN = "30 34 39 45 47 48 52 56 57 65 216 351 352 354 356 357 371 372 377 420 423 852 965 974"
_NO_TRUNK = frozenset(_PLAIN.split())
"""Countries where nothing is dialled before, so that a 0 at the beginning is part of the number."""
_SHORTEST = 5
"""Numbers with fewer digits are of a switchboard or a service: they have no other spelling."""
_NORTH_AMERICAN = 11
"""Digits of a number with the 1 or the 8 that is dialled before it; either may begin a number, too."""

CODE_OF: dict[str, str] = {country: code for code, *countries in (part.split() for part in _CODES.split(";")) for country in countries}
"""Country → what is dialled before its numbers from outside."""
_KNOWN = frozenset(CODE_OF.values())


def code_of(number: str) -> str:
    """The code of the country that an international number is of; empty if none is known.

    Examples
    --------
    >>> code_of("+491711234567"), code_of("+4231234567"), code_of("01711234567")
    ('49', '423', '')
    """
    digits = number[1:] if number.startswith("+") else ""
    return next((digits[:n] for n in (3, 2, 1) if digits[:n] in _KNOWN), "")


def trunk_of(code: str) -> str:
    """What is dialled before a number within the country of a code."""
    return "" if code in _NO_TRUNK else _TRUNKS.get(code, "0")


def international(number: str, country: str) -> str:
    """A number as it is dialled from anywhere; one of an unknown country as it is.

    Examples
    --------
    >>> international("01711234567", "DE"), international("01711234567", ""), international("0612345678", "IT")
    ('+491711234567', '01711234567', '+390612345678')
    >>> international("+4901711234567", ""), international("15550109999", "US"), international("5550109999", "US")
    ('+491711234567', '+15550109999', '+15550109999')
    """
    if len(number) < _SHORTEST:
        return number
    code = code_of(number) if number.startswith("+") else CODE_OF.get(country.upper(), "")
    if not code:
        return number
    return f"+{code}{_without_trunk(number.removeprefix(f'+{code}'), code)}"


def _without_trunk(number: str, code: str) -> str:
    trunk = trunk_of(code)
    is_dialled = trunk.startswith("0") or len(number) == _NORTH_AMERICAN
    return number.removeprefix(trunk) if is_dialled else number


def spellings(number: str, country: str) -> list[str]:
    """Every way in which a number may stand somewhere: international, as it is, and as within its country; the first is the surest.

    Parameters
    ----------
    country
        Where a number without the code of a country is of.

    Examples
    --------
    >>> spellings("01711234567", "DE")
    ['+491711234567', '01711234567', '1711234567']
    >>> spellings("+491711234567", "")
    ['+491711234567', '01711234567', '1711234567']
    >>> spellings("01711234567", ""), spellings("110", "DE")
    (['01711234567'], ['110'])
    """
    whole = international(number, country)
    code = code_of(whole)
    inside = whole[1 + len(code) :] if code else ""
    found = [whole, number, *((f"{trunk_of(code)}{inside}", inside) if inside else ())]
    return list(dict.fromkeys(found))
