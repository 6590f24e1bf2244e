"""The tables of segments: four columns each, members, products, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.markets.findings import column_of_sentences
from bailiwick.api.markets.leads import outcomes
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.said import say
from bailiwick.domain.wording import percent
from bailiwick.insight.history import PurchaseHistory
from bailiwick.insight.segments.rfm import RfmTable, rfm
from bailiwick.insight.segments.summary import Total, demographics, estimated_total, lift_table, purchasing
from bailiwick.insight.segments.templates import NO_SEGMENT

if TYPE_CHECKING:
    import pandas as pd

_DAYS_PER_YEAR = 365.25
_OTHER_COLOUR = "#9e9e9e"
_PER_YEAR = "a year as in the orders; 95 % interval over other accounts like these"


@dataclass(frozen=True, eq=False)
class Segmented:
    """Segment of every account, with what is known of the segments."""

    segment: TextArray
    names: tuple[str, ...]
    colours: Mapping[str, str]
    how: str
    about: Mapping[str, str]
    clusters: Any = None
    called: Mapping[str, str] = field(default_factory=dict)
    """Name of ours → name that was wished for."""


def segment_tables(
    found: Segmented,
    ids: TextArray,
    frame: pd.DataFrame,
    history: PurchaseHistory | None,
    potential: FloatArray | None,
    deals: Any,
    orders: Any,
    column_map: Any,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """Segments, members, and what orders and deals tell of them."""
    import pandas as pd

    bought = None if history is None else rfm(history)
    rng = np.random.default_rng(seed)
    rows = []
    for name in [*found.names, NO_SEGMENT]:
        members = found.segment == name
        if members.any():
            rows.append(
                {
                    "segment": name,
                    "colour": found.colours.get(name, _OTHER_COLOUR),
                    "accounts": int(members.sum()),
                    **_columns_of(members, ids, frame, history, bought, potential, rng),
                    "about": found.about.get(name, ""),
                }
            )
    table = pd.DataFrame(rows)
    for name in ("demographics", "purchasing_history", "about"):
        table[name] = column_of_sentences([row[name] for row in rows])
    tables = {"segments": table}
    tables["members"] = pd.DataFrame(
        {"account": ids, "segment": found.segment, "colour": [found.colours.get(s, _OTHER_COLOUR) for s in found.segment], "is_new": False}
    )
    if found.clusters is not None:
        from bailiwick.insight.segments.clusters import level_words

        stability = found.clusters.stability_
        tables["clusters"] = pd.DataFrame(
            {
                "cluster": list(found.names),
                "stability": stability,
                "judgement": column_of_sentences(level_words(stability)),
                "about": column_of_sentences([found.about[n] for n in found.names]),
            }
        )
    by_id = dict(zip(ids.tolist(), found.segment.tolist(), strict=True))
    if orders is not None:
        tables |= _products(orders, by_id, column_map)
    if deals is not None:
        tables |= _reasons(deals, by_id, column_map)
    return tables


def _columns_of(
    members: Any,
    ids: TextArray,
    frame: pd.DataFrame,
    history: PurchaseHistory | None,
    bought: RfmTable | None,
    potential: FloatArray | None,
    rng: np.random.Generator,
) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "demographics": demographics(frame, members) if len(frame.columns) else say("not known: give a table of accounts")
    }
    total = Total(np.nan, np.nan, np.nan)
    basis = "not known: give a potential per account, or orders"
    columns["purchasing_history"] = say("not known: give orders")
    if history is not None and bought is not None:
        mine = np.isin(history.customer_ids, ids[members])
        years = max(float(history.age_weeks.max()) * 7 / _DAYS_PER_YEAR, 1 / _DAYS_PER_YEAR)
        columns["purchasing_history"] = purchasing(
            bought.orders[mine], bought.amount[mine], bought.days_since[mine], int(members.sum()), years
        )
        spent = np.r_[bought.amount[mine] / years, np.zeros(max(int(members.sum()) - int(mine.sum()), 0))]
        total, basis = estimated_total(spent, rng), _PER_YEAR
    if potential is not None:
        known = potential[members & np.isfinite(potential)]
        total, basis = (
            estimated_total(known, rng),
            _known_words(len(known) / max(int(members.sum()), 1)),
        )
    columns |= {
        "estimated_revenue_potential": total.value,
        "potential_low": total.low,
        "potential_high": total.high,
        "potential_basis": basis,
    }
    return columns


def _products(orders: Any, by_id: Mapping[str, str], column_map: Any) -> dict[str, pd.DataFrame]:
    sheet = read_sheet(orders, column_map=column_map)
    product = sheet.find("product", needed=False)
    customer = sheet.find("customer", needed=False)
    if product is None or customer is None:
        return {}
    amount = sheet.find("value", needed=False)
    weights = np.nan_to_num(sheet.numbers(amount)) if amount else np.ones(len(sheet))
    segments = np.array([by_id.get(i, by_id.get(i.removesuffix(".0"), "")) for i in sheet.texts(customer).tolist()], dtype=object)
    table = lift_table(segments, sheet.texts(product), np.maximum(weights, 0))
    return {"products": table.groupby("segment", sort=False).head(20).reset_index(drop=True)} if len(table) else {}


def _reasons(deals: Any, by_id: Mapping[str, str], column_map: Any) -> dict[str, pd.DataFrame]:
    sheet = read_sheet(deals, column_map=column_map)
    outcome, reason = sheet.needed("outcome"), sheet.find("reason", needed=False)
    is_won, is_finished = outcomes(sheet.texts(outcome), None, outcome)
    kind = np.where(is_won, "won", "lost")
    texts = sheet.texts(reason) if reason else np.full(len(sheet), "(no reason on record)", dtype=object)
    segments = np.array([by_id.get(i, "") for i in sheet.ids("customer").tolist()], dtype=object)
    items = np.array([f"{k}: {t or '(no reason on record)'}" for k, t in zip(kind, texts, strict=True)], dtype=object)
    table = lift_table(segments[is_finished], items[is_finished], np.ones(int(is_finished.sum())))
    split = table["item"].str.split(": ", n=1, expand=True) if len(table) else None
    if split is None:
        return {}
    table.insert(1, "outcome", split[0])
    table["item"] = split[1]
    return {"reasons": table.rename(columns={"item": "reason", "lines": "deals"}).drop(columns=["amount"])}


def _known_words(share: float) -> str:
    return f"from the column of potentials, known for {percent(share)}; 95 % interval over other accounts like these"
