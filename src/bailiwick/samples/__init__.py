"""Worked examples: generated data on real places, labelled as generated wherever they go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bailiwick.errors import InputError
from bailiwick.samples.coffee import generate as _coffee
from bailiwick.samples.tables import Sample, Table

__all__ = ["SAMPLES", "Sample", "Table", "make"]

SAMPLES: Mapping[str, Callable[[int], Sample]] = MappingProxyType({"coffee": lambda seed: _coffee(seed=seed)})


def make(name: str, *, seed: int = 0) -> Sample:
    """Generate a worked example by name.

    Raises
    ------
    InputError
        If there is no such example.
    """
    if name not in SAMPLES:
        raise InputError(f"there is no example {name!r}; there are: {', '.join(SAMPLES)}", code="unknown_sample", field="sample")
    return SAMPLES[name](seed)
