"""How unevenly a measure is spread over accounts, and where it stands together on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.fits import ids_of
from bailiwick.api.markets.potential_findings import curve_chart, spread_record
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.api.sources import read_source
from bailiwick.domain.said import say
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.insight.potential.concentration import concentration
from bailiwick.insight.potential.hot_spots import hot_spots
from bailiwick.pictures.insight_charts import bar_chart


def measure_concentration(
    accounts: Any, measure: str, *, by: str | None = None, column_map: Mapping[str, str] | None = None, seed: int = 0
) -> Findings:
    """Pareto curve, share of the largest 20 %, ABC classes and Gini index of a measure, in all and by territory.

    Parameters
    ----------
    accounts
        One row per account.
    measure
        Column of amounts.
    by
        Column of territories or segments.

    Examples
    --------
    >>> found = measure_concentration({"id": list("abcde"), "sales": [80, 10, 5, 3, 2]}, "sales")
    >>> found["classes"]["abc"].tolist(), found["groups"]["top_20_share"].round(2).tolist()
    (['A', 'B', 'B', 'C', 'C'], [0.8])
    """
    import pandas as pd

    sheet = read_sheet(accounts, column_map=column_map)
    values = sheet.numbers(measure)
    if not (values > 0).any():
        raise InputError(f"column {measure!r} has no amount above 0", code="too_little_data", field="measure")
    whole = concentration(values, seed=seed)
    texts = sheet.texts(by) if by else None
    groups = [("", np.ones(len(values), bool))] + (
        [(str(g) or "(none)", texts == g) for g in sorted(set(texts.tolist()))] if texts is not None else []
    )
    rows = []
    for name, mask in groups:
        one = concentration(values[mask], seed=seed)
        rows.append(
            {
                "group": name,
                "accounts": int(mask.sum()),
                "total": float(np.nansum(values[mask])),
                "top_20_share": one.top_share,
                "gini": one.gini,
                "gini_low": one.gini_low,
                "gini_high": one.gini_high,
            }
        )
    order = np.argsort(-np.nan_to_num(values), kind="stable")
    classes = pd.DataFrame({"account": ids_of(sheet)[order], measure: values[order], "abc": whole.classes[order]})
    counts = {letter: int((whole.classes == letter).sum()) for letter in "ABC"}
    sentences = (
        (
            f"The largest 20 % of {counted(len(values), 'account', 'accounts')} hold {percent(whole.top_share)} of "
            f"{measure} (Gini {whole.gini:.2f}, {whole.gini_low:.2f} to {whole.gini_high:.2f})."
        ),
        f"A: {counts['A']:,} accounts with 80 % of it; B: {counts['B']:,} up to 95 %; C: {counts['C']:,}.",
    )
    return Findings(
        "concentration",
        {"groups": pd.DataFrame(rows), "classes": classes},
        {"measure": measure, **spread_record(whole)},
        sentences,
        {"pareto": curve_chart(whole, measure)},
        tuple(sheet.notices),
        frozenset({"classes"}),
    )


def find_hot_spots(
    units: Any,
    measure: str,
    *,
    per: str | None = None,
    is_planar: bool = False,
    column_map: Mapping[str, str] | None = None,
    adjacency: Sequence[tuple[str, str]] | None = None,
    seed: int = 0,
) -> Findings:
    """Where high and low values of a measure stand together, with significance by permutation.

    Parameters
    ----------
    units
        Whatever `design` takes: rows with positions or polygons.
    measure
        Measure to look at.
    per
        Measure to divide by (people, accounts), so that large units are not hot because they are large.
    adjacency
        Neighbours as pairs of ids; by default nearest points.

    Raises
    ------
    InputError
        If a measure is missing or there are fewer than ten units.
    """
    import pandas as pd

    from bailiwick.geography.proximity import from_points

    wanted = [measure] + ([per] if per else [])
    source = read_source(units, is_planar=is_planar, column_map=column_map, balance=dict.fromkeys(wanted, 0.05))
    table = source.units
    if table.n_units < 10:
        raise InputError(f"{table.n_units} units are too few to see a pattern; expected 10 or more", code="too_little_data", field="units")
    values = table.measures[measure]
    if per:
        values = np.divide(values, table.measures[per], out=np.zeros(len(values)), where=table.measures[per] > 0)
    place = {unit: i for i, unit in enumerate(table.ids.tolist())}
    pairs = (
        from_points(table.coordinates, is_planar=table.is_planar).pairs
        if adjacency is None
        else np.array([(place[a], place[b]) for a, b in adjacency])
    )
    found = hot_spots(values, pairs, seed=seed)
    order = np.argsort(-found.score, kind="stable")
    rows = pd.DataFrame(
        {
            "unit": table.ids[order],
            "value": values[order],
            "kind": found.kind[order],
            "score": found.score[order],
            "p_value": found.p_value[order],
        }
    )
    hot, cold = int((found.kind == "hot").sum()), int((found.kind == "cold").sum())
    pattern = "alike neighbours" if found.moran > 0 else "opposite neighbours"
    surely = f"{pattern}, p = {found.moran_p:.3f}" if found.moran_p <= 0.05 else f"no pattern beyond chance, p = {found.moran_p:.3f}"
    sentences = (
        (
            f"{hot:,} units in hot spots and {cold:,} in cold spots of {counted(table.n_units, 'unit', 'units')}, at a "
            "false discovery rate of 5 %."
        ),
        f"Moran's I {found.moran:.3f}: {surely}.",
    )
    top = order[:15]
    chart = bar_chart(
        "Where high values stand together",
        "standardised G*; from 2 on rarely chance",
        "G*",
        [str(v) for v in table.labels[top]],
        found.score[top],
        format=".1f",
    )
    facts = {
        "measure": measure,
        "per": per,
        "moran": found.moran,
        "moran_p": found.moran_p,
        "n_draws": 4_999,
        "interval": say("none: p-values by permutation stand in its place"),
    }
    return Findings("hot_spots", {"units": rows}, facts, sentences, {"spots": chart}, source.notices, frozenset({"units"}))
