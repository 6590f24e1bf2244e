"""One customer, once: pairs of records that are probably the same account or person, and the groups that they form."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.market_files import day_text
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import Notice, TextArray
from bailiwick.domain.said import say
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.synonyms import FIELD_ALIASES, FIELD_SYNONYMS, RECORD_SYNONYMS, name_key
from bailiwick.formats.wording import nearest
from bailiwick.pictures.insight_charts import bar_chart

if TYPE_CHECKING:
    import pandas as pd

    from bailiwick.insight.duplicates.model import Matches
    from bailiwick.insight.duplicates.records import Records

THRESHOLD = 0.5
"""More likely the same than not."""

_MOST_IN_A_GROUP = 20
_BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 1.0)
_KINDS = ("accounts", "contacts")


def find_duplicates(
    table: Any,
    *,
    column_map: Mapping[str, str] | None = None,
    kind: str | None = None,
    threshold: float = THRESHOLD,
    date_order: DateOrder | None = None,
    seed: int = 0,
) -> Findings:
    """Pairs of accounts or contacts that are probably one, with the evidence in words, and the groups that they form.

    Nothing is learned from examples: which agreements tell is learned from the table itself.

    Parameters
    ----------
    table
        A file or a table in memory with a row per account or per person.
    column_map
        Role → column, where names do not tell: id, name, given, family, full_name, company, email, phone, website, street, house_number,
        postcode, place, state, born, registration.
    kind
        ``accounts`` or ``contacts``; by default contacts if there are names of persons.
    threshold
        Least probability of a pair that is suggested.
    date_order
        ``dmy`` or ``mdy``, where dates of birth do not tell.
    seed
        Of the samples.

    Returns
    -------
    Findings with the tables ``pairs``, ``clusters``, ``branches`` (accounts of one company in different places, which are no duplicates)
    ``weights`` (what each agreement is worth) and ``evidence`` (a row per pair and field: how it agrees, and what that weighs).

    Raises
    ------
    InputError
        If columns are unknown, ids repeat, nothing can be compared, or Splink and DuckDB are not installed.

    Examples
    --------
    >>> names = ["Acme Inc", "ACME Corp.", "Bolt Ltd", "Nut & Co"]
    >>> found = find_duplicates({"id": list("abcd"), "name": names, "city": ["Ulm", "Ulm", "Bonn", "Kiel"]})
    >>> found["pairs"][["id_a", "id_b"]].values.tolist()
    [['a', 'b']]
    """
    from bailiwick.insight.duplicates.model import MatchParams, find_matches
    from bailiwick.insight.duplicates.records import clean_records

    if not 0 < threshold < 1:
        raise InputError(f"expected a threshold between 0 and 1, found {threshold}", code="option", field="threshold")
    sheet = read_sheet(table, column_map=_plain_roles(column_map or {}), date_order=date_order)
    columns = _record_columns(sheet, kind)
    ids = _ids(sheet)
    texts = {role: _role_texts(sheet, role, column) for role, column in columns.items()}
    records = clean_records(ids, texts)
    matches = find_matches(records, MatchParams(seed=seed))
    return _findings(sheet, records, matches, texts, threshold, columns)


def _plain_roles(column_map: Mapping[str, str]) -> dict[str, str]:
    roles = {}
    for word, column in column_map.items():
        role = FIELD_ALIASES.get(word.lower(), word.lower())
        if role not in RECORD_SYNONYMS and role != "id":
            near = nearest(role, tuple(RECORD_SYNONYMS))
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise InputError(
                f"there is no field {word!r} to map{hint} Known fields: id, {', '.join(RECORD_SYNONYMS)}", code="unknown_field", field=word
            )
        roles[role] = column
    return roles


def _record_columns(sheet: Sheet, kind: str | None) -> dict[str, str]:
    """Role → column: as mapped, else by its usual names; what belongs to the other kind of record is left out."""
    if kind not in (None, *_KINDS):
        raise InputError(f"expected accounts or contacts, found {kind!r}", code="option", field="kind")
    by_key = {name_key(name): name for name in reversed(sheet.table.names)}
    found: dict[str, str] = {}
    for role, words in RECORD_SYNONYMS.items():
        if role in sheet.column_map:
            found[role] = sheet.column(sheet.column_map[role], role)
        else:
            column = next((by_key[name_key(word)] for word in words if name_key(word) in by_key), None)
            if column is not None and column not in found.values() and column not in sheet.column_map.values():
                found[role] = column
    is_people = kind == "contacts" or (kind is None and bool({"given", "family", "full_name"} & set(found)))
    if is_people and "name" in found and not {"given", "family", "full_name"} & set(found):
        found["full_name"] = found.pop("name")
    dropped = {"name"} if is_people else {"given", "family", "full_name", "born"}
    return {role: column for role, column in found.items() if role not in dropped}


def _ids(sheet: Sheet) -> TextArray:
    """Ids of the id column; numbers of rows where there is none."""
    by_key = {name_key(name): name for name in reversed(sheet.table.names)}
    words = ("record_id", "rec_id", "unique_id", "contact_id", "Contact ID", "lead_id", *FIELD_SYNONYMS["id"])
    mapped = sheet.column_map.get("id")
    column = mapped or next((by_key[name_key(word)] for word in words if name_key(word) in by_key), None)
    if column is None:
        sheet.notices.append(Notice("row_numbers", "no column of ids: records are named by their row in the file"))
        return np.array([str(row) for row in sheet.table.row_numbers], dtype=object)
    ids = sheet.texts(column)
    if (ids == "").any():
        row = int(sheet.table.row_numbers[int(np.argmax(ids == ""))])
        raise InputError(
            f"row {row} has no id in column {column!r}; fill it, or map another column", code="missing_id", field="id", row=row
        )
    return ids


def _role_texts(sheet: Sheet, role: str, column: str) -> TextArray:
    texts = sheet.texts(column)
    if role != "born":
        return texts
    plain = np.array([text.replace("-", "") for text in texts.tolist()], dtype=object)
    if np.mean([len(t) == 8 and t.isdigit() for t in plain.tolist() if t] or [True]) > 0.9:
        return plain  # as written, so that a slip in the date stays a slip
    days = sheet.days(column)
    return np.array(["" if np.isnan(day) else day_text(int(day)).replace("-", "") for day in days.tolist()], dtype=object)


def _findings(
    sheet: Sheet, records: Records, matches: Matches, texts: Mapping[str, TextArray], threshold: float, columns: Mapping[str, str]
) -> Findings:
    from bailiwick.insight.duplicates.groups import branches, group, suggested

    is_same = suggested(matches, threshold)
    pairs = _pair_table(records, matches, np.flatnonzero(is_same), texts)
    labels = group(matches.pairs[is_same], len(records))
    clusters = _cluster_table(records, matches.pairs[is_same], labels, texts)
    elsewhere = _pair_table(records, matches, np.flatnonzero(branches(matches, threshold)), texts)
    likely = float(matches.pairs.loc[is_same, "probability"].sum())
    everything = float(matches.pairs.loc[~matches.pairs["is_elsewhere"], "probability"].sum())
    sentences = _sentences(records, matches, threshold, (len(pairs), len(elsewhere)), clusters, (likely, everything - likely))
    tables = {"pairs": pairs, "clusters": clusters, "branches": elsewhere, "weights": _weight_table(matches)}
    tables["evidence"] = _evidence_table(records, matches, np.flatnonzero(is_same))
    facts = {
        "n_records": len(records),
        "columns": dict(columns),
        "threshold": threshold,
        "n_compared": matches.n_compared,
        "expected_right": likely,
        "expected_missed": everything - likely,
        "share_of_true_pairs": matches.chance,
        "keys": {key.name: {"columns": key.columns, "pairs": key.n_pairs, "crowded": key.crowded} for key in matches.keys},
        "interval": say("none: every pair has its own probability, learned without examples"),
    }
    notices = (*sheet.notices, *_warnings(matches, clusters))
    chart = _chart(pairs)
    return Findings(
        "duplicates", tables, facts, sentences, {"probabilities": chart}, notices, frozenset({"pairs", "clusters", "branches", "evidence"})
    )


def _sentences(
    records: Records,
    matches: Matches,
    threshold: float,
    n_pairs: tuple[int, int],
    clusters: pd.DataFrame,
    expected: tuple[float, float],
) -> tuple[str, ...]:
    noun = "contacts" if records.is_people else "accounts"
    n, n_groups = len(records), int(clusters["cluster"].nunique())
    probably = f"{counted(n_pairs[0], 'pair is', 'pairs are')} probably one, in {counted(n_groups, 'group', 'groups')}"
    by_model = f"{expected[0]:,.0f} of the suggested pairs to be right, and {expected[1]:,.0f} more to be found below the threshold"
    told = [
        f"{n:,} {noun}: {probably}; merged, {len(clusters) - n_groups:,} fewer.",
        f"{matches.n_compared:,} pairs were compared, of {n * (n - 1) // 2:,}; probabilities from {threshold:g} are suggested.",
        f"By its own probabilities the model expects {by_model}.",
    ]
    if n_pairs[1]:
        told.append(f"{counted(n_pairs[1], 'pair', 'pairs')} of one company in different places: branches, not duplicates.")
    return tuple(told)


def _pair_table(records: Records, matches: Matches, rows: NDArray[np.int64], texts: Mapping[str, TextArray]) -> pd.DataFrame:
    import pandas as pd

    from bailiwick.insight.duplicates.groups import evidence

    frame = matches.pairs.iloc[rows]
    left, right = frame["left"].to_numpy(np.int64), frame["right"].to_numpy(np.int64)
    names = _shown_names(texts, len(records))
    order = np.lexsort((right, left, -frame["probability"].to_numpy()))
    table = pd.DataFrame(
        {
            "id_a": records.ids[left],
            "id_b": records.ids[right],
            "name_a": names[left],
            "name_b": names[right],
            "probability": frame["probability"].to_numpy(),
            "weight": frame["weight"].to_numpy(),
            "evidence": evidence(matches, rows, texts),
        }
    )
    return table.iloc[order].reset_index(drop=True)


def _evidence_table(records: Records, matches: Matches, rows: NDArray[np.int64]) -> pd.DataFrame:
    """A row per pair and field that says something, without what stands in the fields."""
    import pandas as pd

    frame = matches.pairs.iloc[rows]
    parts = []
    for comparison in matches.comparisons:
        values = frame[f"value_{comparison.name}"].to_numpy()
        told = frame[values >= 0]
        parts.append(
            pd.DataFrame(
                {
                    "id_a": records.ids[told["left"].to_numpy(np.int64)],
                    "id_b": records.ids[told["right"].to_numpy(np.int64)],
                    "comparison": comparison.title,
                    "agreement": [comparison.words(value) for value in told[f"value_{comparison.name}"].tolist()],
                    "weight": told[f"weight_{comparison.name}"].to_numpy(np.float64),
                }
            )
        )
    if not parts:
        return pd.DataFrame({name: [] for name in ("id_a", "id_b", "comparison", "agreement", "weight")})
    table = pd.concat(parts, ignore_index=True)
    order = np.lexsort((-table["weight"].abs().to_numpy(), table["id_b"].to_numpy(str), table["id_a"].to_numpy(str)))
    return table.iloc[order].reset_index(drop=True)


def _shown_names(texts: Mapping[str, TextArray], n: int) -> TextArray:
    parts = [texts[role] for role in ("given", "family", "full_name", "name") if role in texts]
    if not parts:
        return np.full(n, "", dtype=object)
    return np.array([" ".join(word for word in words if word) for words in zip(*(p.tolist() for p in parts), strict=True)], dtype=object)


def _cluster_table(records: Records, pairs: pd.DataFrame, labels: NDArray[np.int64], texts: Mapping[str, TextArray]) -> pd.DataFrame:
    import pandas as pd

    from bailiwick.insight.duplicates.groups import filled

    sizes = np.bincount(labels, minlength=len(records) and int(labels.max()) + 1)
    rows = np.flatnonzero(sizes[labels] > 1)
    weakest = pairs["probability"].groupby(labels[pairs["left"].to_numpy(np.int64)]).min()
    full = filled(records)
    order = rows[np.lexsort((rows, -full[rows], labels[rows]))]
    numbers = {label: f"G{k + 1}" for k, label in enumerate(dict.fromkeys(labels[order].tolist()))}
    is_first = np.r_[True, labels[order][1:] != labels[order][:-1]] if len(order) else np.zeros(0, bool)
    return pd.DataFrame(
        {
            "cluster": [numbers[label] for label in labels[order].tolist()],
            "id": records.ids[order],
            "name": _shown_names(texts, len(records))[order],
            "size": sizes[labels[order]],
            "filled": full[order],
            "is_fullest": is_first,
            "weakest_link": weakest.reindex(labels[order]).to_numpy(np.float64),
        }
    )


def _weight_table(matches: Matches) -> pd.DataFrame:
    import pandas as pd

    titles = {c.name: c.title for c in matches.comparisons}
    rows = [
        {
            "comparison": titles[name],
            "agreement": words,
            "share_of_true_pairs": shares["same"],
            "share_by_accident": shares["accident"],
            "weight": float(np.log2(shares["same"] / shares["accident"])),
        }
        for name, levels in matches.model.items()
        for words, shares in levels.items()
    ]
    return pd.DataFrame(rows, columns=["comparison", "agreement", "share_of_true_pairs", "share_by_accident", "weight"])


def _warnings(matches: Matches, clusters: pd.DataFrame) -> list[Notice]:
    told = []
    if not matches.keys:
        told.append(Notice("no_pairs", "no two records share a number, an address or the start of a name: there was nothing to compare"))
    crowded = [key for key in matches.keys if key.crowded]
    if crowded:
        words = ", ".join(f"{key.crowded:,} of {' and '.join(key.columns)}" for key in crowded)
        told.append(
            Notice("crowded_keys", f"values that too many records share say nothing and were not looked under: {words}", len(crowded))
        )
    big = clusters.loc[clusters["size"] > _MOST_IN_A_GROUP, "cluster"].unique()
    if len(big):
        told.append(
            Notice(
                "big_clusters",
                f"groups of more than {_MOST_IN_A_GROUP} are seldom one customer; look at them first",
                len(big),
                tuple(big[:3]),
            )
        )
    return told


def _chart(pairs: pd.DataFrame) -> Any:
    counts, _ = np.histogram(pairs["probability"], bins=_BINS)
    names = [f"{low:g} to {high:g}" for low, high in itertools.pairwise(_BINS)]
    title = f"{counted(len(pairs), 'pair is', 'pairs are')} probably one"
    return bar_chart(title, "pairs by their probability", "pairs", names, counts.astype(np.float64))
