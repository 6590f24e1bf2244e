"""Tables of numbers and words as models take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.domain import FloatArray

if TYPE_CHECKING:
    import pandas as pd

_LEAST_OF_LEVEL = 10


def is_words(column: pd.Series) -> bool:
    """Whether a column holds words."""
    import pandas as pd

    return not pd.api.types.is_numeric_dtype(column.dtype)


class Coder:
    """Words as codes, numbers as they are: one matrix of floats.

    Levels that were not there while learning become NaN, which trees treat as missing.

    Attributes
    ----------
    names_
        The columns.
    levels_
        Column of words → its levels, the frequent ones first.
    """

    names_: list[str]
    levels_: dict[str, list[str]]

    def fit(self, frame: pd.DataFrame, most_levels: int = 200) -> Coder:
        """Learn the levels."""
        self.names_ = [str(name) for name in frame.columns]
        self.levels_ = {}
        for name in frame.columns:
            if is_words(frame[name]):
                counts = frame[name].astype(str).value_counts(sort=True)
                self.levels_[str(name)] = sorted(counts.index[:most_levels], key=lambda level: (-counts[level], level))
        return self

    def transform(self, frame: pd.DataFrame) -> FloatArray:
        """The matrix, shape (n, p)."""
        columns = []
        for name in self.names_:
            if name in self.levels_:
                place = {level: float(i) for i, level in enumerate(self.levels_[name])}
                columns.append(np.array([place.get(text, np.nan) for text in frame[name].astype(str).tolist()]))
            else:
                columns.append(frame[name].to_numpy(dtype=np.float64, na_value=np.nan))
        return np.column_stack(columns) if columns else np.zeros((len(frame), 0))

    @property
    def is_coded(self) -> list[bool]:
        """Whether a column holds codes of words, shape (p,)."""
        return [name in self.levels_ for name in self.names_]


def linear_steps(coder: Coder) -> Any:
    """Steps before a linear model: numbers filled and scaled, skewed ones by their logarithm; words as one column per level."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    coded = np.flatnonzero(coder.is_coded)
    plain = np.flatnonzero(~np.array(coder.is_coded, bool))
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), FunctionTransformer(signed_log), StandardScaler())
    words = make_pipeline(
        SimpleImputer(strategy="constant", fill_value=-1.0, keep_empty_features=True),
        OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=_LEAST_OF_LEVEL, sparse_output=False),
    )
    both = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    return ColumnTransformer([("numbers", both, plain), ("logs", numbers, plain), ("words", words, coded)])


def signed_log(values: FloatArray) -> FloatArray:
    """Logarithm of 1 + |value| with the sign of the value: takes the tail off skewed numbers."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def as_frame(estimator: Any, x: Any, *, reset: bool) -> pd.DataFrame:
    """Input of an estimator as a data frame, checked as scikit-learn checks it."""
    import pandas as pd
    from sklearn.utils.validation import validate_data

    if isinstance(x, pd.DataFrame) and any(is_words(x[name]) for name in x.columns):
        validate_data(estimator, x, reset=reset, skip_check_array=True)
        return x
    values = validate_data(estimator, x, reset=reset, ensure_all_finite="allow-nan", dtype=np.float64)
    names = [str(c) for c in x.columns] if isinstance(x, pd.DataFrame) else [f"x{i}" for i in range(values.shape[1])]
    return pd.DataFrame(np.asarray(values), columns=names)
