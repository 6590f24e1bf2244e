"""What everybody shares, as lists, by subject; and what the pages ask of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Missing
from bailiwick_web.crm import models as m
from bailiwick_web.crm.forms import catalogue as f
from bailiwick_web.crm.queries.pages_accounts import choices
from bailiwick_web.crm.queries.pages_catalogue import found
from bailiwick_web.crm.views.sheets import asked, goods, house, rivals, selling
from bailiwick_web.crm.views.sheets.sheet import Sheet

_SHEETS = (*goods.SHEETS, *asked.SHEETS, *rivals.SHEETS, *selling.SHEETS, *house.SHEETS)
SHEETS: Mapping[str, Sheet] = {sheet.key: sheet for sheet in _SHEETS}


def _priority(level: Any) -> str:
    return str(dict(m.Case.Priority.choices).get(level.priority, level.priority))


def sheet_of(key: str) -> Sheet:
    """A sheet by its name.

    Raises
    ------
    Missing
        If there is none.
    """
    found = SHEETS.get(key)
    if found is None:
        raise Missing(_("There is no such list."))
    return found


def name_of(sheet: Sheet, record: Any) -> str:
    """What a record of a sheet is called in its list."""
    if isinstance(record, m.CompetitorPresence):
        return str(record.competitor)
    if isinstance(record, m.ExchangeRate):
        return record.currency
    return _priority(record) if isinstance(record, m.ServiceLevel) else str(record)


def form_of(actor: Actor, sheet: Sheet, *args: Any, **kwargs: Any) -> forms.Form:
    """The form of a sheet, with what can be chosen."""
    if sheet.form is f.PresenceForm:
        kwargs["territories"] = list(choices(actor).territories)
    return sheet.form(*args, **kwargs)


def rows_of(actor: Actor, sheet: Sheet, asked: str) -> tuple[list[dict[str, Any]], bool]:
    """Rows of a sheet that fit a search, as they are shown; and whether there are more."""
    rows, has_more = found(actor, sheet.model, asked, words=sheet.words, order=sheet.order, related=sheet.related)
    cells = [value for _title, value in sheet.columns]
    return [{"record": row, "name": name_of(sheet, row), "cells": [value(row) for value in cells]} for row in rows], has_more
