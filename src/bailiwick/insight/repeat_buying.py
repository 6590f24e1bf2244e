"""How often customers without a contract buy, and whether they are still there: BG/NBD."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaln, expit, gammaln, log_expit, polygamma, psi

from bailiwick.domain import FloatArray
from bailiwick.errors import InputError
from bailiwick.insight.likelihood import Fit, maximise

LEAST_REPEATERS = 20
"""Below so many customers with a repeat purchase no model is fitted."""
_REACH, _FURTHEST = 14.0, 24.0
_ROWS_AT_ONCE = 10_000


def _panels(count: int, order: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss and Legendre on equal parts of 0…1."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    starts = np.arange(count)[:, None]
    return ((starts + (nodes + 1) / 2) / count).ravel(), np.tile(weights / 2 / count, count)


_NODES, _WEIGHTS = _panels(20, 8)


class RepeatBuyingModel:
    """Repeat purchases of customers who may leave unseen (beta-geometric / negative binomial, BG/NBD).

    While a customer is alive, purchases follow a Poisson process with a rate of their own, Gamma(r, alpha) over customers. After each
    purchase the customer leaves with a probability of their own, Beta(a, b) over customers.

    Attributes
    ----------
    r_, alpha_, a_, b_
        The parameters by maximum likelihood; ``alpha_`` in weeks.
    log_likelihood_
        Its value there.
    fit_
        The parameters as one array, their intervals and their covariance.

    References
    ----------
    Fader, Hardie and Lee, "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model, Marketing Science 24, 2005.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> rate, age = rng.gamma(2.0, 1 / 20.0, 400), np.full(400, 52.0)
    >>> frequency = rng.poisson(rate * age)
    >>> model = RepeatBuyingModel().fit(frequency, np.where(frequency > 0, 50.0, 0.0), age)
    >>> bool(model.p_alive([3, 3], [2.0, 50.0], [52.0, 52.0])[0] < model.p_alive([3], [50.0], [52.0])[0])
    True
    """

    fit_: Fit
    r_: float
    alpha_: float
    a_: float
    b_: float
    log_likelihood_: float

    def fit(self, frequency: ArrayLike, recency_weeks: ArrayLike, age_weeks: ArrayLike) -> RepeatBuyingModel:
        """Learn the parameters.

        Parameters
        ----------
        frequency, recency_weeks, age_weeks
            See `PurchaseHistory`, shape (n,).

        Raises
        ------
        InputError
            If too few customers have a repeat purchase.
        """
        rows = np.column_stack([frequency, recency_weeks, age_weeks]).astype(np.float64)
        n_repeaters = int((rows[:, 0] > 0).sum())
        if n_repeaters < LEAST_REPEATERS:
            raise InputError(
                f"{n_repeaters} customers bought more than once; expected {LEAST_REPEATERS} or more to learn how customers come back; "
                "give orders of a longer time or of more customers",
                code="too_few_repeaters",
                field="orders",
            )
        distinct, counts = np.unique(rows, axis=0, return_counts=True)
        scale = max(float(distinct[:, 2].max()), 1.0) / 10  # the search starts near 1 whatever the unit of time
        distinct = distinct / np.array([1.0, scale, scale])
        n_repeats = float((distinct[:, 0] * counts).sum())
        shift = np.log(scale) * n_repeats

        def total(parameters: FloatArray) -> float:
            return float(counts @ _log_likelihood(parameters, distinct))

        fit = maximise(total, [[0.5, 1.0, 1.0, 2.0], [2.0, 2.0, 0.5, 5.0]])
        self.fit_ = fit.in_units(np.array([1.0, scale, 1.0, 1.0]), shift)
        self.r_, self.alpha_, self.a_, self.b_ = map(float, self.fit_.values)
        self.log_likelihood_ = self.fit_.log_likelihood
        return self

    def p_alive(self, frequency: ArrayLike, recency_weeks: ArrayLike, age_weeks: ArrayLike) -> FloatArray:
        """Probability that a customer has not left for good, shape (n,); 1 without a repeat, because customers leave after repeats only."""
        return p_alive(self.fit_.values, *_as_floats(frequency, recency_weeks, age_weeks))

    def predict(self, weeks: float, frequency: ArrayLike, recency_weeks: ArrayLike, age_weeks: ArrayLike) -> FloatArray:
        """Expected purchases in the next weeks, shape (n,)."""
        return expected_purchases(self.fit_.values, weeks, *_as_floats(frequency, recency_weeks, age_weeks))


def p_alive(parameters: FloatArray, frequency: FloatArray, recency: FloatArray, age: FloatArray) -> FloatArray:
    """Probability to be alive at the end of the observation for parameters r, alpha, a, b; shape (n,)."""
    return 1 / (1 + _odds_of_having_left(parameters, frequency, recency, age))


def expected_purchases(parameters: FloatArray, weeks: float, frequency: FloatArray, recency: FloatArray, age: FloatArray) -> FloatArray:
    """Expected purchases in the next weeks for parameters r, alpha, a, b; shape (n,).

    Notes
    -----
    Given that a customer is alive, the own rate λ is Gamma(r + x, alpha + age), the own probability to leave p is Beta(a, b + x), and
    the purchases expected in s weeks are (1 − exp(−λ p s)) / p. The mean over λ has a closed form; that over p is taken by quadrature
    in the logit of p. It equals equation 10 of Fader, Hardie and Lee, whose hypergeometric function overflows where a and b are large.
    """
    r, alpha, a, b = parameters
    rows, place = np.unique(np.column_stack([frequency, age]), axis=0, return_inverse=True)
    x, scale = rows[:, 0], alpha + rows[:, 1]
    while_alive = np.empty(len(rows))
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        some = slice(first, first + _ROWS_AT_ONCE)
        while_alive[some] = _mean_over_leaving(a, b + x[some], r + x[some], weeks / scale[some])
    return while_alive[place.ravel()] / (1 + _odds_of_having_left(parameters, frequency, recency, age))


def _mean_over_leaving(a: float, b: FloatArray, shape: FloatArray, span: FloatArray) -> FloatArray:
    """Mean of (1 − (1 + p · span)^−shape) / p over p from Beta(a, b), shape (n,); beyond the window in logits it does not change."""

    def purchases(p: FloatArray) -> FloatArray:
        return -np.expm1(-shape[:, None] * np.log1p(p * span[:, None])) / p

    middle, sd = psi(a) - psi(b), np.sqrt(polygamma(1, a) + polygamma(1, b))
    furthest = _FURTHEST + np.log1p(np.maximum(shape * span, span))
    low, high = np.maximum(middle - _REACH * sd, -furthest), np.minimum(middle + _REACH * sd, _FURTHEST)
    low = np.minimum(low, high - 1e-9)
    logits = low[:, None] + (high - low)[:, None] * _NODES
    p = expit(logits)
    logs = a * log_expit(logits) + b[:, None] * log_expit(-logits) - betaln(a, b)[:, None]
    inside = np.exp(logs) * _WEIGHTS * (high - low)[:, None]
    ends = np.column_stack([betainc(a, b, expit(low)), betainc(b, a, expit(-high))])
    mass = np.column_stack([ends[:, :1], inside, ends[:, 1:]])
    at = np.column_stack([expit(low), p, expit(high)])
    mean: FloatArray = (mass * purchases(at)).sum(axis=1) / mass.sum(axis=1)
    return mean


def _odds_of_having_left(parameters: FloatArray, frequency: FloatArray, recency: FloatArray, age: FloatArray) -> FloatArray:
    r, alpha, a, b = parameters
    repeats = np.maximum(frequency, 1)
    growth = (r + frequency) * (np.log(alpha + age) - np.log(alpha + recency))
    return np.where(frequency > 0, a / (b + repeats - 1) * np.exp(np.minimum(growth, 700)), 0.0)


def _log_likelihood(parameters: FloatArray, rows: FloatArray) -> FloatArray:
    """Of each row of frequency, recency and age, shape (n,)."""
    r, alpha, a, b = parameters
    x, recency, age = rows.T
    purchases = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    repeats = np.maximum(x, 1)
    left = betaln(a + 1, b + repeats - 1) - betaln(a, b) - (r + x) * np.log(alpha + recency)
    return purchases + np.where(x > 0, np.logaddexp(stays, left), stays)


def _as_floats(*columns: ArrayLike) -> tuple[FloatArray, ...]:
    return tuple(np.asarray(column, dtype=np.float64) for column in columns)
