"""Match ids of one file with ids of another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.formats.table import as_text


def match_ids(wanted: Any, available: Any, *, ignore_zeros: bool = False) -> NDArray[np.int64]:
    """Row of each wanted text among the available ones, or −1, shape (n,).

    Parameters
    ----------
    wanted, available
        Arrow text.
    ignore_zeros
        If True, ``01001`` and ``1001`` are the same.

    Examples
    --------
    >>> match_ids(pa.array(["1001", "x", ""]), pa.array(["01001", ""]), ignore_zeros=True).tolist()
    [0, -1, -1]
    """
    if ignore_zeros:
        wanted, available = (pc.replace_substring_regex(as_text(side), r"^0+(\d)", r"\1") for side in (wanted, available))
    found = pc.fill_null(pc.index_in(wanted, value_set=available), -1)
    return pc.if_else(pc.equal(wanted, ""), -1, found).to_numpy(zero_copy_only=False).astype(np.int64)


def match_ids_leniently(wanted: Any, available: Any) -> tuple[NDArray[np.int64], bool]:
    """The same, trying without leading zeros where nothing matches as it stands.

    Returns
    -------
    The rows, and whether leading zeros had to be ignored.
    """
    found = match_ids(wanted, available)
    if (found >= 0).any():
        return found, False
    found = match_ids(wanted, available, ignore_zeros=True)
    return found, bool((found >= 0).any())


def text_array(values: Any) -> Any:
    """Any sequence of ids as Arrow text."""
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowException, TypeError):
        return pa.array([str(value) for value in values], pa.string())
