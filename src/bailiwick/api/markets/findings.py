"""What every function about markets gives back: tables, facts, pictures, sentences."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.document import notice_list
from bailiwick.api.market_files import write_results
from bailiwick.domain import Notice
from bailiwick.pictures.charts import Spec

if TYPE_CHECKING:
    import pandas as pd

_DIGITS = 6


def column_of_sentences(texts: Iterable[str]) -> pd.Series:
    """Sentences as a column that keeps what they were made of, which a column of texts does not."""
    import pandas as pd

    return pd.Series(list(texts), dtype=object)


@dataclass(frozen=True, eq=False)
class Findings:
    """Tables about a market, with what they rest on.

    Attributes
    ----------
    kind
        What was asked: ``segments``, ``lead_scores``, ``potential`` …
    tables
        Name → pandas data frame; the first one is what was asked for.
    facts
        Settings, tests and models for the JSON document; every figure has an interval or the reason why it has none.
    sentences
        The result in words, the most important first.
    pictures
        Name → Vega-Lite specification.
    notices
        What was left out, guessed, or looks odd.
    files
        Names that a folder of this kind may hold.

    Examples
    --------
    >>> import pandas as pd
    >>> found = Findings("demo", {"rows": pd.DataFrame({"a": [1.0, np.nan]})})
    >>> found.document()["rows"]
    [{'a': 1.0}, {'a': None}]
    """

    kind: str
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()
    pictures: Mapping[str, Spec] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    long_tables: frozenset[str] = frozenset()
    """Tables with a row per account or lead, which the JSON document leaves to the files."""

    def __post_init__(self) -> None:
        for name in ("tables", "facts", "pictures"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __getitem__(self, name: str) -> pd.DataFrame:
        """A table by its name."""
        return self.tables[name]

    def lines(self) -> list[str]:
        """The result in sentences."""
        return list(self.sentences)

    def charts(self) -> dict[str, Spec]:
        """The pictures as Vega-Lite."""
        return dict(self.pictures)

    def document(self) -> dict[str, Any]:
        """The facts and the short tables as a JSON document."""
        short = {name: records(frame) for name, frame in self.tables.items() if name not in self.long_tables}
        return {
            "kind": self.kind,
            **plain(dict(self.facts)),
            **short,
            "sentences": list(self.sentences),
            "warnings": notice_list(self.notices),
        }

    def to_files(self, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
        """Write every table as CSV, the document as JSON, every picture as SVG and Vega-Lite; a new folder or an older result.

        Raises
        ------
        InputError
            If the folder holds other files or cannot be written.
        """
        tables = {f"{name}.csv": written_columns(frame) for name, frame in self.tables.items()}
        return write_results(
            folder, tables=tables, document=(f"{self.kind}.json", self.document()), charts=self.pictures, known=file_names(self.kind)
        )


def file_names(kind: str) -> tuple[str, ...]:
    """Names of the files that a result of this kind may have."""
    tables, charts = FILES[kind]
    return (*(f"{t}.csv" for t in tables), f"{kind}.json", *(f"{c}{end}" for c in charts for end in (".svg", ".vl.json")))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as dictionaries of plain values."""
    columns = {str(name): [plain(v) for v in frame[name].tolist()] for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers with six digits, None for what is no number.

    Examples
    --------
    >>> plain({"a": np.float64(1 / 3), "b": (np.int64(2), float("nan"))})
    {'a': 0.333333, 'b': [2, None]}
    """
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(v) for v in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{float(value):.{_DIGITS}g}") if math.isfinite(value) else None
    return value if value is None or isinstance(value, int | str) else str(value)


def written_columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns for a CSV file: rounded numbers, empty where there is none."""
    return {str(name): ["" if (v := plain(value)) is None else v for value in frame[name].tolist()] for name in frame.columns}


FILES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "segments": (("segments", "members", "products", "reasons", "clusters"), ("segments",)),
    "duplicates": (("pairs", "clusters", "branches", "weights", "evidence"), ("probabilities",)),
    "density": (("units", "classes"), ("classes",)),
    "lead_scores": (("leads", "reliability", "importance", "drift", "suspects"), ("reliability", "importance")),
    "fit_scores": (("prospects", "profile", "lookalikes", "suspects"), ("profile",)),
    "bant": (("leads", "missing"), ()),
    "territory_quality": (("territories", "stability"), ("quality",)),
    "potential": (("accounts", "groups", "drivers", "test", "disguises"), ("potential", "pareto", "drivers")),
    "concentration": (("groups", "classes"), ("pareto",)),
    "hot_spots": (("units",), ("spots",)),
    "retention": (("groups", "survival"), ("survival",)),
    "forecast": (("forecast", "methods", "seasonality", "test"), ("forecast", "seasonality")),
    "next_orders": (("accounts",), ("overdue",)),
    "pipeline": (("groups", "deals", "rates", "past"), ("pipeline",)),
    "key_figures": (("figures", "waterfall", "quadrant", "measures", "lines"), ("waterfall", "quadrant")),
    "attainment": (("attainment",), ("attainment",)),
    "funnel": (("funnel", "groups", "index"), ("funnel",)),
    "allocation": (("allocation", "methods"), ("allocation",)),
    "effect": (("effect", "path", "pairs", "blend"), ("path",)),
    "pilot": (("designs", "pilot"), ("power",)),
    "gap": (("groups",), ("gap",)),
    "large_market": (("figures", "waterfall", "quadrant", "segments"), ("waterfall", "quadrant")),
    "health": (("accounts", "reliability", "signs"), ("levels", "reliability")),
    "cohorts": (("repeat", "cohorts"), ("cohorts",)),
    "market": (("territories", "units"), ("map", "pareto", "white_space", "quality")),
}
"""Kind → names of its tables and of its pictures."""
