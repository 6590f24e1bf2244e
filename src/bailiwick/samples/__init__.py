"""Worked examples: generated data on real places, labelled as generated wherever they go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bailiwick.errors import InputError
from bailiwick.samples.coffee import generate as _coffee
from bailiwick.samples.tables import Sample, Table

__all__ = ["SAMPLES", "Sample", "Table", "make"]

SAMPLES: Mapping[str, Callable[..., Sample]] = MappingProxyType({"coffee": _coffee})
"""Name → generator with the keywords ``seed``, ``n_customers`` and ``n_reps``."""


def make(name: str, *, seed: int = 0, n_customers: int | None = None, n_reps: int | None = None) -> Sample:
    """Generate a worked example by name.

    Parameters
    ----------
    seed
        Of the random source.
    n_customers, n_reps
        How many there are; None: as many as the example has by itself.

    Raises
    ------
    InputError
        If there is no such example.
    """
    if name not in SAMPLES:
        raise InputError(f"there is no example {name!r}; there are: {', '.join(SAMPLES)}", code="unknown_sample", field="sample")
    sizes = {"n_customers": n_customers, "n_reps": n_reps}
    return SAMPLES[name](seed=seed, **{key: size for key, size in sizes.items() if size is not None})
