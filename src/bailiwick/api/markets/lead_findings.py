"""What a score of leads says: tables, warnings, sentences, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.markets.findings import Findings, column_of_sentences
from bailiwick.domain import Notice
from bailiwick.domain.said import figure, say, say_all
from bailiwick.domain.wording import counted, percent
from bailiwick.pictures.insight_charts import bar_chart, reliability_chart

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Learned:
    """A model with what its judgement is made of.

    Attributes
    ----------
    scorer
        Fitted on all rows.
    test, reliability
        Figures and bins on rows that were held back.
    areas
        Column → AUC lost when it is shuffled.
    """

    scorer: Any
    test: dict[str, Any]
    reliability: Any
    areas: dict[str, float]


@dataclass(frozen=True, eq=False)
class Looked:
    """What was noticed about the columns: suspects of leakage, how well each ranks alone, and drift (None: not looked for)."""

    suspects: Sequence[Any]
    alone: dict[str, float]
    shift: Sequence[Any] | None


def lead_findings(learned: Learned, leads: pd.DataFrame, looked: Looked, notices: tuple[Notice, ...], *, base: float, n: int) -> Findings:
    """Everything that a score of leads says; ``base`` is the share won of ``n`` finished leads."""
    order = sorted(learned.areas, key=lambda name: -learned.areas[name])
    facts = {"n_history": n, "base_rate": base, "test": learned.test, "features": order}
    sentences = _sentences(learned.test, len(leads), base, n)
    told = (*notices, *_warnings(learned.test, looked.shift))
    return Findings(
        "lead_scores", _tables(learned, leads, looked, order), facts, sentences, _charts(learned, order), told, frozenset({"leads"})
    )


def _tables(learned: Learned, leads: pd.DataFrame, looked: Looked, order: Sequence[str]) -> dict[str, pd.DataFrame]:
    import pandas as pd

    table = learned.reliability
    lost, alone = [learned.areas[k] for k in order], [looked.alone.get(k, np.nan) for k in order]
    bins = {"leads": table.count, "probability": table.predicted, "won": table.came, "won_low": table.low, "won_high": table.high}
    tables = {
        "leads": leads,
        "reliability": pd.DataFrame(bins | {"is_held": table.is_held}),
        "importance": pd.DataFrame({"column": order, "auc_lost_when_shuffled": lost, "auc_alone": alone}),
    }
    if looked.shift is not None:
        tables["drift"] = pd.DataFrame([asdict(d) for d in looked.shift])
    if looked.suspects:
        tables["suspects"] = suspect_table(looked.suspects)
    return tables


def suspect_table(suspects: Sequence[Any]) -> pd.DataFrame:
    """One row per column that seems to know the outcome."""
    import pandas as pd

    table = pd.DataFrame([asdict(suspect) for suspect in suspects])
    table["why"] = column_of_sentences(suspect.why for suspect in suspects)
    return table


def _warnings(test: dict[str, Any], shift: Sequence[Any] | None) -> list[Notice]:
    told = []
    moved = [d for d in shift or () if d.level != "none"]
    if moved:
        words = say_all([say("%(column)s (%(index)s)", column=d.name, index=figure(d.index, 2)) for d in moved[:5]], ", ")
        text = say("%(n)s columns have shifted since the history, so that the score may be off: %(words)s", n=len(moved), words=words)
        told.append(Notice("drift", text, len(moved), tuple(d.name for d in moved[:3])))
    if not test["is_better_than_base_rate"]:
        text = say("on rows held back the score is not surely better than giving everybody the same probability")
        told.append(Notice("score_is_no_better", text))
    return told


def _sentences(test: dict[str, Any], n_scored: int, base: float, n: int) -> tuple[str, ...]:
    area, brier = test["auc"], test["brier"]
    ranking = f"AUC {area['value']:.3f}, {area['low']:.3f} to {area['high']:.3f}"
    sharpness = f"{brier['value']:.4f} ({brier['low']:.4f} to {brier['high']:.4f}) against {test['brier_of_base_rate']:.4f}"
    return (
        f"{n:,} finished leads, {percent(base)} won; {counted(n_scored, 'lead is', 'leads are')} scored by {test['chosen']}.",
        f"On {test['n_held_back']:,} held back: a won lead has the higher score in {percent(area['value'])} of pairs ({ranking}).",
        f"Brier score {sharpness} of the base rate; calibration error {test['calibration_error']:.4f}.",
        f"In {test['bins_held']} of {test['n_bins']} bins what was said lies within the interval of what came.",
    )


def _charts(learned: Learned, order: Sequence[str]) -> dict[str, Any]:
    test, table = learned.test, learned.reliability
    title, subtitle = (
        f"What was said came true in {test['bins_held']} of {test['n_bins']} bins",
        "leads held back; lines are 95 % intervals",
    )
    lost = np.array([max(learned.areas[k], 0.0) for k in order])
    top, how = f"{order[0]} tells most" if order else "", "how much the ranking suffers when the column is shuffled"
    return {
        "reliability": reliability_chart(title, subtitle, table.predicted, table.came, table.low, table.high),
        "importance": bar_chart(top, how, "AUC lost", order, lost, format=".3f"),
    }
