"""Formulas over named measures, such as ``(revenue - cost) / hours``: parsed and checked, never run as a program.

```text
formula = arithmetic of measures and numbers with + - * / and brackets
        | min(a, b, …) | max(a, b, …) | abs(a) | if(condition, a, b)
condition = a < b and its kin
```
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

import numpy as np

from bailiwick.domain import FloatArray
from bailiwick.errors import InputError

LONGEST, MOST_NODES = 500, 120
_FUNCTIONS: dict[str, tuple[int, int]] = {"min": (2, 9), "max": (2, 9), "abs": (1, 1), "if": (3, 3)}
_ARITHMETIC: dict[type[ast.operator], Callable[[FloatArray, FloatArray], FloatArray]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[FloatArray, FloatArray], FloatArray]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_IF = "if_"


class Formula:
    """A checked formula.

    Parameters
    ----------
    text
        As a person writes it.

    Attributes
    ----------
    measures
        Names that it needs, in order.

    Raises
    ------
    InputError
        If it is not of the grammar; the message says what is wrong and where.

    Examples
    --------
    >>> formula = Formula("revenue / revenue_before - 1")
    >>> formula.measures
    ('revenue', 'revenue_before')
    >>> formula.value({"revenue": np.array([120.0, 5.0]), "revenue_before": np.array([100.0, 0.0])}).round(2).tolist()
    [0.2, nan]
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        if not self.text or len(self.text) > LONGEST:
            raise InputError(f"a formula has 1 to {LONGEST} characters, found {len(self.text)}", code="formula", field="formula")
        self._tree = self._parse()
        nodes = list(ast.walk(self._tree))
        if len(nodes) > MOST_NODES:
            raise InputError(
                f"the formula {self._short()} is too long; break it up into several key figures", code="formula", field="formula"
            )
        self._check(self._tree)
        calls = {id(n.func) for n in nodes if isinstance(n, ast.Call)}
        names = [n.id for n in nodes if isinstance(n, ast.Name) and id(n) not in calls]
        self.measures = tuple(dict.fromkeys(sorted(names, key=self.text.find)))

    def _short(self) -> str:
        return repr(self.text if len(self.text) <= 60 else self.text[:57] + "…")

    def _parse(self) -> ast.expr:
        import re

        python = re.sub(r"\bif\s*\(", f"{_IF}(", self.text)
        try:
            return ast.parse(python, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            place = f" at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
            raise InputError(
                f"the formula {self._short()} cannot be read{place}; expected for example (revenue - cost) / hours",
                code="formula",
                field="formula",
            ) from None

    def _check(self, node: ast.expr) -> None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            self._check(node.left)
            self._check(node.right)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            self._check(node.operand)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            self._check_call(node, node.func.id.rstrip("_"))
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
            self._check(node.left)
            self._check(node.comparators[0])
        elif not (
            isinstance(node, ast.Name)
            or (
                isinstance(node, ast.Constant)
                and isinstance(node.value, int | float)
                and not isinstance(node.value, bool)
                and abs(node.value) < 1e15
            )
        ):
            raise InputError(
                (
                    f"the formula {self._short()} holds {ast.unparse(node)[:40]!r}, which is not allowed; allowed are measures, "
                    "numbers, + - * /, "
                    "brackets, comparisons, and min, max, abs, if"
                ),
                code="formula",
                field="formula",
            )

    def _check_call(self, node: ast.Call, name: str) -> None:
        least, most = _FUNCTIONS.get(name, (1, 0))
        if not least <= len(node.args) <= most:
            known = ", ".join(_FUNCTIONS)
            raise InputError(
                f"the formula {self._short()} calls {name} with {len(node.args)} values; there are: {known} (if takes 3)",
                code="formula",
                field="formula",
            )
        for argument in node.args:
            self._check(argument)

    def value(self, measures: Mapping[str, FloatArray]) -> FloatArray:
        """The figure, shape (n,); NaN where something is divided by 0 or not known.

        Raises
        ------
        InputError
            If a measure is not there.
        """
        missing = [name for name in self.measures if name not in measures]
        if missing:
            known = ", ".join(sorted(measures))
            raise InputError(
                f"the formula {self._short()} needs {', '.join(missing)}, which is not there; there are: {known}",
                code="formula",
                field=missing[0],
            )
        n = len(next(iter(measures.values()))) if measures else 1
        found = np.broadcast_to(np.asarray(self._compute(self._tree, measures), dtype=np.float64), (n,)).copy()
        found[~np.isfinite(found)] = np.nan
        return found

    def _compute(self, node: ast.expr, measures: Mapping[str, FloatArray]) -> FloatArray:
        if isinstance(node, ast.Name):
            return measures[node.id]
        if isinstance(node, ast.Constant):
            return np.float64(node.value)  # type: ignore[arg-type, return-value]
        if isinstance(node, ast.UnaryOp):
            inner = self._compute(node.operand, measures)
            return -inner if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.BinOp):
            left, right = self._compute(node.left, measures), self._compute(node.right, measures)
            if isinstance(node.op, ast.Div):
                return np.asarray(np.divide(left, np.where(np.asarray(right) == 0, np.nan, right)))
            with np.errstate(all="ignore"):
                return _ARITHMETIC[type(node.op)](left, right)
        if isinstance(node, ast.Compare):
            return _COMPARISONS[type(node.ops[0])](self._compute(node.left, measures), self._compute(node.comparators[0], measures))
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        values = [self._compute(argument, measures) for argument in node.args]
        return _call(node.func.id.rstrip("_"), values)


def _call(name: str, values: list[FloatArray]) -> FloatArray:
    if name == "abs":
        return np.abs(values[0])
    if name == "if":
        return np.where(values[0], values[1], values[2])
    combined = values[0]
    for other in values[1:]:
        combined = np.minimum(combined, other) if name == "min" else np.maximum(combined, other)
    return combined
