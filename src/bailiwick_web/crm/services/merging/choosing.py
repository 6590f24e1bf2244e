"""Which value survives, field by field: what somebody chose, else what says more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm.models import Account, Contact
from bailiwick_web.crm.services.families import MOST_GENERATIONS

KEPT, GONE, BOTH = "kept", "gone", "both"
TOGETHER: dict[type[Any], dict[str, tuple[str, ...]]] = {
    Account: {"annual_revenue": ("currency",), "health": ("health_reason",), "industry": ("industry_code",)},
    Contact: {"name": ("salutation", "first_name", "last_name")},
}
"""Fields that are chosen with another one, as apart they say something that nobody said."""
FIELDS: dict[type[Any], tuple[str, ...]] = {
    Account: (
        *("name", "code", "state", "owner", "parent", "segment", "tier", "industry", "employees", "annual_revenue", "website", "phone"),
        *("email", "health", "description", "tags", "needs", "fields"),
    ),
    Contact: (
        *("name", "account", "role", "job_title", "department", "language", "time_zone", "is_main", "preferences", "description"),
        *("tags", "fields"),
    ),
}
"""What is chosen, in the order in which it is shown."""
JOINED = frozenset({"tags", "needs", "fields", "preferences", "description"})
"""Fields of which both values can survive."""


@dataclass(frozen=True)
class Row:
    """One field of two records: what stands in each, and what survives unless somebody says otherwise."""

    name: str
    kept: Any
    gone: Any
    choice: str

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to choose."""
        return bool(self.kept == self.gone)

    @property
    def can_be_both(self) -> bool:
        """Whether both can survive."""
        return self.name in JOINED and not _is_empty(self.kept) and not _is_empty(self.gone)


def compare(kept: Any, gone: Any) -> list[Row]:
    """Two records field by field."""
    return [Row(name, getattr(kept, name), getattr(gone, name), _usual(name, kept, gone)) for name in FIELDS[type(kept)]]


def _usual(name: str, kept: Any, gone: Any) -> str:
    one, other = getattr(kept, name), getattr(gone, name)
    if _is_empty(other) or one == other or (name == "parent" and _is_below(other, kept)):
        return KEPT
    if _is_empty(one):
        return GONE
    return BOTH if name in JOINED and name != "description" else KEPT


def _is_below(account: Account, top: Account) -> bool:
    above: Account | None = account
    for _generation in range(MOST_GENERATIONS):
        if above is None or above.pk == top.pk:
            break
        above = above.parent
    return above is not None


def chosen(kept: Any, gone: Any, choices: Mapping[str, str]) -> dict[str, Any]:
    """Field → value of the survivor, of all that is not as it is there already.

    Raises
    ------
    Invalid
        If something is chosen that cannot be.
    """
    if strange := sorted(set(choices) - set(FIELDS[type(kept)])):
        message = _("There is no field “%(field)s” to choose.") % {"field": strange[0]}
        raise Invalid(message, code="unknown_field", field=strange[0])
    values: dict[str, Any] = {}
    for row in compare(kept, gone):
        choice = choices.get(row.name, row.choice)
        allowed = (KEPT, GONE, BOTH) if row.name in JOINED else (KEPT, GONE)
        if choice not in allowed:
            said = {"field": row.name, "expected": ", ".join(allowed), "found": choice}
            raise Invalid(_("%(field)s: expected %(expected)s, found “%(found)s”.") % said, code="field", field=row.name)
        if choice == GONE:
            values |= {name: getattr(gone, name) for name in (row.name, *TOGETHER[type(kept)].get(row.name, ()))}
        elif choice == BOTH:
            values[row.name] = joined(row.name, row.kept, row.gone)
    return values


def joined(name: str, kept: Any, gone: Any) -> Any:
    """Both values in one: words of both, keys of both; of two wishes about a channel the more reserved.

    >>> joined("tags", ["a", "b"], ["b", "c"]), joined("fields", {"x": 1}, {"x": 2, "y": 3})
    (['a', 'b', 'c'], {'x': 1, 'y': 3})
    """
    if name == "preferences":
        return {channel: _more_reserved(kept.get(channel), gone.get(channel)) for channel in _keys(kept, gone)}
    if name == "description":
        return "\n\n".join(dict.fromkeys(text for text in (kept, gone) if text))
    if isinstance(kept, list):
        return list(dict.fromkeys([*kept, *gone]))
    return {**gone, **kept}


def _more_reserved(one: dict[str, Any] | None, other: dict[str, Any] | None) -> dict[str, Any]:
    if one is None or other is None:
        return one or other or {}
    return other if one.get("wanted", True) and not other.get("wanted", True) else one


def _keys(*mappings: Mapping[str, Any]) -> Iterable[str]:
    return dict.fromkeys(key for mapping in mappings for key in mapping)


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {}, False)
