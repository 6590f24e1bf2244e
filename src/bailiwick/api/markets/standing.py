"""A first draft of strengths, weaknesses, opportunities and threats from figures, each entry with the number it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from bailiwick.api.markets.findings import Findings, column_of_sentences
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain.said import Said, say, say_n
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.insight.standing import LEAST_COUNTED, LEAST_PEERS, Standing, standing

Quadrant = Literal["strength", "weakness", "opportunity", "threat", ""]
APART = 0.02
"""How far growth must be from that of the year before: two points."""
QUADRANTS: tuple[Quadrant, ...] = ("strength", "weakness", "opportunity", "threat")


@dataclass(frozen=True)
class Rule:
    """What a figure says of whom it belongs to.

    Attributes
    ----------
    what
        What is measured, in words; ``%(detail)s`` is the column ``detail``.
    above, below
        Quadrant of a value above and below what it is compared with; empty: nothing.
    least
        Instead of a comparison: from which value on it counts as above.
    turns
        Whether it has a direction of its own: growth that slows is growth all the same.
    """

    what: Said
    formula: str
    above: Quadrant
    below: Quadrant
    least: float | None = None
    turns: bool = False


_NEWEST = "of the newest look at the market"
FIGURES: dict[str, Rule] = {
    "growth": Rule(
        say("Growth of revenue in twelve months"),
        "revenue of the last 12 months ÷ that of the 12 months before − 1",
        "strength",
        "weakness",
        turns=True,
    ),
    "win_rate": Rule(say("Share of closed deals that were won"), "won ÷ (won + lost), last 12 months", "strength", "weakness"),
    "win_rate_against": Rule(
        say("Share of closed deals won against %(detail)s", detail=""),
        "won ÷ (won + lost) of the deals in which the competitor was named, last 12 months",
        "strength",
        "threat",
    ),
    "churn": Rule(
        say("Share of customers lost"),
        "customers of the 12 months before who bought nothing in the last 12 ÷ those customers",
        "threat",
        "strength",
    ),
    "concentration": Rule(
        say("Share of revenue that the largest customer holds"),
        "revenue of the largest customer ÷ revenue, last 12 months",
        "threat",
        "",
        0.25,
    ),
    "penetration": Rule(say("Sales of what could be sold"), f"sales ÷ potential, {_NEWEST}", "strength", "opportunity"),
    "white_space": Rule(
        say("Share of the potential less share of the effort"),
        f"share of the potential − share of the effort, {_NEWEST}",
        "opportunity",
        "",
    ),
}
"""Figure → what it says."""
_SIGNED = frozenset({"growth", "white_space"})


def draft_swot(figures: Any, *, subject: str, column_map: Mapping[str, str] | None = None) -> Findings:
    """Draft strengths, weaknesses, opportunities and threats of one territory, team or company from figures of all.

    Parameters
    ----------
    figures
        Table with the columns ``subject``, ``figure`` (see ``FIGURES``), ``value``; of shares also ``part`` and ``whole`` (counts);
        ``before``: that of the same subject the year before, which stands for the others where they are too few; of shares also
        ``before_whole`` (what it is a share of); ``detail``: such as the name of a competitor, compared with the same detail of the others.
    subject
        Whose draft it is.

    Returns
    -------
    Table ``entries``: quadrant, figure, detail, value, reference, peers, low, high, sentence, formula. What is as usual, or may be chance,
    gives no entry; shares of fewer than eight are compared with nothing and nothing is compared with them. Revenue that still grows, but
    slower than the year before, is a threat and no weakness; revenue that falls slower is an opportunity and no strength.

    Raises
    ------
    InputError
        If a column is missing, or there is nothing about the subject.

    Examples
    --------
    >>> rows = {"subject": list("abcd"), "figure": ["growth"] * 4, "value": [0.30, 0.02, 0.05, 0.08]}
    >>> found = draft_swot(rows, subject="a")
    >>> found["entries"][["quadrant", "figure", "value", "reference", "peers"]].values.tolist()
    [['strength', 'growth', 0.3, 0.05, 3]]
    >>> print(found["entries"]["sentence"][0])
    Growth of revenue in twelve months: +30.0 %; the median of 3 others is +5.0 %.
    """
    import pandas as pd

    sheet = read_sheet(figures, column_map=column_map)
    names, keys, values = sheet.texts("subject"), sheet.texts("figure"), sheet.numbers("value")
    is_ours = names == subject
    if not is_ours.any():
        raise InputError(f"no row is about {subject!r}", code="no_rows", field="subject")
    parts, wholes, before, before_wholes = (_optional(sheet, name) for name in ("part", "whole", "before", "before_whole"))
    details = sheet.texts("detail") if sheet.find("detail", needed=False) else np.full(len(sheet), "", dtype=object)
    rows = []
    for i in np.flatnonzero(is_ours):
        rule = FIGURES.get(str(keys[i]))
        if rule is None:
            continue
        is_peer = ~is_ours & (keys == keys[i]) & (details == details[i])
        past = float(before[i]) if np.isfinite(before[i]) else None
        compared = partial(standing, float(values[i]), values[is_peer], part=float(parts[i]), whole=float(wholes[i]))
        found = None
        if rule.least is None:
            found = compared(other_wholes=wholes[is_peer])
        if found is None and (rule.least is not None or past is not None):
            of = float(before_wholes[i]) if rule.least is None else np.nan
            reference = past if rule.least is None else rule.least
            found = compared(reference=reference, reference_whole=of, apart=APART)
        quadrant = _quadrant(rule, found)
        if found is not None and quadrant:
            rows.append(_entry(str(keys[i]), str(details[i]), rule, quadrant, found))
    columns = ["quadrant", "figure", "detail", "value", "reference", "peers", "low", "high", "sentence", "formula"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["sentence"] = column_of_sentences([row["sentence"] for row in rows])  # a column of texts would not keep what they were made of
    order = frame["quadrant"].map({name: i for i, name in enumerate(QUADRANTS)})
    frame = frame.iloc[np.argsort(order.to_numpy(), kind="stable")].reset_index(drop=True)
    facts = {
        "subject": subject,
        "least_peers": LEAST_PEERS,
        "least_counted": LEAST_COUNTED,
        "interval": say(
            "shares: 95 %% by Wilson; other figures are counted, not estimated, and compared with the middle half of the others"
        ),
    }
    return Findings("swot", {"entries": frame}, facts, tuple(frame["sentence"]))


def _optional(sheet: Sheet, name: str) -> Any:
    found = sheet.find(name, needed=False)
    return np.full(len(sheet), np.nan) if found is None else sheet.numbers(found)


def _quadrant(rule: Rule, found: Standing | None) -> Quadrant:
    if found is None:
        return ""
    if rule.least is not None:
        return rule.above if found.value >= rule.least else ""
    if rule.turns and not found.n_peers and found.side * found.value < 0:
        return "threat" if found.side < 0 else "opportunity"
    return {1: rule.above, -1: rule.below}.get(found.side, "")


def _entry(key: str, detail: str, rule: Rule, quadrant: Quadrant, found: Standing) -> dict[str, Any]:
    return {
        "quadrant": quadrant,
        "figure": key,
        "detail": detail,
        "value": found.value,
        "reference": found.reference,
        "peers": found.n_peers,
        "low": found.low,
        "high": found.high,
        "sentence": _sentence(key, detail, rule, found),
        "formula": rule.formula,
    }


def _sentence(key: str, detail: str, rule: Rule, found: Standing) -> Said:
    what = say("Share of closed deals won against %(detail)s", detail=detail) if key == "win_rate_against" else rule.what
    value: Said = percent(found.value, signed=key in _SIGNED)
    if np.isfinite(found.low):
        value = say("%(value)s (%(low)s to %(high)s)", value=value, low=percent(found.low), high=percent(found.high))
    words = {"what": what, "value": value, "other": percent(found.reference, signed=key in _SIGNED)}
    if rule.least is not None:
        return say("%(what)s: %(value)s; from %(other)s on it is a risk.", **words)
    if not found.n_peers:
        return say("%(what)s: %(value)s; compared with itself, the year before it was %(other)s.", **words)
    return say_n(
        "%(what)s: %(value)s; that of %(n)s other is %(other)s.", "%(what)s: %(value)s; the median of %(n)s others is %(other)s.",
        found.n_peers, **words,
    )  # fmt: skip
