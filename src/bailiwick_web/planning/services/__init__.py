"""The one write path of planning: each function checks the right and the version, writes in one transaction, records it."""

from bailiwick_web.planning.services.challenges import answer, challenge
from bailiwick_web.planning.services.moves import lock_territory, lock_units, move_units, redo, undo
from bailiwick_web.planning.services.runs import dismiss_run, start_run
from bailiwick_web.planning.services.scenarios import (
    NewTerritory,
    branch,
    create_plan,
    create_scenario,
    delete_scenario,
    rename,
    restore_scenario,
)
from bailiwick_web.planning.services.workflow import decide, propose, publish, roll_back, withdraw

__all__ = [
    "NewTerritory",
    "answer",
    "branch",
    "challenge",
    "create_plan",
    "create_scenario",
    "decide",
    "delete_scenario",
    "dismiss_run",
    "lock_territory",
    "lock_units",
    "move_units",
    "propose",
    "publish",
    "redo",
    "rename",
    "restore_scenario",
    "roll_back",
    "start_run",
    "undo",
    "withdraw",
]
