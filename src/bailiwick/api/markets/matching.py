"""Who should have which territory: the strongest people where the most can be sold, with the price of every alternative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.holding import NOBODY, holding, months_of
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
    month: IntArray
    sold: FloatArray
    n_months: int
    now: IntArray
    """Rep who has each territory now, −1 for none, shape (T,)."""

    def seats(self) -> IntArray:
        """Rep of each place in an assignment: as many places as territories now, one at least, shape (p,)."""
        held = np.bincount(self.now[self.now >= 0], minlength=len(self.reps))
        return np.repeat(np.arange(len(self.reps), dtype=np.int32), np.maximum(held, 1))


def match_reps(
    sales: Any, territories: Any, *, switching_loss: float = 0.1, seed: int = 0, column_map: Mapping[str, str] | None = None
) -> Findings:
    """Match people to territories by performance adjusted for what their territories hold, times potential.

    Parameters
    ----------
    sales
        Table with the columns ``rep``, ``territory``, ``period`` and ``sales``: one row per rep, territory and month such as 2026-03, with
        0 where somebody held a territory and sold nothing. Months that are missing are filled with 0 for whoever sold there last, as long
        as their longest pause there; a row without a rep says that nobody held it.
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
        If there are fewer than two reps or territories, or six rows, if a period is not a month, or if nothing tells chance by, as with one
        month each.

    Notes
    -----
    What is expected of a row is the potential of the territory times the sales per potential of all in that period, so that neither season
    nor luck with the territory counts as performance; see :func:`bailiwick.staffing.matching.performance`. The worth of a pair is adjusted
    performance × potential × sales per potential a year. A territory is held now by who sold there last, unless that is a year ago or they
    began elsewhere since. Who holds several has as many in the new assignment, too.

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
    expected, yearly, n_rates = _expected(ground)
    found = performance(ground.rep_idx, ground.sold, expected, len(ground.reps), learned=n_rates - 1)
    seats = ground.seats()
    worth = _worth(found.adjusted, yearly, seats, ground.now, switching_loss)
    best = best_assignment(worth)
    gain = _gain(found, yearly, seats, ground.now, best, switching_loss, seed)
    pairs = _Pairs.of(worth, best, seats, len(ground.territories))
    matches = _matches(ground, yearly, pairs)
    facts = {
        "switching_loss": switching_loss,
        "seed": seed,
        "periods": ground.n_months,
        "spread_among_reps": found.spread,
        "worth": best.total,
        "gain": gain,
        "interval": say("95 %%: of performance by empirical Bayes, of the gain by %(n)s draws of the performances", n=_DRAWS),
    }
    tables = {"matches": matches, "reps": _reps(ground, found), "prices": _prices(ground, pairs)}
    chart = _chart(tables["reps"])
    return Findings("match", tables, facts, tuple(_sentences(matches, gain, found)), chart, told, frozenset({"prices"}))


def _read(sales: Any, territories: Any, column_map: Mapping[str, str] | None) -> tuple[_Ground, tuple[Notice, ...]]:
    rows, lands = read_sheet(sales, column_map=column_map), read_sheet(territories)
    names, potential = lands.texts("territory"), lands.numbers("potential")
    is_known = np.isfinite(potential) & (potential > 0)
    place = {name: i for i, name in enumerate(names[is_known].tolist())}
    land = np.array([place.get(name, -1) for name in rows.texts("territory").tolist()], np.int32)
    sold, people = np.nan_to_num(rows.numbers("sales")), rows.texts("rep")
    is_placed, is_used = land >= 0, (land >= 0) & (people != "")
    reps = np.unique(people[is_used].astype(str))
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
    is_vacant = is_placed & (people == "") & (sold == 0)
    n_out = int((~is_used & ~is_vacant).sum())
    text = say_n(
        "%(n)s row has no rep or no territory with potential and is left out",
        "%(n)s rows have no rep or no territory with potential and are left out",
        n_out,
    )
    who = np.where(is_used, np.searchsorted(reps, people.astype(str)), NOBODY).astype(np.int32)
    held = holding(who[is_placed], land[is_placed], months_of(rows.texts("period")[is_placed]), sold[is_placed])
    kept = np.flatnonzero(held.rep_idx != NOBODY)
    ground = _Ground(
        reps.astype(object), names[is_known], potential[is_known], held.rep_idx[kept], held.territory_idx[kept], held.month[kept],
        held.sold[kept], held.n_months, held.owners(len(place)),
    )  # fmt: skip
    return ground, (Notice("left_out", text, n_out),) if n_out else ()


def _expected(ground: _Ground) -> tuple[FloatArray, FloatArray, int]:
    """What anybody would sell in each row, shape (r,), and in each territory in a year, shape (T,); how many months have a rate above 0."""
    held = ground.potential[ground.territory_idx]
    whole = np.bincount(ground.month, held, ground.n_months)
    rate = np.maximum(np.bincount(ground.month, ground.sold, ground.n_months) / np.where(whole > 0, whole, 1.0), 0.0)
    expected = np.maximum(held * rate[ground.month], 1e-9)
    return expected, ground.potential * float(rate[whole > 0].mean()) * 12.0, int((rate > 0).sum())


def _worth(performances: FloatArray, yearly: FloatArray, seats: IntArray, now: IntArray, loss: float) -> FloatArray:
    """Worth of every place and territory a year, made square by empty rows or columns, shape (n, n)."""
    n = max(len(seats), len(yearly))
    worth = np.zeros((n, n))
    stays = seats[:, None] == now[None, :]
    worth[: len(seats), : len(yearly)] = performances[seats][:, None] * yearly[None, :] * np.where(stays, 1.0, 1 - loss)
    return worth


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Worth and price of every rep with every territory, shape (reps, T); rep who should have each territory, −1 for none, shape (T,)."""

    worth: FloatArray
    price: FloatArray
    chosen: IntArray

    @classmethod
    def of(cls, worth: FloatArray, best: Assignment, seats: IntArray, n_lands: int) -> _Pairs:
        begins = np.flatnonzero(np.r_[True, seats[1:] != seats[:-1]])
        chosen = np.full(n_lands, NOBODY, np.int32)
        columns = best.column[: len(seats)]
        chosen[columns[columns < n_lands]] = seats[columns < n_lands]
        price = np.minimum.reduceat(best.price[: len(seats), :n_lands], begins, axis=0)
        return cls(worth[begins, :n_lands], price, chosen)


def _gain(
    found: Performance, yearly: FloatArray, seats: IntArray, now: IntArray, best: Assignment, loss: float, seed: int
) -> dict[str, float]:
    """What the new assignment brings more than the present one, a year, with its interval by draws of the performances."""
    draws = found.draws(_DRAWS, np.random.default_rng(seed))
    change = np.zeros(len(found.adjusted))
    for rep, t in zip(seats.tolist(), best.column.tolist(), strict=False):
        if t < len(yearly):
            change[rep] += yearly[t] * (1 if now[t] == rep else 1 - loss)
    for t in np.flatnonzero(now >= 0).tolist():
        change[now[t]] -= yearly[t]
    low, high = np.quantile(draws @ change, [0.025, 0.975])
    value = float(found.adjusted @ change)
    return {"value": value, "low": float(low), "high": float(high), "chance_above_0": float((draws @ change > 0).mean())}


def _matches(ground: _Ground, yearly: FloatArray, pairs: _Pairs) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for t in np.argsort(-ground.potential, kind="stable").tolist():
        rep = int(pairs.chosen[t])
        runner = min((i for i in range(len(ground.reps)) if i != rep), key=lambda i: float(pairs.price[i, t]))
        record = {"territory": ground.territories[t], "potential": ground.potential[t], "expected": yearly[t]}
        record |= {"rep_now": _name(ground, int(ground.now[t])), "rep": _name(ground, rep)}
        record |= {"worth": pairs.worth[rep, t] if rep >= 0 else 0.0, "runner_up": _name(ground, runner), "price": pairs.price[runner, t]}
        rows.append(record)
    return pd.DataFrame(rows)


def _name(ground: _Ground, rep: int) -> str:
    return "" if rep < 0 else str(ground.reps[rep])


def _reps(ground: _Ground, found: Performance) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "rep": ground.reps,
            "periods": [len(np.unique(ground.month[ground.rep_idx == i])) for i in range(len(ground.reps))],
            "sold": np.bincount(ground.rep_idx, ground.sold, len(ground.reps)),
            "performance": found.adjusted,
            "performance_low": found.low,
            "performance_high": found.high,
            "performance_raw": found.raw,
            "own_weight": found.weight,
        }
    )
    return frame.sort_values("performance", ascending=False, kind="stable", ignore_index=True)


def _prices(ground: _Ground, pairs: _Pairs) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {"rep": rep, "territory": land, "worth": pairs.worth[i, t], "price": pairs.price[i, t], "is_chosen": bool(pairs.chosen[t] == i)}
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
