"""Generated accounts with known duplicates: invented companies at real US places, branches and neighbours that are no duplicates."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ("account_id", "company_id", "name", "email", "website", "phone", "street", "city", "state", "postal_code")
_SYLLABLES = [
    "al",
    "an",
    "ar",
    "bel",
    "ber",
    "bor",
    "cal",
    "cor",
    "dan",
    "del",
    "dor",
    "el",
    "en",
    "far",
    "fen",
    "gar",
    "gol",
    "han",
    "hel",
    "jor",
    "kal",
    "ken",
    "lan",
    "lor",
    "mar",
    "mel",
    "nor",
    "or",
    "pel",
    "ran",
    "ros",
    "sel",
    "sol",
    "tan",
    "tor",
    "val",
    "ver",
    "wil",
]
_TRADES = [
    "Logistics",
    "Foods",
    "Supply",
    "Medical",
    "Systems",
    "Partners",
    "Roofing",
    "Dental",
    "Motors",
    "Consulting",
    "Plumbing",
    "Software",
    "Farms",
    "Bakery",
    "Steel",
    "Printing",
    "Coffee",
    "Electric",
]
_FORMS = ("Inc", "Inc.", "LLC", "Corp.", "Corporation", "Ltd", "Co.", "", "")
_STREETS = [
    "Main",
    "Oak",
    "Maple",
    "Cedar",
    "Park",
    "Washington",
    "Lake",
    "Hill",
    "Pine",
    "Elm",
    "River",
    "Church",
    "Mill",
    "Spring",
    "Market",
    "Union",
    "Center",
    "Franklin",
    "Jackson",
    "Highland",
]
_TYPES = ("Street", "Avenue", "Road", "Drive", "Boulevard", "Lane")
_SHORT = {"Street": "St", "Avenue": "Ave.", "Road": "Rd", "Drive": "Dr", "Boulevard": "Blvd", "Lane": "Ln"}
_SHARE_TWICE, _SHARE_CHAINS = 0.12, 0.04


def generate(n: int, seed: int = 0) -> pd.DataFrame:
    """About ``n`` generated accounts.

    Of the companies 12 % stand two to four times, written by other people; 4 % are chains whose branches share name, website and
    sometimes the switchboard, but are accounts of their own. ``company_id`` is the truth: no program that looks for duplicates may read it.
    """
    rng = np.random.default_rng(seed)
    places = _places()
    rows: list[dict[str, str]] = []
    company = 0
    taken: set[str] = set()
    while len(rows) < n:
        branches = int(rng.integers(2, 9)) if rng.random() < _SHARE_CHAINS else 1
        name, switchboard = _company(rng), _phone(rng)
        domain = _domain(rng, name, taken)
        for _ in range(branches):
            record = _record(rng, name, domain, switchboard if rng.random() < 0.3 else _phone(rng), places)
            copies = 1 + (int(rng.integers(1, 4)) if rng.random() < _SHARE_TWICE else 0)
            rows += [{"company_id": str(company), **(record if k == 0 else _rewritten(rng, record))} for k in range(copies)]
            company += 1
    order = rng.permutation(min(n, len(rows)))
    frame = pd.DataFrame([rows[i] for i in order])
    frame["account_id"] = [f"A{i:06d}" for i in range(len(frame))]
    return frame[list(COLUMNS)]


def _places() -> list[tuple[str, str, str]]:
    import zipcodes

    return sorted({(p["city"], p["state"], p["zip_code"]) for p in zipcodes.list_all() if p["zip_code_type"] == "STANDARD"})


def _company(rng: np.random.Generator) -> str:
    stem = "".join(rng.choice(_SYLLABLES, int(rng.integers(2, 4)))).capitalize()
    return f"{stem} {rng.choice(_TRADES)}"


def _domain(rng: np.random.Generator, name: str, taken: set[str]) -> str:
    stem, trade = name.casefold().split()
    wished = [f"{stem}.com", f"{stem}{trade}.com", f"{stem}-{trade}.com", f"{stem}{len(taken)}.com"]
    domain = next(domain for domain in wished[int(rng.integers(2)) :] if domain not in taken)
    taken.add(domain)
    return domain


def _phone(rng: np.random.Generator) -> str:
    return f"({rng.integers(201, 990)}) {rng.integers(200, 999)}-{rng.integers(0, 10000):04d}"


def _record(rng: np.random.Generator, name: str, domain: str, phone: str, places: list[tuple[str, str, str]]) -> dict[str, str]:
    city, state, postal_code = places[int(rng.integers(len(places)))]
    form = rng.choice(_FORMS)
    return {
        "name": f"{name} {form}".strip(),
        "email": f"{rng.choice(['info', 'office', 'sales', 'contact'])}@{domain}" if rng.random() < 0.5 else "",
        "website": f"https://www.{domain}" if rng.random() < 0.7 else "",
        "phone": phone if rng.random() < 0.8 else "",
        "street": f"{rng.integers(1, 2000)} {rng.choice(_STREETS)} {rng.choice(_TYPES)}",
        "city": city.title(),
        "state": state,
        "postal_code": postal_code,
    }


def _rewritten(rng: np.random.Generator, record: dict[str, str]) -> dict[str, str]:
    """The same company as somebody else would type it."""
    new = dict(record)
    new["name"] = _renamed(rng, record["name"])
    if rng.random() < 0.3:
        new["phone"] = _phone(rng) if rng.random() < 0.4 else "+1 " + record["phone"].replace("(", "").replace(")", "").replace("-", ".")
    if rng.random() < 0.5:
        for long, short in _SHORT.items():
            new["street"] = new["street"].replace(long, short)
    if rng.random() < 0.15:
        new["street"] = _typo(rng, new["street"])
    if rng.random() < 0.05:
        new["street"], new["postal_code"] = f"{rng.integers(1, 2000)} {rng.choice(_STREETS)} {rng.choice(_TYPES)}", ""
    if rng.random() < 0.1:
        new["city"] = _typo(rng, new["city"])
    if rng.random() < 0.2:
        new["postal_code"] = new["postal_code"].lstrip("0")
    for column in ("email", "website", "phone", "street", "postal_code"):
        if rng.random() < 0.15:
            new[column] = ""
    return new


def _renamed(rng: np.random.Generator, name: str) -> str:
    words = [word for word in name.split() if word not in _FORMS]
    kind = rng.random()
    if kind < 0.25:
        return _typo(rng, name)
    if kind < 0.35:
        return f"The {' '.join(words)} Company"
    if kind < 0.45:
        return ", ".join(reversed(words))
    if kind < 0.5:
        return words[0]
    if kind < 0.75:
        return f"{' '.join(words)} {rng.choice(_FORMS)}".strip().upper()
    return name


def _typo(rng: np.random.Generator, text: str) -> str:
    if len(text) < 3:
        return text
    at = int(rng.integers(1, len(text) - 1))
    kind = rng.integers(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + (text[at + 1 :] if kind == 1 else str(rng.choice(list("aeiorstln"))) + text[at + 1 :])
