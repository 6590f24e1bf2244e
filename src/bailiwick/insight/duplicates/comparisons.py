"""How two records are compared, field by field: levels from the same to different, each in SQL and in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bailiwick.domain import TextArray

OTHER = "different"


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison.

    Attributes
    ----------
    words
        For people.
    sql
        Condition on ``…_l`` and ``…_r``.
    rare
        Column whose rare values count more, or empty.
    """

    words: str
    sql: str
    rare: str = ""


_SAME = "list_sort(string_split(name_l, ' ')) = list_sort(string_split(name_r, ' '))"
_NEARLY = "(jaro_winkler_similarity(name_l, name_r) >= 0.94 OR damerau_levenshtein(name_l, name_r) <= 1)"
_START = "least(length(name_l), length(name_r))"
_BEGINS = f"({_START} >= 4 AND left(name_l, {_START}) = left(name_r, {_START}))"
_DOMAIN = "coalesce(domain_l = domain_r, FALSE)"
MOVED = 0.002
"""Share of the true pairs of accounts whose two addresses lie in different areas: an account is a company at a place."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field that is compared.

    Attributes
    ----------
    name, title
        In code and in words.
    shows
        Column whose two values are shown as evidence.
    missing
        Condition under which nothing can be said.
    needs
        Columns without which it makes no sense.
    levels
        From the most to the least alike; all else is different.
    else_share
        Share of true pairs that are different all the same, where it is known and not to be learned.
    """

    name: str
    title: str
    shows: str
    missing: str
    needs: tuple[str, ...]
    levels: tuple[Level, ...]
    else_share: float | None = None

    def words(self, value: int) -> str:
        """Words for what the model calls the value of the comparison: −1 missing, 0 different, the highest the same."""
        return OTHER if value == 0 else self.levels[len(self.levels) - value].words

    def columns(self) -> set[str]:
        """Columns that its levels look at."""
        return {name for level in self.levels for name in re.findall(r"\b(\w+?)_[lr]\b", level.sql)}

    def settings(self, *, with_rare: bool) -> dict[str, Any]:
        """As Splink wants it."""
        told = [{"sql_condition": self.missing, "label_for_charts": "missing", "is_null_level": True}]
        for level in self.levels:
            told.append({"sql_condition": level.sql, "label_for_charts": level.words})
            if with_rare and level.rare:
                told[-1] |= {"tf_adjustment_column": level.rare, "tf_adjustment_weight": 1.0, "tf_minimum_u_value": 1e-6}
        told.append({"sql_condition": "ELSE", "label_for_charts": OTHER})
        if self.else_share is not None:
            told[-1] |= {"m_probability": self.else_share, "fix_m_probability": True}
        return {"output_column_name": self.name, "comparison_levels": told}


def _blank(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _same(*columns: str) -> str:
    return " AND ".join(f"{column}_l = {column}_r" for column in columns)


def _alike(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def _slip(column: str, most: int = 1) -> str:
    return f"damerau_levenshtein({column}_l, {column}_r) <= {most}"


def _begins(column: str) -> str:
    shorter = f"least(length({column}_l), length({column}_r))"
    return f"{shorter} >= 1 AND left({column}_l, {shorter}) = left({column}_r, {shorter})"


_COMPARISONS = (
    Comparison(
        "registration",
        "number of registration",
        "registration",
        _blank("registration"),
        ("registration",),
        (Level("the same", _same("registration"), "registration"), Level("one slip", _slip("registration"))),
    ),
    Comparison(
        "family",
        "family name",
        "family",
        _blank("family"),
        ("family",),
        (
            Level("the same", _same("family"), "family"),
            Level("swapped with the given name", "family_l = given_r OR given_l = family_r"),
            Level("nearly the same", f"{_alike('family', 0.92)} OR {_slip('family')}"),
            Level("alike", _alike("family", 0.8)),
        ),
    ),
    Comparison(
        "given",
        "given name",
        "given",
        _blank("given"),
        ("given",),
        (
            Level("the same", _same("given"), "given"),
            Level("swapped with the family name", "family_l = given_r OR given_l = family_r"),
            Level("nearly the same", f"{_alike('given', 0.92)} OR {_slip('given')}"),
            Level("short for the other", _begins("given")),
            Level("alike", _alike("given", 0.8)),
        ),
    ),
    Comparison(
        "company",
        "company",
        "company",
        _blank("company"),
        ("company",),
        (Level("the same", _same("company"), "company"), Level("nearly the same", _alike("company", 0.92))),
    ),
    Comparison(
        "email",
        "e-mail",
        "email",
        _blank("email"),
        ("email",),
        (
            Level("the same", _same("email"), "email"),
            Level("the same box elsewhere", "split_part(email_l, '@', 1) = split_part(email_r, '@', 1)"),
            Level("nearly the same", f"{_slip('email', 2)}"),
            Level("alike", _alike("email", 0.9)),
        ),
    ),
    Comparison(
        "phone",
        "phone",
        "phone",
        _blank("phone"),
        ("phone",),
        (Level("the same", _same("phone"), "phone"), Level("one slip", _slip("phone"))),
    ),
    Comparison(
        "born",
        "date of birth",
        "born",
        _blank("born"),
        ("born",),
        (
            Level("the same", _same("born")),
            Level("one slip", _slip("born")),
            Level("nearly the same", f"{_slip('born', 2)} OR (left(born_l, 4) = left(born_r, 4) AND left(born_l, 4) <> '')"),
        ),
    ),
)


def _address(columns: Mapping[str, TextArray]) -> Comparison | None:
    """All parts of the address in one comparison: they go together, and counting each would count one fact several times."""
    areas = [column for column in ("postcode", "place", "state") if column in columns]
    if "street" not in columns:
        return _area(areas)
    nearby = " OR ".join(_nearby(area, "state" in areas) for area in areas if area != "state") or "FALSE"
    street, number = f"({_same('street')} OR {_alike('street', 0.9)})", "coalesce(number_l = number_r, FALSE)"
    levels = [
        Level("the same house and area", f"{number} AND {street} AND ({nearby})"),
        Level("the same house", f"{number} AND {street}"),
        Level("the same street and area", f"{street} AND ({nearby})"),
        Level("the same area", f"({nearby})"),
        Level("the same street", " AND ".join([street, *(f"({_blank(area)})" for area in areas if area != "state")])),
    ]
    missing = " AND ".join(f"({_blank(column)})" for column in ("street", *areas))
    return Comparison("address", "address", "street", missing, ("street",), tuple(levels if areas else (levels[1], levels[4])))


def _nearby(area: str, has_state: bool) -> str:
    """The same postcode, or a place of the same name that does not stand in another state."""
    if area == "postcode":
        return _same("postcode")
    return f"({_alike('place', 0.9)}{' AND coalesce(state_l = state_r, TRUE)' if has_state else ''})"


def _area(areas: list[str]) -> Comparison | None:
    finest = next(iter(areas), None)
    if finest is None:
        return None
    levels = [Level("the same postcode", _same("postcode"), "postcode")] if finest == "postcode" else []
    if "place" in areas:
        levels += [Level("the same place", _same("place"), "place"), Level("a place written alike", _alike("place", 0.85))]
    elif finest == "state":
        levels += [Level("the same state", _same("state"))]
    missing = " AND ".join(f"({_blank(column)})" for column in areas if column != "state" or finest == "state")
    return Comparison("address", "area", "place" if "place" in areas else finest, missing, (finest,), tuple(levels))


def _brand(columns: Mapping[str, TextArray]) -> Comparison | None:
    """Name and domain in one comparison: branches share both, so that counting each would count one fact twice."""
    if "name" not in columns:
        return _BRAND_BY_DOMAIN if "domain" in columns else None
    levels = [
        Level("the same", "name_l = name_r", "name"),
        Level("the same words", _SAME),
        Level("nearly the same", _NEARLY),
        Level("one begins like the other", _BEGINS),
        Level("alike", _alike("name", 0.86)),
    ]
    if "domain" not in columns:
        return Comparison("name", "name", "name", _blank("name"), ("name",), tuple(levels))
    with_domain = [
        levels[0],
        levels[1],
        Level("nearly the same, domain the same", f"{_DOMAIN} AND ({_NEARLY} OR {_BEGINS})"),
        levels[2],
        Level("different, domain the same", _DOMAIN),
        *levels[3:],
    ]
    missing = f"({_blank('name')}) AND ({_blank('domain')})"
    return Comparison("name", "name", "name", missing, ("name",), tuple(with_domain))


_BRAND_BY_DOMAIN = Comparison(
    "name",
    "domain",
    "domain",
    _blank("domain"),
    ("domain",),
    (Level("the same", _same("domain"), "domain"), Level("nearly the same", f"{_alike('domain', 0.93)} OR {_slip('domain')}")),
)


def choose_comparisons(columns: Mapping[str, TextArray], *, is_people: bool) -> list[Comparison]:
    """The comparisons that the columns at hand allow.

    Examples
    --------
    >>> import numpy as np
    >>> columns = {name: np.array(["x"]) for name in ("name", "phone", "place")}
    >>> [c.name for c in choose_comparisons(columns, is_people=False)]
    ['name', 'phone', 'address']
    """
    found = [_without_absent(c, columns) for c in _COMPARISONS if all(column in columns for column in c.needs)]
    address = _address(columns)
    if not is_people:
        brand = _brand(columns)
        found = [c for c in found if c.name != "email"]  # its domain stands beside the name
        found = [*([brand] if brand else []), *found]
        if address is not None and says_where(columns):
            address = replace(address, else_share=MOVED)
    return [*found, *([address] if address else [])]


def says_where(columns: Mapping[str, TextArray]) -> bool:
    """Whether the columns tell areas finer than a state."""
    return "postcode" in columns or "place" in columns


def _without_absent(comparison: Comparison, columns: Mapping[str, TextArray]) -> Comparison:
    """Without the levels about names in the wrong column, where there is only one of the two columns."""
    if {"given", "family"} <= set(columns) or comparison.name not in {"given", "family"}:
        return comparison
    return replace(comparison, levels=tuple(level for level in comparison.levels if "swapped" not in level.words))
