"""Key figures and segments of more order lines than memory holds."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from bailiwick.api.markets.figures import ALL, figures_of
from bailiwick.api.markets.findings import Findings
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.insight.kpis.periods import Change
from bailiwick.insight.segments.rfm import CLASSES

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = {"customer": "customer", "date": "date", "amount": "amount", "group": "territory"}


def large_market(
    orders: str | os.PathLike[str],
    *,
    start: str,
    end: str,
    before: str | None = None,
    by: str = "territory",
    engine: str = "duckdb",
    memory_gb: float = 8.0,
    threads: int | None = None,
    master: str = "local[2]",
    column_map: Mapping[str, str] | None = None,
) -> Findings:
    """Key figures by group, and segments by recency, frequency and money, of order lines in Parquet; the lines never come into memory.

    Parameters
    ----------
    orders
        A Parquet file, or a folder or pattern of files.
    start, end, before
        The period, both days included, and the first day of the one before; by default that is as long.
    by
        Column of the groups.
    engine
        ``duckdb`` in this process, or ``spark`` on the cluster at ``master``.
    memory_gb, threads
        What DuckDB may use: GiB of memory and cores.
    column_map
        ``customer``, ``date``, ``amount`` → column, where they are called otherwise.

    Raises
    ------
    InputError
        If the files or columns are not there, the engine is not installed, or the periods hold no order.
    """
    from bailiwick.insight.large import figures as x
    from bailiwick.insight.large.engines import engine as open_engine
    from bailiwick.insight.large.engines import read_lines

    first, last = _day(start, "start"), _day(end, "end")
    earlier = _day(before, "before") if before else first - (last - first) - dt.timedelta(days=1)
    if not earlier < first <= last:
        raise InputError("expected before < start ≤ end", code="insight_setting", field="start")
    columns = _COLUMNS | {"group": by} | dict(column_map or {})
    with open_engine(engine, memory_gb=memory_gb, threads=threads, master=master) as connection:
        lines = read_lines(connection, orders, columns)
        kept = x.by_customer(lines, first, last, earlier).cache()  # both key figures and classes stand on it
        try:
            measures = x.period_measures(kept).to_pandas()
            segments = x.segment_table(x.rfm_scores(kept, first, last)).to_pandas()
        finally:
            kept.release()
    if not len(measures):
        raise InputError("there are no orders in the periods; look at start, end and before", code="no_rows", field="start")
    period = {"start": first.isoformat(), "end": last.isoformat(), "before": earlier.isoformat()}
    found = figures_of(_change(measures), period, (last - first).days + 1)
    table = _segments(segments)
    facts = {
        **found.facts,
        "engine": engine,
        "definition": "money is what was bought less what came back; an order is a day with a purchase",
    }
    top = table.iloc[0]
    said = f"{top['segment']}: {percent(top['account_share'])} of the customers, {percent(top['amount_share'])} of the money."
    return Findings("large_market", {**found.tables, "segments": table}, facts, (*found.sentences, said), found.pictures, found.notices)


def _day(text: str, field: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"expected a date such as 2026-03-31 for {field}, found {text!r}", code="insight_setting", field=field) from error


def _change(measures: pd.DataFrame) -> Change:
    """The groups in the order of their names, with their sum in front."""
    ordered = measures.fillna({"group": "(none)"}).sort_values("group")
    values = {name: ordered[name].to_numpy(np.float64) for name in ordered.columns if name != "group"}
    names = np.array([ALL, *ordered["group"]], dtype=object)
    return Change(names, {name: np.concatenate([[column.sum()], column]) for name, column in values.items()})


def _segments(segments: pd.DataFrame) -> pd.DataFrame:
    """The classes in their order, with their shares."""
    table = segments.set_index("segment").reindex([name for name, _ in CLASSES]).dropna(subset=["accounts"]).reset_index()
    table["account_share"] = table["accounts"] / table["accounts"].sum()
    table["amount_share"] = table["amount"] / table["amount"].sum()
    return table
