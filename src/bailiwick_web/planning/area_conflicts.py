"""Areas that lie over one another in two territories, and gaps between areas: each with a call that mends it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.utils.translation import gettext as _

from bailiwick.domain import IntArray
from bailiwick_web.core.templatetags.words import number, percent
from bailiwick_web.planning.convert import ScenarioArrays
from bailiwick_web.territories.faults import Gap, faults_of

KM_PER_DEGREE = 111.32


def overlapping(arrays: ScenarioArrays) -> Iterator[tuple[bool, str, IntArray, IntArray, int]]:
    """Areas in two territories: whether they are the same area, words, both units, those to move, and the territory that keeps them."""
    labels, owner = arrays.units.table.labels, arrays.territory_idx
    for found in faults_of(arrays.units).overlaps:
        if owner[found.small] == owner[found.large]:
            continue
        said = {"one": labels[found.small], "other": labels[found.large], "share": percent(found.share, 0)}
        words = _("“%(one)s” and “%(other)s” lie over one another (%(share)s of the smaller) and are not in one territory.") % said
        if found.is_same:
            words = _("“%(one)s” and “%(other)s” are the same area and are not in one territory.") % said
        small, large = (found.large, found.small) if owner[found.large] < 0 else (found.small, found.large)
        both = np.array([small, large], dtype=np.int32)
        yield found.is_same, words, both, both[:1], int(owner[large])


def gaps(arrays: ScenarioArrays) -> Iterator[tuple[str, str, IntArray]]:
    """Holes that belong to nobody: words, what would mend it, and the units around, the one that would get it first."""
    labels = arrays.units.table.labels
    for gap in faults_of(arrays.units).gaps:
        names = ", ".join(f"“{labels[i]}”" for i in gap.beside[:3])
        words = _("A gap of %(area)s km² beside %(names)s belongs to nobody.") % {"area": number(_km2(arrays, gap)), "names": names}
        yield words, _("Add it to %(name)s") % {"name": labels[gap.beside[0]]}, np.array(gap.beside, dtype=np.int32)


def _km2(arrays: ScenarioArrays, gap: Gap) -> float:
    if arrays.units.table.is_planar:
        return float(gap.hole.area)
    return float(gap.hole.area * KM_PER_DEGREE**2 * np.cos(np.radians(gap.hole.centroid.y)))
