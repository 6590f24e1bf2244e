"""How much a purchase is worth: Gamma-Gamma."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from bailiwick.domain import FloatArray
from bailiwick.errors import InputError
from bailiwick.insight.likelihood import Fit, maximise
from bailiwick.insight.repeat_buying import LEAST_REPEATERS


class SpendModel:
    """Amount of a purchase, which varies around a mean of the customer's own (Gamma-Gamma).

    The amounts of a customer are Gamma(p, nu), and nu is Gamma(q, gamma) over customers; q > 1, so that the mean over all customers exists.

    Attributes
    ----------
    p_, q_, gamma_
        The parameters by maximum likelihood; ``gamma_`` in currency.
    log_likelihood_
        Its value there.
    fit_
        p, q − 1 and gamma as one array, with the covariance of their logarithms.

    References
    ----------
    Fader and Hardie, The Gamma-Gamma Model of Monetary Value, 2013.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> means = 6 * 15 / rng.gamma(4.0, 1.0, 500)
    >>> model = SpendModel().fit(np.full(500, 3), rng.gamma(18.0, means / 18.0))
    >>> bool(25 < model.population_mean_ < 35)
    True
    >>> bool(np.isclose(model.predict([0], [0.0])[0], model.population_mean_))
    True
    """

    fit_: Fit
    p_: float
    q_: float
    gamma_: float
    log_likelihood_: float

    def fit(self, frequency: ArrayLike, monetary: ArrayLike) -> SpendModel:
        """Learn the parameters from the customers with a repeat purchase.

        Parameters
        ----------
        frequency, monetary
            See `PurchaseHistory`, shape (n,).

        Raises
        ------
        InputError
            If too few customers have a repeat purchase.
        """
        x, mean = np.asarray(frequency, np.float64), np.asarray(monetary, np.float64)
        known = (x > 0) & (mean > 0)
        if known.sum() < LEAST_REPEATERS:
            raise InputError(
                f"{int(known.sum())} customers have repeat purchases with amounts; expected {LEAST_REPEATERS} or more to learn what "
                "a purchase is worth; give orders of a longer time or of more customers",
                code="too_few_repeaters",
                field="orders",
            )
        x, mean = x[known], mean[known]
        scale = float(np.median(mean))
        mean = mean / scale

        def total(parameters: FloatArray) -> float:
            p, above_one, gamma = parameters
            return float(_log_likelihood(p, 1 + above_one, gamma, x, mean).sum())

        fit = maximise(total, [[3.0, 2.0, 1.0], [1.0, 1.0, 1.0]])
        self.fit_ = fit.in_units(np.array([1.0, 1.0, scale]), len(x) * float(np.log(scale)))
        values = self.fit_.values
        self.p_, self.q_, self.gamma_ = float(values[0]), float(1 + values[1]), float(values[2])
        self.log_likelihood_ = self.fit_.log_likelihood
        return self

    @property
    def intervals_(self) -> FloatArray:
        """95 % interval of p, q and gamma, shape (3, 2)."""
        return self.fit_.intervals + np.array([[0.0], [1.0], [0.0]])

    @property
    def population_mean_(self) -> float:
        """Mean amount of a purchase of a customer of whom nothing is known, in currency."""
        return self.p_ * self.gamma_ / (self.q_ - 1)

    def predict(self, frequency: ArrayLike, monetary: ArrayLike) -> FloatArray:
        """Expected amount of a purchase in currency, shape (n,): a mean of the customer's own past and the population."""
        return expected_spend(self.fit_.values, np.asarray(frequency, np.float64), np.asarray(monetary, np.float64))


def expected_spend(parameters: FloatArray, frequency: FloatArray, monetary: FloatArray) -> FloatArray:
    """Expected amount of a purchase for parameters p, q − 1, gamma; shape (n,)."""
    p, above_one, gamma = parameters
    return p * (gamma + frequency * monetary) / (p * frequency + above_one)


def _log_likelihood(p: float, q: float, gamma: float, x: FloatArray, mean: FloatArray) -> FloatArray:
    total = x * mean
    shape = p * x
    powers = q * np.log(gamma) + (shape - 1) * np.log(mean) + shape * np.log(x) - (shape + q) * np.log(gamma + total)
    return gammaln(shape + q) - gammaln(shape) - gammaln(q) + powers
