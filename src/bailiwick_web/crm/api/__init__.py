"""The records of customers over the JSON interface."""

from __future__ import annotations

from bailiwick_web.crm.api import belonging, catalogue, customers, deals, duplicates, files, leads, needs, people, trading, work

rooms = (duplicates, customers, belonging, files, people, leads, deals, trading, work, catalogue, needs)
routers = tuple(room.router for room in rooms)
