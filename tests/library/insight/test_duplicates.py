"""Duplicates: cleaning by hand, planted copies, branches, real tables with known truth."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bailiwick as bw
from bailiwick.api import resemblances
from bailiwick.errors import InputError
from bailiwick.insight.duplicates import cleaning
from bailiwick.insight.duplicates.keys import make_keys
from bailiwick.insight.duplicates.records import clean_records
from bailiwick.insight.duplicates.resembling import PRIOR

pytest.importorskip("splink")

from bailiwick.insight.duplicates.groups import group
from bailiwick.insight.duplicates.model import smoothed, without_true_pairs


def texts(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


@pytest.mark.parametrize(
    ("function", "one", "other"),
    [
        (cleaning.clean_company, "Müller & Söhne GmbH & Co. KG", "MULLER SOHNE"),
        (cleaning.clean_company, "A.C.M.E. Inc.", "Acme Incorporated"),
        (cleaning.clean_phone, "+49 (0)30 / 123 45-67", "030 1234567"),
        (cleaning.clean_phone, "001 212 555 0187 x9", "(212) 555-0187"),
        (cleaning.clean_email, "Jo.Do+x@googlemail.com", "jodo@gmail.com"),
        (cleaning.clean_domain, "http://WWW.acme.de/a?b", "info@acme.de"),
        (cleaning.clean_postcode, "02138-0001", "2138"),
        (cleaning.clean_code, "DE 012-345", "de012345"),
    ],
)
def test_one_form(function: object, one: str, other: str) -> None:
    assert callable(function)
    assert function(one) == function(other) != ""


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (cleaning.clean_phone, "000-000-0000"),
        (cleaning.clean_phone, "12"),
        (cleaning.clean_email, "none"),
        (cleaning.clean_domain, "x@gmail.com"),
    ],
)
def test_fillers_are_nothing(function: object, text: str) -> None:
    assert callable(function)
    assert function(text) == ""


def test_a_value_that_many_share_is_no_key() -> None:
    n = 70
    phones = texts(*["0301234567"] * n, "0309999123", "0309999123")
    records = clean_records(texts(*map(str, range(n + 2))), {"phone": phones, "name": texts(*(f"firm{i}" for i in range(n + 2)))})
    keys = {key.name: key for key in make_keys(records)}
    assert (keys["key_phone"].n_pairs, keys["key_phone"].crowded) == (1, 1)


def test_pairs_hang_together() -> None:
    assert group(pd.DataFrame({"left": [0, 1, 5], "right": [1, 3, 6]}), 7).tolist() == [0, 0, 1, 0, 2, 3, 3]
    assert group(pd.DataFrame({"left": [], "right": []}, dtype=np.int64), 2).tolist() == [0, 1]


def model(*levels: tuple[float, float]) -> dict[str, object]:
    told = [{"m_probability": m, "u_probability": u, "label_for_charts": str(i)} for i, (m, u) in enumerate(levels)]
    return {"comparisons": [{"output_column_name": "name", "comparison_levels": [{"is_null_level": True}, *told]}]}


def ratios(found: dict[str, object]) -> list[float]:
    levels = found["comparisons"][0]["comparison_levels"][1:]  # type: ignore[index]
    return [level["m_probability"] / level["u_probability"] for level in levels]


def test_no_level_weighs_less_than_a_less_exact_one() -> None:
    """0.1 + 0.5 of the true pairs on 0.1 + 0.02 of the accidental ones: both weigh 5; the rest stays."""
    assert ratios(smoothed(model((0.1, 0.1), (0.5, 0.02), (0.4, 0.88)), 1000)) == pytest.approx([5, 5, 0.4 / 0.88])


def test_what_no_sample_showed_is_not_impossible() -> None:
    found = ratios(smoothed(model((0.9, 0.0), (0.1, 1.0)), 1000))
    assert found == pytest.approx([0.9 * 1000 * 999, 0.1])


def test_true_pairs_are_taken_out_of_the_random_ones() -> None:
    """0.9 of one true pair in 1,000 agree: of 0.001 that agree at random only 0.0001 do so by accident."""
    found = without_true_pairs(model((0.9, 0.001), (0.1, 0.999)), 0.001, 1000)
    assert found["comparisons"][0]["comparison_levels"][1]["u_probability"] == pytest.approx(0.0001, rel=0.01)


def test_a_city_of_planted_copies() -> None:
    rng = np.random.default_rng(2)
    syllables = ["bar", "dol", "fin", "gam", "hel", "jor", "kan", "lim", "mos", "nap"]
    names = ["".join(rng.choice(syllables, 3)).title() for _ in range(200)]
    table = pd.DataFrame({"id": [f"a{i}" for i in range(200)], "name": names})
    table["phone"] = [f"030 {n:07d}" for n in rng.integers(1_000_000, 9_999_999, 200)]
    table["street"], table["city"] = [f"{n} Main Street" for n in rng.integers(1, 900, 200)], rng.choice(["Ulm", "Kiel", "Bonn"], 200)
    copies = table.iloc[:20].copy()
    copies["id"], copies["name"] = [f"b{i}" for i in range(20)], [f"{name[:4]}{name[5:]} GmbH" for name in copies["name"]]
    copies["street"], copies["phone"] = copies["street"].str.replace("Street", "St."), [f"+49 {p[1:]}" for p in copies["phone"]]
    branch = table.iloc[[30]].assign(id="branch", street="7 Elm Road", city="Passau")
    everything = pd.concat([table, copies, branch])
    found = bw.find_duplicates(everything)
    assert {frozenset(p) for p in found["pairs"][["id_a", "id_b"]].to_numpy().tolist()} == {
        frozenset((f"a{i}", f"b{i}")) for i in range(20)
    }
    assert found["branches"][["id_a", "id_b"]].to_numpy().tolist() == [["a30", "branch"]]
    assert "name nearly the same" in found["pairs"]["evidence"][0]


def test_the_same_seed_gives_the_same_pairs() -> None:
    table = {
        "id": list("abcdef"),
        "name": ["Acme", "Acme Inc", "Bolt", "Nut", "Gear", "Gear"],
        "city": ["Ulm", "Ulm", "Bonn", "Kiel", "Ulm", "Kiel"],
    }
    one, other = (bw.find_duplicates(table, seed=3)["pairs"] for _ in range(2))
    assert len(one) > 0
    pd.testing.assert_frame_equal(one, other)


def f1(found: bw.api.Findings, ids: list[str], truth: list[str]) -> float:
    groups = pd.Series(ids).groupby(truth).apply(list)
    true = {frozenset(pair) for members in groups for pair in combinations(members, 2)}
    suggested = {frozenset(pair) for pair in found["pairs"][["id_a", "id_b"]].to_numpy().tolist()}
    return 2 * len(true & suggested) / (len(true) + len(suggested))


def test_febrl(shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "er_febrl" / "dataset1.csv", dtype=str, skipinitialspace=True, keep_default_na=False)
    truth = table["rec_id"].str.extract(r"rec-(\d+)-")[0].tolist()
    table["rec_id"] = ids = [f"R{i}" for i in range(len(table))]
    found = bw.find_duplicates(table)
    assert f1(found, ids, truth) >= 0.97
    assert found.facts["expected_right"] == pytest.approx(500, abs=10)


def test_people_with_little_to_go_by(shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "er_splink" / "fake_1000.csv", dtype=str, keep_default_na=False)
    truth = table.pop("cluster").tolist()
    assert f1(bw.find_duplicates(table), table["unique_id"].tolist(), truth) >= 0.9


@pytest.mark.parametrize(
    ("table", "options", "code"),
    [
        ({"id": ["a", "a"], "name": ["x", "y"]}, {}, "duplicate_id"),
        ({"id": ["a", ""], "name": ["x", "y"]}, {}, "missing_id"),
        ({"id": ["a", "b"], "size": ["1", "2"]}, {}, "nothing_to_compare"),
        ({"id": ["a", "b"], "name": ["x", "y"]}, {"column_map": {"emial": "name"}}, "unknown_field"),
        ({"id": ["a", "b"], "name": ["x", "y"]}, {"threshold": 1.0}, "option"),
        ({"id": ["a", "b"], "name": ["x", "y"]}, {"kind": "dogs"}, "option"),
    ],
)
def test_what_cannot_be_used_is_said(table: dict[str, list[str]], options: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as caught:
        bw.find_duplicates(table, **options)
    assert caught.value.code == code


def test_two_strangers_and_nothing_in_common() -> None:
    found = bw.find_duplicates({"name": ["Alpha", "Zulu"], "city": ["Ulm", "Kiel"]})
    assert len(found["pairs"]) == len(found["clusters"]) == 0
    assert {notice.code for notice in found.notices} == {"row_numbers", "no_pairs"}


def test_the_evidence_of_each_pair_stands_in_a_table_of_its_own() -> None:
    names = ["Acme Inc", "ACME Corp.", "Bolt Ltd", "Nut & Co"]
    found = bw.find_duplicates({"id": list("abcd"), "name": names, "city": ["Ulm", "Ulm", "Bonn", "Kiel"]})
    evidence = found["evidence"]
    assert set(zip(evidence["id_a"], evidence["id_b"], strict=True)) == {("a", "b")}
    assert dict(zip(evidence["comparison"], evidence["agreement"], strict=True)) == {"name": "the same", "area": "the same place"}
    assert evidence["weight"].sum() == pytest.approx(found["pairs"]["weight"].iloc[0])


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"name": "Acme GmbH"}, {"name": "ACME Inc."}, True),
        ({"name": "Acme", "place": "Ulm"}, {"name": "Acme", "place": "Kiel"}, False),
        ({"name": "Acme Bolts", "phone": "030 1234567"}, {"name": "Acme Botls", "phone": "+49 30 1234567"}, True),
        ({"name": "Nut", "phone": "030 1234567"}, {"name": "Acme", "phone": "030 1234567"}, False),
        ({"name": "Acme", "website": "acme.com"}, {"name": "A.C.M.E. Holding", "website": "https://www.acme.com/de"}, True),
        ({"name": "Acme Süd", "website": "acme.com", "place": "Ulm"}, {"name": "Nut", "website": "acme.com", "place": "Kiel"}, False),
    ],
)
def test_a_new_account_is_compared_by_fixed_weights(one: dict[str, str], other: dict[str, str], is_same: bool) -> None:
    found = resemblances(one, [other], kind="accounts")[0]
    assert (found.probability >= 0.5) == is_same
    assert sum(agreement.weight for agreement in found.evidence) + PRIOR == pytest.approx(
        np.log2(found.probability / (1 - found.probability))
    )


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"full_name": "Jo Lee", "email": "jo@acme.com"}, {"given": "Joanna", "family": "Lee", "email": "JO@acme.com"}, True),
        ({"full_name": "Jo Lee", "email": "info@acme.com"}, {"full_name": "Max Chan", "email": "info@acme.com"}, False),
        ({"full_name": "Jo Lee", "company": "Acme"}, {"full_name": "Jo Lee", "company": "ACME Inc."}, True),
        ({"full_name": "Jo Lee", "company": "Acme"}, {"full_name": "Jo Lee", "company": "Nut & Bolt"}, False),
    ],
)
def test_a_new_contact_is_compared_by_fixed_weights(one: dict[str, str], other: dict[str, str], is_same: bool) -> None:
    assert (resemblances(one, [other], kind="contacts")[0].probability >= 0.5) == is_same
    with pytest.raises(InputError, match="accounts or contacts"):
        resemblances(one, [other], kind="people")
