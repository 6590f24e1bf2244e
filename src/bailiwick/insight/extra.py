"""Packages that only some models need; the base installation goes without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec

from bailiwick.errors import InputError


def require_models() -> None:
    """Make sure that scikit-learn and statsmodels are there.

    Raises
    ------
    InputError
        If one is missing, with the command that installs both.
    """
    _require({"scikit-learn": "sklearn", "statsmodels": "statsmodels"})


def require_matching() -> None:
    """Make sure that Splink and DuckDB are there.

    Raises
    ------
    InputError
        If one is missing, with the command that installs both.
    """
    _require({"splink": "splink", "duckdb": "duckdb"})


def _require(packages: Mapping[str, str]) -> None:
    missing = [name for name, module in packages.items() if find_spec(module) is None]
    if missing:
        raise InputError(
            f"this needs {' and '.join(missing)}, which the base installation leaves out; install with: pip install 'bailiwick[insight]'",
            code="missing_package",
            field=missing[0],
        )


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep compiled parts to one thread: on small or busy machines more are slower, and sums keep their order."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
