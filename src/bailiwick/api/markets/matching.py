"""Who should have which territory: the strongest people where the most can be sold, with the price of every alternative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.domain import FloatArray, IntArray, Notice, TextArray
from bailiwick.domain.said import Said, figure, say, say_n
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.pictures.market_charts import interval_chart
from bailiwick.staffing.matching import Assignment, Performance, best_assignment, performance

if TYPE_CHECKING:
    import pandas as pd

LEAST_REPS, LEAST_ROWS = 2, 6
_DRAWS = 2_000


@dataclass(frozen=True, eq=False)
class _Ground:
    reps: TextArray
    territories: TextArray
    potential: FloatArray
    rep_idx: IntArray
    territory_idx: IntArray
    period_idx: IntArray
    sold: FloatArray
    n_periods: int

    def now(self) -> IntArray:
        """Territory that each rep had last, −1 for none; a territory belongs to whoever sold most in its last period."""
        found = np.full(len(self.reps), -1, np.int32)
        for t in range(len(self.territories)):
            rows = np.flatnonzero(self.territory_idx == t)
            if not len(rows):
                continue
            last = rows[self.period_idx[rows] == self.period_idx[rows].max()]
            rep = int(self.rep_idx[last[np.argmax(self.sold[last])]])
            if found[rep] < 0 or self.potential[t] > self.potential[found[rep]]:
                found[rep] = t
        return found


def match_reps(
    sales: Any, territories: Any, *, switching_loss: float = 0.1, seed: int = 0, column_map: Mapping[str, str] | None = None
) -> Findings:
    """Match people to territories by performance adjusted for what their territories hold, times potential.

    Parameters
    ----------
    sales
        Table with the columns ``rep``, ``territory``, ``period`` and ``sales``: one row per rep, territory and period.
    territories
        Table with ``territory`` and ``potential`` (in the same currency, of any one length of time).
    switching_loss
        Share of a year's sales that a territory loses in the first year when it changes hands; 0 to 1.
    seed
        Of the draws behind the interval of the gain.

    Returns
    -------
    Table ``matches``: territory, potential, who has it now, who should, what that is worth a year, the runner-up and what everything
    together loses with it. ``reps``: sold ÷ expected, raw and adjusted with interval, and how much the own figures count. ``prices``: every
    pair with its worth and its price.

    Raises
    ------
    InputError
        If there are fewer than two reps or territories, or six rows.

    Notes
    -----
    What is expected of a row is the potential of the territory times the sales per potential of all in that period, so that neither season
    nor luck with the territory counts as performance; see :func:`bailiwick.staffing.matching.performance`. The worth of a pair is adjusted
    performance × potential × sales per potential a year.

    Examples
    --------
    >>> months = [f"2025-{m:02}" for m in range(1, 13)]
    >>> sales = {"rep": ["Ann"] * 12 + ["Bob"] * 12, "territory": ["Small"] * 12 + ["Large"] * 12, "period": months * 2}
    >>> found = match_reps({**sales, "sales": [14, 16] * 6 + [19, 21] * 6}, {"territory": ["Small", "Large"], "potential": [100, 200]})
    >>> found["matches"][["territory", "rep_now", "rep"]].values.tolist()
    [['Large', 'Bob', 'Ann'], ['Small', 'Ann', 'Bob']]
    """
    if not 0 <= switching_loss <= 1:
        raise InputError(f"the loss by switching must be 0 to 1, found {switching_loss:g}", code="insight_setting", field="switching_loss")
    ground, told = _read(sales, territories, column_map)
    expected, yearly = _expected(ground)
    found = performance(ground.rep_idx, ground.sold, expected, len(ground.reps))
    now = ground.now()
    worth = _worth(found.adjusted, yearly, now, switching_loss)
    best = best_assignment(worth)
    gain = _gain(found, yearly, now, best, switching_loss, seed)
    matches = _matches(ground, yearly, worth, best, now)
    facts = {
        "switching_loss": switching_loss,
        "seed": seed,
        "periods": ground.n_periods,
        "spread_among_reps": found.spread,
        "worth": best.total,
        "gain": gain,
        "interval": say("95 %%: of performance by empirical Bayes, of the gain by %(n)s draws of the performances", n=_DRAWS),
    }
    tables = {"matches": matches, "reps": _reps(ground, found), "prices": _prices(ground, worth, best)}
    chart = _chart(tables["reps"])
    return Findings("match", tables, facts, tuple(_sentences(matches, gain, found)), chart, told, frozenset({"prices"}))


def _read(sales: Any, territories: Any, column_map: Mapping[str, str] | None) -> tuple[_Ground, tuple[Notice, ...]]:
    rows, lands = read_sheet(sales, column_map=column_map), read_sheet(territories)
    names, potential = lands.texts("territory"), lands.numbers("potential")
    is_known = np.isfinite(potential) & (potential > 0)
    place = {name: i for i, name in enumerate(names[is_known].tolist())}
    land = np.array([place.get(name, -1) for name in rows.texts("territory").tolist()], np.int32)
    sold, people = np.nan_to_num(rows.numbers("sales")), rows.texts("rep")
    is_used = (land >= 0) & (people != "")
    reps, rep_idx = np.unique(people[is_used].astype(str), return_inverse=True)
    periods, period_idx = np.unique(rows.texts("period")[is_used].astype(str), return_inverse=True)
    if min(len(reps), len(place)) < LEAST_REPS or int(is_used.sum()) < LEAST_ROWS:
        text = say(
            "expected %(reps)s or more reps and territories with potential and %(rows)s or more rows of sales, found %(n_reps)s reps, "
            "%(n_lands)s territories and %(n_rows)s rows",
            reps=LEAST_REPS,
            rows=LEAST_ROWS,
            n_reps=len(reps),
            n_lands=len(place),
            n_rows=int(is_used.sum()),
        )
        raise InputError(text, code="too_little_data", field="sales")
    n_out = int((~is_used).sum())
    text = say_n(
        "%(n)s row has no rep or no territory with potential and is left out",
        "%(n)s rows have no rep or no territory with potential and are left out",
        n_out,
    )
    ground = _Ground(
        reps.astype(object), names[is_known], potential[is_known], rep_idx.astype(np.int32), land[is_used], period_idx.astype(np.int32),
        sold[is_used], len(periods),
    )  # fmt: skip
    return ground, (Notice("left_out", text, n_out),) if n_out else ()


def _expected(ground: _Ground) -> tuple[FloatArray, FloatArray]:
    """What anybody would sell in each row, shape (r,), and in each territory in a year, shape (T,)."""
    held = ground.potential[ground.territory_idx]
    rate = np.bincount(ground.period_idx, ground.sold, ground.n_periods) / np.bincount(ground.period_idx, held, ground.n_periods)
    expected = np.maximum(held * np.maximum(rate, 0.0)[ground.period_idx], 1e-9)
    return expected, ground.potential * float(np.maximum(rate, 0.0).mean()) * 12.0


def _worth(performances: FloatArray, yearly: FloatArray, now: IntArray, loss: float) -> FloatArray:
    """Worth of every pair a year, made square by empty rows or columns, shape (n, n)."""
    n = max(len(performances), len(yearly))
    worth = np.zeros((n, n))
    worth[: len(performances), : len(yearly)] = performances[:, None] * yearly[None, :] * (1 - loss)
    for rep in np.flatnonzero(now >= 0).tolist():
        worth[rep, now[rep]] = performances[rep] * yearly[now[rep]]
    return worth


def _gain(found: Performance, yearly: FloatArray, now: IntArray, best: Assignment, loss: float, seed: int) -> dict[str, float]:
    """What the new assignment brings more than the present one, a year, with its interval by draws of the performances."""
    rng = np.random.default_rng(seed)
    draws = found.adjusted + found.error * rng.standard_normal((_DRAWS, len(found.adjusted)))
    pairs = [(i, int(best.column[i])) for i in range(len(found.adjusted)) if best.column[i] < len(yearly)]
    change = np.zeros(len(found.adjusted))
    for i, t in pairs:
        change[i] += yearly[t] * (1 if now[i] == t else 1 - loss)
    for i in np.flatnonzero(now >= 0).tolist():
        change[i] -= yearly[now[i]]
    low, high = np.quantile(draws @ change, [0.025, 0.975])
    value = float(found.adjusted @ change)
    return {"value": value, "low": float(low), "high": float(high), "chance_above_0": float((draws @ change > 0).mean())}


def _matches(ground: _Ground, yearly: FloatArray, worth: FloatArray, best: Assignment, now: IntArray) -> pd.DataFrame:
    import pandas as pd

    n_reps, rows = len(ground.reps), []
    owner = {int(column): i for i, column in enumerate(best.column)}
    before = {int(t): i for i, t in enumerate(now) if t >= 0}
    for t in np.argsort(-ground.potential, kind="stable"):
        rep = owner[int(t)]
        others = [i for i in range(n_reps) if i != rep]
        runner = min(others, key=lambda i: float(best.price[i, t]))
        record = {"territory": ground.territories[t], "potential": ground.potential[t], "expected": yearly[t]}
        record |= {"rep_now": _name(ground, before.get(int(t))), "rep": _name(ground, rep), "worth": worth[rep, t]}
        rows.append({**record, "runner_up": _name(ground, runner), "price": best.price[runner, t]})
    return pd.DataFrame(rows)


def _name(ground: _Ground, rep: int | None) -> str:
    return "" if rep is None or rep >= len(ground.reps) else str(ground.reps[rep])


def _reps(ground: _Ground, found: Performance) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "rep": ground.reps,
            "periods": [len(np.unique(ground.period_idx[ground.rep_idx == i])) for i in range(len(ground.reps))],
            "sold": np.bincount(ground.rep_idx, ground.sold, len(ground.reps)),
            "performance": found.adjusted,
            "performance_low": found.low,
            "performance_high": found.high,
            "performance_raw": found.raw,
            "own_weight": found.weight,
        }
    )
    return frame.sort_values("performance", ascending=False, kind="stable", ignore_index=True)


def _prices(ground: _Ground, worth: FloatArray, best: Assignment) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {"rep": rep, "territory": land, "worth": worth[i, t], "price": best.price[i, t], "is_chosen": bool(best.column[i] == t)}
        for i, rep in enumerate(ground.reps)
        for t, land in enumerate(ground.territories)
    ]
    return pd.DataFrame(rows)


def _sentences(matches: pd.DataFrame, gain: Mapping[str, float], found: Performance) -> list[Said]:
    changed = matches[(matches["rep"] != matches["rep_now"]) & (matches["rep"] != "")]
    if found.spread == 0:
        return [say("The figures do not tell people apart: what differs may be chance, so that nobody needs to change places.")]
    if not len(changed):
        return [say("Nobody needs to change places: any other assignment brings less.")]
    ends = {key: figure(gain[key]) for key in ("value", "low", "high")}
    said = [
        say_n("%(n)s territory changes hands", "%(n)s territories change hands", len(changed)),
        say("A year it brings %(value)s more (%(low)s to %(high)s); more than nothing with %(chance)s chance.", **ends,
            chance=percent(gain["chance_above_0"])),
    ]  # fmt: skip
    top = changed.iloc[0]
    words = {"land": top["territory"], "rep": top["rep"], "other": top["runner_up"], "price": figure(float(top["price"]))}
    return [*said, say("%(land)s should go to %(rep)s; with %(other)s all together lose %(price)s.", **words)]


def _chart(reps: pd.DataFrame) -> dict[str, Any]:
    known = reps[np.isfinite(reps["performance_low"])]
    columns = [known[name].to_numpy(np.float64) for name in ("performance", "performance_low", "performance_high")]
    title, how = say("Performance apart from the territory"), say("Sold ÷ expected; the line is the 95 %% interval")
    return {"reps": interval_chart(title, how, say("Sold ÷ expected"), known["rep"].to_numpy(object), *columns)} if len(known) else {}
