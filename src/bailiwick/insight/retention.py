"""How long customers with a contract stay: shifted-beta-geometric."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from bailiwick.domain import FloatArray
from bailiwick.errors import InputError
from bailiwick.insight.likelihood import Fit, maximise

LEAST_LOST = 5
"""Below so many lost customers no model is fitted."""


class RetentionModel:
    """Renewals of customers whose leaving is seen (shifted-beta-geometric, sBG).

    At the end of every period a customer leaves with a probability of their own, Beta(alpha, beta) over customers. Retention grows with
    age although no customer changes: those who leave easily leave first.

    Attributes
    ----------
    alpha_, beta_
        The parameters by maximum likelihood.
    log_likelihood_
        Its value there.
    fit_
        The parameters as one array, their intervals and their covariance.

    References
    ----------
    Fader and Hardie, How to Project Customer Retention, Journal of Interactive Marketing 21, 2007.

    Examples
    --------
    >>> periods, is_lost = np.repeat([1, 2, 3, 3], [300, 150, 90, 460]), np.repeat([True, True, True, False], [300, 150, 90, 460])
    >>> model = RetentionModel().fit(periods, is_lost)
    >>> model.survival(3).round(2).tolist()
    [1.0, 0.7, 0.55, 0.46]
    """

    fit_: Fit
    alpha_: float
    beta_: float
    log_likelihood_: float

    def fit(self, periods: ArrayLike, is_lost: ArrayLike) -> RetentionModel:
        """Learn the parameters.

        Parameters
        ----------
        periods
            For a lost customer the number of periods paid, 1 or more; for one who is still there the number of renewals, 0 or more;
            shape (n,).
        is_lost
            Whether the customer left at the end of the last of these periods, shape (n,).

        Raises
        ------
        InputError
            If too few customers were lost, none was kept, or a number of periods is too small.
        """
        periods, is_lost = np.asarray(periods, np.float64), np.asarray(is_lost, bool)
        if len(periods) and (periods < is_lost).any():
            raise InputError(
                "a customer who left has paid for 1 period or more, any other has 0 renewals or more; found fewer",
                code="periods",
                field="periods",
            )
        if is_lost.sum() < LEAST_LOST or (not (periods[~is_lost] > 0).any() and not (periods[is_lost] > 1).any()):
            n_renewed = int((periods > is_lost).sum())
            raise InputError(
                f"{int(is_lost.sum())} of {len(periods)} customers left and {n_renewed} renewed; expected {LEAST_LOST} "
                "lost ones or more and some who renewed, to learn how retention changes with age",
                code="too_few_lost",
                field="contracts",
            )
        rows, counts = np.unique(np.column_stack([periods, is_lost]), axis=0, return_counts=True)
        t, lost = rows[:, 0], rows[:, 1]

        def total(parameters: FloatArray) -> float:
            alpha, beta = parameters
            return float(counts @ (betaln(alpha + lost, beta + t - lost) - betaln(alpha, beta)))

        self.fit_ = maximise(total, [[1.0, 1.0], [0.5, 4.0]])
        self.alpha_, self.beta_ = map(float, self.fit_.values)
        self.log_likelihood_ = self.fit_.log_likelihood
        return self

    def survival(self, n_periods: int) -> FloatArray:
        """Share of new customers who are still there after 0, 1, … periods, shape (n_periods + 1,)."""
        t = np.arange(n_periods + 1)
        return np.exp(betaln(self.alpha_, self.beta_ + t) - betaln(self.alpha_, self.beta_))

    def predict(self, renewals: ArrayLike, n_periods: int) -> FloatArray:
        """Probability that a customer with so many renewals is still there after 1, 2, … more periods, shape (n, n_periods)."""
        return expected_stay(self.fit_.values, np.asarray(renewals, np.float64), n_periods)


def expected_stay(parameters: FloatArray, renewals: FloatArray, n_periods: int) -> FloatArray:
    """Probability to be still there after 1, 2, … more periods for parameters alpha, beta; shape (n, n_periods)."""
    alpha, beta = parameters
    later = np.arange(1, n_periods + 1)
    start = np.asarray(renewals, np.float64)[:, None]
    return np.exp(betaln(alpha, beta + start + later) - betaln(alpha, beta + start))
