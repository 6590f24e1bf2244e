"""Rules on accounts: what is read, what is refused, and that a rule means what it says."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.domain.rules import Column, Rule
from bailiwick.errors import InputError
from bailiwick.formats.rule_text import parse_rule


def column(*cells: str) -> Column:
    def number(cell: str) -> float:
        try:
            return float(cell)
        except ValueError:
            return float("nan")

    return Column(np.array(cells, dtype=object), np.array([number(cell) for cell in cells]))


ACCOUNTS = {
    "industry": column("Healthcare", "healthcare ", "Retail", "", "IT"),
    "employees": column("10", "250", "50", "", "n/a"),
    "Lead source": column("web", "Referral", "trade fair", "web", ""),
}
ACCOUNTS["industry"] = Column(np.array([t.strip() for t in ACCOUNTS["industry"].texts], dtype=object), ACCOUNTS["industry"].numbers)


def hits(text: str) -> list[int]:
    return np.flatnonzero(parse_rule(text).matches(ACCOUNTS)).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("industry = 'HEALTHCARE'", [0, 1]),
        ("industry != 'healthcare'", [2, 3, 4]),
        ("industry in ('IT', \"retail\")", [2, 4]),
        ("industry not in ('IT', 'retail')", [0, 1, 3]),
        ("employees < 50", [0]),
        ("employees <= 50", [0, 2]),
        ("employees > 50", [1]),
        ("employees >= 50 and employees != 250", [2]),
        ("employees in 50..250", [1, 2]),
        ("employees between 10 and 50", [0, 2]),
        ("employees in (10, 250)", [0, 1]),
        ("employees is blank or employees = 10", [0, 3]),
        ("[Lead source] contains 'fair'", [2]),
        ("[Lead source] starts with 'WEB'", [0, 3]),
        ("[Lead source] is not blank", [0, 1, 2, 3]),
        ("not (industry = 'it' or employees = 10)", [1, 2, 3]),
        ("industry = 'it' or industry = 'retail' and employees = 10", [4]),
        ("(industry = 'it' or industry = 'retail') and employees = 50", [2]),
        ("industry = 'IT''s'", []),
    ],
)
def test_a_rule_takes_what_it_says(text: str, expected: list[int]) -> None:
    assert hits(text) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("industry", 9),
        ("industry =", 11),
        ("industry = IT", 12),
        ("employees < 'x'", 13),
        ("employees in 3..1", 17),
        ("a = 1 b = 2", 7),
        ("(a = 1", 7),
        ("a = 1)", 6),
        ("a ; 1", 3),
        ("and = 1", 1),
        ("a in ()", 7),
        ("a = 'open", 5),
        ("a.b = 1", 2),
        ("__import__('os')", 11),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(text: str, place: int) -> None:
    with pytest.raises(InputError, match=rf"character {place}:") as error:
        parse_rule(text)
    assert error.value.code == "rule"


def test_deep_and_long_rules_are_refused() -> None:
    for text in ("not " * 60 + "a = 1", "(" * 60 + "a = 1", "a = 1 or " * 2_000 + "a = 1"):
        with pytest.raises(InputError):
            parse_rule(text)


def test_an_unknown_column_is_told() -> None:
    with pytest.raises(InputError, match="nowhere"):
        parse_rule("nowhere = 1").matches(ACCOUNTS)


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_an_input_error(text: str) -> None:
    with contextlib.suppress(InputError):
        parse_rule(text)


conditions = st.sampled_from(["industry = 'it'", "employees > 20", "[Lead source] is blank", "employees in 10..50"])
texts = st.recursive(
    conditions,
    lambda inner: st.one_of(
        inner.map(lambda a: f"not ({a})"),
        st.tuples(inner, inner).map(lambda ab: f"({ab[0]}) and ({ab[1]})"),
        st.tuples(inner, inner).map(lambda ab: f"({ab[0]}) or ({ab[1]})"),
    ),
    max_leaves=6,
)


@settings(max_examples=50)
@given(texts, texts)
def test_and_or_not_are_those_of_sets(a: str, b: str) -> None:
    def found(text: str) -> set[int]:
        rule: Rule = parse_rule(text)
        return set(np.flatnonzero(rule.matches(ACCOUNTS)).tolist())

    assert found(f"({a}) and ({b})") == found(a) & found(b)
    assert found(f"({a}) or ({b})") == found(a) | found(b)
    assert found(f"not ({a})") == set(range(5)) - found(a)
    assert set(parse_rule(f"({a}) and ({b})").fields()) <= set(ACCOUNTS)
