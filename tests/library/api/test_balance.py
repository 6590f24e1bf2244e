"""What a user may write after --balance, and what it means."""

from __future__ import annotations

import pytest

from bailiwick.api.balance import parse_balance, resolve_balance
from bailiwick.domain import Measure
from bailiwick.errors import InputError

KNOWN = ["population", "plan: sales", "Revenue Potential"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("population", Measure("population", 0.05)),
        ("population:5", Measure("population", 0.05)),
        ("population:2.5%", Measure("population", 0.025)),
        ("population:2,5", Measure("population", 0.025)),
        ("population:0", Measure("population", 0.0)),
        ("population:0.5", Measure("population", 0.005)),
        ("population:0.05%", Measure("population", 0.0005)),
        ("plan: sales", Measure("plan: sales", 0.05)),
        ("plan: sales:10", Measure("plan: sales", 0.1)),
        ("revenue_potential:20", Measure("Revenue Potential", 0.2)),
        ("units:1", Measure("units", 0.01)),
    ],
)
def test_words_of_the_command_line(text: str, expected: Measure) -> None:
    (found,), notices = resolve_balance([text], KNOWN)
    assert found.name == expected.name
    assert found.tolerance == pytest.approx(expected.tolerance)
    assert notices == ()


@pytest.mark.parametrize("text", ["", " ", ":5", " :5%"])
def test_a_tolerance_without_a_measure(text: str) -> None:
    with pytest.raises(InputError, match="put the name of a column first"):
        parse_balance(text)


def test_a_column_that_ends_like_a_tolerance_wins() -> None:
    assert resolve_balance("sales:5", ["sales:5"])[0] == (Measure("sales:5", 0.05),)


def test_mappings_hold_fractions() -> None:
    assert resolve_balance({"population": 0.05, "units": None}, KNOWN)[0] == (Measure("population", 0.05), Measure("units", None))


def test_ready_measures_keep_their_weight() -> None:
    assert resolve_balance([Measure("population", 0.1, weight=3.0)], KNOWN)[0] == (Measure("population", 0.1, weight=3.0),)


@pytest.mark.parametrize(
    ("balance", "code", "message"),
    [
        ("popluation", "unknown_measure", "did you mean 'population'"),
        ("popluation:5", "unknown_measure", "did you mean 'population'"),
        ("xyz", "unknown_measure", "there are: 'population', 'plan: sales', 'Revenue Potential'"),
        ("population:five", "tolerance", "population:5 or population:2.5%"),
        ("population:0.05", "tolerance", "can mean 0.05 % or 5 %"),
        ({"population": 5}, "tolerance", "5 means 500 %; write 0.05 for 5 %"),
        ({"population": -0.1}, "tolerance", "zero or more"),
        (["population", "population:3"], "repeated_measure", "named twice"),
    ],
)
def test_what_cannot_be_meant(balance: object, code: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        resolve_balance(balance, KNOWN)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_without_a_word_the_only_measure_is_taken_and_said() -> None:
    measures, (notice,) = resolve_balance(None, ["sales"])
    assert measures == (Measure("sales", 0.05),)
    assert "'sales'" in notice.message
    assert notice.code == "default_balance"


def test_without_a_word_several_measures_give_the_count() -> None:
    measures, (notice,) = resolve_balance([], KNOWN)
    assert measures == (Measure("units", 0.05),)
    assert "the units also have: population" in notice.message
