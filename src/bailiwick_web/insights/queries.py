"""What the pages of insights show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.retelling import retold
from bailiwick_web.core.roles import Right
from bailiwick_web.insights.alignments import plans_with_history
from bailiwick_web.insights.charts import PICTURES_OF_ACCOUNTS
from bailiwick_web.insights.finding import visible_studies
from bailiwick_web.insights.headlines import headlines
from bailiwick_web.insights.kinds import KINDS, PAGES, Field, Input, Kind
from bailiwick_web.insights.linking import links_of, with_names
from bailiwick_web.insights.models import DataTable, Segmentation, Study, StudyPart
from bailiwick_web.insights.own import OwnTable, fitting, made_of_ours
from bailiwick_web.insights.presenting import ASIDE, ORDER, SHOWN, TABLES, explained, grid, label
from bailiwick_web.insights.presenting.settings import setting_lines
from bailiwick_web.insights.storing import pictures, rows, table
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.visibility import visible_scenarios
from bailiwick_web.territories.models import UnitSet

AnyTable = DataTable | OwnTable
FIRST, PAGE = 12, 100
_MOST_COLUMNS = 10
TITLES = {
    "market": _("Market"),
    "figures": _("Key figures"),
    "forecast": _("Forecast"),
    "scores": _("Scores"),
    "segments": _("Segments"),
    "health": _("Health of accounts"),
    "value": _("Customer value"),
    "experiment": _("Did it help?"),
}
PHASES = {"reading": _("reading the rows"), "computing": _("computing"), "drawing": _("drawing the pictures")}


def overview(actor: Actor) -> dict[str, Any]:
    """Every page with its newest finding, and the tables."""
    pages = []
    for page in PAGES:
        kinds = [kind for kind in KINDS.values() if kind.page == page]
        study = latest(actor, [kind.key for kind in kinds])
        found = findings_of(study)[:1] if study is not None else []
        pages.append({"key": page, "title": TITLES[page], "about": kinds[0].about, "study": study, "finding": found[0] if found else ""})
    return {"pages": pages, "tables": DataTable.objects.select_related("job", "created_by")}


def latest(actor: Actor, kinds: Sequence[str]) -> Study | None:
    """The newest answer to one of some questions."""
    return visible_studies(actor).filter(kind__in=kinds, answered_at__isnull=False).order_by("-answered_at").first()


def kinds_of(actor: Actor, page: str) -> list[Kind]:
    """The questions of a page that somebody may ask."""
    return [kind for kind in KINDS.values() if kind.page == page and (kind.is_for_all or actor.may(Right.PLAN))]


def pages_of(actor: Actor) -> list[dict[str, Any]]:
    """The pages on which somebody may ask anything."""
    return [{"key": page, "title": TITLES[page]} for page in PAGES if kinds_of(actor, page)]


def page_of(actor: Actor, page: str, *, kind: str = "", chosen: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A page: the question, what was found last, and what was found before."""
    kinds = kinds_of(actor, page)
    wanted = next((k for k in kinds if k.key == kind), kinds[0])
    studies = list(visible_studies(actor).filter(kind=wanted.key)[:20])
    shown = max((s for s in studies if s.answered_at is not None), key=_answered_at, default=None)
    context = {"page": page, "title": TITLES[page], "kinds": kinds, "kind": wanted, "form": form_of(actor, wanted, chosen or {})}
    context["busy"] = [progress_of(s) for s in studies if s.is_busy]
    newest = studies[0] if studies else None
    context["failed"] = newest if newest and newest.answered_at is None and not newest.is_busy else None
    context["earlier"] = [s for s in studies if s.answered_at is not None and s is not shown]
    return context | (shown_study(actor, shown) if shown is not None else {})


def _answered_at(study: Study) -> datetime:
    assert study.answered_at is not None
    return study.answered_at


def progress_of(study: Study) -> dict[str, Any]:
    """How far the job of a study is."""
    progress = study.job.progress if study.job is not None else {}
    fraction = float(progress.get("fraction", 0.0))
    return {
        "study": study,
        "fraction": fraction,
        "width": f"{100 * fraction:.0f}",
        "phase": PHASES.get(progress.get("phase", ""), _("waiting")),
    }


def form_of(actor: Actor, kind: Kind, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The form of a question: tables that fit, plans, and fields with their choices."""
    tables = {wanted.name: _fitting(actor, wanted) for wanted in kind.inputs}
    picked = {w.name: _picked(tables[w.name], chosen.get(f"table:{w.name}"), is_proposed=w.is_needed or w.is_proposed) for w in kind.inputs}
    scenarios = list(visible_scenarios(actor).order_by("-changed_at")[:60]) if kind.needs_scenario else []
    scenario = next((s for s in scenarios if str(s.public_id) == chosen.get("scenario")), _first_scenario(scenarios))
    inputs = [{"input": w, "tables": tables[w.name], "picked": picked[w.name]} for w in kind.inputs]
    measures = [m.key for m in scenario.plan.unit_set.measures.all()] if scenario is not None else []
    fields = [_field(field, picked, measures, chosen) for field in kind.fields]
    is_ready = (
        (scenario is not None and bool(measures))
        if kind.needs_scenario
        else all(picked[w.name] is not None for w in kind.inputs if w.is_needed) and any(tables.values())
    )
    return {
        "inputs": inputs,
        "scenarios": scenarios,
        "scenario": scenario,
        "fields": [f for f in fields if not f["field"].is_rare],
        "rare": [f for f in fields if f["field"].is_rare],
        "is_ready": is_ready,
    }


def _fitting(actor: Actor, wanted: Input) -> list[AnyTable]:
    """Tables that were brought in, for those who plan, and records of our customers: what somebody brought in is asked about first."""
    brought = list(DataTable.objects.filter(kind__in=wanted.kinds, n_rows__gt=0)[:60]) if actor.may(Right.PLAN) else []
    every: list[AnyTable] = [*brought, *fitting(actor, wanted.kinds)]
    return [one for one in every if set(wanted.needs) <= {c.lower() for c in one.column_names}]


def _picked(tables: Sequence[AnyTable], wanted: str | None, *, is_proposed: bool) -> AnyTable | None:
    found = next((t for t in tables if str(t.public_id) == wanted), None)
    return found or (tables[0] if tables and is_proposed and wanted != _NOTHING else None)


_NOTHING = "-"


def _first_scenario(scenarios: Sequence[Scenario]) -> Scenario | None:
    return next((s for s in scenarios if s.state == Scenario.State.PUBLISHED), scenarios[0] if scenarios else None)


def _field(field: Field, picked: Mapping[str, AnyTable | None], measures: Sequence[str], chosen: Mapping[str, str]) -> dict[str, Any]:
    value = chosen.get(field.name, field.default)
    options: list[tuple[str, Any]] = []
    if field.kind == "column":
        found = picked.get(field.of)
        options = [(name, name) for name in (found.column_names if found else ())]
        value = value or _column_of(found, field.role)
    elif field.kind == "measure":
        options = [(name, name) for name in measures]
        value = value or _measure_of(field.role, measures)
        if field.is_needed and not value and measures:
            value = measures[0]
    elif field.kind == "plan":
        options = [(str(plan.public_id), plan.name) for plan in plans_with_history()]
    elif field.kind == "choice":
        options = list(field.choices)
    return {"field": field, "value": value, "options": options}


def _column_of(found: AnyTable | None, role: str) -> str:
    """The column of a role; else the one that is called so."""
    if found is None or not role:
        return ""
    called = next((name for name in found.column_names if name.casefold() == role), "")
    return str(found.roles.get(role) or called)


_MEASURE_WORDS = {
    "potential": ("potential",),
    "sales": ("sales", "revenue", "turnover"),
    "effort": ("workload", "hours", "calls", "effort"),
    "competition": ("compet",),
    "people": ("per_km2", "density"),
}


def _measure_of(role: str, measures: Sequence[str]) -> str:
    """A measure by the words in its name; what is called potential is nothing else."""
    known = [name for name in measures if role == "potential" or "potential" not in name.lower()]
    return next((name for word in _MEASURE_WORDS[role] for name in known if word in name.lower()), "")


def findings_of(study: Study) -> list[str]:
    """What an answer says."""
    facts = study.facts | {"currency": str(settings.CURRENCY) if made_of_ours(study) else ""}
    return headlines(study.kind, facts, lambda name: rows(study, name))


def shown_study(actor: Actor, study: Study) -> dict[str, Any]:
    """An answer: sentences, pictures, the beginning of each table."""
    found = {part.name: part.n_rows for part in study.parts.filter(kind=StudyPart.Kind.TABLE).defer("content") if part.n_rows}
    first = [name for name in ORDER.get(study.kind, ()) if name in found]
    hidden = ASIDE.get(study.kind, ())
    grids = [_beginning(actor, study, name, found[name]) for name in [*first, *(n for n in found if n not in first)] if name not in hidden]
    return {
        "study": study,
        "question": KINDS[study.kind],
        "findings": findings_of(study),
        "pictures": {
            name: with_names(actor, study, picture) if name in PICTURES_OF_ACCOUNTS else picture
            for name, picture in pictures(study, get_language() or "en").items()
        },
        "grids": grids,
        "aside": [{"name": name, "title": TABLES.get(name, label(name)), "n_rows": n} for name, n in found.items() if name in hidden],
        "warnings": study.facts.get("warnings", []),
        **(_use_of(actor, study) if study.kind == "segments" and actor.may(Right.PLAN) else {}),
    }


def _use_of(actor: Actor, study: Study) -> dict[str, Any]:
    """What segments can be used for: plans, and our customers."""
    in_force = Segmentation.objects.filter(is_in_force=True).first()
    return {
        "unit_sets": list(UnitSet.objects.order_by("-pk")[:40]),
        "can_use": bool(study.facts.get("scheme")) and bool(fitting(actor, [DataTable.Kind.ACCOUNTS])),
        "in_force": in_force,
        "is_in_force": in_force is not None and in_force.study_id == study.pk,
    }


def _beginning(actor: Actor, study: Study, name: str, n_rows: int) -> dict[str, Any]:
    found = table(study, name, label)
    assert found is not None
    columns = shown_columns(study.kind, name, found.column_names)
    return {
        "name": name,
        "title": TABLES.get(name, label(name)),
        "n_rows": n_rows,
        **_grid(actor, study, name, found.slice(0, FIRST).to_pylist(), columns),
    }


def _grid(actor: Actor, study: Study, name: str, lines: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> dict[str, Any]:
    """Rows with links to the accounts, deals and leads that they are about."""
    return grid(study.kind, name, lines, columns, links_of(actor, study, lines))


def shown_columns(kind: str, name: str, columns: Sequence[str]) -> list[str]:
    """Columns of a table on a page."""
    if (kind, name) == ("market", "territories"):  # the measures are called as the user calls them
        place = columns.index("units")
        return [*(c for c in SHOWN[kind, name] if c in columns), *columns[place + 1 : columns.index("top_20_share")]]
    wanted = [column for column in SHOWN.get((kind, name), ()) if column in columns]
    return wanted or list(columns)[:_MOST_COLUMNS]


def whole_table(
    actor: Actor, study: Study, name: str, *, where: str = "", value: str = "", sort: str = "", page: int = 1
) -> dict[str, Any] | None:
    """A page of a whole table, narrowed to one value of a column and sorted as wanted; None if there is no such table."""
    found = table(study, name, label)
    if found is None:
        return None
    columns = found.column_names
    if where in columns and value:
        found = found.filter(pc.equal(pc.cast(found[where], pa.string()), value))
    key = sort.lstrip("-")
    if key in columns:
        found = found.sort_by([(key, "descending" if sort.startswith("-") else "ascending")])
    n_pages = max(1, -(-len(found) // PAGE))
    page = min(max(page, 1), n_pages)
    lines = found.slice((page - 1) * PAGE, PAGE).to_pylist()
    return {
        "name": name,
        "title": TABLES.get(name, label(name)),
        "n_rows": len(found),
        "page_number": page,
        "n_pages": n_pages,
        "sort": sort,
        "where": where,
        "value": value,
        **_grid(actor, study, name, lines, columns),
    }


def model_card(study: Study) -> dict[str, Any]:
    """What a study rests on: data, settings, formulas, tests, intervals."""
    tables = study.parts.filter(kind=StudyPart.Kind.TABLE)
    columns = dict.fromkeys(column for part in tables for column in _columns(study, part.name))
    facts = {key: value for key, value in study.facts.items() if key not in _NOT_SETTINGS}
    return {
        "formulas": [(label(column), about) for column in columns if (about := explained(study.kind, column)) is not None],
        "interval": retold(study.facts.get("interval_said"), study.facts.get("interval", "")),
        "settings": setting_lines(facts),
        "said": [(_said(study.kind, key), value) for key, value in study.options.items()],
        "inputs": list(study.inputs.values()),
        "registry": study.facts.get("registry", []),
    }


_NOT_SETTINGS = frozenset({"sentences", "said", "warnings", "formulas", "registry", "kind", "interval", "interval_said", "scheme"})


def _columns(study: Study, name: str) -> list[str]:
    found = table(study, name)
    return [] if found is None else list(found.column_names)


def _said(kind: str, key: str) -> Any:
    return next((field.label for field in KINDS[kind].fields if field.name == key), key)
