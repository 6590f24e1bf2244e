"""Duplicates that are found, beside the truth and beside exact comparison: `python benchmarks/duplicates.py --date 2026-01-31`.

The tables of people stand in ../shared/data (see its README) and are not part of the project; the accounts are generated with seed 1, and
the method was looked at on seed 0 only. Everything runs through the command line in a process of its own, as a user would run it, with
the default threshold: more likely the same than not. No program that looks for duplicates reads the truth.
Writes benchmarks/results/duplicates.json and the table in docs/benchmarks-duplicates.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
from duplicate_accounts import generate

import bailiwick

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
RESULTS = ROOT / "benchmarks" / "results" / "duplicates.json"
PAGE = ROOT / "docs" / "benchmarks-duplicates.md"
START, END = "<!-- figures -->", "<!-- end of figures -->"
N_ACCOUNTS, SEED = 100_000, 1
Row = dict[str, Any]
Pairs = set[tuple[str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", required=True, help="day of the measurement")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, make in CASES.items():
            rows.append(measure(name, *make(), Path(folder)))
            print(*cells(rows[-1]), sep=" | ", flush=True)
    results = {"date": options.date, "bailiwick": bailiwick.__version__, "cores": os.cpu_count(), "rows": rows}
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    head, tail = page[: page.index(START) + len(START)], page[page.index(END) :]
    PAGE.write_text(f"{head}\n\n{render(results)}\n\n{tail}", encoding="utf-8")
    return 0


def measure(name: str, table: pd.DataFrame, identifier: str, truth_column: str, exact: list[list[str]], folder: Path) -> Row:
    """Run the command on the table without its truth, and judge pairs and groups."""
    ids, truth = table[identifier].tolist(), table[truth_column].tolist()
    file, out = folder / "table.csv", folder / "result"
    table.drop(columns=truth_column if truth_column != identifier else []).to_csv(file, index=False)
    started = time.perf_counter()
    cpu_seconds, peak_mb = run(["duplicates", str(file), "--out", str(out)])
    seconds = time.perf_counter() - started
    facts = json.loads((out / "duplicates.json").read_text(encoding="utf-8"))
    pairs, clusters = (pd.read_csv(out / f"{part}.csv", dtype=str) for part in ("pairs", "clusters"))
    true = within(ids, truth)
    return {
        "data": name,
        "records": len(table),
        "true_pairs": len(true),
        "compared": facts["n_compared"],
        "pairs": judge({ordered(a, b) for a, b in zip(pairs["id_a"], pairs["id_b"], strict=True)}, true),
        "clusters": judge(within(clusters["id"].tolist(), clusters["cluster"].tolist()), true),
        "baseline": judge(agreeing(table, ids, exact), true),
        "expected_precision": facts["expected_right"] / max(len(pairs), 1),
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_mb": peak_mb,
    }


def run(arguments: list[str]) -> tuple[float, float]:
    """Run the command in a process of its own; its seconds of CPU and its peak of memory, MB."""
    code = (
        "import resource, sys\n"
        "from bailiwick.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "    print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    cpu, peak_kb = done.stderr.split()[-2:]
    return float(cpu), int(peak_kb) / 1024


def ordered(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def within(ids: Iterable[str], groups: Iterable[str]) -> Pairs:
    """All pairs of ids in one group."""
    members = defaultdict(list)
    for identifier, group in zip(ids, groups, strict=True):
        members[group].append(identifier)
    return {ordered(a, b) for found in members.values() for a, b in combinations(found, 2)}


def agreeing(table: pd.DataFrame, ids: list[str], exact: list[list[str]]) -> Pairs:
    """Pairs that agree exactly in one of the sets of columns, apart from case and blanks."""
    found: Pairs = set()
    for columns in exact:
        texts = [table[column].str.strip().str.casefold().tolist() for column in columns]
        keys = ["|".join(parts) if all(parts) else f"alone {i}" for i, parts in enumerate(zip(*texts, strict=True))]
        found |= within(ids, keys)
    return found


def judge(found: Pairs, true: Pairs) -> dict[str, float]:
    right = len(found & true)
    precision, recall = right / max(len(found), 1), right / len(true)
    return {"precision": precision, "recall": recall, "f1": 2 * right / max(len(found) + len(true), 1)}


def febrl(number: int) -> tuple[pd.DataFrame, str, str, list[list[str]]]:
    table = pd.read_csv(DATA / "er_febrl" / f"dataset{number}.csv", dtype=str, skipinitialspace=True, keep_default_na=False)
    table["truth"] = table["rec_id"].str.extract(r"rec-(\d+)-")[0]
    table["rec_id"] = [f"R{i}" for i in table.sample(frac=1, random_state=0).index]  # its ids tell the truth
    return table, "rec_id", "truth", [["soc_sec_id"], ["given_name", "surname", "date_of_birth"]]


def splink() -> tuple[pd.DataFrame, str, str, list[list[str]]]:
    table = pd.read_csv(DATA / "er_splink" / "fake_1000.csv", dtype=str, keep_default_na=False)
    return table, "unique_id", "cluster", [["email"], ["first_name", "surname", "dob"]]


def accounts() -> tuple[pd.DataFrame, str, str, list[list[str]]]:
    exact = [["name", "postal_code", "street"], ["email", "postal_code"], ["phone", "name"]]
    return generate(N_ACCOUNTS, SEED), "account_id", "company_id", exact


CASES = {
    "Febrl dataset 1": lambda: febrl(1),
    "Febrl dataset 3": lambda: febrl(3),
    "Splink fake 1000": splink,
    f"{N_ACCOUNTS:,} generated accounts, seed {SEED}": accounts,
}


def cells(row: Row) -> list[str]:
    figures = [f"{row[kind][figure]:.4f}" for kind in ("pairs", "clusters") for figure in ("precision", "recall", "f1")]
    plain = [row["data"], f"{row['records']:,}", f"{row['true_pairs']:,}", f"{row['compared']:,}", *figures]
    return [
        *plain,
        f"{row['expected_precision']:.4f}",
        f"{row['baseline']['f1']:.4f}",
        f"{row['seconds']:.0f}",
        f"{row['cpu_seconds']:.0f}",
        f"{row['peak_mb']:,.0f}",
    ]


def render(results: dict[str, Any]) -> str:
    """The table of the page."""
    head = (
        "data|records|true pairs|compared|pairs: precision|recall|F1|groups: precision|recall|F1|precision expected|F1 of exact comparison|"
        "seconds|CPU seconds|peak, MB"
    )
    lines = [
        f"| {' | '.join(head.split('|'))} |",
        "|---" * (head.count("|") + 1) + "|",
        *(f"| {' | '.join(cells(r))} |" for r in results["rows"]),
    ]
    told = f"Measured on {results['date']} with Bailiwick {results['bailiwick']} on a busy machine with {results['cores']} cores."
    return "\n".join([told, "", *lines])


if __name__ == "__main__":
    raise SystemExit(main())
