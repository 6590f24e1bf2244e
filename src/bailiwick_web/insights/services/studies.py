"""Ask a question about the market; answer it; forget it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from bailiwick.api import Findings
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, NotAllowed
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, tell, touch
from bailiwick_web.insights.finding import study_of, table_of, visible_studies
from bailiwick_web.insights.kinds import KINDS, Given, Kind
from bailiwick_web.insights.models import DataTable, Study
from bailiwick_web.insights.own import OwnTable, is_own, source_of
from bailiwick_web.insights.own import sources as own
from bailiwick_web.insights.reading import rows_of
from bailiwick_web.insights.roles import LABELS
from bailiwick_web.insights.scoping import WHOLE, scope_key
from bailiwick_web.insights.services.health import HEALTH, keep_scores
from bailiwick_web.insights.storing import store
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.visibility import scenario as visible_scenario

ANSWER = "insight"
_NO_COLUMN = frozenset({"unknown_column", "order_columns"})
_MOST_COLUMNS = 20
Tell = Callable[[str, float], None]
AnyTable = DataTable | OwnTable


@transaction.atomic
def ask(actor: Actor, key: str, *, options: Mapping[str, Any], tables: Mapping[str, UUID | str], scenario: UUID | None = None) -> Study:
    """Ask; a job answers. Planners may ask about everything, others about the customers within their scope. Recorded.

    What was asked of our customers before, and was answered from the same records within the same scope, is given back as it is.

    Parameters
    ----------
    tables
        Input of the kind → table that was brought in, or ``own:`` and what of our customers.

    Raises
    ------
    NotAllowed
        If tables that were brought in, or a plan, are asked about by somebody who does not plan.
    Invalid
        If an input that is needed is missing, or of another kind.
    """
    actor.need(Right.LOOK)
    kind = KINDS.get(key)
    if kind is None:
        raise Invalid(_("There is no such question."), code="unknown_kind")
    if not may_ask(actor, kind, tables):
        raise NotAllowed(_("Only planners ask about plans and about tables that were brought in; ask about our customers instead."))
    given = {name: _table(actor, public_id) for name, public_id in tables.items()}
    _check_inputs(kind, given)
    about = visible_scenario(actor, scenario) if scenario is not None and kind.needs_scenario else None
    if kind.needs_scenario and about is None:
        raise Invalid(_("Choose the plan to look at."), code="no_scenario")
    study = Study(kind=key, options=dict(options), scenario=about, name=_name(kind, given, about), **stamped(actor))
    stamp = own.digest(actor) if any(map(is_own, tables.values())) else ""
    study.inputs = {name: _input(actor, table, stamp) for name, table in given.items()}
    study.scope_key = scope_key(actor) if stamp else ""
    if stamp and (known := _same(actor, study)) is not None:
        return known
    study.save()
    digest = next((entry["digest"] for entry in study.inputs.values()), "")
    study.job = jobs.enqueue(
        actor, ANSWER, title=f"{kind.label}: {study.name}"[:300], params={"study": str(study.public_id)}, input_digest=digest
    )
    study.save(update_fields=["job"])
    audit(actor, "study.asked", study, field="kind", after=key)
    return study


def ask_health(actor: Actor) -> Study:
    """Ask for the health of all customers, with the newest visits to the website; planners and the system. Recorded."""
    actor.need(Right.PLAN)
    tables: dict[str, UUID | str] = {"orders": "own:orders"}
    visits = DataTable.objects.filter(kind=DataTable.Kind.VISITS, n_rows__gt=0).first()
    if visits is not None:
        tables["visits"] = visits.public_id
    return ask(actor, HEALTH, options={}, tables=tables)


def may_ask(actor: Actor, kind: Kind, tables: Mapping[str, UUID | str]) -> bool:
    """Whether somebody may ask a question about some tables."""
    return actor.may(Right.PLAN) or (kind.is_for_all and bool(tables) and all(map(is_own, tables.values())))


def _table(actor: Actor, identifier: UUID | str) -> AnyTable:
    return table_of(identifier) if isinstance(identifier, UUID) else source_of(actor, identifier)


def _same(actor: Actor, study: Study) -> Study | None:
    """The newest answer to the same question from the same records, within the same scope; also one that is being worked on."""
    earlier = [s for s in visible_studies(actor).filter(kind=study.kind, scope_key=study.scope_key)[:20] if s.answered_at or s.is_busy]
    wanted = (study.options, _digests(study))
    return next((known for known in earlier if (known.options, _digests(known)) == wanted), None)


def _digests(study: Study) -> dict[str, str]:
    return {name: f"{entry['table']} {entry['digest']}" for name, entry in study.inputs.items()}


def _check_inputs(kind: Kind, given: Mapping[str, AnyTable]) -> None:
    for wanted in kind.inputs:
        table = given.get(wanted.name)
        if table is None and wanted.is_needed:
            raise Invalid(_("Choose a table: %(label)s.") % {"label": wanted.label}, code="no_table")
        if isinstance(table, DataTable) and not table.n_rows:
            raise Conflict(_("“%(name)s” is still being read; wait until it is here.") % {"name": table.name}, code="busy")
        if table is not None and table.kind not in wanted.kinds:
            raise Invalid(_("“%(name)s” does not fit: %(label)s.") % {"name": table.name, "label": wanted.label}, code="no_table")


def _input(actor: Actor, table: AnyTable, stamp: str) -> dict[str, Any]:
    digest, at = (table.digest, table.created_at) if isinstance(table, DataTable) else (stamp, actor.now)
    return {
        "table": str(table.public_id),
        "name": table.name,
        "digest": digest,
        "rows": table.n_rows,
        "roles": dict(table.roles),
        "brought_at": at.isoformat(),
    }


def _name(kind: Kind, given: Mapping[str, AnyTable], scenario: Scenario | None) -> str:
    names = [table.name for table in given.values()] + ([scenario.name] if scenario is not None else [])
    return (", ".join(names) or str(kind.label))[:200]


def answer(actor: Actor, study: Study, tell_fn: Tell) -> None:
    """Compute what was asked for and keep it, all or nothing. Recorded.

    Raises
    ------
    BailiwickError
        If there is too little data, or the tables cannot be used.
    """
    kind = KINDS[study.kind]
    tell_fn("reading", 0.05)
    if study.scope_key and study.scope_key != scope_key(actor):
        raise Conflict(_("What you see has changed since you asked; ask again."), code="scope")
    given = Given(
        tables={name: _rows(actor, entry["table"]) for name, entry in study.inputs.items()},
        roles={name: _roles(entry) for name, entry in study.inputs.items()},
        options=study.options,
        arrays=scenario_arrays(study.scenario) if study.scenario is not None else None,
        today=actor.now.date(),
        beside=own.Beside(actor) if study.scope_key else None,
    )
    tell_fn("computing", 0.2)
    found = _found(kind, given, study)
    tell_fn("drawing", 0.8)
    with transaction.atomic():
        store(study, found)
        if study.kind == HEALTH and study.scope_key == WHOLE:
            keep_scores(actor, study, found["accounts"])
        study.answered_at = actor.now
        touch(actor, study, "facts", "answered_at")
        audit(actor, "study.answered", study)
        tell(actor, "study.answered", study=str(study.public_id), question=study.kind)


def _found(kind: Kind, given: Given, study: Study) -> Findings:
    """The answer; a column that was not recognised is told in the words of the page, where the library tells of the command line.

    Raises
    ------
    Invalid
        If a column is missing.
    """
    try:
        return kind.run(given)
    except InputError as error:
        if error.code not in _NO_COLUMN or error.field not in LABELS:
            raise
        with override("en"):
            role = say(
                str(LABELS[error.field]).replace("%", "%%")
            )  # as it stands in the catalogues, so that everybody reads it in their language
        names = dict.fromkeys(entry["name"] for entry in study.inputs.values())
        columns = dict.fromkeys(name for table in given.tables.values() for name in table.column_names)
        told = say(
            "No column of “%(tables)s” was recognised as “%(role)s”. Open the table and say which one it is; it has: %(columns)s.",
            tables=", ".join(names),
            role=role,
            columns=", ".join(list(columns)[:_MOST_COLUMNS]),
        )
        raise Invalid(told, code=error.code, field=error.field) from error


def _rows(actor: Actor, identifier: str) -> pa.Table:
    return own.rows_of(actor, identifier) if is_own(identifier) else rows_of(table_of(UUID(identifier)))


def _roles(entry: Mapping[str, Any]) -> dict[str, str]:
    return dict(entry["roles"] if is_own(entry["table"]) else table_of(UUID(entry["table"])).roles)


@transaction.atomic
def forget_study(actor: Actor, public_id: UUID) -> None:
    """Forget a study with its answer; planners may. Recorded."""
    actor.need(Right.PLAN)
    study = study_of(actor, public_id)
    if study.is_busy:
        raise Conflict(_("It is being worked on; wait, or stop that first."), code="busy")
    audit(actor, "study.forgotten", study)
    study.delete()
