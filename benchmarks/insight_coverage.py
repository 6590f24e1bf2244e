"""How often the truth lies in the intervals, on data held back: `python benchmarks/insight.py --only coverage_value` and its neighbours."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import bailiwick
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.formats import read_orders
from bailiwick.insight.forecasting.choose import forecast
from bailiwick.insight.forecasting.panel import Panel, monthly_panel
from bailiwick.insight.potential.model import PotentialModel, conformal_reach, from_log, to_log
from bailiwick.insight.scoring.judging import wilson

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
N_SPLITS = 10


@dataclass(frozen=True)
class Cover:
    """``n_inside`` of ``n`` lay in intervals that mean ``nominal``."""

    data: str
    what: str
    n_inside: int
    n: int
    nominal: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 % by Wilson: as if each were independent of the others, which they are not quite."""
        low, high = wilson(float(self.n_inside), float(self.n))
        return float(low), float(high)


def value() -> list[Cover]:
    """What customers spent after the observation against the intervals of their value, undiscounted."""
    cdnow = pd.read_csv(DATA / "clv" / "cdnow_transactions.csv", dtype={"date": str})
    cdnow["day"] = pd.to_datetime(cdnow["date"], format="%Y%m%d").dt.strftime("%Y-%m-%d")
    cdnow = cdnow.rename(columns={"_id": "customer", "spent": "amount"})[["customer", "day", "amount"]]
    retail = pd.read_csv(DATA / "retail_uci_online" / "online_retail_2010-12_to_2011-05.csv.gz", dtype=str)
    retail = retail[retail["CustomerID"].notna()]
    retail["amount"] = retail["Quantity"].astype(float) * retail["UnitPrice"].astype(float)
    retail["day"] = pd.to_datetime(retail["InvoiceDate"]).dt.strftime("%Y-%m-%d")
    retail = retail.rename(columns={"CustomerID": "customer", "Country": "group"})[["customer", "day", "amount", "group"]]
    sales = adventure_works().rename(columns={"date": "day", "TerritoryKey": "group", "CustomerKey": "customer"})
    return [
        *_valued("CDNOW, 39 weeks held back", cdnow, "1997-09-30", 9, 13, None),
        *_valued("Online Retail, 2 months held back", retail, "2011-03-31", 2, 4, "group"),
        *_valued("AdventureWorks, 6 months held back", sales[["customer", "day", "amount", "group"]], "2018-12-31", 6, 13, "group"),
    ]


def _valued(data: str, lines: pd.DataFrame, until: str, months: int, test_weeks: int, by: str | None) -> list[Cover]:
    known = lines[lines["day"] <= until].rename(columns={"day": "date"}).astype({"customer": str})
    found = bailiwick.customer_value(known, months=months, discount=0.0, by=[by] if by else (), until=until, hold_out_weeks=test_weeks)
    end = str((pd.Timestamp(until) + pd.DateOffset(months=months)).date())
    later = lines[(lines["day"] > until) & (lines["day"] <= end)].astype({"customer": str})
    table = found.customers
    came = table["customer"].map(later.groupby("customer")["amount"].sum()).fillna(0.0).clip(lower=0.0)
    told = [_cover(data, "value of single customers", came, table["value_low"], table["value_high"])]
    groups = found.groups
    sums = came.groupby(table[by]).sum() if by else pd.Series(dtype=float)
    some = groups[groups["column"] == (by or "")]
    actual = some["group"].map(sums) if by else pd.Series([came.sum()], index=some.index)
    return [*told, _cover(data, "value of groups" if by else "value of all", actual.fillna(0.0), some["low"], some["high"])]


def _cover(data: str, what: str, came: pd.Series, low: pd.Series, high: pd.Series) -> Cover:
    inside = (came.to_numpy() >= low.to_numpy() - 0.005) & (came.to_numpy() <= high.to_numpy() + 0.005)
    return Cover(data, what, int(inside.sum()), len(inside), 0.95)


def adventure_works() -> pd.DataFrame:
    """Order lines with their amount and a date that sorts."""
    folder = DATA / "crm_adventureworks_sales"
    lines = pd.concat([pd.read_csv(folder / f"AdventureWorks_Sales_{year}.csv") for year in (2017, 2018, 2019)])
    prices = pd.read_csv(folder / "AdventureWorks_Products.csv", encoding="utf-8-sig").set_index("ProductKey")["ProductPrice"]
    lines["amount"] = lines["OrderQuantity"] * lines["ProductKey"].map(prices)
    lines["date"] = pd.to_datetime(lines["OrderDate"], format="%m/%d/%Y").dt.strftime("%Y-%m-%d")
    return lines


def months() -> list[Cover]:
    """Months that were held back at four cuts against the intervals of the forecast."""
    orders = read_orders(adventure_works(), column_map={"date": "date", "customer": "CustomerKey"}, group_columns=["TerritoryKey"])
    whole = monthly_panel(orders, ["TerritoryKey"])
    return [
        *_forecast("AdventureWorks by territory, 4 cuts", whole, 6),
        *_forecast("prescriptions by specialty, 4 cuts", _prescriptions(), 3),
    ]


def _forecast(data: str, panel: Panel, horizon: int) -> list[Cover]:
    inside: list[np.ndarray] = []
    for back in range(horizon, horizon + 8, 2):
        end = panel.values.shape[1] - back
        past = Panel(panel.names, panel.level, panel.months[:end], panel.values[:, :end], panel.summing)
        found, actual = forecast(past, horizon), panel.values[:, end : end + horizon]
        inside.append((actual >= found.low) & (actual <= found.high))
    table = np.concatenate(inside)
    first = Cover(data, "the next month", int(table[:, 0].sum()), len(table), 0.90)
    return [Cover(data, "all months ahead", int(table.sum()), table.size, 0.90), first]


def potential() -> list[Cover]:
    """Sales of accounts that were held back against the range of similar accounts; a planted potential against its own interval."""
    found = []
    resellers = ["BusinessType", "NumberEmployees", "ProductLine", "YearOpened"]
    for name, file, target, drivers in (
        ("AdventureWorks resellers", "crm_adventureworks_dw/DimReseller.csv", "AnnualRevenue", resellers),
        ("AdventureWorks stores", "crm_adventureworks/stores_joined.csv", "AnnualSales", ["BusinessType", "SquareFeet", "Specialty"]),
    ):
        sheet = read_sheet(DATA / file)
        found.append(_ranges(f"{name}, a third held back {N_SPLITS} times", sheet.features(drivers), sheet.numbers(target)))
    return [*found, _planted()]


def _ranges(data: str, frame: pd.DataFrame, sold: np.ndarray) -> Cover:
    n_inside = n = 0
    for seed in range(N_SPLITS):
        mixed = np.random.default_rng(seed).permutation(len(sold))
        held, learn = mixed[: len(mixed) // 3], mixed[len(mixed) // 3 :]
        model = PotentialModel(0.75, n_samples=2, seed=seed).fit(frame.iloc[learn], sold[learn])
        low, high = (from_log(to_log(model.predict(frame.iloc[held])) + r) for r in conformal_reach(sold[learn], model.out_of_fold_))
        n_inside += int(((sold[held] >= low) & (sold[held] <= high)).sum())
        n += len(held)
    return Cover(data, "range of similar accounts", n_inside, n, 0.90)


def _planted() -> Cover:
    """Sales are staff × a log-normal factor, so that the potential of every account is known."""
    n_inside = n = 0
    for seed in range(N_SPLITS):
        rng = np.random.default_rng(100 + seed)
        staff = rng.integers(2, 200, 300).astype(float)
        model = PotentialModel(0.75, seed=seed).fit(pd.DataFrame({"staff": staff}), 50 * staff * rng.lognormal(0, 0.5, 300))
        fresh = pd.DataFrame({"staff": rng.integers(5, 195, 200).astype(float)})
        low, high = np.quantile(model.draws(fresh), [0.05, 0.95], axis=0)
        truth = 50 * fresh["staff"].to_numpy() * np.exp(0.5 * 0.6744897501960817)
        n_inside += int(((truth >= low) & (truth <= high)).sum())
        n += len(truth)
    return Cover(f"planted, {N_SPLITS} times 300 accounts", "the potential itself", n_inside, n, 0.90)


def open_deals_on(day: str) -> tuple[pd.DataFrame, pd.Series, float]:
    """What was known of Maven's deals on a day, what was forecast from that for 90 days, and what came."""
    with zipfile.ZipFile(DATA / "crm_maven" / "crm_sales_opportunities.zip") as archive:
        table = pd.read_csv(archive.open("CRM+Sales+Opportunities/sales_pipeline.csv"), dtype=str)
    known = table[table["engage_date"] <= day].copy()
    is_open = ~(known["close_date"] <= day)
    known.loc[is_open, ["close_value", "close_date"]] = ""
    known.loc[is_open, "deal_stage"] = "Engaging"
    found = bailiwick.forecast_pipeline(known.fillna(""), days=90, rate_by="product", today=day)["groups"].iloc[0]
    until = str(np.datetime64(day) + 90)
    came = (table["engage_date"] <= day) & (table["close_date"] > day) & (table["close_date"] <= until) & (table["deal_stage"] == "Won")
    return known, found, float(table["close_value"].astype(float)[came].sum())


def pipeline() -> list[Cover]:
    """What open deals brought within 90 days of nine dates, against the interval said on each."""
    n_inside = 0
    days = ("2017-04-15", "2017-05-01", "2017-05-31", "2017-06-15", "2017-06-30", "2017-07-31", "2017-08-15", "2017-08-31", "2017-09-30")
    for day in days:
        _known, found, came = open_deals_on(day)
        n_inside += int(found["low"] <= came <= found["high"])
    return [Cover("Maven deals, 9 dates", "won within 90 days", n_inside, len(days), 0.90)]


def _prescriptions() -> Panel:
    """Prescriptions of 1,000 physicians over 23 months, by what kind of physician it is; the months have no dates and get some."""
    folder = DATA / "sales_response_bayesm"
    lines, kinds = pd.read_csv(folder / "detailing_counts.csv"), pd.read_csv(folder / "detailing_demo.csv")
    kind = np.select([kinds["generalphys"] == 1, kinds["specialist"] == 1], ["general", "specialist"], "other")
    lines["group"] = lines["id"].map(dict(zip(kinds["id"], kind, strict=True)))
    lines["month"] = lines.groupby("id").cumcount()
    lines["date"] = [f"{2000 + m // 12}-{m % 12 + 1:02d}-28" for m in lines["month"]]
    lines = lines.rename(columns={"scripts": "amount"})[["id", "date", "amount", "group"]]
    return monthly_panel(read_orders(lines, column_map={"customer": "id"}, group_columns=["group"]), ["group"])


CASES: dict[str, Callable[[], list[Cover]]] = {
    "coverage_value": value,
    "coverage_months": months,
    "coverage_potential": potential,
    "coverage_pipeline": pipeline,
}
