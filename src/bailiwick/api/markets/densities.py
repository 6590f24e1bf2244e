"""Urban, intermediate, rural: classes of units by density."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bailiwick.api.markets.findings import Findings
from bailiwick.api.sources import read_source
from bailiwick.domain.said import figure, say, say_all
from bailiwick.errors import InputError
from bailiwick.insight.segments.density import density_classes
from bailiwick.pictures.insight_charts import bar_chart

_WORDS = {"urban": say("urban"), "intermediate": say("intermediate"), "rural": say("rural")}


def classify_density(
    units: Any, *, people_per_km2: str | None = None, is_planar: bool = False, column_map: Mapping[str, str] | None = None
) -> Findings:
    """Urban, intermediate and rural units or accounts, with the minutes of travel between calls of each class.

    Parameters
    ----------
    units
        Whatever `design` takes: rows with positions.
    people_per_km2
        Column of people per km²; by default the density of the places themselves.

    Examples
    --------
    >>> found = classify_density({"id": list("abcdef"), "x": [0, 0.1, 0.2, 40, 80, 130], "y": [0] * 6}, is_planar=True)
    >>> found["units"]["density_class"].tolist()[0], found["units"]["density_class"].tolist()[-1]
    ('urban', 'rural')
    """
    import pandas as pd

    source = read_source(units, is_planar=is_planar, column_map=column_map, text_columns=())
    table = source.units
    people = None
    if people_per_km2 is not None:
        if people_per_km2 not in table.measures:
            raise InputError(
                f"the units have no measure {people_per_km2!r}; there are: {', '.join(table.measures)}",
                code="unknown_column",
                field="people_per_km2",
            )
        people = table.measures[people_per_km2]
    found = density_classes(table.coordinates, people, is_planar=table.is_planar)
    rows = pd.DataFrame({"unit": table.ids, "density_class": found.classes, "per_km2": found.per_km2, "nearest_km": found.nearest_km})
    names = list(found.minutes_between)
    counts = [int((found.classes == name).sum()) for name in names]
    classes = pd.DataFrame(
        {
            "density_class": names,
            "units": counts,
            "median_nearest_km": [float(np.median(found.nearest_km[found.classes == n])) for n in names],
            "minutes_between_calls": [found.minutes_between[n] for n in names],
        }
    )
    parts: list[str] = [say_all([_WORDS[name], figure(n)]) for name, n in zip(names, counts, strict=True)]
    minutes: list[str] = [say_all([_WORDS[name], figure(m)]) for name, m in found.minutes_between.items()]
    sentences = (
        say("Units by density: %(words)s.", words=say_all(parts, ", ")),
        say("Minutes between calls: %(words)s.", words=say_all(minutes, ", ")),
    )
    chart = bar_chart("How dense the units are", found.rule, "units", [_WORDS[name] for name in names], np.array(counts, dtype=np.float64))
    facts = {"rule": found.rule, "limits": list(found.limits), "interval": say("none: a count, not an estimate")}
    return Findings(
        "density", {"units": rows, "classes": classes}, facts, sentences, {"classes": chart}, source.notices, frozenset({"units"})
    )
