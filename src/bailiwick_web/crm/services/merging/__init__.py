"""Two records of one customer become one, and two again if that was wrong."""

from __future__ import annotations

from bailiwick_web.crm.services.merging.choosing import Row, compare
from bailiwick_web.crm.services.merging.merging import KINDS, merge
from bailiwick_web.crm.services.merging.rules import declare, moves, stays, undeclared, unless_there
from bailiwick_web.crm.services.merging.surviving import cluster, survivor
from bailiwick_web.crm.services.merging.undoing import expire, undo

__all__ = [
    "KINDS",
    "Row",
    "cluster",
    "compare",
    "declare",
    "expire",
    "merge",
    "moves",
    "stays",
    "survivor",
    "undeclared",
    "undo",
    "unless_there",
]
