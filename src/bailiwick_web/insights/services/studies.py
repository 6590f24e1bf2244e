"""Ask a question about the market; answer it; forget it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, tell, touch
from bailiwick_web.insights.finding import study_of, table_of
from bailiwick_web.insights.kinds import KINDS, Given, Kind
from bailiwick_web.insights.models import DataTable, Study
from bailiwick_web.insights.reading import rows_of
from bailiwick_web.insights.storing import store
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.visibility import scenario as visible_scenario

ANSWER = "insight"
Tell = Callable[[str, float], None]


@transaction.atomic
def ask(actor: Actor, key: str, *, options: Mapping[str, Any], tables: Mapping[str, UUID], scenario: UUID | None = None) -> Study:
    """Ask; a job answers. Planners may. Recorded.

    Parameters
    ----------
    tables
        Input of the kind → table.

    Raises
    ------
    Invalid
        If an input that is needed is missing, or of another kind.
    """
    actor.need(Right.PLAN)
    kind = KINDS.get(key)
    if kind is None:
        raise Invalid(_("There is no such question."), code="unknown_kind")
    given = {name: table_of(public_id) for name, public_id in tables.items()}
    _check_inputs(kind, given)
    about = visible_scenario(actor, scenario) if scenario is not None else None
    if kind.needs_scenario and about is None:
        raise Invalid(_("Choose the plan to look at."), code="no_scenario")
    study = Study(kind=key, options=dict(options), scenario=about, name=_name(kind, given, about), **stamped(actor))
    study.inputs = {name: _input(table) for name, table in given.items()}
    study.save()
    digest = next(iter(given.values())).digest if given else ""
    study.job = jobs.enqueue(
        actor, ANSWER, title=f"{kind.label}: {study.name}"[:300], params={"study": str(study.public_id)}, input_digest=digest
    )
    study.save(update_fields=["job"])
    audit(actor, "study.asked", study, field="kind", after=key)
    return study


def _check_inputs(kind: Kind, given: Mapping[str, DataTable]) -> None:
    for wanted in kind.inputs:
        table = given.get(wanted.name)
        if table is None and wanted.is_needed:
            raise Invalid(_("Choose a table: %(label)s.") % {"label": wanted.label}, code="no_table")
        if table is not None and not table.n_rows:
            raise Conflict(_("“%(name)s” is still being read; wait until it is here.") % {"name": table.name}, code="busy")


def _input(table: DataTable) -> dict[str, Any]:
    return {
        "table": str(table.public_id),
        "name": table.name,
        "digest": table.digest,
        "rows": table.n_rows,
        "roles": table.roles,
        "brought_at": table.created_at.isoformat(),
    }


def _name(kind: Kind, given: Mapping[str, DataTable], scenario: Scenario | None) -> str:
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
    tables = {name: table_of(UUID(entry["table"])) for name, entry in study.inputs.items()}
    given = Given(
        tables={name: rows_of(table) for name, table in tables.items()},
        roles={name: table.roles for name, table in tables.items()},
        options=study.options,
        arrays=scenario_arrays(study.scenario) if study.scenario is not None else None,
        today=actor.now.date(),
    )
    tell_fn("computing", 0.2)
    found = kind.run(given)
    tell_fn("drawing", 0.8)
    with transaction.atomic():
        store(study, found)
        study.answered_at = actor.now
        touch(actor, study, "facts", "answered_at")
        audit(actor, "study.answered", study)
        tell(actor, "study.answered", study=str(study.public_id), question=study.kind)


@transaction.atomic
def forget_study(actor: Actor, public_id: UUID) -> None:
    """Forget a study with its answer; planners may. Recorded."""
    actor.need(Right.PLAN)
    study = study_of(actor, public_id)
    if study.is_busy:
        raise Conflict(_("It is being worked on; wait, or stop that first."), code="busy")
    audit(actor, "study.forgotten", study)
    study.delete()
