"""Did a change help? Matched controls and a synthetic one, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.market_files import day_number, day_text
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.said import say
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.insight.effects import Effect, difference_in_differences
from bailiwick.insight.synthetic import SyntheticControl, synthetic_control
from bailiwick.pictures.insight_charts import lines_chart

if TYPE_CHECKING:
    import pandas as pd

_YES = ("yes", "true", "1", "y", "treated")
_LEAST_WEIGHT = 0.005
_SURE = 0.05


def measure_effect(
    panel: Any,
    *,
    treated: str | Sequence[str],
    since: str,
    unit: str = "unit",
    period: str = "period",
    value: str = "value",
    date_order: DateOrder | None = None,
    seed: int = 0,
) -> Findings:
    """Did a change help? Difference in differences with matched controls and a synthetic control, with intervals and placebos.

    Parameters
    ----------
    panel
        Rows of unit, period (dates) and value.
    treated
        Column that says which units had the change (yes or no), or the names of those units.
    since
        First day of the time after.

    Raises
    ------
    InputError
        If there is too little, or values are not above 0.
    """
    sheet = read_sheet(panel, date_order=date_order)
    grid = panel_grid(sheet, unit, period, value)
    is_treated = _treated(sheet, grid, unit, treated)
    n_before = int((grid.days < float(day_number(since, "since") or 0)).sum())
    found = difference_in_differences(grid.values, is_treated, n_before, seed=seed)
    blend = synthetic_control(grid.values, is_treated, n_before)
    tables = {
        "effect": _effect_table(found, blend),
        "path": _path_table(grid, found, blend, n_before),
        "pairs": _pair_table(grid, is_treated, found),
        "blend": _blend_table(grid, is_treated, blend),
    }
    facts = {
        "since": since,
        "verdict": _verdict(found),
        "n_treated": int(is_treated.sum()),
        "n_controls": int((~is_treated).sum()),
        "interval": say("matched: 95 %%, bootstrap over units; synthetic: 95 %% of the effects of placebos"),
        "synthetic": {"p_value": blend.p_value, "fit_error": blend.fit_error, "n_placebos": blend.n_placebos},
    }
    notices = (*sheet.notices, *_warnings(found, blend))
    return Findings("effect", tables, facts, _sentences(found, blend), {"path": _chart(found, blend, n_before)}, notices)


@dataclass(frozen=True, eq=False)
class Grid:
    """Units by periods.

    Attributes
    ----------
    names
        Of the units, shape (n,).
    days
        First day of each period as days since 1970-01-01, shape (T,).
    values
        Sums, shape (n, T).
    """

    names: NDArray[np.str_]
    days: FloatArray
    values: FloatArray


def panel_grid(sheet: Sheet, unit: str, period: str, value: str) -> Grid:
    """Rows of unit, period and value as units by periods; what stands in several rows is added up."""
    units, days, amounts = sheet.texts(unit), sheet.days(period), sheet.numbers(value)
    names, row = np.unique(units.astype(str), return_inverse=True)
    known = np.isfinite(days)
    when, column = np.unique(days[known], return_inverse=True)
    values = np.zeros((len(names), len(when)))
    np.add.at(values, (row[known], column), np.nan_to_num(amounts)[known])
    return Grid(names, when, values)


def _treated(sheet: Sheet, grid: Grid, unit: str, treated: str | Sequence[str]) -> NDArray[np.bool_]:
    """Which units had the change, shape (n,)."""
    if isinstance(treated, str):
        return said_yes(sheet, grid, unit, treated)
    return named_units(grid, treated, "treated")


def said_yes(sheet: Sheet, grid: Grid, unit: str, column: str) -> NDArray[np.bool_]:
    """Units with a yes in a column, shape (n,)."""
    is_yes = np.isin(np.array([text.casefold() for text in sheet.texts(column)]), _YES)
    row = np.searchsorted(grid.names, sheet.texts(unit).astype(str))
    return np.bincount(row, is_yes, minlength=len(grid.names)) > 0


def named_units(grid: Grid, names: Sequence[str], field: str) -> NDArray[np.bool_]:
    """Units that are named, shape (n,).

    Raises
    ------
    InputError
        If there is no unit of a name.
    """
    known = {name.casefold(): i for i, name in enumerate(grid.names.tolist())}
    found = np.zeros(len(grid.names), dtype=bool)
    for name in names:
        place = known.get(name.strip().casefold())
        if place is None:
            some = ", ".join(grid.names.tolist()[:10])
            raise InputError(
                say("there is no unit “%(name)s”; there are: %(some)s", name=name, some=some), code="unknown_unit", field=field
            )
        found[place] = True
    return found


def _verdict(found: Effect) -> str:
    """Both must say so: the interval, and the placebos among units without the change."""
    if found.p_value > _SURE:
        return "cannot be told from chance"
    return "helped" if found.low > 0 else "did harm" if found.high < 0 else "cannot be told from chance"


def _sentences(found: Effect, blend: SyntheticControl) -> tuple[str, ...]:
    span, other = (f"{percent(one.low, signed=True)} to {percent(one.high, signed=True)}" for one in (found, blend))
    return (
        f"The change {_verdict(found)}: {percent(found.effect, signed=True)} against matched controls, 95 % interval {span}.",
        f"Against a blend of all controls: {percent(blend.effect, signed=True)} ({other}), p = {blend.p_value:.3f} among placebos.",
        (
            f"Placebos: p = {found.p_value:.3f} among untreated units; {percent(found.before_effect, signed=True)} before "
            "the change, where nothing happened."
        ),
    )


def _warnings(found: Effect, blend: SyntheticControl) -> list[Notice]:
    told = []
    if abs(found.before_effect) > abs(found.effect) / 2 and abs(found.before_effect) > 0.02:
        text = say(
            "already before the change the treated units drifted apart from their controls by %(apart)s; do not trust the effect",
            apart=percent(found.before_effect, signed=True),
        )
        told.append(Notice("drift_before", text))
    if (found.low > 0 and blend.high < 0) or (found.high < 0 and blend.low > 0):
        told.append(Notice("controls_disagree", say("matched and synthetic controls contradict each other; do not trust either")))
    return told


def _effect_table(found: Effect, blend: SyntheticControl) -> pd.DataFrame:
    import pandas as pd

    matched = {"control": "matched", "effect": found.effect, "low": found.low, "high": found.high, "p_value": found.p_value}
    synthetic = {"control": "synthetic", "effect": blend.effect, "low": blend.low, "high": blend.high, "p_value": blend.p_value}
    return pd.DataFrame([{**matched, "before_effect": found.before_effect}, {**synthetic, "before_effect": np.nan}])


def _path_table(grid: Grid, found: Effect, blend: SyntheticControl, n_before: int) -> pd.DataFrame:
    import pandas as pd

    columns = {"treated": found.treated_path, "controls": found.control_path, "synthetic": blend.path}
    is_after = np.arange(len(grid.days)) >= n_before
    return pd.DataFrame({"period": [day_text(int(d)) for d in grid.days], **columns, "is_after": is_after})


def _pair_table(grid: Grid, is_treated: NDArray[np.bool_], found: Effect) -> pd.DataFrame:
    import pandas as pd

    pairs = zip(np.flatnonzero(is_treated), found.matches, strict=True)
    return pd.DataFrame([{"treated": grid.names[t], "control": grid.names[c]} for t, cs in pairs for c in cs])


def _blend_table(grid: Grid, is_treated: NDArray[np.bool_], blend: SyntheticControl) -> pd.DataFrame:
    """The controls that count, the heaviest first."""
    import pandas as pd

    table = pd.DataFrame({"control": grid.names[~is_treated], "weight": blend.weights})
    return table[table["weight"] >= _LEAST_WEIGHT].sort_values("weight", ascending=False, kind="stable", ignore_index=True)


def _chart(found: Effect, blend: SyntheticControl, n_before: int) -> dict[str, Any]:
    steps: FloatArray = np.arange(len(blend.path), dtype=np.float64) - n_before
    lines = {"treated": (steps, found.treated_path), "controls": (steps, found.control_path), "synthetic": (steps, blend.path)}
    title = f"The change {_verdict(found)}"
    return lines_chart(title, "1 = mean before", "periods since the change", "value ÷ mean before", lines, format=".2f")
