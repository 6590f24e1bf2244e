"""Words for the reasons for which rows of files are rejected."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "bad_coordinates": _("coordinate that is not a number"),
    "bad_measure": _("measure that is not a number"),
    "bad_value": _("value that cannot be read"),
    "came_meanwhile": _("its record came meanwhile"),
    "capacity": _("capacity that is no positive number"),
    "changed_meanwhile": _("changed by somebody meanwhile"),
    "duplicate_id": _("id that stands above"),
    "duplicate_row": _("the same record twice"),
    "gone_meanwhile": _("gone meanwhile"),
    "impossible_coordinates": _("coordinates that are not on Earth"),
    "missing": _("something needed is missing"),
    "missing_id": _("no id"),
    "missing_measure": _("empty measure"),
    "negative_measure": _("negative measure"),
    "no_day": _("no day"),
    "no_order": _("no order"),
    "no_position": _("no position"),
    "no_price": _("no price"),
    "no_territory": _("no territory"),
    "order_differs": _("order that is here otherwise"),
    "sum": _("lines that do not add up"),
    "too_many_cells": _("more cells than the header"),
    "unknown_unit": _("unknown customer or area"),
    "zero_coordinates": _("coordinate of exactly 0"),
}
"""Why rows were rejected, in short, by code."""
