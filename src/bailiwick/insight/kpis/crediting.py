"""To which territory a result counts: that of its day (as-was), or that of today (as-is)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.errors import InputError

NOBODY = "(none)"
Crediting = Literal["as-was", "as-is"]


def credit(
    accounts: TextArray,
    days: NDArray[np.int64],
    owner_of: TextArray,
    owner: TextArray,
    start: FloatArray,
    end: FloatArray,
    mode: Crediting,
    today: int,
) -> TextArray:
    """Territory of each line.

    Parameters
    ----------
    accounts, days
        Of the lines, shape (m,).
    owner_of, owner, start, end
        History: account, its territory, and the period ``[start, end)`` in days since 1970-01-01, NaN for open ends, shape (h,).
    mode
        ``as-was``: the owner on the day of the line; ``as-is``: the owner on ``today``.
    today
        Day for ``as-is``.

    Raises
    ------
    InputError
        If two periods of an account overlap.

    Examples
    --------
    >>> owners = np.array(["a", "a"], object), np.array(["T1", "T2"], object), np.array([np.nan, 10.0]), np.array([10.0, np.nan])
    >>> credit(np.array(["a", "a"], object), np.array([9, 10]), *owners, "as-was", 20).tolist()
    ['T1', 'T2']
    >>> credit(np.array(["a", "a"], object), np.array([9, 10]), *owners, "as-is", 20).tolist()
    ['T2', 'T2']
    """
    low = np.where(np.isfinite(start), start, -np.inf)
    high = np.where(np.isfinite(end), end, np.inf)
    order = np.lexsort((low, owner_of.astype(str)))
    ids = owner_of[order].astype(str)
    low, high, names = low[order], high[order], owner[order]
    clash = (ids[1:] == ids[:-1]) & (low[1:] < high[:-1])
    if clash.any():
        account = ids[1:][clash][0]
        raise InputError(
            f"two periods of account {account!r} overlap in the history of alignments; an account has one territory at a time",
            code="overlap",
            field="history",
        )
    known, first = np.unique(ids, return_index=True)
    stop = np.r_[first[1:], len(ids)]
    place = np.searchsorted(known, accounts.astype(str))
    found = np.full(len(accounts), NOBODY, dtype=object)
    is_known = (
        (place < len(known)) & (known[np.minimum(place, len(known) - 1)] == accounts.astype(str))
        if len(known)
        else np.zeros(len(accounts), bool)
    )
    asked = np.full(len(accounts), today, dtype=np.float64) if mode == "as-is" else days.astype(np.float64)
    for i in np.flatnonzero(is_known):
        a, b = first[place[i]], stop[place[i]]
        row = a + int(np.searchsorted(low[a:b], asked[i], side="right")) - 1
        if row >= a and asked[i] < high[row]:
            found[i] = names[row]
    return found
