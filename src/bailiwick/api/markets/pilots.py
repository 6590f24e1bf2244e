"""Plan a pilot: how many units, for how long, and which, so that an effect would be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.markets.experiments import Grid, named_units, panel_grid, said_yes
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.said import say
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.insight.effects import LEAST_BEFORE, LEAST_CONTROLS
from bailiwick.insight.pilots import N_DRAWS, Power, check_pilot, choose_units, pilot_power
from bailiwick.pictures.insight_charts import lines_chart

if TYPE_CHECKING:
    import pandas as pd

_WANTED = 0.8
_SHARES = (0.1, 0.2, 0.3, 0.5)
_LENGTHS = (1, 2, 3, 6, 9, 12)
_ALARM = 0.1


def plan_pilot(
    panel: Any,
    *,
    effect: float = 0.05,
    unit: str = "unit",
    period: str = "period",
    value: str = "value",
    sizes: Sequence[int] | None = None,
    lengths: Sequence[int] | None = None,
    may: str | Sequence[str] | None = None,
    date_order: DateOrder | None = None,
    seed: int = 0,
) -> Findings:
    """How many units a pilot needs and how many periods it must last so that an effect of a size would be found; and which units.

    Parameters
    ----------
    panel
        Rows of unit, period (dates) and value of a time without the change, as `measure_effect` takes them.
    effect
        Relative effect that shall be found, such as 0.05 for 5 % more.
    sizes, lengths
        Numbers of units, and of periods after the change, to look at; by default some that the panel allows.
    may
        Column that says which units may have the change (yes or no), or their names; None: all.

    Raises
    ------
    InputError
        If there is too little, or values are not above 0.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> months = [str(np.datetime64("2023-01") + m) + "-01" for m in range(24)]
    >>> rows = [(f"u{i}", day, 100 * float(np.exp(rng.normal(0, 0.05)))) for i in range(30) for day in months]
    >>> panel = dict(zip(("unit", "period", "value"), map(list, zip(*rows)), strict=True))
    >>> found = plan_pilot(panel, effect=0.15, sizes=[6], lengths=[3])
    >>> found["designs"][["units", "periods"]].values.tolist(), bool(found["designs"]["power"][0] > 0.9), len(found["pilot"])
    ([[6, 3]], True, 6)
    """
    if not 0.001 <= abs(effect) <= 5 or effect <= -1:
        raise InputError(
            say("expected an effect from 0.1 %% to 500 %%, found %(found)s", found=percent(effect)), code="insight_setting", field="effect"
        )
    sheet = read_sheet(panel, date_order=date_order)
    grid = panel_grid(sheet, unit, period, value)
    may_take = np.ones(len(grid.names), dtype=bool)
    if may is not None:
        may_take = said_yes(sheet, grid, unit, may) if isinstance(may, str) else named_units(grid, may, "may")
    designs = _designs(grid.values, int(may_take.sum()), sizes, lengths)
    powers = [pilot_power(grid.values, k, length, effect, seed=seed) for k, length in designs]
    best = _best(powers)
    treated, controls = choose_units(grid.values, best.n_units, may_take, seed=seed)
    tables = {"designs": _design_table(powers, best), "pilot": _pilot_table(grid, treated, controls)}
    facts = {
        "effect": effect,
        "wanted_power": _WANTED,
        "chosen": {"units": best.n_units, "periods": best.n_periods, "power": best.power, "least_effect": best.least_effect},
        "is_enough": best.power >= _WANTED,
        "n_units": len(grid.names),
        "n_periods": len(grid.days),
        "interval": say("95 %%, over %(n)s pilots drawn from the past without any change", n=N_DRAWS // 2),
    }
    notices = (*sheet.notices, *_warnings(powers, best))
    return Findings("pilot", tables, facts, _sentences(best, effect), {"power": _chart(powers, effect)}, notices)


def _designs(values: FloatArray, n_allowed: int, sizes: Sequence[int] | None, lengths: Sequence[int] | None) -> list[tuple[int, int]]:
    """Sizes by lengths that the panel allows; those that were asked for must be allowed."""
    n, t = values.shape
    most_units, most_periods = min(n_allowed, n - LEAST_CONTROLS), t - LEAST_BEFORE
    check_pilot(values, 1, 1)
    for k in sizes or ():
        check_pilot(values, k, 1)
    for length in lengths or ():
        check_pilot(values, 1, length)
    some = sizes or sorted({min(max(1, round(share * n)), most_units) for share in _SHARES})
    long = lengths or [length for length in _LENGTHS if length <= most_periods]
    return [(k, length) for k in some for length in long]


def _best(powers: Sequence[Power]) -> Power:
    """The pilot that touches fewest units and is over soonest among those that would find the effect; else that which would most often."""
    enough = [power for power in powers if power.power >= _WANTED]
    if enough:
        return min(enough, key=lambda power: (power.n_units * power.n_periods, power.n_units))
    return max(powers, key=lambda power: power.power)


def _sentences(best: Power, effect: float) -> tuple[str, ...]:
    words = {
        "units": best.n_units,
        "periods": best.n_periods,
        "effect": percent(effect, signed=True),
        "power": percent(best.power),
        "low": percent(best.low),
        "high": percent(best.high),
        "wanted": percent(_WANTED),
    }
    first = say(
        "A pilot with units: %(units)s, periods: %(periods)s would find %(effect)s in %(power)s of cases (%(low)s to %(high)s).", **words
    )
    if best.power < _WANTED:
        first = say(
            "No pilot of these sizes finds %(effect)s in %(wanted)s of cases; the best, with units: %(units)s, periods: %(periods)s, "
            "does in %(power)s (%(low)s to %(high)s).",
            **words,
        )
    least = percent(best.least_effect, signed=True)
    return (first, say("The smallest effect that it would find in %(wanted)s of cases is %(least)s.", wanted=percent(_WANTED), least=least))


def _warnings(powers: Sequence[Power], best: Power) -> list[Notice]:
    told = []
    loud = [power for power in powers if power.false_alarms > _ALARM]
    if loud:
        text = say(
            "%(n)s of %(all)s pilots would raise more false alarms than meant (up to %(share)s instead of 5 %%): "
            "the past is short or uneven",
            n=len(loud),
            all=len(powers),
            share=percent(max(power.false_alarms for power in loud)),
        )
        told.append(Notice("false_alarms", text, len(loud)))
    if best.power < _WANTED:
        text = say("wait for a larger effect, take more units, or measure longer; a pilot like this would mostly find nothing either way")
        told.append(Notice("weak_pilot", text))
    return told


def _design_table(powers: Sequence[Power], best: Power) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "units": p.n_units,
            "periods": p.n_periods,
            "power": p.power,
            "power_low": p.low,
            "power_high": p.high,
            "least_effect": p.least_effect,
            "false_alarms": p.false_alarms,
            "is_chosen": p is best,
        }
        for p in powers
    ]
    return pd.DataFrame(rows)


def _pilot_table(grid: Grid, treated: NDArray[np.int64], controls: NDArray[np.int64]) -> pd.DataFrame:
    import pandas as pd

    last = grid.values[:, -12:].mean(axis=1)
    rows = [
        {"unit": grid.names[t], "mean_value": float(last[t]), "compared_with": ", ".join(grid.names[c].tolist())}
        for t, c in zip(treated, controls, strict=True)
    ]
    return pd.DataFrame(rows)


def _chart(powers: Sequence[Power], effect: float) -> dict[str, Any]:
    lines: dict[str, tuple[FloatArray, FloatArray]] = {}
    for k in dict.fromkeys(power.n_units for power in powers):
        of_size = [power for power in powers if power.n_units == k]
        lines[str(k)] = (np.array([float(p.n_periods) for p in of_size]), np.array([p.power for p in of_size]))
    title = f"What finds an effect of {percent(effect, signed=True)}"
    return lines_chart(title, "a line per number of units; 0.8 is usual", "periods", "share of pilots that find it", lines, format=".0%")
