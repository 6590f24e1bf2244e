"""Segments of accounts: from rules, from orders, from clusters; described by four columns."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.schemes import NEVER_BOUGHT, ORDERS, assign_by_rules, assign_segments, names_by_orders, scheme_of
from bailiwick.api.markets.segment_tables import Segmented, segment_tables
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.api.sources import tabular
from bailiwick.domain import FloatArray, Notice, OrderTable, TextArray
from bailiwick.domain.said import say
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.orders import read_orders
from bailiwick.insight.extra import require_models
from bailiwick.insight.history import PurchaseHistory, purchase_history
from bailiwick.insight.segments.rfm import CLASSES, rfm
from bailiwick.insight.segments.templates import COLOURS, NO_SEGMENT, TEMPLATES, SegmentRule
from bailiwick.pictures.insight_charts import bar_chart
from bailiwick.pictures.market_charts import interval_chart

if TYPE_CHECKING:
    import pandas as pd

_POTENTIAL_WORDS = ("revenue_potential", "potential", "estimated_potential", "annual_potential")


def segment_accounts(
    accounts: Any = None,
    *,
    orders: Any = None,
    rules: Any = None,
    template: str | None = None,
    clusters: int | str | None = None,
    features: Sequence[str] | None = None,
    deals: Any = None,
    new: Any = None,
    class_names: Mapping[str, str] | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    seed: int = 0,
) -> Findings:
    """Segments of accounts with demographics, purchasing history and estimated revenue potential.

    Parameters
    ----------
    accounts
        Accounts with an id and what is known of them. May be left out for classes by orders (RFM).
    orders
        Orders of the accounts: purchasing history, and the classes by recency, frequency and money where nothing else is asked.
    rules
        TOML file with ``[[segment]]`` tables of ``name``, ``where`` and ``colour``, or a sequence of such mappings; the first that holds.
    template
        ``"coffee"`` or ``"luxury-cars"``: worked examples in place of rules.
    clusters
        Number of clusters, or ``"auto"``.
    features
        Columns for clusters and demographics; by default all numbers and words that repeat.
    deals
        Deals with account, outcome and reason, and order lines with a product: reasons won and lost, products per segment.
    new
        New accounts to assign at once, with the same columns.
    class_names
        Names of the classes by orders in place of ours, such as in another language: ``{"Loyal": "Treue Kunden"}``.
    column_map
        Role → column: id, customer, date, amount, product, outcome, reason.

    Raises
    ------
    InputError
        If a table cannot be used, or neither rules, template, clusters nor orders say how to segment.

    Examples
    --------
    >>> table = {"id": ["a", "b", "c"], "staff": [300, 20, 10], "trade": ["bank", "bar", "bar"]}
    >>> rules = [{"name": "large", "where": "staff >= 250"}, {"name": "small", "where": "staff < 250"}]
    >>> found = segment_accounts(table, rules=rules)
    >>> found["segments"][["segment", "accounts"]].values.tolist(), found["members"]["segment"].tolist()
    ([['large', 1], ['small', 2]], ['large', 'small', 'small'])
    """
    sheet = None if accounts is None else read_sheet(accounts, column_map=column_map, date_order=date_order)
    lines = None if orders is None else read_orders(tabular(orders), column_map=column_map, date_order=date_order)
    ids, history = _accounts(sheet, lines)
    chosen = _chosen_rules(rules, template)
    told: list[Notice] = [*(sheet.notices if sheet else ()), *(history.notices if history else ())]
    names = _feature_names(sheet, features)
    frame = sheet.features(names) if sheet else _order_frame(ids, history)
    if chosen is not None:
        found = _by_rules(_needs(sheet, "rules"), chosen)
    elif clusters is not None:
        found = _by_clusters(frame, clusters, seed)
        told += _unstable(found.clusters)
    elif history is not None:
        found = _by_orders(ids, history, class_names or {})
    else:
        raise InputError(
            "say how to segment: rules, a template, clusters, or orders for classes by recency, frequency and money",
            code="insight_setting",
            field="rules",
        )
    shown = frame if sheet else frame[[]]
    tables = segment_tables(found, ids, shown, history, _potential(sheet), deals, orders, column_map, seed)
    scheme = scheme_of(found, chosen, names)
    if new is not None:
        tables["members"] = _with_new(tables["members"], new, found, scheme, column_map)
    without = int((found.segment == NO_SEGMENT).sum())
    if without:
        told.append(Notice("no_segment", say("%(n)s accounts meet no rule and stand under %(name)s", n=without, name=NO_SEGMENT), without))
    return _findings(found, tables, tuple(told), scheme)


def _accounts(sheet: Sheet | None, lines: OrderTable | None) -> tuple[TextArray, PurchaseHistory | None]:
    history = None if lines is None else purchase_history(lines)
    if sheet is not None:
        return sheet.ids("id"), history
    if history is None:
        raise InputError("give accounts, or orders, or both", code="insight_setting", field="accounts")
    return history.customer_ids, history


def _needs(sheet: Sheet | None, what: str) -> Sheet:
    if sheet is None:
        raise InputError(f"{what} look at columns of accounts; give a table of accounts", code="insight_setting", field="accounts")
    return sheet


def _feature_names(sheet: Sheet | None, features: Sequence[str] | None) -> list[str]:
    if sheet is None:
        return []
    if features:
        return [sheet.column(name, "features") for name in features]
    return sheet.feature_names(without=[n for n in sheet.table.names if n.lower() == "segment"])


def _order_frame(ids: TextArray, history: PurchaseHistory | None) -> pd.DataFrame:
    import pandas as pd

    if history is None:
        return pd.DataFrame(index=range(len(ids)))
    since = (history.age_weeks - history.recency_weeks) * 7
    return pd.DataFrame(
        {"days_since_last": since, "orders": history.frequency + 1.0, "amount": history.total, "days_known": history.age_weeks * 7}
    )


def _chosen_rules(rules: Any, template: str | None) -> tuple[SegmentRule, ...] | None:
    if template is not None:
        if template not in TEMPLATES:
            raise InputError(
                f"there is no template {template!r}; there are: {', '.join(TEMPLATES)}", code="insight_setting", field="template"
            )
        return TEMPLATES[template]
    return None if rules is None else read_segment_rules(rules)


def read_segment_rules(source: Any) -> tuple[SegmentRule, ...]:
    """Segments from a TOML file with ``[[segment]]`` tables, or from a sequence of mappings.

    Raises
    ------
    InputError
        If it cannot be read, or a segment lacks its name or rule.
    """
    if isinstance(source, str | Path):
        try:
            source = tomllib.loads(Path(source).read_text(encoding="utf-8-sig")).get("segment", [])
        except OSError as error:
            raise InputError(f"{source} cannot be read: {error.strerror or error}", code="no_such_file", field="rules") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{source} is not TOML: {error}", code="segment_rules", field="rules") from None
    found = []
    for number, entry in enumerate(source, start=1):
        if not isinstance(entry, Mapping) or not entry.get("name") or not entry.get("where"):
            raise InputError(
                f"segment {number} needs a name and a rule, such as name = 'large' and where = 'employees >= 250'",
                code="segment_rules",
                field="rules",
            )
        found.append(SegmentRule(str(entry["name"]), str(entry["where"]), str(entry.get("colour", "")), str(entry.get("about", ""))))
    if not found:
        raise InputError("expected one [[segment]] or more, found none", code="segment_rules", field="rules")
    return tuple(found)


def _by_rules(sheet: Sheet, rules: tuple[SegmentRule, ...]) -> Segmented:
    return Segmented(
        assign_by_rules(sheet, rules),
        tuple(r.name for r in rules),
        _colours([r.name for r in rules], {r.name: r.colour for r in rules}),
        "rules",
        {r.name: r.about or r.where for r in rules},
    )


def _by_orders(ids: TextArray, history: PurchaseHistory, called: Mapping[str, str]) -> Segmented:
    table = rfm(history)
    by_id = dict(zip(history.customer_ids.tolist(), table.classes.tolist(), strict=True))
    ours = [by_id.get(i, NEVER_BOUGHT) for i in ids.tolist()]
    about = {called.get(name, name): meaning for name, meaning in (*CLASSES, (NEVER_BOUGHT, say("no order on record")))}
    names = [called.get(name, name) for name in names_by_orders(ours)]
    segment: TextArray = np.array([called.get(name, name) for name in ours], dtype=object)
    return Segmented(segment, tuple(names), _colours(names, {}), "recency, frequency, money", about, called=called)


def _by_clusters(frame: pd.DataFrame, clusters: int | str, seed: int) -> Segmented:
    require_models()
    from bailiwick.insight.segments.clusters import AccountClusterer, describe

    if not len(frame.columns):
        raise InputError(
            "no column holds numbers or words that repeat, so that nothing tells accounts apart", code="too_little_data", field="features"
        )
    wanted = None if clusters == "auto" else int(clusters)
    if wanted is not None and not 2 <= wanted <= min(50, len(frame)):
        raise InputError(f"expected 2 to {min(50, len(frame))} clusters, found {wanted}", code="insight_setting", field="clusters")
    model = AccountClusterer(wanted, seed=seed).fit(frame)
    names = [f"Cluster {i + 1}" for i in range(model.n_clusters_)]
    about = {name: describe(frame, model.labels_ == i) for i, name in enumerate(names)}
    return Segmented(np.array(names, dtype=object)[model.labels_], tuple(names), _colours(names, {}), "clusters", about, model)


def _unstable(model: Any) -> list[Notice]:
    from bailiwick.insight.segments.clusters import STABLE

    weak = [i for i, s in enumerate(model.stability_) if s < STABLE]
    if not weak:
        return []
    words = ", ".join(f"Cluster {i + 1} ({model.stability_[i]:.2f})" for i in weak)
    return [
        Notice(
            "unstable_clusters",
            say("not found again reliably on other samples of these accounts: %(words)s; do not build territories on them", words=words),
            len(weak),
        )
    ]


def _colours(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    return {name: given.get(name) or COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}


def _potential(sheet: Sheet | None) -> FloatArray | None:
    if sheet is None:
        return None
    name = sheet.column_map.get("potential") or next((n for n in sheet.table.names if n.lower() in _POTENTIAL_WORDS), None)
    return None if name is None else sheet.numbers(name)


def _with_new(members: pd.DataFrame, new: Any, found: Segmented, scheme: Mapping[str, Any], column_map: Any) -> pd.DataFrame:
    import pandas as pd

    if scheme["by"] == ORDERS:
        raise InputError(
            "new accounts have no orders yet, so that no class by orders fits; segment by rules or clusters",
            code="insight_setting",
            field="new",
        )
    sheet = read_sheet(new, column_map=column_map)
    segment = assign_segments(new, scheme, column_map=column_map)
    more = pd.DataFrame(
        {"account": sheet.ids("id"), "segment": segment, "colour": [found.colours.get(s, "#9e9e9e") for s in segment], "is_new": True}
    )
    return pd.concat([members, more], ignore_index=True)


def _findings(found: Segmented, tables: dict[str, pd.DataFrame], notices: tuple[Notice, ...], scheme: Mapping[str, Any]) -> Findings:
    table = tables["segments"]
    n = int(table["accounts"].sum())
    has_value = bool(np.isfinite(table["estimated_revenue_potential"].to_numpy(dtype=np.float64)).any())
    top = table.sort_values("estimated_revenue_potential" if has_value else "accounts", ascending=False, kind="stable").iloc[0]
    share = top["accounts"] / n
    lines = [f"{counted(n, 'account', 'accounts')} in {counted(len(table), 'segment', 'segments')} by {found.how}."]
    if has_value:
        whole = float(np.nansum(table["estimated_revenue_potential"].to_numpy(dtype=np.float64)))
        part = float(top["estimated_revenue_potential"]) / max(whole, 1e-12)
        lines.append(f"{top['segment']} holds {percent(share)} of the accounts and {percent(part)} of the estimated potential.")
    if found.clusters is not None:
        stability = found.clusters.stability_
        span = f"{stability.min():.2f} to {stability.max():.2f}"
        lines.append(f"Stability of the clusters on other samples: {span} (1 is found again every time; 0.75 and more is stable).")
    names = table["segment"].to_numpy(dtype=object)
    if has_value:
        columns = (table[c].to_numpy(dtype=np.float64) for c in ("estimated_revenue_potential", "potential_low", "potential_high"))
        chart = interval_chart(
            f"{top['segment']} holds most potential", "lines are 95 % intervals", "estimated revenue potential a year", names, *columns
        )
    else:
        chart = bar_chart(
            f"{top['segment']} is the largest segment", "", "accounts", names.tolist(), table["accounts"].to_numpy(dtype=np.float64)
        )
    facts: dict[str, Any] = {"method": found.how, "n_accounts": n, "interval": say("95 %%, bootstrap over the accounts of a segment")}
    facts["scheme"] = scheme
    if found.clusters is not None:
        facts["tried"] = {str(k): v for k, v in getattr(found.clusters, "tried_", {}).items()}
    return Findings("segments", tables, facts, tuple(lines), {"segments": chart}, notices, frozenset({"members"}))
