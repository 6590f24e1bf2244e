"""Results as Markdown."""

from __future__ import annotations

from typing import Any

from cases import TITLES

HEAD = (
    "| method | seconds | ratio | peak MB | mean distance km | largest deviation % | outside | in pieces | gap to bound |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
)


def render(results: dict[str, Any]) -> str:
    """Every input with its rows, and what they were measured with."""
    parts = [_provenance(results)]
    for key, title in TITLES.items():
        rows = [row for row in results["rows"] if row["input"] == key]
        if rows:
            parts.append(f"### {title}\n\n{HEAD}{''.join(_line(row, results) for row in rows)}")
    return "\n".join(parts)


def _provenance(results: dict[str, Any]) -> str:
    seconds, machine = results["calibration_seconds"], results["machine"]
    versions = f"Bailiwick {machine['bailiwick']}, Python {machine['python']}, NumPy {machine['numpy']}, {machine['cores']} cores"
    spread = f"median of {seconds['count']}; {seconds['least']:.3f} to {seconds['most']:.3f} s"
    return (
        f"Measured on {results['date'] or 'a day that was not given'} with {versions}. The calibration took {seconds['median']:.3f} s "
        f"({spread}). Time-out {results['timeout_seconds']:g} s.\n"
    )


def _line(row: dict[str, Any], results: dict[str, Any]) -> str:
    if "failure" in row:
        return f"| {row['title']} | {row['failure']} | – | – | – | – | – | – | – |\n"
    title = f"**{row['title']}**" if row["is_ours"] else row["title"]
    if row["territories"] != row["territories_asked"]:
        title += f" ({row['territories']:,} territories)"
    if "moved_share" in row:
        floors = (
            f"proven floors {100 * row['floor_anywhere']:.1f} % anywhere, {100 * (row['floor_to_neighbours'] or 0):.1f} % to neighbours"
        )
        title += f": {100 * row['moved_share']:.1f} % moves ({floors}; {row['outside_before']} territories outside before)"
    ratio = row["seconds"] / results["calibration_seconds"]["median"]
    deviations = " / ".join(_percent(value) for value in row["max_deviation"])
    outside = " / ".join(f"{count:,}" for count in row.get("outside", [])) or "–"
    gap = "–" if row.get("gap") is None else f"{100 * row['gap']:.2f} %"
    return (
        f"| {title} | {row['seconds']:.2f} | {_short(ratio)} | {row['peak_mb']:.0f} | {row['mean_distance_km']:.2f} | {deviations} | "
        f"{outside} | {row['in_pieces']} | {gap} |\n"
    )


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f}" if fraction < 1 else f"{100 * fraction:,.0f}"


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"
