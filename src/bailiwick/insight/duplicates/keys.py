"""Keys under which records meet: only records that share one are compared, and no key is shared by many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bailiwick.domain import TextArray
from bailiwick.insight.duplicates.records import Records

MOST_TOGETHER = 60
"""A value that more records share than this is no key: a switchboard, a chain, a big town."""


@dataclass(frozen=True, eq=False)
class Key:
    """One way in which records meet.

    Attributes
    ----------
    name
        Also the column of the table.
    columns
        Cleaned columns that it is made of; a model learns nothing about them from records that meet by it.
    values
        Shape (n,), empty where a record has none or where too many share it.
    crowded
        How many distinct values were left out because too many records share them.
    """

    name: str
    columns: tuple[str, ...]
    values: TextArray
    crowded: int

    @property
    def n_pairs(self) -> int:
        """Pairs of records that meet by it."""
        counts = Counter(v for v in self.values.tolist() if v)
        return sum(n * (n - 1) // 2 for n in counts.values())


Part = tuple[str, str]  # column and how much of it
PEOPLE: dict[str, tuple[Part, ...]] = {
    "key_email": (("email", "all"),),
    "key_mailbox": (("email", "box"),),
    "key_phone": (("phone", "all"),),
    "key_registration": (("registration", "all"),),
    "key_names": (("given+family", "sorted"),),
    "key_names_start": (("given+family", "3 sorted"),),
    "key_family": (("family", "all"),),
    "key_given": (("given", "all"),),
    "key_born": (("born", "all"),),
    "key_born_month": (("born", "6"), ("place", "1")),
    "key_family_postcode": (("family", "3"), ("postcode", "all")),
    "key_family_place": (("family", "3"), ("place", "4")),
    "key_family_company": (("family", "3"), ("company", "5")),
    "key_given_place": (("given", "3"), ("place", "4")),
    "key_given_born": (("given", "2"), ("born", "year")),
    "key_family_born": (("family", "2"), ("born", "year")),
    "key_address": (("number", "all"), ("street", "5")),
}
COMPANIES: dict[str, tuple[Part, ...]] = {
    "key_registration": (("registration", "all"),),
    "key_email": (("email", "all"),),
    "key_domain": (("domain", "all"),),
    "key_phone": (("phone", "all"),),
    "key_name": (("name", "sorted"),),
    "key_name_postcode": (("name", "4"), ("postcode", "all")),
    "key_name_place": (("name", "5"), ("place", "4")),
    "key_name_end": (("name", "end"), ("place", "4")),
    "key_street": (("number", "all"), ("street", "5"), ("place", "3")),
    "key_address": (("number", "all"), ("street", "5"), ("postcode", "all")),
}


def make_keys(records: Records, most: int = MOST_TOGETHER) -> list[Key]:
    """The keys that the columns at hand allow.

    Parameters
    ----------
    most
        A value shared by more records is not used.

    Returns
    -------
    Keys by which at least two records meet. With n records and k keys at most n·k·most/2 pairs are ever compared.

    Examples
    --------
    >>> from bailiwick.insight.duplicates.records import clean_records
    >>> names = np.array(["Acme Bolts", "Bolts Acme Inc", "Other"], object)
    >>> [(key.name, key.n_pairs) for key in make_keys(clean_records(np.array(list("abc"), object), {"name": names}))]
    [('key_name', 1)]
    """
    keys = []
    for name, parts in (PEOPLE if records.is_people else COMPANIES).items():
        needed = tuple(column for part, _ in parts for column in part.split("+"))
        if all(column in records.columns for column in needed):
            values, crowded = _thin(_joined(records.columns, parts), most)
            key = Key(name, needed, values, crowded)
            if key.n_pairs:
                keys.append(key)
    return keys


def _joined(columns: Mapping[str, TextArray], parts: Sequence[Part]) -> TextArray:
    taken = []
    for column, how in parts:
        names = column.split("+")
        texts = [" ".join(words) if all(words) else "" for words in zip(*(columns[n].tolist() for n in names), strict=True)]
        taken.append([_part(text, how) for text in texts])
    return np.array(["|".join(found) if all(found) else "" for found in zip(*taken, strict=True)], dtype=object)


def _part(text: str, how: str) -> str:
    if how == "3 sorted":
        return " ".join(sorted(word[:3] for word in text.split()))
    if how == "sorted":
        return " ".join(sorted(text.split()))
    if how == "box":
        box = text.partition("@")[0]
        return box if len(box) > 5 else ""
    if how == "year":
        return text[:4]
    if how == "end":
        last = text.split()[-1] if " " in text else ""
        return last if len(last) > 3 else ""
    return text if how == "all" else text[: int(how)]


def _thin(values: TextArray, most: int) -> tuple[TextArray, int]:
    counts = Counter(values.tolist())
    crowded = {value for value, n in counts.items() if n > most and value}
    return np.array(["" if value in crowded else value for value in values.tolist()], dtype=object), len(crowded)
