"""A model of Fellegi and Sunter, learned from the table itself with Splink on DuckDB, and the pairs that it finds."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bailiwick.insight.duplicates.comparisons import Comparison, choose_comparisons, says_where
from bailiwick.insight.duplicates.keys import Key, make_keys
from bailiwick.insight.duplicates.records import Records
from bailiwick.insight.extra import require_matching

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    from splink import Linker

_TABLE = "records"
_LEAST_SHARE, _LEAST_CHANCE, _MOST_LEAST_CHANCE = 2e-3, 1e-6, 1e-4
_USUALLY_SAME = 0.9
_LEAST_FOR_RARE = 500  # records: in fewer, how rare a value is says little
_LEAST_ACCIDENT = 0.05
_KEPT_WEIGHT = -8.0
_LEAST_LEARNED, _MOST_LESSONS = 2, 3
_MOST_ROUNDS, _TOLERANCE = 200, 1e-9


@dataclass(frozen=True, slots=True)
class MatchParams:
    """How the search for duplicates works.

    Attributes
    ----------
    seed
        Of the samples from which chances are learned.
    sample_pairs
        Random pairs from which the chances of agreeing by accident are learned.
    training_pairs
        Most pairs in each pass of expectation maximisation.
    memory_mb
        What DuckDB may use, megabytes.
    threads
        Of DuckDB.
    """

    seed: int = 0
    sample_pairs: float = 2e6
    training_pairs: float = 1e6
    memory_mb: int = 1000
    threads: int = 2


@dataclass(frozen=True, eq=False)
class Matches:
    """Pairs that may be the same, and what was learned.

    Attributes
    ----------
    pairs
        Columns ``left`` and ``right`` (positions in the records, left < right), ``weight`` (log2 of the odds added by the evidence),
        ``probability``, ``is_elsewhere`` (accounts in different areas: branches at best), and per comparison ``value_…`` (as
        `Comparison.words` takes it) and ``weight_…`` (NaN where missing).
    comparisons, keys
        What was used.
    chance
        Share of all pairs of records that are the same, as learned.
    model
        The parameters: comparison → level → share among the same (m) and by accident (u).
    n_compared
        Pairs that were compared.
    """

    pairs: pd.DataFrame
    comparisons: tuple[Comparison, ...]
    keys: tuple[Key, ...]
    chance: float
    model: dict[str, dict[str, dict[str, float]]]
    n_compared: int


def find_matches(records: Records, params: MatchParams = MatchParams()) -> Matches:
    """Learn from the records themselves which agreements tell, and weigh every pair that shares a key.

    Notes
    -----
    Chances of accidental agreement (u) come from random pairs; shares among true pairs (m) from expectation maximisation, one pass per key,
    in which the comparisons made of the key's own columns learn nothing; where no pass can learn, 0.9 of
    the true pairs are taken to be the same. The share of true pairs is that under which the probabilities of
    the compared pairs add up to it.

    References
    ----------
    I. P. Fellegi, A. B. Sunter: A Theory for Record Linkage. Journal of the American Statistical Association 64 (1969).
    R. Linacre and others: Splink: Free software for probabilistic record linkage at scale. International Journal of Population Data
    Science 7 (2022).
    """
    require_matching()
    import duckdb

    comparisons, keys = choose_comparisons(records.columns, is_people=records.is_people), make_keys(records)
    logging.getLogger("splink").setLevel(logging.ERROR)
    with closing(duckdb.connect(":memory:", config=_database_config(params))) as database:
        database.register("given", _arrow(records, keys))
        database.execute(f"CREATE TABLE {_TABLE} AS SELECT * FROM given")
        if not keys:
            return Matches(no_pairs(comparisons), tuple(comparisons), (), 0.0, {}, 0)
        model = _learn(database, comparisons, keys, len(records), params)
        with_rare = len(records) >= _LEAST_FOR_RARE
        first, _ = _weigh(database, model, comparisons, with_rare=with_rare)
        chance = judge(first, _elsewhere(first, records), len(records))[1]
        model = without_true_pairs(model, chance, len(records))
        frame, n_compared = _weigh(database, model, comparisons, with_rare=with_rare)
    pairs, chance = judge(frame, _elsewhere(frame, records), len(records))
    return Matches(pairs, tuple(comparisons), tuple(keys), chance, parameters(model), n_compared)


def _database_config(params: MatchParams) -> dict[str, Any]:
    return {
        "threads": params.threads,
        "memory_limit": f"{params.memory_mb}MB",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "enable_external_access": False,
    }


def _arrow(records: Records, keys: Sequence[Key]) -> Any:
    columns: dict[str, Any] = {"unique_id": pa.array(np.arange(len(records)), pa.int64())}
    for name, values in [*records.columns.items(), *((key.name, key.values) for key in keys)]:
        columns[name] = pa.array([value or None for value in values.tolist()], pa.string())
    return pa.table(columns)


def _linker(database: duckdb.DuckDBPyConnection, settings: Any) -> Linker:
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection=database)
    return Linker(api.register(_TABLE), settings, log_level=logging.CRITICAL)  # what matters is in the result


def _settings(comparisons: Sequence[Comparison], keys: Sequence[Key], n: int) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "comparisons": [comparison.settings(with_rare=n >= _LEAST_FOR_RARE) for comparison in comparisons],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.{key.name} = r.{key.name}", "sql_dialect": "duckdb"} for key in keys
        ],
        "probability_two_random_records_match": 1 / max(n, 2),
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "linker_uid": "bailiwick",
    }


def _learn(
    database: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison], keys: Sequence[Key], n: int, params: MatchParams
) -> dict[str, Any]:
    linker = _linker(database, _settings(comparisons, keys, n))
    linker.training.estimate_u_using_random_sampling(max_pairs=params.sample_pairs, seed=params.seed)
    for key in _teachers(comparisons, keys):
        # Splink leaves out the comparisons that use a column which the rule mentions
        mentioned = " AND ".join(f"(l.{column} = r.{column} OR TRUE)" for column in key.columns)
        linker.training.estimate_parameters_using_expectation_maximisation(
            f"l.{key.name} = r.{key.name} AND {mentioned}", max_pairs=params.training_pairs, estimate_without_term_frequencies=True
        )
    return smoothed(linker.misc.save_model_to_json(), n)


def _teachers(comparisons: Sequence[Comparison], keys: Sequence[Key]) -> list[Key]:
    """Keys by whose pairs something is learned: every comparison a few times, by the keys that bring most records together."""
    lessons = dict.fromkeys((comparison.name for comparison in comparisons), 0)
    chosen = []
    for key in sorted(keys, key=lambda key: -key.n_pairs):
        taught = [comparison.name for comparison in comparisons if not set(key.columns) & comparison.columns()]
        # a mixture is not told apart by one comparison
        if len(taught) >= _LEAST_LEARNED and any(lessons[name] < _MOST_LESSONS for name in taught):
            chosen.append(key)
            for name in taught:
                lessons[name] += 1
    return chosen


def _levels(model: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for comparison in model["comparisons"]:
        yield comparison["output_column_name"], [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]


def smoothed(model: Mapping[str, Any], n: int) -> dict[str, Any]:
    """No level is impossible because a sample did not show it, and none weighs less than a less exact one.

    Parameters
    ----------
    n
        Records.

    Notes
    -----
    Neighbouring levels whose weights stand in the wrong order share the weight that they have together (pool adjacent violators).
    """
    least = float(np.clip(1 / (n * (n - 1)), _LEAST_CHANCE, _MOST_LEAST_CHANCE))
    new: dict[str, Any] = deepcopy(dict(model))
    for _, levels in _levels(new):
        if all(level.get("m_probability") is None for level in levels[:-1]):  # no pass could learn it
            for k, level in enumerate(levels):
                level["m_probability"] = _USUALLY_SAME if not k else (1 - _USUALLY_SAME) / (len(levels) - 1)
        pools: list[list[dict[str, Any]]] = []
        for level in levels:
            level["m_probability"] = max(level.get("m_probability") or 0.0, _LEAST_SHARE)
            level["u_probability"] = max(level.get("u_probability") or 0.0, least)
            pools.append([level])
            while len(pools) > 1 and _ratio(pools[-1]) > _ratio(pools[-2]):
                pools[-2:] = [pools[-2] + pools[-1]]
        for pool in pools:
            ratio = _ratio(pool)
            for level in pool:
                level["m_probability"] = min(ratio * level["u_probability"], 1.0)
    return new


def _ratio(levels: Sequence[Mapping[str, Any]]) -> float:
    return float(sum(level["m_probability"] for level in levels) / sum(level["u_probability"] for level in levels))


def without_true_pairs(model: Mapping[str, Any], chance: float, n: int) -> dict[str, Any]:
    """Take the true pairs out of the random ones: in small tables they are most of what agrees there."""
    new: dict[str, Any] = deepcopy(dict(model))
    for _, levels in _levels(new):
        for level in levels:
            accident = (level["u_probability"] - chance * level["m_probability"]) / (1 - chance)
            level["u_probability"] = max(accident, level["u_probability"] * _LEAST_ACCIDENT, _LEAST_CHANCE)
    new["probability_two_random_records_match"] = chance
    return smoothed(new, n)


def _weigh(
    database: duckdb.DuckDBPyConnection, model: dict[str, Any], comparisons: Sequence[Comparison], *, with_rare: bool
) -> tuple[pd.DataFrame, int]:
    """Pairs that share a key and are not plainly different, with the weight of each comparison; and how many were compared."""
    linker = _linker(database, model)
    blocked = linker.inference.compute_blocked_pairs_for_predict()
    n_compared = database.execute(f"SELECT count(*) FROM {blocked.physical_name}").fetchall()
    scored = linker.inference.predict(threshold_match_weight=_KEPT_WEIGHT, warning_mode="never")
    columns = ["unique_id_l AS left", "unique_id_r AS right"]
    for comparison in comparisons:
        name = comparison.name
        is_rare = with_rare and any(level.rare for level in comparison.levels)
        weight = f"mw_{name} + mw_tf_adj_{name}" if is_rare else f"mw_{name}"
        columns += [f"gamma_{name}::TINYINT AS value_{name}", f"CASE WHEN gamma_{name} >= 0 THEN {weight} END AS weight_{name}"]
    query = f"SELECT {', '.join(columns)} FROM {scored.physical_name} ORDER BY ALL"
    return database.execute(query).df(), int(n_compared[0][0])


def _elsewhere(frame: pd.DataFrame, records: Records) -> NDArray[np.bool_]:
    """Pairs of accounts whose addresses lie in different areas: branches, not duplicates."""
    if records.is_people or "value_address" not in frame or not says_where(records.columns):
        return np.zeros(len(frame), bool)
    return (frame["value_address"] == 0).to_numpy()


def judge(frame: pd.DataFrame, is_elsewhere: NDArray[np.bool_], n: int) -> tuple[pd.DataFrame, float]:
    """Probabilities, and the share of true pairs among all that makes them add up.

    Parameters
    ----------
    frame
        With a column ``weight_…`` per comparison: log2 of the odds that it adds, NaN where nothing can be said.
    is_elsewhere
        Pairs that are branches at best, shape (n pairs,); they do not count among the true ones.
    n
        Records.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"left": [0, 0], "right": [1, 2], "weight_name": [20.0, -20.0]})
    >>> found, chance = judge(pairs, np.zeros(2, bool), 100)
    >>> found["probability"].round(3).tolist(), round(chance * 100 * 99 / 2, 3)
    ([0.995, 0.0], 0.995)
    """
    weights = frame[[name for name in frame.columns if str(name).startswith("weight_")]]
    weight = np.nansum(weights.to_numpy(np.float64), axis=1)
    n_pairs = n * (n - 1) / 2
    odds = np.exp2(np.clip(weight, -60, 60))
    chance = 1 / n
    for _ in range(_MOST_ROUNDS):
        probability = odds * chance / (1 - chance + odds * chance)
        before, chance = chance, float(np.clip(probability[~is_elsewhere].sum(), 0.5, n_pairs / 2)) / n_pairs
        if abs(chance - before) <= _TOLERANCE * before:
            break
    return frame.assign(is_elsewhere=is_elsewhere, weight=weight, probability=odds * chance / (1 - chance + odds * chance)), chance


def parameters(model: Mapping[str, Any]) -> dict[str, dict[str, dict[str, float]]]:
    """Comparison → words of the level → share among the same, and among different records by accident."""
    return {
        name: {level["label_for_charts"]: {"same": level["m_probability"], "accident": level["u_probability"]} for level in levels}
        for name, levels in _levels(model)
    }


def no_pairs(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """A table of pairs without any."""
    import pandas as pd

    names = ["left", "right", *(f"{kind}_{c.name}" for c in comparisons for kind in ("value", "weight")), "weight", "probability"]
    frame = pd.DataFrame({name: np.empty(0, np.float64 if "weight" in name or name == "probability" else np.int64) for name in names})
    return frame.assign(is_elsewhere=np.empty(0, bool))
