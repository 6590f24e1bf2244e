"""Probability that a lead or deal is won: a model chosen by cross-validation and calibrated out of fold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from bailiwick.domain import FloatArray
from bailiwick.insight.extra import one_thread
from bailiwick.insight.features import Coder, as_frame, linear_steps

if TYPE_CHECKING:
    import pandas as pd

_FOR_ISOTONIC = 1_000
_CLIP = 1e-6
_LINE_PART = 0.1


class WinScorer(ClassifierMixin, BaseEstimator):
    """Calibrated probability of the second of two classes.

    Candidates, simple ones first: a logistic regression, boosted trees that add up one column at a time, boosted trees with interactions.
    The simplest whose log-loss in cross-validation is within one standard error of the best is taken. What it says out of fold is
    calibrated: by a monotone curve from 1,000 wins and as many losses on, by a logistic one below.

    Parameters
    ----------
    candidates
        Names of the models to try.
    n_folds
        Of the cross-validation.
    seed
        Of the random source.

    Attributes
    ----------
    classes_
        The two classes, shape (2,).
    chosen_
        Name of the model taken.
    out_of_fold_
        Calibrated probability of each row by a model that has not seen it, shape (n,).
    losses_
        Name → mean log-loss out of fold and its standard error.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(300, 2))
    >>> won = x[:, 0] + rng.normal(size=300) > 0
    >>> scorer = WinScorer(candidates=("logistic",)).fit(x, won)
    >>> bool(scorer.predict_proba([[2.0, 0.0]])[0, 1] > 0.9), scorer.chosen_
    (True, 'logistic')
    """

    def __init__(self, candidates: tuple[str, ...] = ("logistic", "additive trees", "trees"), n_folds: int = 5, seed: int = 0) -> None:
        self.candidates = candidates
        self.n_folds = n_folds
        self.seed = seed

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, x: Any, y: ArrayLike) -> WinScorer:
        """Learn from finished leads.

        Parameters
        ----------
        x
            Columns of numbers and words, shape (n, p).
        y
            Outcome: two classes, the second one (in sorting order) is the win, shape (n,).
        """
        from sklearn.utils.multiclass import check_classification_targets, type_of_target
        from sklearn.utils.validation import _check_y, check_consistent_length

        frame = as_frame(self, x, reset=True)
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        y = _check_y(y, estimator=self) if not isinstance(y, np.ndarray) or y.dtype != bool else y
        check_consistent_length(frame, y)
        check_classification_targets(y)
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) > 2:
            raise ValueError(f"Only binary classification is supported. The type of the target is {type_of_target(y)}.")
        if len(self.classes_) < 2:
            raise ValueError("expected two classes of outcome, found one class: nothing can be learned from wins or losses alone")
        self.coder_ = Coder().fit(frame)
        with one_thread():
            self._choose(self.coder_.transform(frame), target)
        return self

    def _choose(self, values: FloatArray, target: NDArray[np.int64]) -> None:
        folds = self._folds(target)
        scores: dict[str, FloatArray] = {}
        losses: dict[str, FloatArray] = {}
        for name in self.candidates:
            scores[name] = self._out_of_fold(name, values, target, folds)
            losses[name] = log_loss_terms(target, scores[name])
        self.losses_ = {name: (float(loss.mean()), standard_error(loss)) for name, loss in losses.items()}
        best = min(losses, key=lambda name: losses[name].mean())
        self.chosen_ = next(
            name for name in self.candidates if losses[name].mean() - losses[best].mean() <= standard_error(losses[name] - losses[best])
        )
        self.model_ = self._model(self.chosen_).fit(values, target)
        self.curve_ = _calibration(scores[self.chosen_], target)
        self.out_of_fold_ = self.curve_.predict(log_odds(scores[self.chosen_]))

    def _folds(self, target: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        from sklearn.model_selection import StratifiedKFold

        fewest = int(np.bincount(target).min())
        if fewest < 2:
            everything = np.arange(len(target))
            return [(everything, everything)]
        splitter = StratifiedKFold(min(self.n_folds, fewest), shuffle=True, random_state=self.seed)
        return list(splitter.split(np.zeros(len(target)), target))

    def _out_of_fold(self, name: str, values: FloatArray, target: NDArray[np.int64], folds: Any) -> FloatArray:
        found = np.empty(len(target))
        for learn, judge in folds:
            found[judge] = self._model(name).fit(values[learn], target[learn]).predict_proba(values[judge])[:, 1]
        return found

    def _model(self, name: str) -> Any:
        return clone(make_model(name, self.coder_, self.seed))

    def predict_proba(self, x: Any) -> FloatArray:
        """Calibrated probability of both classes, shape (n, 2)."""
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self, "model_")
        frame = as_frame(self, x, reset=False)
        won = self.curve_.predict(self.raw_log_odds(frame))
        return np.column_stack([1 - won, won])

    def predict(self, x: Any) -> NDArray[Any]:
        """The likelier class, shape (n,)."""
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self, "model_")
        return self.classes_[(self.predict_proba(x)[:, 1] > 0.5).astype(int)]

    def raw_log_odds(self, frame: pd.DataFrame) -> FloatArray:
        """Log-odds before calibration, shape (n,)."""
        return self._log_odds(self.coder_.transform(frame))

    def _log_odds(self, values: FloatArray) -> FloatArray:
        with one_thread():
            return log_odds(self.model_.predict_proba(values)[:, 1])

    def effects(self, frame: pd.DataFrame, background: pd.DataFrame) -> FloatArray:
        """How much every column lifts the log-odds of a row above the same row with that column of others, shape (n, p).

        Parameters
        ----------
        frame
            n rows.
        background
            Some rows of typical leads: what the row is compared with.

        Notes
        -----
        With a model that adds up columns the effects are exact; with interactions each is the effect of one column given all others.
        """
        values, others = self.coder_.transform(frame), self.coder_.transform(background)
        base = self._log_odds(values)
        found = np.empty(values.shape)
        for column in range(values.shape[1]):
            exchanged = np.repeat(values, len(others), axis=0)
            exchanged[:, column] = np.tile(others[:, column], len(values))
            found[:, column] = base - self._log_odds(exchanged).reshape(len(values), len(others)).mean(axis=1)
        return found


def make_model(name: str, coder: Coder, seed: int) -> Any:
    """A candidate by its name."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    if name == "logistic":
        return make_pipeline(linear_steps(coder), LogisticRegression(C=1.0, max_iter=2000))
    if name not in ("additive trees", "trees"):
        raise ValueError(f"expected candidates among 'logistic', 'additive trees' and 'trees', found {name!r}")
    return HistGradientBoostingClassifier(
        learning_rate=0.08,
        max_iter=150,
        max_leaf_nodes=4 if name == "additive trees" else 15,
        min_samples_leaf=20,
        l2_regularization=1.0,
        categorical_features=coder.is_coded if any(coder.is_coded) else None,
        interaction_cst="no_interactions" if name == "additive trees" else None,
        early_stopping=False,
        random_state=seed,
    )


class _Logistic:
    """From log-odds to calibrated probabilities by a straight line in log-odds."""

    def __init__(self, slope: float, shift: float) -> None:
        self.slope, self.shift = slope, shift

    def predict(self, score: FloatArray) -> FloatArray:
        return np.clip(1 / (1 + np.exp(-(self.shift + self.slope * score))), _CLIP, 1 - _CLIP)


class _Curve:
    """From log-odds to calibrated probabilities by steps; a small part of a logistic line keeps the order inside a step."""

    def __init__(self, knots: FloatArray, values: FloatArray, line: _Logistic) -> None:
        self.knots, self.values, self.line = knots, values, line

    def predict(self, score: FloatArray) -> FloatArray:
        steps = np.interp(score, self.knots, self.values)
        return np.clip((1 - _LINE_PART) * steps + _LINE_PART * self.line.predict(score), _CLIP, 1 - _CLIP)


def _calibration(probability: FloatArray, target: NDArray[np.int64]) -> _Curve | _Logistic:
    from sklearn.isotonic import IsotonicRegression
    from sklearn.linear_model import LogisticRegression

    score = log_odds(probability)
    fitted = LogisticRegression(C=1e3).fit(score[:, None], target)
    slope = float(fitted.coef_[0, 0])
    if slope <= 0:  # the columns tell nothing: everybody gets the base rate
        return _Logistic(0.0, float(log_odds(np.array([target.mean()]))[0]))
    line = _Logistic(slope, float(fitted.intercept_[0]))
    if np.bincount(target, minlength=2).min() < _FOR_ISOTONIC:
        return line
    curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, target)
    return _Curve(curve.X_thresholds_, curve.y_thresholds_, line)


def log_odds(probability: FloatArray) -> FloatArray:
    """Logarithm of the odds, with probabilities kept off 0 and 1."""
    p = np.clip(probability, _CLIP, 1 - _CLIP)
    return np.asarray(np.log(p / (1 - p)))


def log_loss_terms(target: NDArray[np.int64], probability: FloatArray) -> FloatArray:
    """Log-loss of every row, shape (n,)."""
    p = np.clip(probability, _CLIP, 1 - _CLIP)
    return np.asarray(-np.where(target == 1, np.log(p), np.log(1 - p)))


def standard_error(values: FloatArray) -> float:
    """Standard error of a mean."""
    return float(values.std() / np.sqrt(max(len(values), 1)))
