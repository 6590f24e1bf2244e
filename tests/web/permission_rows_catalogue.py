"""The rows of the catalogue and of orders, see ``permission_rows.py``."""

from __future__ import annotations

from permission_rows_base import NONE, Row, post

from bailiwick_web.core.roles import Right

ROWS_CATALOGUE = {
    "catalogue": Row(Right.LOOK),
    "catalogue_list": Row(Right.LOOK, "word", NONE),
    "add_to_catalogue": Row(Right.SELL, "word", NONE, "POST"),
    "catalogue_entry": Row(Right.LOOK, "entry"),
    "change_catalogue": post(Right.SELL, "entry"),
    "new_order": Row(Right.SELL),
    "order": Row(Right.LOOK, "order"),
    "change_order": post(Right.SELL, "order"),
}
