"""Scores of leads and deals: learned from finished ones, told for open ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.markets.findings import Findings, column_of_sentences
from bailiwick.api.markets.lead_findings import Learned, Looked, lead_findings
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import plain, say, say_all
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.wording import quoted
from bailiwick.insight.extra import require_models

if TYPE_CHECKING:
    import pandas as pd

LEAST_OF_EACH = 30
"""Below so many wins or losses no model is learned."""
_WINS = {"won", "win", "yes", "true", "1", "y", "converted", "closed won", "success", "ja", "gewonnen"}
_LOSSES = {"lost", "loss", "no", "false", "0", "n", "closed lost", "failure", "rejected", "nein", "verloren", "not converted"}
_HELD_BACK = 0.25
_MOST_EXPLAINED = 2_000
_BACKGROUND = 24


def score_leads(
    history: Any,
    open_leads: Any = None,
    *,
    outcome: str | None = None,
    won: str | None = None,
    features: Sequence[str] | None = None,
    keep_suspects: bool = False,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    seed: int = 0,
) -> Findings:
    """Probability that each open lead or deal is won, with reasons, tested on finished ones that were held back.

    Columns that seem to know the outcome are left out and told. The probability is calibrated: of the leads with 30 %, about 30 in 100
    are won, as the reliability table shows on rows that no part of the model has seen.

    Parameters
    ----------
    history
        Finished leads: file or table with an outcome and what was known before it.
    open_leads
        Leads to score, with the same columns. None: the rows of ``history`` without an outcome; where all have one, all of them, each by a
        model that has not seen it.
    outcome
        Column of the outcome; by default found by its usual names.
    won
        Text of the outcome that means won; by default ``won``, ``yes``, ``1`` and the like.
    features
        Columns to learn from; by default all numbers and words that repeat.
    keep_suspects
        Whether to use columns that seem to know the outcome all the same.
    column_map
        Role → column: id, value, hours.
    date_order
        ``"dmy"`` or ``"mdy"`` where dates do not tell.
    seed
        Of the random source.

    Raises
    ------
    InputError
        If the table cannot be used, or there are fewer than 30 wins or 30 losses.
    """
    require_models()
    sheet = read_sheet(history, column_map=column_map, date_order=date_order)
    column = sheet.column(outcome, "outcome") if outcome else sheet.needed("outcome")
    is_won, is_finished = outcomes(sheet.texts(column), won, column)
    check_enough(is_won[is_finished], column)
    names = _feature_names(sheet, column, features)
    frame = sheet.features(names)
    finished = frame[is_finished].reset_index(drop=True)
    target = is_won[is_finished].astype(np.int64)
    suspects, alone, told = suspects_of(finished, target, keep_suspects=keep_suspects, seed=seed)
    finished = finished.drop(columns=[s.name for s in suspects] if not keep_suspects else [])
    if not len(finished.columns):
        raise InputError(
            "no column is left to learn from once those that know the outcome are out", code="too_little_data", field="features"
        )
    learned = learn(finished, target, seed=seed)
    source = read_sheet(open_leads, column_map=column_map, date_order=date_order) if open_leads is not None else sheet
    rows = (
        np.arange(len(source))
        if open_leads is not None
        else (np.flatnonzero(~is_finished) if not is_finished.all() else np.arange(len(sheet)))
    )
    wanted = source.features(list(finished.columns)).iloc[rows].reset_index(drop=True)
    is_past = open_leads is None and is_finished.all()
    p = learned.scorer.out_of_fold_ if is_past else learned.scorer.predict_proba(wanted)[:, 1]
    leads = _lead_table(source, rows, wanted, finished, learned.scorer, p, seed)
    shift = _drift(finished, wanted) if open_leads is not None or not is_finished.all() else None
    return lead_findings(learned, leads, Looked(suspects, alone, shift), (*sheet.notices, *told), base=float(target.mean()), n=len(target))


def outcomes(texts: TextArray, won: str | None, column: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each row is won, and whether it is finished at all.

    Raises
    ------
    InputError
        If no text can be told to be a win.
    """
    lower = np.array([text.casefold() for text in texts], dtype=object)
    levels = sorted(set(lower.tolist()) - {""})
    wins = {won.casefold()} if won is not None else _WINS & set(levels)
    if not wins & set(levels):
        raise InputError(
            f"column {column!r} has no text that means won; it has: {quoted(levels)}; say which it is with --won",
            code="outcome",
            field=column,
        )
    is_won = np.isin(lower, list(wins))
    losses = _LOSSES & set(levels)
    is_lost = np.isin(lower, list(losses)) if losses else (lower != "") & ~is_won
    return is_won, is_won | is_lost


def check_enough(is_won: NDArray[np.bool_], column: str, least: int = LEAST_OF_EACH) -> None:
    """Refuse to learn from too little.

    Raises
    ------
    InputError
        If there are fewer than ``least`` wins or losses.
    """
    n_won, n_lost = int(is_won.sum()), int((~is_won).sum())
    if min(n_won, n_lost) < least:
        raise InputError(
            f"{n_won} won and {n_lost} lost leads in column {column!r}; expected {least} or more of each: less is noise. "
            "Give a longer history; until then rank by qualification (bailiwick score bant) or by fit (bailiwick score fit)",
            code="too_little_data",
            field=column,
        )


def _feature_names(sheet: Sheet, column: str, features: Sequence[str] | None) -> list[str]:
    if features:
        return [sheet.column(name, "features") for name in features]
    found = sheet.feature_names(without=(column,))
    if not found:
        raise InputError("no column but the outcome holds numbers or words that repeat", code="too_little_data", field="features")
    return found


def _leakage(name: str, why: str, done: str) -> str:
    return say("column “%(name)s” seems to know the outcome and is %(done)s: %(why)s", name=name, done=done, why=why)


def suspects_of(
    frame: pd.DataFrame, target: NDArray[np.int64], *, keep_suspects: bool, seed: int
) -> tuple[list[Any], dict[str, float], list[Notice]]:
    """Columns that seem to know the outcome, how well each column ranks alone, and what is told of it."""
    from bailiwick.insight.scoring.leakage import find_leakage

    suspects, alone = find_leakage(frame, target, seed=seed)
    done = say("used all the same, as asked") if keep_suspects else say("left out")
    return (
        suspects,
        alone,
        [Notice("leakage", _leakage(s.name, s.why, done), 1, (s.name,)) for s in suspects],
    )


def learn(frame: pd.DataFrame, target: NDArray[np.int64], *, seed: int) -> Learned:
    """Fit with a quarter held back, judge on it, then fit on everything."""
    from bailiwick.insight.scoring import judging as j
    from bailiwick.insight.scoring.winning import WinScorer

    rng = np.random.default_rng(seed)
    held = _held_back(target, rng)
    trial = WinScorer(seed=seed).fit(frame[~held], target[~held])
    p, came = trial.predict_proba(frame[held])[:, 1], target[held]
    areas = _lost_when_shuffled(trial, frame[held], came, p, rng)
    table = j.reliability(came, p)
    test = _judged(came, p, float(target[~held].mean()), rng) | {
        "bins_held": int(table.is_held.sum()),
        "n_bins": len(table.count),
        "chosen": trial.chosen_,
        "candidates": {name: {"log_loss": loss, "standard_error": error} for name, (loss, error) in trial.losses_.items()},
    }
    whole = WinScorer(candidates=(trial.chosen_,), seed=seed)  # chosen once: the rows held back have judged this one
    return Learned(whole.fit(frame, target), test, table, areas)


def _held_back(target: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.bool_]:
    """A quarter of the won and a quarter of the lost, shape (n,)."""
    held = np.zeros(len(target), bool)
    for side in (0, 1):
        rows = np.flatnonzero(target == side)
        held[rng.permutation(rows)[: max(1, round(_HELD_BACK * len(rows)))]] = True
    return held


def _lost_when_shuffled(
    trial: Any, frame: pd.DataFrame, came: NDArray[np.int64], p: FloatArray, rng: np.random.Generator
) -> dict[str, float]:
    """By how much the ranking suffers when a column is shuffled."""
    from bailiwick.insight.scoring import judging as j

    judged, areas = j.area_under_curve(came, p), {}
    for name in frame.columns:
        shuffled = frame.copy()
        shuffled[name] = shuffled[name].to_numpy()[rng.permutation(len(came))]
        areas[str(name)] = judged - j.area_under_curve(came, trial.predict_proba(shuffled)[:, 1])
    return areas


def _judged(came: NDArray[np.int64], p: FloatArray, base: float, rng: np.random.Generator) -> dict[str, Any]:
    """Figures on what was held back; ``base`` is the share won of what was learned from."""
    from bailiwick.insight.scoring import judging as j

    brier, plain = j.with_interval(j.brier_score, came, p, rng), j.brier_score(came, np.full(len(came), base))
    return {
        "n_held_back": len(came),
        "auc": j.with_interval(j.area_under_curve, came, p, rng).record(),
        "brier": brier.record(),
        "brier_of_base_rate": plain,
        "calibration_error": j.calibration_error(came, p),
        "interval": "95 %, bootstrap over the rows held back; calibration_error has none because it is biased upwards by chance alone",
        "is_better_than_base_rate": bool(brier.high < plain),
    }


def _lead_table(
    source: Sheet, rows: NDArray[np.int64], wanted: pd.DataFrame, learned_from: pd.DataFrame, scorer: Any, p: FloatArray, seed: int
) -> pd.DataFrame:
    import pandas as pd

    id_column, value_column, hours_column = (source.find(role, needed=False) for role in ("id", "value", "hours"))
    ids = source.texts(id_column)[rows] if id_column else np.array([str(i + 1) for i in rows], dtype=object)
    value = source.numbers(value_column)[rows] if value_column else np.full(len(rows), np.nan)
    hours = source.numbers(hours_column)[rows] if hours_column else np.full(len(rows), np.nan)
    worth = np.where(np.isfinite(value), p * value, np.nan)
    per_hour = np.where((hours > 0), worth / np.where(hours > 0, hours, 1), np.nan)
    rank_by = next((v for v in (per_hour, worth) if np.isfinite(v).all() and len(v)), p)
    order = np.lexsort((ids.astype(str), -p, -rank_by))
    columns: dict[str, Any] = {"lead": ids[order], "probability": p[order]}
    columns |= {"value": value[order], "expected_value": worth[order]} if value_column else {}
    columns |= {"hours": hours[order], "expected_value_per_hour": per_hour[order]} if value_column and hours_column else {}
    tied = np.r_[False, np.isclose(np.diff(rank_by[order]), 0)] if len(order) else np.zeros(0, bool)
    columns["is_tied"] = tied | np.r_[tied[1:], False] if len(order) else tied
    explained = order[:_MOST_EXPLAINED]
    background = learned_from.sample(min(_BACKGROUND, len(learned_from)), random_state=seed)
    reasons = reasons_of(scorer, wanted.iloc[explained], background)
    columns["reasons"] = column_of_sentences(reasons + [""] * (len(order) - len(reasons)))
    return pd.DataFrame(columns)


def reasons_of(scorer: Any, frame: pd.DataFrame, background: pd.DataFrame, most: int = 3) -> list[str]:
    """The columns that move each probability most, in words."""
    effects = scorer.effects(frame, background)
    found: list[str] = []
    for i in range(len(frame)):
        parts: list[str] = []
        for column in np.argsort(-np.abs(effects[i]), kind="stable")[:most]:
            effect = float(effects[i, column])
            if abs(effect) < 0.05:
                continue
            value = frame.iloc[i, column]
            shown = plain(value, "g") if isinstance(value, float) else (str(value) or say("(none)"))
            factor = plain(float(np.exp(effect)), ".2f")
            parts.append(say("%(column)s = %(value)s: odds × %(factor)s", column=frame.columns[column], value=shown, factor=factor))
        found.append(say_all(parts, "; "))
    return found


def _drift(reference: pd.DataFrame, recent: pd.DataFrame) -> list[Any]:
    from bailiwick.insight.scoring.drift import drift

    return drift(reference, recent)


def probabilities(found: Findings) -> FloatArray:
    """Probabilities of scored leads, shape (n,)."""
    return np.asarray(found["leads"]["probability"], dtype=np.float64)
