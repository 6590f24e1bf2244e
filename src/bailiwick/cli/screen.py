"""What a person sees at the end of a command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bailiwick.api.levels.report import level_lines
from bailiwick.api.summary import change_lines, judgement_lines, robust_lines, search_lines
from bailiwick.cli.console import Screen
from bailiwick.domain.wording import counted, percent

if TYPE_CHECKING:
    from bailiwick.api import Comparison, Explanation, Front, Judgement, Plan, TravelMatrix
    from bailiwick.domain import Conflict, Notice
    from bailiwick.metrics import Evaluation

N_WORST = 8


def show_plan(plan: Plan, files: tuple[Path, ...]) -> None:
    """Summary of a new plan, the files, and what to do next."""
    console = Screen()
    _show_rows(console, plan)
    lines = [*judgement_lines(plan.evaluation), *level_lines(plan.levels), *robust_lines(plan), *change_lines(plan)]
    _show_facts(console, lines, is_good=plan.keeps_every_rule)
    for line in search_lines(plan):
        console.print(Text(line), soft_wrap=True)
    console.print(worst_territories(plan.evaluation, console))
    _show_notices(console, plan.told_notices)
    _show_conflicts(console, plan.result.conflicts)
    folder = files[0].parent
    console.print(Text(f"Written to {folder}: {', '.join(file.name for file in files)}", style="bold"), soft_wrap=True)
    picture = next((file for file in files if file.name == "map.html"), None)
    if picture is not None:
        console.print(Text(f"Next: open {picture} in a browser"), soft_wrap=True)


def show_judgement(judged: Judgement) -> None:
    """Verdict on an alignment."""
    console = Screen()
    _show_facts(
        console, judgement_lines(judged.evaluation), is_good=judged.keeps_every_rule, otherwise="Not every rule is kept; see below."
    )
    console.print(worst_territories(judged.evaluation, console))
    _show_notices(console, judged.notices)


def show_comparison(comparison: Comparison) -> None:
    """Two plans side by side."""
    console = Screen()
    moved = len(comparison.moved_unit_ids)
    console.print(f"{moved:,} of {counted(comparison.n_common, 'common unit changes', 'common units change')} territory.")
    for where, ids in (("first", comparison.only_before), ("second", comparison.only_after)):
        if ids:
            console.print(
                f"{counted(len(ids), 'unit is', 'units are')} in the {where} only: {', '.join(ids[:5])}{' …' if len(ids) > 5 else ''}"
            )
    table = _table("Figures", "", "before", "after")
    for column in table.columns[1:]:
        column.justify = "right"
    for label, before, after in comparison.figures():
        table.add_row(label, before, after)
    if table.row_count:
        console.print(table)
    shares = Table(
        "measure", "share that changes hands", title="Disruption", title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False
    )
    shares.columns[1].justify = "right"
    for name, share in comparison.disruption.items():
        shares.add_row(name, percent(share))
    console.print(shares)
    for unit_id, before, after in comparison.moves()[:N_WORST]:
        now = comparison.continued.get(before, before)
        renamed = "" if now == before else f" (now {now})"  # else T3 → T3 would look like no move at all
        console.print(f"  {unit_id}: {before or '–'}{renamed} → {after or '–'}", markup=False)
    if moved > N_WORST:
        console.print(f"  … and {moved - N_WORST:,} more; --json lists them all")


def show_matrix(found: TravelMatrix, file: Path) -> None:
    """Size and mean of a matrix of travel, and how road and straight line compare."""
    console = Screen()
    facts = found.document()
    console.print(Text(f"{facts['n_from']:,} × {facts['n_to']:,} places: {found.source}.", style="bold"), soft_wrap=True)
    console.print(
        Text(f"Mean {facts['mean_minutes']:,.1f} minutes and {facts['mean_km']:,.1f} km, at most {facts['max_minutes']:,.1f} minutes.")
    )
    if found.circuity is not None:
        console.print(Text(f"Circuity: {found.circuity.words()}."), soft_wrap=True)
    _show_notices(console, found.notices)
    console.print(Text(f"Written to {file}", style="bold"), soft_wrap=True)


def show_front(found: Front, files: tuple[Path, ...]) -> None:
    """The plans of a front, one row each."""
    console = Screen()
    for line in found.lines():
        console.print(Text(line, style="bold"), soft_wrap=True)
    has_today = found.problem.baseline is not None
    head = ["plan", "largest deviation", "outside", "mean km", *(["changes hands"] if has_today else [])]
    table = _table("Plans", *head)
    for column in table.columns[1:]:
        column.justify = "right"
    for plan in found.plans:
        name = "today" if plan.number == 0 else f"{plan.number}{' ← knee' if plan is found.knee else ''}"
        outside = int(plan.evaluation.number("violating_territories"))
        cells = [name, percent(plan.largest_deviation), f"{outside:,}", f"{plan.evaluation.mean_distance_km:,.1f}"]
        table.add_row(*cells, *([percent(plan.moved_share)] if has_today else []))
    console.print(table)
    _show_notices(console, found.notices)
    names = [file.name for file in files if not file.name.startswith("plan-")]
    console.print(
        Text(f"Written to {files[0].parent}: {', '.join(names)}, and plan-*.csv with each alignment", style="bold"), soft_wrap=True
    )


def show_explanation(explanation: Explanation) -> None:
    """A paragraph and the tables below it."""
    console = Screen()
    console.print(Text(explanation.text), soft_wrap=not console.is_terminal)
    for title, (head, *rows) in explanation.tables.items():
        if not rows:
            continue
        table = _table(title, *head)
        for column in table.columns[1:-1]:
            column.justify = "right"
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)


def worst_territories(evaluation: Evaluation, console: Console) -> Table:
    """The territories farthest from their targets; where a terminal is narrow, without the columns that say least."""
    problem = evaluation.problem
    balanced = [m for m, measure in enumerate(problem.measures) if measure.tolerance is not None] or [0]
    badness = np.abs(evaluation.deviations[:, balanced]).max(axis=1)
    worst = np.argsort(-badness, kind="stable")[:N_WORST].tolist()
    columns = _territory_columns(evaluation, worst)
    title = "Farthest from their targets" if problem.n_territories > N_WORST else "Territories"
    while True:
        table = _table(title)
        for column in columns:
            table.add_column(column.name, justify="left" if column is columns[0] else "right", no_wrap=True, overflow="ellipsis")
        for row in zip(*(column.cells for column in columns), strict=True):
            table.add_row(*row)
        least = max(columns, key=lambda column: column.dispensable)
        if not least.dispensable or table.__rich_measure__(console, console.options).maximum <= console.width:
            return table
        columns.remove(least)


@dataclass(frozen=True)
class _Column:
    name: str
    cells: list[Text]
    dispensable: int = 0


def _territory_columns(evaluation: Evaluation, rows: list[int]) -> list[_Column]:
    def plain(name: str, of: str, form: str, dispensable: int) -> _Column:
        return _Column(name, [Text(format(evaluation.column(of)[j], form)) for j in rows], dispensable)

    problem = evaluation.problem
    columns = [_Column("territory", [_territory_name(evaluation, j) for j in rows]), plain("units", "n_units", ",", 3)]
    columns += [_measure_column(evaluation, m, rows) for m in range(len(problem.measures))]
    columns.append(plain("mean km", "territory_mean_distance_km", ",.1f", 2))
    if problem.has_minutes:
        columns.append(plain("mean min", "territory_mean_minutes", ",.1f", 1))
    if "n_pieces" in evaluation.values:
        pieces = [int(evaluation.column("n_pieces")[j]) for j in rows]
        cells = [Text(str(n), style="red" if n > 1 else "") for n in pieces]
        columns.append(_Column("pieces", cells, 0 if max(pieces) > 1 else 4))
    return columns


def _territory_name(evaluation: Evaluation, j: int) -> Text:
    names, label = evaluation.problem.territory_names, str(evaluation.problem.territory_ids[j])
    return Text(label if names is None or names[j] == label else f"{label} {names[j]}")


def _measure_column(evaluation: Evaluation, m: int, rows: list[int]) -> _Column:
    cells = []
    for j in rows:
        text = f"{_short(evaluation.totals[j, m])} {percent(evaluation.deviations[j, m], signed=True):>8}"
        cells.append(Text(text, style="red" if evaluation.is_violating[j, m] else ""))
    return _Column(evaluation.problem.measures[m].name, cells)


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)


def _short(value: float) -> str:
    """A number in few digits: 1,692 or 3.88 M."""
    return f"{value / 1e6:,.2f} M" if value >= 1e6 else f"{value:,.0f}"


def _show_rows(console: Console, plan: Plan) -> None:
    rows = plan.source.rows
    text = f"Read {counted(rows['read'], 'row', 'rows')}, used {rows['used']:,}"
    if rows["rejected"]:
        text += f", rejected {rows['rejected']:,} (rejected.csv says why)"
    console.print(Text(text + "."), soft_wrap=True)


def _show_facts(
    console: Console, lines: Iterable[str], *, is_good: bool, otherwise: str = "Not every rule could be kept; see below."
) -> None:
    for i, line in enumerate(lines):
        console.print(Text(line, style="bold" if i == 0 else ""), soft_wrap=True)
    verdict = ("Every rule is kept.", "green") if is_good else (otherwise, "yellow")
    console.print(Text(verdict[0], style=verdict[1]), soft_wrap=True)


def _show_conflicts(console: Console, conflicts: Iterable[Conflict]) -> None:
    """Why rules could not be kept, and what would help."""
    for at, conflict in enumerate(conflicts):
        if not at:
            console.print(Text("Rules that clash", style="bold"))
        proof = ("proven", "red") if conflict.is_proven else ("not proven", "yellow")
        console.print(Text.assemble("• ", proof, f": {conflict.message}"), soft_wrap=True)
        console.print(Text(f"  What would help: {conflict.relaxation}."), soft_wrap=True)


def _show_notices(console: Console, notices: Iterable[Notice]) -> None:
    for notice in notices:
        console.print(Text.assemble(("• ", "yellow"), notice.message), soft_wrap=True)
