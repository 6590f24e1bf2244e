"""What stands on records that an import made, so that taking it back would tear it down."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from django.db.models import ForeignObjectRel, Model, Q
from django.utils.translation import gettext as _

from bailiwick_web.core.bulk import chunks
from bailiwick_web.core.models import Record


def dependents(
    model: type[Model],
    keys: Iterable[int],
    *,
    but: Collection[str] = (),
    free: dict[str, Q] | None = None,
    along: Callable[[Sequence[str]], int] | None = None,
) -> dict[str, int]:
    """Kinds of records that refer to some of those with the given keys, in words, with their numbers.

    Parameters
    ----------
    but
        Names of models (such as ``measurevalue``) that go along and stand on nothing.
    free
        Name of a model → which of its records do not count.
    along
        How many of some records, by their public identifiers, do not count either.
    """
    found: dict[str, int] = {}
    listed = list(keys)
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
            continue
        other = relation.related_model
        name = other._meta.model_name or ""
        if name in but:
            continue
        for chunk in chunks(listed, 500):
            rows = other._default_manager.filter(**{f"{relation.field.name}__in": chunk})
            if free and name in free:
                rows = rows.exclude(free[name])
            n = rows.count()
            if n and along is not None and issubclass(other, Record):
                n -= along([str(public_id) for public_id in rows.values_list("public_id", flat=True)])
            if n:
                found[str(other._meta.verbose_name)] = found.get(str(other._meta.verbose_name), 0) + n
    return found


def in_words(found: dict[str, int]) -> list[str]:
    """How many of what."""
    return [f"{n:,} × {name}" for name, n in found.items()]


def listed(names: Sequence[str], most: int = 3) -> str:
    """a, b, c and 4 more."""
    first = ", ".join(names[:most])
    return first if len(names) <= most else _("%(names)s and %(n)s more") % {"names": first, "n": len(names) - most}
