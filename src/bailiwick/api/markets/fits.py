"""Who looks like our customers, who is qualified: scores without a history of leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.market_files import day_number
from bailiwick.api.markets.findings import Findings, column_of_sentences
from bailiwick.api.markets.lead_findings import suspect_table
from bailiwick.api.markets.leads import check_enough, outcomes, suspects_of
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import plain, say, say_all, say_n
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.insight.extra import require_models
from bailiwick.insight.scoring.bant import FIELDS, NAMES, BantParams, Qualification, grades_of, qualify
from bailiwick.insight.scoring.judging import area_under_curve, with_interval
from bailiwick.pictures.insight_charts import bar_chart

if TYPE_CHECKING:
    import pandas as pd

LEAST_CUSTOMERS = 20
_N_FOLDS = 5
_MOST_BEST = 500


def score_fit(
    accounts: Any,
    *,
    customer: str | None = None,
    won: str | None = None,
    features: Sequence[str] | None = None,
    best: str | None = None,
    keep_suspects: bool = False,
    column_map: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Findings:
    """Ideal-customer profile from won customers, and the fit of every account to it, 0 to 100, with reasons; look-alikes of the best.

    Columns that seem to know who is a customer, because only customers have them, are left out and told.

    Parameters
    ----------
    accounts
        Customers and prospects in one table.
    customer
        Column that tells customers from all others; by default found by its usual names.
    won
        Its text for a customer; by default ``won``, ``yes``, ``customer`` and the like.
    features
        Columns to learn from; by default all numbers and words that repeat.
    best
        Column of numbers (sales) whose upper quarter among the customers are the best ones; by default all customers are.
    keep_suspects
        Whether to use columns that seem to know the outcome all the same.
    column_map
        Role → column: id.
    seed
        Of the random source.

    Raises
    ------
    InputError
        If there are fewer than 20 customers or 20 others.

    Examples
    --------
    >>> table = {"id": [str(i) for i in range(80)], "trade": ["bar", "shop"] * 40, "customer": ["yes", "no"] * 30 + ["yes", "yes"] * 10}
    >>> found = score_fit(table)
    >>> found["prospects"].head(1)["trade_points"].round(1).tolist(), found["profile"]["level"].tolist()[0]
    ([0.0], 'bar')
    """
    require_models()
    from bailiwick.insight.scoring.profile import ProfileScorer

    sheet = read_sheet(accounts, column_map=column_map)
    column = sheet.column(customer, "customer") if customer else _customer_column(sheet)
    is_won, _ = outcomes(sheet.texts(column), won or _customer_word(sheet.texts(column)), column)
    check_enough(is_won, column, LEAST_CUSTOMERS)
    without = (column, *([sheet.column(best, "best")] if best else []))
    names = [sheet.column(n, "features") for n in features] if features else sheet.feature_names(without=without)
    if not names:
        raise InputError("no column but the outcome holds numbers or words that repeat", code="too_little_data", field="features")
    frame = sheet.features(names)
    suspects, _alone, told = suspects_of(frame, is_won.astype(np.int64), keep_suspects=keep_suspects, seed=seed)
    frame = frame.drop(columns=[] if keep_suspects else [suspect.name for suspect in suspects])
    if not len(frame.columns):
        raise InputError(
            "no column is left to learn from once those that know the outcome are out", code="too_little_data", field="features"
        )
    scorer = ProfileScorer().fit(frame, is_won.astype(int))
    test = _fit_test(frame, is_won, seed)
    prospects = _prospect_table(sheet, frame, is_won, scorer)
    like = _lookalike_table(sheet, frame, is_won, scorer, sheet.numbers(best) if best else None)
    found = _fit_findings(scorer, prospects, like, test, is_won, (*sheet.notices, *told))
    return replace(found, tables=found.tables | {"suspects": suspect_table(suspects)}) if suspects else found


def _customer_column(sheet: Sheet) -> str:
    for name in ("is_customer", "customer_state", "won", "status", "state", "stage", "outcome", "customer"):
        found = sheet.find(name, needed=False) if name == "outcome" else next((n for n in sheet.table.names if n.lower() == name), None)
        if found is not None:
            return found
    return sheet.needed("outcome")


def _customer_word(texts: TextArray) -> str | None:
    return next((word for word in ("customer", "active customer", "kunde") if word in {t.casefold() for t in texts}), None)


def _fit_test(frame: pd.DataFrame, is_won: NDArray[np.bool_], seed: int) -> dict[str, Any]:
    from sklearn.model_selection import StratifiedKFold

    from bailiwick.insight.scoring.profile import ProfileScorer

    score = np.empty(len(frame))
    for learn, judge in StratifiedKFold(_N_FOLDS, shuffle=True, random_state=seed).split(frame, is_won):
        score[judge] = ProfileScorer().fit(frame.iloc[learn], is_won[learn]).predict(frame.iloc[judge])
    area = with_interval(area_under_curve, is_won.astype(np.int64), score, np.random.default_rng(seed))
    return {
        "auc_out_of_fold": area.record(),
        "interval": "95 %, bootstrap over accounts",
        "is_better_than_chance": bool(area.low > 0.5),
    }


def _prospect_table(sheet: Sheet, frame: pd.DataFrame, is_won: NDArray[np.bool_], scorer: Any) -> pd.DataFrame:
    import pandas as pd

    points = scorer.points(frame)
    levels = scorer.levels(frame)
    score = points.sum(axis=1)
    rows = np.flatnonzero(~is_won)
    rows = rows[np.argsort(-score[rows], kind="stable")]
    reasons = []
    for i in rows:
        top = np.argsort(-points[i], kind="stable")[:3]
        reasons.append(say_all([_points_said(scorer, levels, points, int(i), int(f)) for f in top], "; "))
    columns: dict[str, Any] = {"account": ids_of(sheet)[rows], "fit": score[rows], "reasons": column_of_sentences(reasons)}
    columns |= {f"{name}_points": points[rows, f] for f, name in enumerate(scorer.fields_)}
    return pd.DataFrame(columns)


def _points_said(scorer: Any, levels: Any, points: FloatArray, row: int, field: int) -> str:
    """The points of one field with the most that there are."""
    name = scorer.fields_[field]
    got, most = plain(float(points[row, field]), ".0f"), plain(float(scorer.most_points_[field]), ".0f")
    return say("%(column)s = %(value)s: %(points)s of %(most)s", column=name, value=levels[name][row], points=got, most=most)


def ids_of(sheet: Sheet) -> TextArray:
    """Ids of the rows, their numbers where there is no column of ids."""
    column = sheet.find("id", needed=False)
    return sheet.texts(column) if column else np.array([str(i + 1) for i in range(len(sheet))], dtype=object)


def _lookalike_table(sheet: Sheet, frame: pd.DataFrame, is_won: NDArray[np.bool_], scorer: Any, sales: FloatArray | None) -> pd.DataFrame:
    import pandas as pd

    from bailiwick.insight.scoring.profile import lookalikes

    best = is_won & ((sales >= np.nanquantile(sales[is_won], 0.75)) if sales is not None else True)
    best_rows = np.flatnonzero(best)
    if sales is not None:
        best_rows = best_rows[np.argsort(-sales[best_rows], kind="stable")]
    best_rows = best_rows[:_MOST_BEST]
    others = np.flatnonzero(~is_won)
    like, nearest = lookalikes(frame.iloc[best_rows], frame.iloc[others], scorer.most_points_)
    order = np.argsort(-like, kind="stable")
    ids = ids_of(sheet)
    columns: dict[str, Any] = {"account": ids[others[order]], "similarity": like[order]}
    columns |= {f"like_{k + 1}": ids[best_rows[nearest[order, k]]] for k in range(nearest.shape[1])}
    territory = sheet.find("territory", needed=False)
    if territory is not None:
        units = sheet.texts(territory)
        served = set(units[is_won].tolist())
        columns["territory"] = units[others[order]]
        columns["is_unserved"] = [unit not in served for unit in columns["territory"]]
    return pd.DataFrame(columns)


def _fit_findings(
    scorer: Any, prospects: pd.DataFrame, like: pd.DataFrame, test: dict[str, Any], is_won: NDArray[np.bool_], notices: tuple[Notice, ...]
) -> Findings:
    import pandas as pd

    profile = pd.DataFrame([asdict(t) for t in scorer.traits_])
    profile["level"] = column_of_sentences(t.level for t in scorer.traits_)
    profile["field_points"] = profile["field"].map(dict(zip(scorer.fields_, scorer.most_points_, strict=True)))
    profile = profile.sort_values(["field_points", "points"], ascending=False, kind="stable").reset_index(drop=True)
    area = test["auc_out_of_fold"]
    order = np.argsort(-scorer.most_points_, kind="stable")
    top = profile[profile["points"] > 0].groupby("field", sort=False).head(1).head(3)
    words = say_all([say_all([r.field, r.level]) for r in top.itertuples()], ", ")
    if not test["is_better_than_chance"]:
        text = say("out of fold the fit does not surely tell customers from others; the profile may be chance")
        notices = (*notices, Notice("score_is_no_better", text))
    sentences = (
        say(
            "%(n)s customers against %(others)s others; the ideal customer: %(words)s.",
            n=int(is_won.sum()),
            others=int((~is_won).sum()),
            words=words,
        ),
        say(
            "Out of fold a customer has the higher fit in %(share)s of pairs (%(low)s to %(high)s).",
            share=percent(area["value"]),
            low=percent(area["low"]),
            high=percent(area["high"]),
        ),
    )
    charts = {
        "profile": bar_chart(
            "What makes an ideal customer",
            say("points that a field can give; 100 in all"),
            say("points"),
            [scorer.fields_[i] for i in order],
            scorer.most_points_[order],
            format="~g",
        )
    }
    facts = {
        "n_customers": int(is_won.sum()),
        "test": test,
        "interval_of_fit": "none for single scores: the fit is a sum of points, not an estimate of a quantity",
    }
    tables = {"prospects": prospects, "profile": profile, "lookalikes": like}
    return Findings("fit_scores", tables, facts, sentences, charts, notices, frozenset({"prospects", "lookalikes"}))


def score_bant(
    leads: Any,
    *,
    weights: tuple[float, float, float, float] = (25.0, 25.0, 25.0, 25.0),
    least: float = 2.0,
    fresh_days: float = 90.0,
    today: str | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
) -> Findings:
    """Qualify leads by budget, authority, need and timeline: score, what fails, what is too old, what to ask next.

    Parameters
    ----------
    leads
        Columns ``budget``, ``authority``, ``need``, ``timeline`` with grades 0 to 3 or words (yes, likely, weak, no); with columns such as
        ``budget_date`` answers age.
    weights
        Of the four.
    least
        Grade that each needs for a lead to be qualified.
    fresh_days
        Older answers count half.
    today
        Day from which age is counted, such as ``"2026-03-31"``; needed where there are dates.

    Raises
    ------
    InputError
        If one of the four columns is missing, or dates come without ``today``.

    Examples
    --------
    >>> found = score_bant({"id": ["a", "b"], "budget": ["yes", "no"], "authority": [3, 3], "need": [3, 2], "timeline": ["yes", ""]})
    >>> found["leads"][["lead", "score", "is_qualified", "fails"]].round(1).values.tolist()
    [['a', 100.0, True, ''], ['b', 41.7, False, 'budget, timeline']]
    """
    sheet = read_sheet(leads, column_map=column_map, date_order=date_order)
    grades = {name: grades_of(sheet.texts(sheet.needed(name))) for name in FIELDS}
    found = qualify(grades, _ages_of_answers(sheet, day_number(today, "today")), BantParams(weights, least, fresh_days))
    table, missing = _bant_table(ids_of(sheet), found), _missing_answers(grades, found.fails)
    facts = {
        "weights": dict(zip(FIELDS, weights, strict=True)),
        "least": least,
        "fresh_days": fresh_days,
        "interval": say("none: answers are recorded, not estimated"),
    }
    sentences = _bant_sentences(int(found.is_qualified.sum()), len(table), missing)
    return Findings("bant", {"leads": table, "missing": missing}, facts, sentences, {}, tuple(sheet.notices), frozenset({"leads"}))


def _ages_of_answers(sheet: Sheet, day: float | None) -> dict[str, FloatArray]:
    """Days since each answer was given, where a column says when."""
    ages: dict[str, FloatArray] = {}
    for name in FIELDS:
        dated = next((n for n in sheet.table.names if n.lower() in (f"{name}_date", f"{name} date", f"{name}_at")), None)
        if dated is None:
            continue
        if day is None:
            raise InputError(
                f"column {dated!r} dates the answers; say with today (--today) from which day their age counts", code="date", field="today"
            )
        ages[name] = day - sheet.days(dated)
    return ages


def _bant_table(ids: TextArray, found: Qualification) -> pd.DataFrame:
    """The leads, the best first."""
    import pandas as pd

    order = np.lexsort((ids.astype(str), -found.score))
    return pd.DataFrame(
        {
            "lead": ids[order],
            "score": found.score[order],
            "is_qualified": found.is_qualified[order],
            "fails": column_of_sentences(found.fails[order]),
            "stale": column_of_sentences(found.stale[order]),
            "ask_next": column_of_sentences(found.prompt[order]),
        }
    )


def _missing_answers(grades: Mapping[str, FloatArray], fails: TextArray) -> pd.DataFrame:
    """How many leads say nothing of each of the four, and how many fail on it."""
    import pandas as pd

    return pd.DataFrame(
        {
            "field": column_of_sentences([NAMES[field] for field in FIELDS]),
            "unknown": [int(np.isnan(grades[f]).sum()) for f in FIELDS],
            "failing": [int(sum(f in t for t in fails)) for f in FIELDS],
        }
    )


def _bant_sentences(n_qualified: int, n: int, missing: pd.DataFrame) -> tuple[str, str]:
    worst = missing.sort_values("failing", ascending=False, kind="stable").iloc[0]
    return (
        say_n("%(n)s lead is qualified of %(all)s.", "%(n)s leads are qualified of %(all)s.", n_qualified, all=n),
        say(
            "Most fail on %(field)s (%(failing)s); unknown there: %(unknown)s.",
            field=NAMES[str(worst["field"])],
            failing=int(worst["failing"]),
            unknown=int(worst["unknown"]),
        ),
    )
