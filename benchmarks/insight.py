"""Scores, values and forecasts on real data, each beside a plain baseline: `python benchmarks/insight.py --date 2026-01-31`.

The data stand in ../shared/data (see its README) and are not part of the project. Writes benchmarks/results/insight.json and the table
in docs/benchmarks-insight.md; the same seed gives the same figures.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import insight_coverage
import numpy as np
import pandas as pd

import bailiwick
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.domain import OrderTable
from bailiwick.formats import read_orders, read_table
from bailiwick.insight.forecasting.choose import forecast, scales
from bailiwick.insight.forecasting.methods import seasonal_naive
from bailiwick.insight.forecasting.next_orders import next_orders
from bailiwick.insight.forecasting.panel import Panel, monthly_panel
from bailiwick.insight.history import purchase_history
from bailiwick.insight.potential.model import PotentialModel, conformal_reach, from_log, pinball, to_log
from bailiwick.insight.repeat_buying import RepeatBuyingModel
from bailiwick.insight.scoring import judging as j
from bailiwick.insight.scoring.leakage import find_leakage
from bailiwick.insight.scoring.winning import WinScorer
from bailiwick.insight.segments.rfm import rfm
from bailiwick.insight.spend import SpendModel

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
RESULTS = ROOT / "benchmarks" / "results" / "insight.json"
PAGE = ROOT / "docs" / "benchmarks-insight.md"
START, END = "<!-- figures -->", "<!-- end of figures -->"
Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", required=True, help="day of the measurement")
    parser.add_argument("--only", choices=sorted(CASES), help="one case; the others stay as they were")
    options = parser.parse_args()
    for name, case in CASES.items():
        if options.only in (None, name):
            started = time.perf_counter()
            found = case()
            print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
            for row in found:
                print("  ", *cells(row), sep=" | ", flush=True)
            keep(name, options.date, found)
    return 0


def keep(name: str, date: str, rows: list[Row]) -> None:
    """Put the rows of one case into the results and the page."""
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"cases": {}}
    cases = {**before["cases"], name: rows}
    results = {"date": date, "bailiwick": bailiwick.__version__, "cases": {key: cases[key] for key in CASES if key in cases}}
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    head, tail = page[: page.index(START) + len(START)], page[page.index(END) :]
    PAGE.write_text(f"{head}\n\n{render(results)}\n\n{tail}", encoding="utf-8")


def render(results: dict[str, Any]) -> str:
    """The table of the page."""
    lines = ["| data | figure | ours | baseline | what the baseline is |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(cells(row))} |" for rows in results["cases"].values() for row in rows]
    return "\n".join([f"Measured on {results['date']} with Bailiwick {results['bailiwick']}.", "", *lines])


def cells(row: Row) -> list[str]:
    ours = number(row["ours"]) + (f" ({number(row['low'])} to {number(row['high'])})" if "low" in row else "")
    return [row["data"], row["figure"], ours, number(row.get("baseline")), row.get("what", "–")]


def number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def row(data: str, figure: str, ours: float, baseline: float | None = None, what: str = "–", interval: j.Interval | None = None) -> Row:
    found: Row = {"data": data, "figure": figure, "ours": short(ours), "what": what}
    found |= {"baseline": short(baseline)} if baseline is not None else {}
    return found | ({"low": short(interval.low), "high": short(interval.high)} if interval else {})


def short(value: float) -> float:
    return float(f"{float(value):.5g}")


def bank() -> list[Row]:
    """UCI bank marketing: a quarter held back by chance; the column of the duration is found and left out."""
    sheet = read_sheet(DATA / "leads_uci_bank" / "bank_market.csv")
    target = (sheet.texts("y") == "yes").astype(np.int64)
    frame = sheet.features(sheet.feature_names(without=["y"]))
    suspects, _ = find_leakage(frame, target)
    kept = frame.drop(columns=[s.name for s in suspects])
    mixed = np.random.default_rng(0).permutation(len(target))
    held, learn = mixed[: len(mixed) // 4], mixed[len(mixed) // 4 :]
    ours = WinScorer().fit(kept.iloc[learn], target[learn]).predict_proba(kept.iloc[held])[:, 1]
    plain = WinScorer(candidates=("logistic",)).fit(kept.iloc[learn], target[learn]).predict_proba(kept.iloc[held])[:, 1]
    came, base = target[held], np.full(len(held), target[learn].mean())
    data, what = "UCI bank without duration", "logistic regression, calibrated"
    rng = np.random.default_rng(1)
    found = [row("UCI bank", "columns told to know the outcome: " + ", ".join(s.name for s in suspects), len(suspects))]
    found.append(
        row(
            data,
            "AUC",
            j.area_under_curve(came, ours),
            j.area_under_curve(came, plain),
            what,
            j.with_interval(j.area_under_curve, came, ours, rng),
        )
    )
    found.append(
        row(
            data,
            "Brier score",
            j.brier_score(came, ours),
            j.brier_score(came, base),
            "base rate for all",
            j.with_interval(j.brier_score, came, ours, rng),
        )
    )
    found.append(row(data, "Brier score", j.brier_score(came, ours), j.brier_score(came, plain), what))
    found.append(row(data, "calibration error (10 bins)", j.calibration_error(came, ours), j.calibration_error(came, plain), what))
    return found


def retail() -> list[Row]:
    """UCI Online Retail: the last eight weeks held back."""
    orders = read_orders(DATA / "retail_uci_online" / "online_retail_2010-12_to_2011-05.csv.gz")
    end, weeks = int(orders.days.max()), 8
    cut = end - weeks * 7
    before = purchase_history(orders, end_day=cut)
    later = spent(orders, cut, end)
    actual = np.array([later.get(c, 0.0) for c in before.customer_ids.tolist()])
    buying = RepeatBuyingModel().fit(before.frequency, before.recency_weeks, before.age_weeks)
    value = buying.predict(weeks, before.frequency, before.recency_weeks, before.age_weeks) * SpendModel().fit(
        before.frequency, before.monetary
    ).predict(before.frequency, before.monetary)
    repeated = spent(orders, cut - weeks * 7, cut)
    naive = np.array([repeated.get(c, 0.0) for c in before.customer_ids.tolist()])
    table = rfm(before)
    score = (table.recency + table.frequency + table.money) + before.total / before.total.max() / 10
    data, what = "Online Retail, 8 weeks held back", "what each spent in the 8 weeks before"
    error = np.abs(value - actual) - np.abs(naive - actual)
    return [
        row(
            data,
            "customer value: mean absolute error, currency",
            float(np.abs(value - actual).mean()),
            float(np.abs(naive - actual).mean()),
            what,
        ),
        row(data, "… difference to the baseline", float(error.mean()), None, "below 0 is better", interval_of(error)),
        row(
            data,
            "customer value: error of the total, %",
            100 * abs(value.sum() / actual.sum() - 1),
            100 * abs(naive.sum() / actual.sum() - 1),
            what,
        ),
        row(data, "revenue of the best fifth by customer value, %", captured(value, actual), captured(naive, actual), what),
        row(data, "revenue of the best fifth by RFM score, %", captured(score, actual), captured(naive, actual), what),
        *rhythm(orders),
    ]


def rhythm(orders: OrderTable) -> list[Row]:
    found = next_orders(orders)
    data = "Online Retail, last gap held back"
    return [
        row(data, "next order: median absolute error, days", found.error, found.naive_error, "the gap before"),
        row(data, "next order: share inside the 80 % interval, %", 100 * found.coverage, 80.0, "meant"),
    ]


def spent(orders: OrderTable, after: int, until: int) -> dict[str, float]:
    inside = (orders.days > after) & (orders.days <= until)
    sums = np.bincount(orders.customer_idx[inside], orders.amounts[inside], minlength=orders.n_customers)
    return dict(zip(orders.customer_ids.tolist(), np.maximum(sums, 0.0).tolist(), strict=True))


def captured(score: np.ndarray, actual: np.ndarray) -> float:
    top = np.argsort(-score, kind="stable")[: len(score) // 5]
    return float(100 * actual[top].sum() / actual.sum())


def interval_of(values: np.ndarray) -> j.Interval:
    reach = 1.96 * values.std() / np.sqrt(len(values))
    return j.Interval(float(values.mean()), float(values.mean() - reach), float(values.mean() + reach))


def cdnow() -> list[Row]:
    """The published maximum-likelihood parameters of Fader, Hardie and Lee (2005)."""
    table = read_table(DATA / "clv" / "clv_quickstart.csv")
    model = RepeatBuyingModel().fit(*(table.column(c).astype(float) for c in ("frequency", "recency", "T")))
    published = {"r": (model.r_, 0.2426), "alpha": (model.alpha_, 4.4135), "a": (model.a_, 0.7929), "b": (model.b_, 2.4258)}
    found = [row("CDNOW", f"BG/NBD {name}", ours, theirs, "published") for name, (ours, theirs) in published.items()]
    return [*found, row("CDNOW", "BG/NBD log-likelihood", model.log_likelihood_, -9582.43, "published")]


def sales() -> list[Row]:
    """AdventureWorks by territory and month: the last six months held back; choice and intervals from the months before alone."""
    folder = DATA / "crm_adventureworks_sales"
    lines = pd.concat([pd.read_csv(folder / f"AdventureWorks_Sales_{year}.csv") for year in (2017, 2018, 2019)])
    prices = pd.read_csv(folder / "AdventureWorks_Products.csv", encoding="utf-8-sig").set_index("ProductKey")["ProductPrice"]
    lines["amount"] = lines["OrderQuantity"] * lines["ProductKey"].map(prices)
    lines["date"] = pd.to_datetime(lines["OrderDate"], format="%m/%d/%Y").dt.strftime("%Y-%m-%d")
    orders = read_orders(lines, column_map={"date": "date", "customer": "CustomerKey"}, group_columns=["TerritoryKey"])
    panel, held = monthly_panel(orders, ["TerritoryKey"]), 6
    past = Panel(panel.names, panel.level, panel.months[:-held], panel.values[:, :-held], panel.summing)
    found, actual = forecast(past, held), panel.values[:, -held:]
    naive = np.array([seasonal_naive(series, held) for series in past.values])
    scale = scales(past.values)
    ours, theirs = (np.abs(actual - ahead).mean(axis=1) / scale for ahead in (found.values, naive))
    inside = ((actual >= found.low) & (actual <= found.high)).mean()
    data, what = "AdventureWorks, 6 months held back", "seasonal naive"
    rows = [
        row(data, f"MASE of {'all' if i == 0 else 'territory ' + str(name)} ({found.methods[i]})", ours[i], theirs[i], what)
        for i, name in enumerate(panel.names)
    ]
    mean = row(data, "MASE, mean over 10 territories", ours[1:].mean(), theirs[1:].mean(), what)
    return [*rows, mean, row(data, "months inside the 90 % interval, %", 100 * float(inside), 90.0, "meant")]


def resellers() -> list[Row]:
    """Potential of AdventureWorks resellers: a third held back."""
    sheet = read_sheet(DATA / "crm_adventureworks_dw" / "DimReseller.csv")
    sold = sheet.numbers("AnnualRevenue")
    frame = sheet.features(["BusinessType", "NumberEmployees", "ProductLine", "YearOpened"])
    mixed = np.random.default_rng(0).permutation(len(sold))
    held, learn = mixed[: len(mixed) // 3], mixed[len(mixed) // 3 :]
    model = PotentialModel(0.75).fit(frame.iloc[learn], sold[learn])
    ahead = model.predict(frame.iloc[held])
    low, high = (from_log(to_log(ahead) + reach) for reach in conformal_reach(sold[learn], model.out_of_fold_))
    same = np.full(len(held), np.quantile(sold[learn], 0.75))
    data = "AdventureWorks resellers, a third held back"
    losses = [pinball(sold[held], said, 0.75).mean() for said in (ahead, same)]
    return [
        row(data, f"potential: pinball loss, currency ({model.chosen_})", *losses, "the same potential for all"),
        row(data, "share at or below the potential, %", 100 * float((sold[held] <= ahead).mean()), 75.0, "meant"),
        row(data, "share inside the range, %", 100 * float(((sold[held] >= low) & (sold[held] <= high)).mean()), 90.0, "meant"),
    ]


def deals() -> list[Row]:
    """Maven CRM: what open deals brought within 90 days of three dates, from what was known on them."""
    rows = []
    for day in ("2017-05-31", "2017-07-31", "2017-09-30"):
        known, found, actual = insight_coverage.open_deals_on(day)
        base = found["open_value"] * (known["deal_stage"] == "Won").sum() / known["deal_stage"].isin(["Won", "Lost"]).sum()
        interval = j.Interval(found["expected"], found["low"], found["high"])
        rows.append(
            row(
                f"Maven deals, open on {day}",
                f"won within 90 days; it came to {actual:,.0f}",
                found["expected"],
                base,
                "open value × share won",
                interval,
            )
        )
    return rows


def covered(case: Callable[[], list[insight_coverage.Cover]]) -> Callable[[], list[Row]]:
    """Rows of shares inside intervals, beside what was meant."""

    def rows() -> list[Row]:
        found = []
        for cover in case():
            low, high = cover.interval
            interval = j.Interval(100 * cover.n_inside / cover.n, 100 * low, 100 * high)
            figure = f"{cover.what}: share of {cover.n:,} inside the {100 * cover.nominal:.0f} % interval, %"
            found.append(row(cover.data, figure, interval.value, 100 * cover.nominal, "meant", interval))
        return found

    return rows


CASES: dict[str, Callable[[], list[Row]]] = {
    "bank": bank,
    "retail": retail,
    "cdnow": cdnow,
    "sales": sales,
    "resellers": resellers,
    "deals": deals,
    **{name: covered(case) for name, case in insight_coverage.CASES.items()},
}


if __name__ == "__main__":
    raise SystemExit(main())
