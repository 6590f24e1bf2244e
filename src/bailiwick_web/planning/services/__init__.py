"""The one write path of planning: each function checks the right and the version, writes in one transaction, records it."""

from bailiwick_web.planning.services.accounts import move_accounts
from bailiwick_web.planning.services.areas import close_gap
from bailiwick_web.planning.services.challenges import answer, challenge
from bailiwick_web.planning.services.moves import forbid_units, lock_territory, lock_units, move_units, redo, undo
from bailiwick_web.planning.services.presence import show_presence
from bailiwick_web.planning.services.ruling import apply_rules, delete_rule, name_units, preview_rules, save_rule
from bailiwick_web.planning.services.runs import choose_plan, dismiss_run, replay_run, start_run
from bailiwick_web.planning.services.scenarios import (
    NewTerritory,
    branch,
    create_plan,
    create_scenario,
    delete_scenario,
    rename,
    restore_scenario,
)
from bailiwick_web.planning.services.territories import (
    change_territory,
    create_territory,
    delete_territory,
    merge_territory,
    split_territory,
)
from bailiwick_web.planning.services.workflow import archive_ended, call_off, decide, propose, publish, roll_back, withdraw

__all__ = [
    "NewTerritory",
    "answer",
    "apply_rules",
    "archive_ended",
    "branch",
    "call_off",
    "challenge",
    "change_territory",
    "choose_plan",
    "close_gap",
    "create_plan",
    "create_scenario",
    "create_territory",
    "decide",
    "delete_rule",
    "delete_scenario",
    "delete_territory",
    "dismiss_run",
    "forbid_units",
    "lock_territory",
    "lock_units",
    "merge_territory",
    "move_accounts",
    "move_units",
    "name_units",
    "preview_rules",
    "propose",
    "publish",
    "redo",
    "rename",
    "replay_run",
    "restore_scenario",
    "roll_back",
    "save_rule",
    "show_presence",
    "split_territory",
    "start_run",
    "undo",
    "withdraw",
]
