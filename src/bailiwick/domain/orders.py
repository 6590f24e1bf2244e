"""Orders: who bought when for how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain.notice import Notice
from bailiwick.domain.units import FloatArray, TextArray
from bailiwick.errors import InputError


@dataclass(frozen=True, eq=False)
class OrderTable:
    """Order lines of known customers.

    Attributes
    ----------
    customer_ids
        The customers, each once, shape (n,).
    customer_idx
        Index of the customer of each line, 0…n − 1, shape (m,).
    days
        Day of each line, counted from 1970-01-01, shape (m,).
    amounts
        Currency, shape (m,); returns are negative.
    groups
        Name of a column → its text on each line, shape (m,); segments or territories.
    notices
        What was left out or guessed while reading.

    Raises
    ------
    InputError
        If the columns differ in length.

    Examples
    --------
    >>> OrderTable(np.array(["a"], object), np.array([0, 0]), np.array([10, 24]), np.array([5.0, 7.0])).n_lines
    2
    """

    customer_ids: TextArray
    customer_idx: NDArray[np.int64]
    days: NDArray[np.int64]
    amounts: FloatArray
    groups: Mapping[str, TextArray] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))
        lengths = {len(self.customer_idx), len(self.days), len(self.amounts), *map(len, self.groups.values())}
        if len(lengths) > 1:
            raise InputError(f"the columns of the orders must have one length, found {sorted(lengths)}", code="length")

    @property
    def n_lines(self) -> int:
        """Number of order lines."""
        return len(self.days)

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return len(self.customer_ids)
