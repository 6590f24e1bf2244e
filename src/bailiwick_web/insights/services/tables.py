"""Take a table in, say what its columns are, forget it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, tell, touch
from bailiwick_web.exchange.reading import FILE, ending_of, read_file
from bailiwick_web.exchange.services.receiving import shown_name, store_file
from bailiwick_web.insights.finding import table_of
from bailiwick_web.insights.models import DataTable
from bailiwick_web.insights.reading import folder_of, forget
from bailiwick_web.insights.roles import ROLES, guess_kind, guess_roles

AUTO, READ = "auto", "insight_table"
AT_ONCE_BYTES = 1_500_000
"""Smaller files are read while the user waits, larger ones by a job."""


def receive_table(actor: Actor, filename: str, chunks: Iterable[bytes], *, kind: str = AUTO, name: str = "") -> DataTable:
    """Take a file in and read it, a large one by a job; planners may. Recorded.

    Raises
    ------
    Invalid
        If it is too large, no table, damaged or could do harm. Nothing of it is kept then.
    """
    actor.need(Right.IMPORT)
    if kind not in {*DataTable.Kind.values, AUTO}:
        raise Invalid(_("There is no kind of table “%(kind)s”.") % {"kind": kind}, code="unknown_kind")
    filename = shown_name(filename)
    title = (name.strip() or filename.rsplit(".", 1)[0].replace("_", " "))[:200]
    table = DataTable(kind="" if kind == AUTO else kind, name=title, filename=filename, **stamped(actor))
    folder_of(table).mkdir(parents=True, mode=0o700)
    try:
        table.digest = store_file(file_of(table), chunks)
        _check(read_file(file_of(table), "look", folder_of(table), {"filename": filename}))
        with transaction.atomic():
            table.save()
            audit(actor, "table.received", table, field="digest", after=table.digest)
        if file_of(table).stat().st_size <= AT_ONCE_BYTES:
            read_rows(actor, table)
        else:
            _read_later(actor, table)
    except BaseException:
        forget(table)
        if table.pk is not None:
            table.delete()
        raise
    return table


def file_of(table: DataTable) -> Path:
    """The file as it came, under a name of ours."""
    return folder_of(table) / (FILE + ending_of(table.filename))


def _check(found: Mapping[str, object]) -> None:
    error = found.get("error")
    if isinstance(error, dict):
        raise Invalid(str(error["message"]), code=str(error["code"]))


@transaction.atomic
def _read_later(actor: Actor, table: DataTable) -> None:
    job = jobs.enqueue(
        actor, READ, title=_("Read “%(name)s”") % {"name": table.name}, params={"table": str(table.public_id)}, input_digest=table.digest
    )
    DataTable.objects.filter(pk=table.pk).update(job=job)


def read_rows(actor: Actor, table: DataTable) -> DataTable:
    """Read the rows in a process of their own, within limits, and say what the columns seem to be. Recorded.

    Raises
    ------
    Invalid
        If the file cannot be used.
    """
    found = read_file(file_of(table), "table", folder_of(table), {"filename": table.filename})
    _check(found)
    table.columns, table.n_rows = found["columns"], found["n_used"]
    table.kind = table.kind or guess_kind(table.column_names)
    table.roles = guess_roles(table.kind, table.column_names)
    with transaction.atomic():
        touch(actor, table, "columns", "n_rows", "kind", "roles")
        tell(actor, "table.read", table=str(table.public_id), rows=table.n_rows)
    file_of(table).unlink(missing_ok=True)
    return table


@transaction.atomic
def say_roles(actor: Actor, public_id: UUID, *, version: int, kind: str, name: str, roles: Mapping[str, str]) -> DataTable:
    """Say what a table is and what its columns are; planners may. Recorded.

    Raises
    ------
    Invalid
        If there is no such kind or column, or two roles have the same column.
    """
    actor.need(Right.IMPORT)
    table = table_of(public_id, is_locked=True)
    check_version(table, version)
    if kind not in DataTable.Kind.values:
        raise Invalid(_("There is no kind of table “%(kind)s”.") % {"kind": kind}, code="unknown_kind")
    given = {role: column for role, column in roles.items() if column and role in ROLES[kind]}
    unknown = next((column for column in given.values() if column not in table.column_names), None)
    if unknown is not None:
        raise Invalid(_("The table has no column “%(column)s”.") % {"column": unknown}, code="unknown_column")
    if len(set(given.values())) < len(given):
        raise Invalid(_("A column can only be one thing; choose another for one of them."), code="map_twice")
    if kind != table.kind and not given:
        given = guess_roles(kind, table.column_names)
    audit(actor, "table.roles", table, field="roles", before=table.roles, after=given)
    table.kind, table.roles, table.name = kind, given, (name.strip() or table.name)[:200]
    touch(actor, table, "kind", "roles", "name")
    return table


def forget_table(actor: Actor, public_id: UUID) -> None:
    """Forget a table and its rows; what was found in it stays. Planners may. Recorded."""
    actor.need(Right.IMPORT)
    with transaction.atomic():
        table = table_of(public_id, is_locked=True)
        audit(actor, "table.forgotten", table)
        table.delete()
    forget(table)
