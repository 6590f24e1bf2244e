"""The funnel of deals, the four methods of allocation, and whether a change helped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import say, say_all, say_n
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.formats.wording import quoted
from bailiwick.insight.allocation import METHODS, allocate, shares_of
from bailiwick.insight.kpis.funnel import Funnel, funnel
from bailiwick.pictures.insight_charts import bar_chart, grouped_chart

_WON, _LOST = ("won", "closed won", "gewonnen", "success"), ("lost", "closed lost", "verloren", "failure")


def deal_funnel(
    deals: Any, *, stages: Sequence[str], reached: str | None = None, by: str | None = None, column_map: Mapping[str, str] | None = None
) -> Findings:
    """Conversion of each stage with its interval, the stage where most value is lost, and each group against all.

    Parameters
    ----------
    deals
        One row per deal: stage (won, lost, or an open stage), value.
    stages
        The open stages in their order, as they stand in the table.
    reached
        Column with the furthest open stage of a closed deal; without it lost deals count as having reached the first stage only.
    by
        Column of territories, segments or reps.

    Raises
    ------
    InputError
        If a stage of the table is not among the stages.

    Examples
    --------
    >>> table = {"stage": ["won", "lost", "lost", "offer"], "value": [5, 3, 4, 2], "last": ["offer", "lead", "offer", ""]}
    >>> found = deal_funnel(table, stages=["lead", "offer"], reached="last")
    >>> found["funnel"][["stage", "reached", "conversion"]].values.tolist()
    [['lead', 4.0, 0.75], ['offer', 3.0, 0.5], ['won', 1.0, 1.0]]
    """
    import pandas as pd

    sheet = read_sheet(deals, column_map=column_map)
    furthest, is_open, told = _furthest(sheet, stages, reached)
    known = furthest >= 0
    value_column = sheet.find("value", needed=False)
    value = np.nan_to_num(sheet.numbers(value_column)) if value_column else np.ones(len(sheet))
    value, more = _filled(sheet, value, furthest == len(stages))
    told += more
    names = [*stages, "won"]
    whole = funnel(furthest[known], is_open[known], value[known], len(names))
    tables = {"funnel": _funnel_table(whole, names)}
    if by:
        groups = sheet.texts(by)
        parts, index = [], []
        for name in sorted(set(groups[known].tolist())):
            mask = known & (groups == name)
            one = funnel(furthest[mask], is_open[mask], value[mask], len(names))
            parts.append(_funnel_table(one, names).assign(group=name or "(none)"))
            index.append(
                {
                    "group": name or "(none)",
                    "deals": int(mask.sum()),
                    **dict(zip(names[:-1], one.conversion[:-1] / whole.conversion[:-1], strict=True)),
                    "largest_leak": names[one.largest_leak],
                }
            )
        tables |= {"groups": pd.concat(parts, ignore_index=True), "index": pd.DataFrame(index)}
    leak = names[whole.largest_leak]
    lost = float(whole.value_lost[whole.largest_leak])
    end = float(whole.reached[-1] / max(whole.reached[0], 1))
    rate, low, high = (float(v[whole.largest_leak]) for v in (whole.conversion, whole.low, whole.high))
    sentences = (
        f"Of {counted(int(known.sum()), 'deal', 'deals')} {percent(end)} are won so far; most value is lost at {leak!r}: {lost:,.0f}.",
        f"There {percent(rate)} go on ({percent(low)} to {percent(high)}).",
    )
    chart = bar_chart(f"Most value is lost at {leak}", "deals that reached each stage", "deals", names, whole.reached)
    facts = {"stages": names, "largest_leak": leak, "interval": say("95 %%, Wilson")}
    return Findings("funnel", tables, facts, sentences, {"funnel": chart}, (*sheet.notices, *told))


def _furthest(sheet: Sheet, stages: Sequence[str], reached: str | None) -> tuple[Any, Any, list[Notice]]:
    place = {stage.casefold(): i for i, stage in enumerate(stages)} | dict.fromkeys(_WON, len(stages))
    now = [t.casefold() for t in sheet.ids("stage").tolist()]
    last = [t.casefold() for t in sheet.texts(reached).tolist()] if reached else [""] * len(sheet)
    unknown = sorted({t for t in [*now, *last] if t and t not in place and t not in _LOST})
    if unknown:
        raise InputError(
            f"the deals have stages that are not named: {quoted(unknown)}; name all open stages in their order",
            code="unknown_stage",
            field="stages",
        )
    furthest = np.array([place.get(a, place.get(b, 0 if a in _LOST else -1)) for a, b in zip(now, last, strict=True)])
    is_open = np.array([a in place and place[a] < len(stages) for a in now])
    blank = int((furthest < 0).sum())
    told = [Notice("no_stage", _no_stage(blank), blank)] if blank else []
    if reached is None and any(a in _LOST for a in now):
        told.append(
            Notice("no_furthest_stage", say("lost deals do not tell which stage they reached; they count as lost at the first one"))
        )
    return furthest, is_open, told


def _no_stage(n: int) -> str:
    return say_n("%(n)s deal has no stage and is left out", "%(n)s deals have no stage and are left out", n)


def _filled(sheet: Sheet, value: FloatArray, is_won: Any) -> tuple[FloatArray, list[Notice]]:
    """Deals that are not won often have no value: they count as the median of the won ones of their product."""
    blank = ~is_won & ~(value > 0)
    if not blank.any() or not (is_won & (value > 0)).any():
        return value, []
    product = sheet.find("product", needed=False)
    kinds: TextArray = sheet.texts(product) if product else np.full(len(value), "", dtype=object)
    known = is_won & (value > 0)
    middle = float(np.median(value[known]))
    by_kind = {k: float(np.median(value[known & (kinds == k)])) for k in set(kinds[known].tolist())}
    filled = value.copy()
    filled[blank] = [by_kind.get(k, middle) for k in kinds[blank]]
    text = say_n(
        "%(n)s deal has no value and counts as the median of the won ones of its product",
        "%(n)s deals have no value and count as the median of the won ones of their product",
        int(blank.sum()),
    )
    return filled, [Notice("no_value", text, int(blank.sum()))]


def _funnel_table(found: Funnel, names: Sequence[str]) -> Any:
    import pandas as pd

    columns = {"stage": list(names), "reached": found.reached, "passed": found.passed, "conversion": found.conversion}
    return pd.DataFrame({**columns, "low": found.low, "high": found.high, "value_lost": found.value_lost})


def allocate_pool(
    groups: Any,
    pool: float,
    *,
    sales: str = "sales",
    potential: str = "potential",
    growth: str = "growth",
    workload: str = "workload",
    floor: str | float | None = None,
    step: float = 0.0,
    method: str = "potential",
    column_map: Mapping[str, str] | None = None,
) -> Findings:
    """Divide hours, money or people by four methods side by side: past sales, potential, growth, workload; with floors.

    Parameters
    ----------
    groups
        One row per territory or segment.
    pool
        To divide; every method adds up to it exactly.
    sales, potential, growth, workload
        Columns; where one is missing its method is left out (growth counts as 0).
    floor
        Least amount for each: a number, or a column.
    step
        Whole steps, such as 1 for people.
    method
        The method to propose.

    Raises
    ------
    InputError
        If no method has its column, or the floors exceed the pool.

    Examples
    --------
    >>> table = {"territory": ["a", "b"], "sales": [300, 100], "potential": [400, 400], "workload": [10, 30]}
    >>> found = allocate_pool(table, 100)
    >>> found["allocation"][["group", "sales", "potential", "growth", "workload"]].values.tolist()
    [['a', 75.0, 50.0, 25.0, 25.0], ['b', 25.0, 50.0, 75.0, 75.0]]
    """
    sheet = read_sheet(groups, column_map=column_map)
    key = sheet.find("group", needed=False) or sheet.table.names[0]
    names: TextArray = sheet.texts(key)
    wanted = {"sales": sales, "potential": potential, "growth": growth, "workload": workload}
    columns = {role: _numbers(sheet, column) for role, column in wanted.items()}
    usable = _usable_methods(columns, method)
    filled = {role: np.zeros(len(names)) if v is None else v for role, v in columns.items()}
    least = _floor(sheet, floor, len(names))
    shared = {m: shares_of(m, **filled) for m in usable}
    by_method = {m: allocate(pool, shares, least, step=step) for m, shares in shared.items()}
    free = {m: allocate(pool, shares, None, step=step) for m, shares in shared.items()}
    moved = {m: float(np.abs(amounts - by_method[method]).sum() / 2 / pool) for m, amounts in by_method.items()}
    spread = np.ptp(np.array(list(by_method.values())), axis=0)
    tables = {
        "allocation": _allocation_table(names, by_method, method, spread, least, free[method]),
        "methods": _method_table(by_method, moved, free),
    }
    rows = [(str(n), m, float(by_method[m][i])) for i, n in enumerate(names[:12]) for m in usable]
    facts = {"pool": pool, "method": method, "step": step, "interval": say("none: a rule of division, not an estimate")}
    charts = {"allocation": grouped_chart("Four ways to divide", "", "amount", rows)}
    sentences = _pool_sentences(pool, names, method, spread, moved)
    return Findings("allocation", tables, facts, sentences, charts, (*sheet.notices, *_methods_left_out(usable)))


def _pool_sentences(pool: float, names: TextArray, method: str, spread: FloatArray, moved: Mapping[str, float]) -> tuple[str, str]:
    """Where the methods differ most, and how much each would move."""
    most = int(np.argmax(spread))
    return (
        say(
            "%(pool)s among %(n)s groups by %(method)s; the methods differ most for %(name)s (%(spread)s).",
            pool=f"{pool:,g}",
            n=len(names),
            method=_METHOD_WORDS[method],
            name=names[most],
            spread=f"{spread[most]:,.3g}",
        ),
        say(
            "Share of the pool that would go elsewhere: %(shares)s.",
            shares=say_all([say_all([_METHOD_WORDS[m], percent(v)]) for m, v in moved.items() if m != method], ", "),
        ),
    )


def _methods_left_out(usable: Sequence[str]) -> list[Notice]:
    missing = [m for m in METHODS if m not in usable]
    text = say("left out for want of columns: %(names)s", names=say_all([_METHOD_WORDS[m] for m in missing], ", "))
    return [Notice("method_left_out", text, len(missing))] if missing else []


_METHOD_WORDS = {"sales": say("sales"), "potential": say("potential"), "growth": say("growth"), "workload": say("workload")}
_NEEDS = {"sales": ("sales",), "potential": ("potential",), "growth": ("potential", "sales"), "workload": ("workload",)}


def _usable_methods(columns: Mapping[str, FloatArray | None], method: str) -> list[str]:
    """Methods that have their columns; the proposed one must be among them."""
    usable = [m for m in METHODS if all(columns[c] is not None for c in _NEEDS[m])]
    if method not in usable:
        raise InputError(
            f"the method {method!r} needs columns that are not there; usable: {', '.join(usable) or 'none'}",
            code="insight_setting",
            field="method",
        )
    return usable


def _allocation_table(
    names: TextArray, by_method: Mapping[str, FloatArray], method: str, spread: FloatArray, floor: FloatArray, free: FloatArray
) -> Any:
    import pandas as pd

    chosen = by_method[method]
    columns = {"proposed": chosen, "spread_of_methods": spread, "floor": floor, "cost_of_floors": free - chosen}
    return pd.DataFrame({"group": names, **by_method, **columns})


def _method_table(by_method: Mapping[str, FloatArray], moved: Mapping[str, float], free: Mapping[str, FloatArray]) -> Any:
    import pandas as pd

    given_up = [float(np.maximum(free[m] - amounts, 0).sum()) for m, amounts in by_method.items()]
    return pd.DataFrame({"method": list(by_method), "differs_from_proposed": list(moved.values()), "given_up_for_floors": given_up})


def _numbers(sheet: Sheet, column: str) -> FloatArray | None:
    name = next((n for n in sheet.table.names if n.lower() == column.lower()), None) or sheet.column_map.get(column)
    return None if name is None else np.nan_to_num(sheet.numbers(name))


def _floor(sheet: Sheet, floor: str | float | None, n: int) -> FloatArray:
    if isinstance(floor, str):
        return np.nan_to_num(sheet.numbers(floor))
    return np.full(n, float(floor or 0.0))
