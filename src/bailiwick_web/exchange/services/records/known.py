"""What is here already, to be found by the identifiers of other systems, by e-mail or domain, by name and address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from bailiwick.formats.synonyms import name_key
from bailiwick_web.crm.models import ExternalId
from bailiwick_web.exchange.record_fields import BAILIWICK

BY_ID, BY_EMAIL, BY_DOMAIN, BY_NAME, BY_NUMBER = "id", "e-mail address", "domain", "name and address", "number"
Keys = list[tuple[str, str]]
FEW = 500
"""Keys of one question: every database takes so many."""


@dataclass
class Known:
    """Records of one kind by what they are known by; what two of them share finds neither.

    Attributes
    ----------
    by
        How → key → primary key of the record, None if several share it.
    has_id
        Records that have an identifier of the source of the file already: another identifier there means another record.
    """

    by: dict[str, dict[str, int | None]] = field(default_factory=dict)
    has_id: set[int] = field(default_factory=set)

    def add(self, how: str, key: str, record: int) -> None:
        """Let a record be known by something."""
        if key:
            keys = self.by.setdefault(how, {})
            keys[key] = record if keys.get(key, record) == record else None

    def find(self, keys: Keys) -> tuple[int | None, str]:
        """The record that is meant, and by what it is known; the surest first."""
        is_identified = any(how == BY_ID for how, _ in keys)
        for how, key in keys:
            found = self.by.get(how, {}).get(key)
            if found is not None and not (how != BY_ID and is_identified and found in self.has_id):
                return found, how
        return None, ""

    def add_ids(self, model: type[Model], source: str, there: Mapping[int, Any]) -> None:
        """Let records (key → public identifier) be known by their identifiers of a source."""
        if source == BAILIWICK:
            for pk, public_id in there.items():
                self.add(BY_ID, str(public_id), pk)
        rows = ExternalId.objects.filter(source=source, record_type=model._meta.model_name)
        for external, pk in rows.values_list("external_id", "record_key"):
            if pk in there:
                self.add(BY_ID, external, pk)
                self.has_id.add(pk)


def folded(*parts: str) -> str:
    """Texts as they are compared: letters and digits.

    Examples
    --------
    >>> folded("Åse & Co.", "02138")
    'aseco|02138'
    """
    return "|".join(map(name_key, parts))


def by_keys(model: type[Model], keys: Iterable[int], *related: str) -> dict[int, Any]:
    """Records by primary key."""
    listed: Sequence[int] = sorted(set(keys))
    found: dict[int, Any] = {}
    for at in range(0, len(listed), FEW):
        rows = model._default_manager.filter(pk__in=listed[at : at + FEW])
        found |= {row.pk: row for row in (rows.select_related(*related) if related else rows)}
    return found
