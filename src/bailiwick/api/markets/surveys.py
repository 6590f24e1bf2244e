"""The market of a plan at a glance: what each territory holds, how good it is, where it clusters, what is still to be won."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from bailiwick.api.files import load_ground
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.potential_findings import curve_chart
from bailiwick.api.markets.qualities import score_territories
from bailiwick.domain import Adjacency, FloatArray, IntArray, Notice, TextArray, UnitTable
from bailiwick.domain.said import say, say_n
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.geography.geodesy import chord_to_arc, distance_km, points_km
from bailiwick.insight.potential.concentration import Concentration, concentration, gini_index
from bailiwick.insight.potential.hot_spots import HotSpots, hot_spots
from bailiwick.insight.potential.white_space import white_space
from bailiwick.pictures.insight_charts import bar_chart
from bailiwick.pictures.market_map import market_map

if TYPE_CHECKING:
    import pandas as pd

LEAST_FOR_QUALITY, LEAST_FOR_SPOTS = 3, 10
_TOP = 0.2
FORMULAS: dict[str, str] = {
    "travel_km": "mean distance of a unit from the middle of its territory, weighted by the measure",
    "apart_km": "median distance of a unit from the nearest other unit of its territory",
    "top_20_share": "share of the measure that the largest fifth of the units of the territory holds",
    "gini": "0: all units alike, 1: one unit holds everything",
    "penetration": "sales ÷ potential",
    "open_potential": "potential − sales, not below 0",
    "share_gap": "share of the potential − share of the effort (of the sales where no effort is known); above 0: under-served",
    "score": "weighted mean of the sub-scores, 0 to 100; a sub-score is the share of the other territories that are beaten",
    "class": "thirds of the scores",
    "class_stability": "share of 1,000 draws of the weights in which the class stays",
}
"""Column of the table of territories → how it is made."""


def survey_market(
    units: UnitTable,
    territory_idx: IntArray,
    territories: Sequence[str],
    *,
    measure: str,
    adjacency: Adjacency | None = None,
    sales: str | None = None,
    potential: str | None = None,
    effort: str | None = None,
    competition: str | None = None,
    weights: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Findings:
    """Quality, concentration, white space and hot spots of the territories of a plan.

    Parameters
    ----------
    units
        With measures.
    territory_idx
        Territory of each unit, −1 for none, shape (n,).
    territories
        Names, K of them.
    measure
        What the market is measured by: potential where it is known, else sales or accounts.
    adjacency
        Neighbours for hot spots; None: no hot spots.
    sales, potential, effort
        Measures for penetration and white space; both sales and potential are needed for it.
    competition
        Measure of competition, the fourth sub-score; left out where there is none.
    weights
        Sub-score (potential, concentration, travel, competition) → weight; by default 1 each.
    seed
        Of the draws.

    Raises
    ------
    InputError
        If a measure is missing or nothing of it is above 0.

    Examples
    --------
    >>> where = np.array([[0, 0], [0.1, 0], [1, 0], [1.3, 0]])
    >>> units = UnitTable(np.array(list("abcd"), object), where, {"sales": np.array([8.0, 1, 1, 2])})
    >>> found = survey_market(units, np.array([0, 0, 1, 1], np.int32), ["West", "East"], measure="sales")
    >>> found["territories"][["territory", "units", "sales", "top_20_share"]].round(2).values.tolist()
    [['West', 2, 9.0, 0.89], ['East', 2, 3.0, 0.67]]
    """
    values = _checked(units, measure, (sales, potential, effort, competition))
    ground = _Ground(units, territory_idx, tuple(territories), values)
    whole = concentration(values, seed=seed)
    table = _territory_table(ground, measure, {"sales": sales, "potential": potential, "effort": effort, "competition": competition})
    quality, told = _quality(table, measure, competition, weights, seed)
    if quality is not None:
        table = table.merge(quality["territories"], on="territory", how="left", sort=False)
        table = table.sort_values("score", ascending=False, kind="stable", ignore_index=True)
    spots = _spots(values, adjacency, seed)
    tables = {"territories": table, "units": _unit_table(ground, measure, whole, spots)}
    charts = _charts(ground, measure, whole, spots, table)
    if quality is not None:
        charts["quality"] = quality.pictures["quality"]
    facts = _facts(measure, whole, spots) | {"factors": [] if quality is None else quality.facts["factors"]}
    return Findings("market", tables, facts, _sentences(ground, measure, whole, spots, table), charts, tuple(told), frozenset({"units"}))


def _checked(units: UnitTable, measure: str, others: Sequence[str | None]) -> FloatArray:
    """The measure of the market; all that are named must be there, and it must say something."""
    for name in filter(None, (measure, *others)):
        if name not in units.measures:
            raise InputError(
                f"there is no measure {name!r}; there are: {', '.join(units.measures) or 'none'}", code="unknown_measure", field="measure"
            )
    values = units.measures[measure]
    if not (values > 0).any():
        raise InputError(f"measure {measure!r} has no amount above 0", code="too_little_data", field="measure")
    return values


def _facts(measure: str, whole: Concentration, spots: HotSpots | None) -> dict[str, Any]:
    return {
        "measure": measure,
        "formulas": FORMULAS,
        "gini": {"value": whole.gini, "low": whole.gini_low, "high": whole.gini_high},
        "top_20_share": whole.top_share,
        "abc": {letter: int((whole.classes == letter).sum()) for letter in "ABC"},
        "moran": None if spots is None else {"value": spots.moran, "p": spots.moran_p},
        "interval": say("Gini: 95 %%, bootstrap over units; scores: 95 of 100 draws of the weights; the rest is counted"),
    }


@dataclass(frozen=True, eq=False)
class _Ground:
    """Units, where they belong, and the measure looked at."""

    units: UnitTable
    territory_idx: IntArray
    territories: tuple[str, ...]
    values: FloatArray

    def sums(self, values: FloatArray) -> FloatArray:
        inside = self.territory_idx >= 0
        return np.bincount(self.territory_idx[inside], values[inside], len(self.territories)).astype(np.float64)


def _territory_table(ground: _Ground, measure: str, roles: Mapping[str, str | None]) -> pd.DataFrame:
    import pandas as pd

    k = len(ground.territories)
    rows = [_one_territory(ground, j) for j in range(k)]
    frame = pd.DataFrame(rows)
    frame.insert(0, "territory", [str(name) for name in ground.territories])
    for name in dict.fromkeys([measure, *filter(None, roles.values())]):
        frame.insert(2, name, ground.sums(ground.units.measures[name]))
    if roles["sales"] and roles["potential"]:
        spent = None if roles["effort"] is None else ground.sums(ground.units.measures[roles["effort"]])
        potential, sales = (ground.sums(ground.units.measures[str(roles[role])]) for role in ("potential", "sales"))
        left = white_space(potential, sales, spent)
        frame = frame.assign(penetration=left.penetration, open_potential=left.open_potential, share_gap=left.share_gap)
    return frame[frame["units"] > 0].reset_index(drop=True)


def _one_territory(ground: _Ground, j: int) -> dict[str, Any]:
    members = np.flatnonzero(ground.territory_idx == j)
    if not len(members):
        return {"units": 0, "top_20_share": np.nan, "gini": np.nan, "travel_km": np.nan, "apart_km": np.nan}
    points, values = points_km(ground.units)[members], ground.values[members]
    weight = values if values.sum() > 0 else np.ones(len(members))
    middle = np.average(points, axis=0, weights=weight)
    if points.shape[1] == 3:
        middle *= np.linalg.norm(points[0]) / max(float(np.linalg.norm(middle)), 1e-9)
    top = np.sort(values)[::-1][: max(1, round(_TOP * len(values)))].sum() / max(float(values.sum()), 1e-12)
    return {
        "units": len(members),
        "top_20_share": float(top),
        "gini": gini_index(values) if values.sum() > 0 else np.nan,
        "travel_km": float(np.average(distance_km(points, middle[None, :]), weights=weight)),
        "apart_km": _apart_km(points),
    }


def _apart_km(points: FloatArray) -> float:
    if len(points) < 2:
        return float("nan")
    nearest = cKDTree(points).query(points, k=2)[0][:, 1]
    return float(np.median(chord_to_arc(nearest) if points.shape[1] == 3 else nearest))


def _quality(
    table: pd.DataFrame, measure: str, competition: str | None, weights: Mapping[str, float] | None, seed: int
) -> tuple[Findings | None, list[Notice]]:
    if len(table) < LEAST_FOR_QUALITY:
        text = say_n(
            "quality compares territories; there is %(n)s, and it takes %(least)s",
            "quality compares territories; there are %(n)s, and it takes %(least)s",
            len(table),
            least=LEAST_FOR_QUALITY,
        )
        return None, [Notice("no_quality", text)]
    columns = {
        "territory": table["territory"],
        "potential": table[measure],
        "concentration": table["apart_km"],
        "travel": table["travel_km"],
    }
    given = dict(weights or {})
    factors = [f"potential:{given.get('potential', 1):g}", f"concentration:{given.get('concentration', 1):g}:low"]
    factors.append(f"travel:{given.get('travel', 1):g}:low")
    told = []
    if competition is not None:
        columns["competition"] = table[competition]
        factors.append(f"competition:{given.get('competition', 1):g}:low")
    else:
        told.append(Notice("no_competition", say("no measure of competition was named, so that quality has three sub-scores and not four")))
    import pandas as pd

    return score_territories(pd.DataFrame(columns), factors=factors, seed=seed), told


def _spots(values: FloatArray, adjacency: Adjacency | None, seed: int) -> HotSpots | None:
    if adjacency is None or len(values) < LEAST_FOR_SPOTS or not len(adjacency.pairs) or np.ptp(values) == 0:
        return None
    return hot_spots(values, adjacency.pairs, seed=seed)


def _unit_table(ground: _Ground, measure: str, whole: Concentration, spots: HotSpots | None) -> pd.DataFrame:
    import pandas as pd

    names = np.array([*ground.territories, ""], dtype=object)
    columns: dict[str, Any] = {
        "unit": ground.units.ids.astype(str),
        "name": ground.units.labels.astype(str),
        "territory": names[ground.territory_idx],
        measure: ground.values,
        "abc": whole.classes,
    }
    if spots is not None:
        columns |= {"spot": spots.kind, "spot_score": spots.score, "spot_p_value": spots.p_value}
    return pd.DataFrame(columns).sort_values(measure, ascending=False, kind="stable", ignore_index=True)


def _charts(ground: _Ground, measure: str, whole: Concentration, spots: HotSpots | None, table: pd.DataFrame) -> dict[str, Any]:
    kinds: TextArray | None = None if spots is None else spots.kind
    n_hot = 0 if kinds is None else int((kinds == "hot").sum())
    title = f"{measure} stands together in {counted(n_hot, 'unit', 'units')}" if n_hot else f"Where {measure} is"
    subtitle = say("outlined: hot and cold spots beyond chance") if n_hot else say("five classes of as many different values each")
    charts = {
        "map": market_map(title, subtitle, measure.replace("_", " "), ground.units, ground.values, spots=kinds, ground=load_ground()[0]),
        "pareto": curve_chart(whole, measure),
    }
    if "share_gap" in table:
        order = table.sort_values("share_gap", ascending=False, kind="stable")
        first = order.iloc[0]
        heading = f"{first['territory']} is served least for what it could bring"
        gaps = order["share_gap"].to_numpy(dtype=np.float64)
        names = order["territory"].tolist()
        charts["white_space"] = bar_chart(heading, "share of the potential less share of the effort", "share", names, gaps, format="+.1%")
    return charts


def _sentences(ground: _Ground, measure: str, whole: Concentration, spots: HotSpots | None, table: pd.DataFrame) -> tuple[str, ...]:
    n = ground.units.n_units
    lines = [
        (
            f"The largest 20 % of {counted(n, 'unit', 'units')} hold {percent(whole.top_share)} of {measure} "
            f"(Gini {whole.gini:.2f}, {whole.gini_low:.2f} to {whole.gini_high:.2f})."
        )
    ]
    if "class" in table:
        best = table.sort_values("score", ascending=False, kind="stable").iloc[0]
        firm = int((table["class_stability"] >= 0.8).sum())
        lines.append(f"Best territory: {best['territory']}; {firm} of {len(table)} classes hold whatever the weights (80 of 100 draws).")
    if spots is not None:
        surely = "more than chance" if spots.moran_p <= 0.05 else "no more than by chance"
        lines.append(f"High and low values stand together {surely} (Moran's I {spots.moran:.2f}, p = {spots.moran_p:.3f}).")
    if "share_gap" in table:
        top = table.sort_values("open_potential", ascending=False, kind="stable").iloc[0]
        lines.append(
            f"Most is still to be won in {top['territory']}: {top['open_potential']:,.0f} at {percent(float(top['penetration']))} won."
        )
    return tuple(lines)
