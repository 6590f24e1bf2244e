"""How accounts came to their segments, as plain data: kept beside an answer, so that new accounts get theirs at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bailiwick.api.markets.segment_tables import Segmented
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import TextArray
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.rule_text import parse_rule
from bailiwick.insight.segments.rfm import CLASSES
from bailiwick.insight.segments.templates import NO_SEGMENT, SegmentRule

RULES, CLUSTERS, ORDERS = "rules", "clusters", "orders"
NEVER_BOUGHT = "Never bought"


def scheme_of(found: Segmented, rules: Sequence[SegmentRule] | None, features: Sequence[str]) -> dict[str, Any]:
    """The scheme of an answer as JSON has it; clusters of orders cannot say anything of accounts without orders, and count as orders."""
    scheme: dict[str, Any] = {"names": list(found.names), "colours": dict(found.colours), "by": ORDERS}
    scheme |= {"called": dict(found.called)} if found.called else {}
    if rules is not None:
        scheme |= {"by": RULES, "rules": [{"name": rule.name, "where": rule.where} for rule in rules]}
    elif found.clusters is not None and features:
        scheme |= {"by": CLUSTERS, "features": list(features), "model": found.clusters.as_plain()}
    return scheme


def assign_segments(
    accounts: Any, scheme: Mapping[str, Any], *, column_map: Mapping[str, str] | None = None, date_order: DateOrder | None = None
) -> TextArray:
    """The segment of new accounts by the scheme of an answer, which stands in its facts under ``scheme``.

    Parameters
    ----------
    accounts
        With the columns that the segments were made of.
    scheme
        From `segment_accounts`; it may have been kept as JSON.
    column_map
        Role → column.

    Returns
    -------
    Name of the segment of each account, shape (n,). By orders an account without any is ``Never bought``, or what the scheme calls it.

    Raises
    ------
    InputError
        If a column is missing, or the scheme was written by another version.

    Examples
    --------
    >>> from bailiwick.api import segment_accounts
    >>> rules = [{"name": "large", "where": "staff >= 250"}]
    >>> found = segment_accounts({"id": ["a", "b"], "staff": [300, 20]}, rules=rules)
    >>> assign_segments({"id": ["c", "d"], "staff": [900, 3]}, found.facts["scheme"]).tolist()
    ['large', '(none)']
    """
    sheet = read_sheet(accounts, column_map=column_map, date_order=date_order)
    how = scheme.get("by")
    if how == RULES:
        return assign_by_rules(sheet, tuple(SegmentRule(str(r["name"]), str(r["where"])) for r in scheme["rules"]))
    if how == CLUSTERS:
        return _nearest(sheet, scheme)
    if how == ORDERS:
        return np.full(len(sheet), scheme.get("called", {}).get(NEVER_BOUGHT, NEVER_BOUGHT), dtype=object)
    raise InputError(f"expected a scheme by rules, clusters or orders, found {how!r}", code="insight_setting", field="scheme")


def _nearest(sheet: Sheet, scheme: Mapping[str, Any]) -> TextArray:
    from bailiwick.insight.segments.clusters import AccountClusterer

    frame = sheet.features([sheet.column(name, "features") for name in scheme["features"]])
    model = AccountClusterer.from_plain(scheme["model"])
    for name in model.number_names:  # a column of which nothing is known yet is read as words
        frame[name] = sheet.numbers(name)
    return np.array(scheme["names"], dtype=object)[model.predict(frame)]


def assign_by_rules(sheet: Sheet, rules: tuple[SegmentRule, ...]) -> TextArray:
    """Name of the first segment whose rule holds, shape (n,)."""
    segment: TextArray = np.full(len(sheet), NO_SEGMENT, dtype=object)
    for rule in reversed(rules):
        parsed = parse_rule(rule.where)
        fields = {name: sheet.column(name, f"segment {rule.name}") for name in dict.fromkeys(parsed.fields())}
        columns = {name: column for name, column in sheet.rule_columns(parsed).items() if name in fields}
        segment[parsed.matches(columns)] = rule.name
    return segment


def names_by_orders(segments: Sequence[str]) -> list[str]:
    """The classes by recency, frequency and money, with that of those who never bought where there are any."""
    return [name for name, _meaning in CLASSES] + ([NEVER_BOUGHT] if NEVER_BOUGHT in segments else [])
