"""Pages of planning."""

from bailiwick_web.planning.views.changes import (
    answer,
    assign,
    branch,
    challenge,
    delete,
    dismiss,
    flow,
    lock_territory,
    rename,
    restore,
    roll_back,
    run,
    step,
)
from bailiwick_web.planning.views.comparing import alignment_csv, compare, compare_csv
from bailiwick_web.planning.views.mine import mine, who
from bailiwick_web.planning.views.pages import home, new_plan, panel, plans, runs, scenario, why_here

__all__ = [
    "alignment_csv",
    "answer",
    "assign",
    "branch",
    "challenge",
    "compare",
    "compare_csv",
    "delete",
    "dismiss",
    "flow",
    "home",
    "lock_territory",
    "mine",
    "new_plan",
    "panel",
    "plans",
    "rename",
    "restore",
    "roll_back",
    "run",
    "runs",
    "scenario",
    "step",
    "who",
    "why_here",
]
